package strided

import (
	"math/bits"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
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
func (b *builder) bestBox(vector, most int) box {
	b.windows = most
	b.sides()
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

// An order lists the loops of the rest by the size of their steps on one side.
type order struct{ axis, step [maxAxes]int }

// sides sorts the loops of the rest. By the steps of the destination they are sorted.
func (b *builder) sides() {
	for k, l := range b.rest {
		b.byDst.axis[k], b.byDst.step[k] = k, l.dst
		j, step := k, abs(l.src)
		for ; j > 0 && b.bySrc.step[j-1] > step; j-- {
			b.bySrc.axis[j], b.bySrc.step[j] = b.bySrc.axis[j-1], b.bySrc.step[j-1]
		}
		b.bySrc.axis[j], b.bySrc.step[j] = k, step
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
	if !b.consider(x, best, vector) && whole < n { // more windows than a kernel takes
		part := *x
		b.considerParts(&part, best, k, whole/2, vector)
	}
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
	bytes, chunks, turns, twice := b.x.item, 0, 1, 1.0
	for k, l := range b.rest {
		e := x.extent[k]
		bytes *= e
		if n := (l.n + e - 1) / e; n*e > l.n {
			chunks++
			turns, twice = n, float64(n*e)/float64(l.n)
		} else if chunks == 0 {
			turns = max(turns, n)
		}
	}
	dstGroups, dstSpan := b.groups(x, &b.byDst, vector)
	srcGroups, srcSpan := b.groups(x, &b.bySrc, vector)
	x.ndst = dstGroups * windows(dstSpan, vector)
	x.nsrc = srcGroups * windows(srcSpan, vector)
	if bytes == b.x.item || chunks > 1 || max(x.nsrc, x.ndst) > b.windows {
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
	x.cost = (boxCost(x.nsrc, x.ndst, !full) + turnCycles/float64(turns)) * twice / float64(bytes)
	if vector == 16 && b.have.Has(cpu.AVX2) && b.plan.bytes >= 16*bytes {
		x.cost /= 2 // two at a time
	}
	if bytes == b.plan.bytes {
		x.cost /= 2 // nothing else is left to do
	}
	if best.cost == 0 || x.cost < best.cost {
		*best = *x
	}
	return true
}

// What moving a single item costs, and one that is a row of two moves.
const (
	itemCycles = 2.8
	rowCycles  = 2.5

	vectorCycles = 1.35 // a row that is moved as a whole vector
)

// turnCycles is what a turn of the Outer loop costs beside what it does.
const turnCycles = 10

// boxCost estimates the cycles of a box: a load or a shuffle a cycle, stores at half of
// that, and some for every box.
func boxCost(nsrc, ndst int, masked bool) float64 {
	cycles := float64(max(nsrc, ndst*((nsrc+1)/2)) + 2*ndst + 1)
	if masked {
		cycles += float64(nsrc + ndst)
	}
	return cycles
}

// windows returns the number of vectors that a span is cut into.
func windows(span, vector int) int {
	return (span + vector - 1) >> bits.TrailingZeros(uint(vector)) // a division would take longest of all
}

// reach is the step, in bytes, up to which what a span holds goes on in the same span. A
// step of no more than a vector takes no more windows there than apart; windows of 64 bytes
// come with masks, and do not have to be filled.
func (b *builder) reach(span, vector int) int {
	far := span + max(vector/2, b.x.item)
	if vector == 16 {
		far = max(far, vector)
	}
	return far
}

// groups returns how the bytes of x lie on one side: in groups of one span each. Steps
// shorter than a vector stay within a span, larger ones go from group to group.
func (b *builder) groups(x *box, o *order, vector int) (groups, span int) {
	groups, span = 1, b.x.item
	for i := 0; i < len(b.rest) && i < maxAxes; i++ {
		n, step := x.extent[o.axis[i]%maxAxes], o.step[i]
		switch {
		case n == 1:
		case groups == 1 && step <= b.reach(span, vector):
			span += (n - 1) * step
		default:
			groups *= n
		}
	}
	return groups, span
}

// boxBytes is the most bytes of a box.
const boxBytes = 8 * 64

// A side says where the bytes of a box lie on the destination or on the source. Every
// span is cut into windows of one vector, of which, without masks, the last ends where
// the span does.
type side struct {
	vector  int
	span    int          // bytes from the first to the last of a group
	perSpan int          // windows in a span
	back    int          // bytes that the last of several windows lies back, over the one before
	base    int          // offset of the first byte from the box's first item
	at      [8]int       // offset of each window from the box's first item
	within  [maxAxes]int // bytes that one turn of a loop advances by in its group
	between [maxAxes]int // windows that one turn of a loop advances by
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
	for n := s.perSpan; i < len(b.rest); i++ {
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
	return s
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
