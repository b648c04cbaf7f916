package strided

import (
	"math/bits"

	"github.com/stridecopy/stridecopy/asm"
)

// The search for a box and how its bytes lie.

// A box is a piece of the index space: so many items along each loop of the rest.
type box struct {
	extent     [maxAxes]int
	nsrc, ndst int // windows
	id         asm.ID
	masked     bool
	cost       float64 // estimated cycles per byte
}

// bestBox grows boxes along the dense axes of the destination and then of the source,
// and the other way round, and returns the cheapest of all it passed; its cost is 0
// where there is none. Where that is dear, and much is to be moved, it grows boxes of
// parts of axes too.
func (b *builder) bestBox(vector int) box {
	b.sortSource()
	var best box
	b.search(&best, vector, false)
	if best.cost > dearBox && b.plan.bytes >= searchBytes {
		b.search(&best, vector, true)
	}
	return best
}

const (
	dearBox     = 0.3     // cycles a byte from which a longer search for boxes may pay
	searchBytes = 4 << 10 // payload from which it does
)

func (b *builder) search(best *box, vector int, parts bool) {
	for _, onDst := range [...]bool{true, false} {
		var x box
		for k := range b.rest {
			x.extent[k] = 1
		}
		for run := b.x.item; run > 0; run = b.widen(&x, best, run, onDst, vector) {
			if parts {
				b.growParts(&x, best, run, onDst, vector)
			}
		}
		b.grow(&x, best, !onDst, vector)
	}
}

// growParts grows x with parts of the axis that goes on where a run ends on one side
// along the other side.
func (b *builder) growParts(x, best *box, run int, onDst bool, vector int) {
	k := b.next(run, onDst)
	if k < 0 || x.extent[k] > 1 {
		return
	}
	for turns := min(vector/run, b.rest[k].n-1); turns > 1; turns /= 2 {
		y := *x
		y.extent[k] = turns
		b.grow(&y, best, !onDst, vector)
	}
}

// sortSource lists the loops of the rest by the size of their source steps, as the
// rest itself is sorted by those of the destination.
func (b *builder) sortSource() {
	for k := range b.rest {
		j := k
		for ; j > 0 && abs(b.rest[b.bySource[j-1]].src) > abs(b.rest[k].src); j-- {
			b.bySource[j] = b.bySource[j-1]
		}
		b.bySource[j] = k
	}
}

// grow extends x along the axes that are dense on one side, one after the other,
// until they fill whole vectors, and keeps the best box on the way.
func (b *builder) grow(x, best *box, onDst bool, vector int) {
	for run := b.x.item; run > 0; {
		run = b.widen(x, best, run, onDst, vector)
	}
}

// widen extends x along the axis that goes on where a run of bytes ends on one side,
// and keeps the best box on the way. It returns the longer run, or 0 at the end.
func (b *builder) widen(x, best *box, run int, onDst bool, vector int) int {
	k := b.next(run, onDst)
	if k < 0 || x.extent[k] > 1 && x.extent[k] < b.rest[k].n {
		return 0
	}
	n := b.rest[k].n
	if x.extent[k] == n {
		return run * n
	}
	whole := vector / min(vector, run&-run) // turns that fill whole vectors
	b.considerParts(x, best, k, min(vector/run, n, whole), vector)
	switch {
	case run*n <= 8*vector:
		x.extent[k] = n
	case whole < n:
		x.extent[k] = whole
	default:
		return 0
	}
	run *= x.extent[k]
	b.consider(x, best, vector)
	if run%vector == 0 {
		return 0
	}
	return run
}

// considerParts considers x with so many turns of loop k, which fill a vector or
// nearly, and, where these lie too far apart on the other side, with half as many.
func (b *builder) considerParts(x, best *box, k, turns, vector int) {
	for ; turns > 1; turns /= 2 {
		x.extent[k] = turns
		if b.consider(x, best, vector) {
			break
		}
	}
	x.extent[k] = 1
}

// next returns the loop that goes on where a dense run of bytes ends, or, where no
// loop has that step, the one with the smallest step for a run that is one item.
func (b *builder) next(run int, onDst bool) int {
	best, least := -1, 0
	for k, l := range b.rest {
		step := abs(l.src)
		if onDst {
			step = l.dst
		}
		if step == run {
			return k
		}
		if run == b.x.item && step > run && (best < 0 || step < least) {
			best, least = k, step
		}
	}
	return best
}

// consider measures the windows of x and keeps it where it is cheaper than best. It
// reports whether there is a kernel for it.
func (b *builder) consider(x, best *box, vector int) bool {
	bytes, chunks := b.x.item, 0
	for k, l := range b.rest {
		if e := x.extent[k]; e > 1 {
			bytes *= e
			if e < l.n && l.n%e != 0 {
				chunks++
			}
		}
	}
	dstGroups, dstSpan := b.groups(x, true, vector)
	srcGroups, srcSpan := b.groups(x, false, vector)
	x.ndst = dstGroups * windows(dstSpan, vector)
	x.nsrc = srcGroups * windows(srcSpan, vector)
	if chunks > 1 || x.nsrc > 8 || x.ndst > 8 {
		return false
	}
	full := bytes == dstGroups*dstSpan && min(dstSpan, srcSpan) >= vector
	id, ok := asm.ID(0), false
	if full {
		id, ok = asm.Box(vector, x.nsrc, x.ndst, false, b.have)
	}
	if x.masked = !ok; !ok {
		id, ok = asm.Box(vector, x.nsrc, x.ndst, true, b.have)
	}
	if !ok {
		return false
	}
	x.id = id
	x.cost = boxCost(x.nsrc, x.ndst, !full, bytes)
	if bytes == b.plan.bytes {
		x.cost /= 2 // nothing else is left to do
	}
	if best.cost == 0 || x.cost < best.cost {
		*best = *x
	}
	return true
}

