package strided

import (
	"math/bits"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// What a box costs.

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
	if !ok || x.masked && vector == 64 && b.dearMasks(x) {
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
	if machine.QuickItems && vector == 64 && b.plan.bytes <= quickBytes && !x.masked && x.nsrc == 3 && x.ndst == 1 && b.reached() > wholeBytes {
		cycles++ // whose windows are loaded in halves there
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

// dearMasks reports whether boxes like x, under masks of whole lines, take longer than smaller
// ones or single items, by measurement on machines where boxes are dear: those along one loop
// from four lines or to four, or from three to two, unless memory delivers these.
func (b *builder) dearMasks(x *box) bool {
	reach := b.reached()
	if !machine.DearBoxes || x.along&(x.along-1) != 0 || reach > maskedReach {
		return false
	}
	return x.nsrc == 4 && b.plan.bytes >= maskedBytes || reach > firstLevel && (x.ndst == 4 || x.nsrc == 3 && x.ndst == 2)
}

// Bytes of the payload from which and of both sides up to which that is so.
const (
	maskedBytes = 1 << 10
	maskedReach = 16 << 20
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
