package strided

import (
	"slices"

	"github.com/stridecopy/stridecopy/asm"
)

// How the bytes of a box lie on either side, and the permutation that follows from it.

// boxBytes is the most bytes of a box.
const boxBytes = 8 * 64

// A side says where the bytes of a box lie on the destination or on the source. Every
// span is cut into windows of one vector, of which, without masks, the last ends where
// the span does. The window of a shorter span goes on behind it, but not behind the box.
type side struct {
	vector  int
	span    int          // bytes from the first to the last of a group
	perSpan int          // windows in a span
	back    int          // bytes that the last of several windows lies back, over the one before
	base    int          // offset of the first byte from the box's first item
	at      [8]int       // offset of each window from the box's first item
	within  [maxAxes]int // bytes that one turn of a loop advances by in its group
	between [maxAxes]int // windows that one turn of a loop advances by
	early   [8]int       // bytes that the window of a short span begins before it
}

// lay computes how the bytes of x lie on one side.
func (b *builder) lay(x *box, o *order, vector int) (s side) {
	s = side{vector: vector, span: b.x.item}
	step := func(k int) int {
		if o == &b.byDst {
			return b.rest[k].dst
		}
		return b.rest[k].src
	}
	i := 0
	for ; i < len(b.rest); i++ {
		k := o.axis[i]
		n, step := x.extent[k], step(k)
		if n == 1 {
			continue
		}
		if abs(step) > b.reach(s.span, vector) {
			break
		}
		s.within[k] = step
		s.span += (n - 1) * abs(step)
		s.base += (n - 1) * min(step, 0)
	}
	s.perSpan = windows(s.span, vector)
	for w := range s.perSpan {
		s.at[w] = s.base + w*vector
	}
	if s.perSpan > 1 && !x.masked { // masks end where the span does, and leave windows at line edges
		s.back = s.perSpan*vector - s.span
		s.at[s.perSpan-1] -= s.back
	}
	n := s.perSpan
	for ; i < len(b.rest); i++ {
		k := o.axis[i]
		if x.extent[k] == 1 {
			continue
		}
		s.between[k] = n
		for w := n; w < n*x.extent[k]; w++ {
			s.at[w] = s.at[w-n] + step(k)
		}
		n *= x.extent[k]
	}
	if s.span < vector && !x.masked {
		s.keepInside(n)
	}
	return s
}

// keepInside moves windows that are longer than their spans back as far as they would go
// on behind the last byte of the box.
func (s *side) keepInside(n int) {
	end := slices.Max(s.at[:n]) + s.span
	for w := range n {
		s.early[w] = max(0, s.at[w]+s.vector-end)
		s.at[w] -= s.early[w]
	}
}

// positions writes to at where the items of x, in units of so many bytes, lie: the
// window times the vector plus the byte in it, or, where windows overlap, the window
// times packedGroup plus the byte of the group. It returns their number.
func (s *side) positions(at *[boxBytes]uint16, x *box, item, unit int) (n int) {
	group := s.vector
	if s.back > 0 {
		group = packedGroup
	}
	at[0], n = uint16(-s.base), 1
	extend := func(extent, step int) {
		to := at[n : n*extent]
		for k := range to {
			to[k] = at[k] + uint16(step)
		}
		n *= extent
	}
	extend(item/unit, unit)
	for k, extent := range x.extent {
		if extent > 1 {
			extend(extent, s.between[k]*group+s.within[k])
		}
	}
	return n
}

// packedGroup is above the position of any byte of a group.
const packedGroup = 1 << 10

// unpack returns the position of a byte as it is where no windows overlap, and whether
// that lies in the last window of its group, or again there.
func (s *side) unpack(packed uint16) (at uint16, last, again bool) {
	first, pos := int(packed/packedGroup), int(packed%packedGroup)
	last = pos >= (s.perSpan-1)*s.vector
	return uint16(first*s.vector + pos), last, !last && pos >= s.span-s.vector
}

// permutation writes into perm where the bytes of the items of x go. Bytes of the
// destination that two windows share are written by both.
func (b *builder) permutation(perm *asm.Perm, x *box, dst, src *side) {
	bits := 8 | b.x.item | dst.base | src.base
	for k := range b.rest {
		bits |= dst.within[k] | src.within[k]
	}
	unit := bits & -bits // bytes that lie in one window on either side
	n := dst.positions(&b.dstAt, x, b.x.item, unit)
	src.positions(&b.srcAt, x, b.x.item, unit)
	if src.back > 0 {
		for k, packed := range b.srcAt[:n] {
			at, last, _ := src.unpack(packed)
			if last {
				at += uint16(src.back)
			}
			b.srcAt[k] = at
		}
	}
	if src.span < src.vector && !x.masked {
		for k, at := range b.srcAt[:n] {
			b.srcAt[k] += uint16(src.early[at/16])
		}
	}
	if dst.back > 0 {
		for k, packed := range b.dstAt[:n] {
			at, last, again := dst.unpack(packed)
			if again {
				b.dstAt[n], b.srcAt[n] = at+uint16(dst.back), b.srcAt[k]
				n++
			}
			if last {
				at += uint16(dst.back)
			}
			b.dstAt[k] = at
		}
	}
	perm.SetItems(b.dstAt[:n], b.srcAt[:n], unit)
}