// itemCycles is what moving a single item costs.
const itemCycles = 2.8

// boxCost estimates the cycles per byte of a box: a load or a shuffle a cycle,
// stores at half of that, and some for every box.
func boxCost(nsrc, ndst int, masked bool, bytes int) float64 {
	cycles := float64(max(nsrc, ndst*((nsrc+1)/2)) + 2*ndst + 1)
	if masked {
		cycles += float64(nsrc + ndst)
	}
	return cycles / float64(bytes)
}

// windows returns the number of vectors that a span is cut into.
func windows(span, vector int) int {
	return (span + vector - 1) >> bits.TrailingZeros(uint(vector)) // a division would take longest of all
}

// axis returns loop number i of the rest in the order of the steps on one side, and
// its step there.
func (b *builder) axis(i int, onDst bool) (k, step int) {
	if onDst {
		return i, b.rest[i].dst
	}
	k = b.bySource[i]
	return k, b.rest[k].src
}

// groups returns how the bytes of x lie on one side: in groups of one span each. Steps
// shorter than a vector stay within a span, larger ones go from group to group.
func (b *builder) groups(x *box, onDst bool, vector int) (groups, span int) {
	groups, span = 1, b.x.item
	for i := range b.rest {
		k, step := b.axis(i, onDst)
		n := x.extent[k]
		switch {
		case n == 1:
		case groups == 1 && abs(step) <= span+vector/2:
			span += (n - 1) * abs(step)
		default:
			groups *= n
		}
	}
	return groups, span
}

// A side says where the bytes of a box lie on the destination or on the source. Every
// span is cut into windows of one vector, of which the last ends where the span does.
type side struct {
	vector  int
	span    int          // bytes from the first to the last of a group
	perSpan int          // windows in a span
	base    int          // offset of the first byte from the box's first item
	at      [8]int       // offset of each window from the box's first item
	within  [maxAxes]int // bytes that one turn of a loop advances by in its group
	between [maxAxes]int // windows that one turn of a loop advances by
}

// lay computes how the bytes of x lie on one side.
func (b *builder) lay(x *box, onDst bool, vector int) (s side) {
	s = side{vector: vector, span: b.x.item}
	i := 0
	for ; i < len(b.rest); i++ {
		k, step := b.axis(i, onDst)
		n := x.extent[k]
		if n == 1 {
			continue
		}
		if abs(step) > s.span+vector/2 {
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
	if s.span >= vector {
		s.at[s.perSpan-1] = s.base + s.span - vector
	}
	for n := s.perSpan; i < len(b.rest); i++ {
		k, step := b.axis(i, onDst)
		if x.extent[k] == 1 {
			continue
		}
		s.between[k] = n
		for w := n; w < n*x.extent[k]; w++ {
			s.at[w] = s.at[w-n] + step
		}
		n *= x.extent[k]
	}
	return s
}

// place returns the window and the byte in it of the byte at pos of the group that
// begins with window first.
func (s *side) place(first, pos int) (window, n int) {
	w := pos >> bits.TrailingZeros(uint(s.vector))
	if w == s.perSpan-1 && s.span >= s.vector {
		return first + w, pos - (s.span - s.vector)
	}
	return first + w, pos - w*s.vector
}

// permute writes into perm where the bytes of the items of x go.
func (b *builder) permutation(perm *asm.Perm, x *box, dst, src *side) {
	var turns [maxAxes]int
	size, vector := b.x.item, dst.vector
	dstFirst, dstPos, srcFirst, srcPos := 0, -dst.base, 0, -src.base
	for k := 0; k < len(b.rest); {
		w, at := dst.place(dstFirst, dstPos)
		from, n := src.place(srcFirst, srcPos)
		if last := dst.perSpan - 1; dst.span >= vector && dstPos+size > dst.span-vector && dstPos < last*vector {
			for q := range size { // bytes that the last window writes again
				if at := dstPos + q - (dst.span - vector); at >= 0 && dstPos+q < last*vector {
					from, n := src.place(srcFirst, srcPos+q)
					perm.SetItem(dstFirst+last, at, from, n, 1)
				}
			}
		}
		if at+size <= vector && n+size <= vector {
			perm.SetItem(w, at, from, n, size)
		} else {
			for q := range size {
				w, at := dst.place(dstFirst, dstPos+q)
				from, n := src.place(srcFirst, srcPos+q)
				perm.SetItem(w, at, from, n, 1)
			}
		}
		for k = 0; k < len(b.rest); k++ {
			by := 1
			if turns[k]++; turns[k] == x.extent[k] {
				turns[k] = 0
				by -= x.extent[k]
			}
			dstFirst += by * dst.between[k]
			dstPos += by * dst.within[k]
			srcFirst += by * src.between[k]
			srcPos += by * src.within[k]
			if by == 1 {
				break
			}
		}
	}
}
