package strided

import (
	"math/bits"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// The search for a box.

// A box is a piece of the index space: so many items along each loop of the rest.
type box struct {
	extent     [maxAxes]int
	along      uint   // the loops along which it has several, a bit each
	key        uint64 // tells boxes apart
	nsrc, ndst int    // windows
	id         asm.ID
	masked     bool
	short      bool    // source windows are longer than their spans
	cost       float64 // estimated cycles per byte
}

// set makes n the extent along loop k.
func (x *box) set(k, n int) {
	x.key += keyOf[k%maxAxes] * uint64(n-x.extent[k])
	x.extent[k] = n
	x.along &^= 1 << k
	if n > 1 {
		x.along |= 1 << k
	}
}

// keyOf is what an item of extent along each loop adds to the key of a box: powers of a
// large odd number, of which small multiples add up to different sums.
var keyOf = func() (t [maxAxes]uint64) {
	power := uint64(1)
	for k := range t {
		power *= 0x9e3779b97f4a7c15
		t[k] = power
	}
	return t
}()

// bestBox grows boxes along the dense axes of the destination and then of the source,
// and the other way round, and returns the cheapest of all it passed; its cost is 0
// where there is none. Where that is dear, or nothing but single items is left, it
// searches on: it turns to the other side everywhere on the way, and cuts axes in parts.
func (b *builder) bestBox(vector, most int) box {
	b.windows = most
	b.sides()
	b.seen.clear()
	var best box
	b.search(&best, vector, false)
	dear := best.cost > dearBox && b.plan.bytes >= searchBytes
	if dear && best.cost <= hopeless*b.dearest(vector) || best.cost == 0 && b.plan.bytes >= itemsBytes && b.tileCost() == 0 {
		b.search(&best, vector, true)
	}
	return best
}

const (
	dearBox     = 0.3     // cycles a byte from which a longer search for boxes may pay
	searchBytes = 4 << 10 // payload from which it does
	itemsBytes  = 512     // the same where there are no tiles and no boxes yet
	hopeless    = 4       // times what other leaves cost, from which it does not
)

// dearest returns the cycles a byte of the cheapest other leaf, as far as boxes have to be
// cheaper.
func (b *builder) dearest(vector int) float64 {
	least := b.aloneCycles(vector) / float64(b.x.item)
	if tiles := b.tileCost(); tiles > 0 {
		least = min(least, tiles/tileMargin)
	}
	return least
}

func (b *builder) search(best *box, vector int, thorough bool) {
	for _, onDst := range [...]bool{true, false} {
		var x box
		for k := range b.rest {
			x.extent[k] = 1
		}
		for run := b.x.item; run > 0; run = b.widen(&x, best, run, onDst, vector) {
			if thorough {
				b.turnAside(&x, best, run, onDst, vector)
			}
		}
		b.grow(&x, best, !onDst, vector)
	}
}

// turnAside grows x along the other side, as it is and with parts of the axis that goes
// on where a run ends on one side.
func (b *builder) turnAside(x, best *box, run int, onDst bool, vector int) {
	k := b.next(run, onDst)
	if k < 0 || x.extent[k] > 1 {
		return
	}
	for turns := max(1, min((vector+run-1)/run, b.rest[k].n-1)); turns > 0; turns /= 2 {
		y := *x
		y.set(k, turns)
		way := ^y.key // from there along the source, and its negative along the destination
		if !onDst {
			way = -way
		}
		if _, known := b.seen.find(way); !known {
			b.seen.add(way, false)
			b.grow(&y, best, !onDst, vector)
		}
	}
}

// An order lists the loops of the rest by the size of their steps on one side.
type order struct{ axis, step, place [maxAxes]int }

// sides sorts the loops of the rest. By the steps of the destination they are sorted.
func (b *builder) sides() {
	for k, l := range b.rest {
		b.byDst.axis[k], b.byDst.step[k], b.byDst.place[k] = k, l.dst, k
		j, step := k, abs(l.src)
		for ; j > 0 && b.bySrc.step[j-1] > step; j-- {
			b.bySrc.axis[j], b.bySrc.step[j] = b.bySrc.axis[j-1], b.bySrc.step[j-1]
		}
		b.bySrc.axis[j], b.bySrc.step[j] = k, step
	}
	for j, k := range b.bySrc.axis[:len(b.rest)] {
		b.bySrc.place[k] = j
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
		x.set(k, n)
	case whole < n:
		x.set(k, whole)
	default:
		return 0
	}
	run *= x.extent[k]
	if !b.consider(x, best, vector) { // more windows than a kernel takes
		part := *x
		b.considerParts(&part, best, k, min(whole, n)/2, vector)
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
		x.set(k, turns)
		if b.consider(x, best, vector) {
			break
		}
	}
	x.set(k, 1)
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

// consider keeps x where it is cheaper than best, or, where its windows are longer than
// their spans, than the spare box. It reports whether there is a kernel for it that needs no
// such windows.
func (b *builder) consider(x, best *box, vector int) bool {
	fits, known := b.seen.find(x.key)
	if known {
		return fits
	}
	if x.along != 0 && b.measure(x, vector) {
		if fits = !x.short; fits {
			best.orCheaper(x)
		} else {
			b.spare.orCheaper(x)
		}
	}
	b.seen.add(x.key, fits)
	return fits
}

// orCheaper makes x the box y where that is cheaper, or x none.
func (x *box) orCheaper(y *box) {
	if x.cost == 0 || y.cost < x.cost {
		*x = *y
	}
}

// measure counts the windows of x, finds a kernel for it and says what it costs. It
// reports whether there is one.
func (b *builder) measure(x *box, vector int) bool {
	dstGroups, dstSpan := b.groups(x, &b.byDst, vector)
	srcGroups, srcSpan := b.groups(x, &b.bySrc, vector)
	x.ndst = dstGroups * windows(dstSpan, vector)
	x.nsrc = srcGroups * windows(srcSpan, vector)
	if max(x.nsrc, x.ndst) > b.windows {
		return false
	}
	bytes := b.x.item
	for m := x.along; m != 0; m &= m - 1 {
		bytes *= x.extent[bits.TrailingZeros(m)]
	}
	full := bytes == dstGroups*dstSpan && dstSpan >= vector
	if x.short = vector == 16 && srcSpan < vector; x.short {
		full = full && b.fewShort(x, bytes)
	} else {
		full = full && srcSpan >= vector
	}
	ok := false
	if full {
		x.id, ok = asm.Box(vector, x.nsrc, x.ndst, false, b.have)
	}
	if x.masked = !ok; !ok {
		x.id, ok = asm.Box(vector, x.nsrc, x.ndst, true, b.have)
	}
	if !ok {
		return false
	}
	turns, twice, ok := b.turnsOf(x)
	if !ok {
		return false
	}
	cycles := boxCost(x.nsrc, x.ndst, !full) + turnCycles/float64(turns)
	if machine.QuickItems && vector == 64 && b.plan.bytes <= quickBytes && x.masked && x.nsrc > 3 && x.ndst == 1 {
		cycles += manyLineCycles
	}
	cycles += float64((asm.Info(x.id).I-x.nsrc)*(x.ndst+1)) / 2 // loads and shuffles of windows that give nothing
	x.cost = cycles * twice / float64(bytes)
	if vector == 16 && b.have.Has(cpu.AVX2) && b.plan.bytes >= 16*bytes {
		x.cost *= float64((turns+1)/2) / float64(turns) // two at a time, and the last of an odd number alone
	}
	if bytes == b.plan.bytes && !(machine.DearBoxes && vector == 64 && x.nsrc+x.ndst > dearWindows) {
		x.cost /= 2 // nothing else is left to do
	}
	return true
}

// turnsOf returns how many boxes like x an inner loop has, how often an item is moved on
// average, and whether no more than one loop ends within a box.
func (b *builder) turnsOf(x *box) (turns int, twice float64, ok bool) {
	cut := 0
	turns, twice = 1, 1
	for k, l := range b.rest {
		n, e := l.n, x.extent[k]
		if e == n {
			continue
		}
		if e > 1 {
			n = (n + e - 1) / e
		}
		if n*e > l.n {
			cut++
			turns, twice = n, float64(n*e)/float64(l.n)
		} else if cut == 0 {
			turns = max(turns, n)
		}
	}
	if cut == 1 {
		if k := b.longer(turns, x); k >= 0 {
			turns = b.rest[k].n / x.extent[k]
		}
	}
	return turns, twice, cut <= 1
}

// What moving a single item costs, and one that is a row of two moves.
const (
	itemCycles = 2.8
	rowCycles  = 2.5
	twoCycles  = 1.4 // either where a core stores two a cycle
	wideCycles = 1.0 // the same beside windows of 64 bytes, which cost more than is estimated
	wordCycles = 0.8 // an item of 16 bytes there, or of 8 beside such windows

	quickBytes     = 256 << 10 // payload up to which items are quick: more is not in the caches of a core
	manyLineCycles = 4         // what boxes from more than three lines cost there beside the estimate

	gatherCycles = 0.76 // an item of a vector that is filled one by one
	nearCycles   = 0.4  // the same by loads of two or more

	vectorCycles = 1.35 // a row that is moved as a whole vector
)

// dearWindows is the windows of both sides of a copy that is one box, from which that takes no
// less on some machines: the index vectors and the masks of all are loaded for it alone.
const dearWindows = 4

// turnCycles is what a turn of the Outer loop costs beside what it does.
const turnCycles = 10

// boxCost estimates the cycles of a box: a load or a shuffle a cycle, stores at half of
// that, and some for every box.
func boxCost(nsrc, ndst int, masked bool) float64 {
	cycles := float64(max(nsrc, ndst*((nsrc+1)/2)) + 2*ndst + 1)
	if masked {
		cycles += float64(nsrc + ndst)
	}
	if max(nsrc, ndst) > fewWindows { // whose offsets are in memory
		cycles += float64(nsrc+ndst) / 2
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

// fewShort reports whether source windows that are longer than their spans lie within the
// box, and there are not too many: each gives two items, and four bytes.
func (b *builder) fewShort(x *box, bytes int) bool {
	hull := b.x.item // bytes from the first to the last
	for at, k := range b.bySrc.axis[:len(b.rest)] {
		hull += (x.extent[k] - 1) * b.bySrc.step[at]
	}
	return hull >= 16 && hull <= nearHull && bytes >= x.nsrc*max(4, 2*b.x.item)
}

// nearHull is the bytes that boxes with such windows may reach over: their loops follow the
// destination, so that of longer ones few would use the lines of others.
const nearHull = 2 << 10

// groups returns how the bytes of x lie on one side: in groups of one span each. Steps
// shorter than a vector stay within a span, larger ones go from group to group.
func (b *builder) groups(x *box, o *order, vector int) (groups, span int) {
	places := uint(0)
	for m := x.along; m != 0; m &= m - 1 {
		places |= 1 << o.place[bits.TrailingZeros(m)%maxAxes]
	}
	groups, span = 1, b.x.item
	for ; places != 0; places &= places - 1 {
		at := bits.TrailingZeros(places) % maxAxes
		n, step := x.extent[o.axis[at]%maxAxes], o.step[at]
		if groups == 1 && step <= b.reach(span, vector) {
			span += (n - 1) * step
		} else {
			groups *= n
		}
	}
	return groups, span
}
