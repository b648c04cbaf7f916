package strided

import (
	"math/bits"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// The permute leaf, for everything short: interleaving, batches of small matrices,
// steps of a few items, reversal, whole small tensors. A box of the index space is
// chosen such that its bytes fill few vectors on both sides; one byte permutation
// of those vectors, computed here, then serves all boxes.

// maxAxes is the number of loops a box may extend over.
const maxAxes = inlineLoops

// boxedItem is the size up to which items may be parts of boxes.
const boxedItem = 32

// fewBytes is the payload up to which windows of 16 bytes are quicker where boxes are dear.
const fewBytes = 32

// permute makes the leaf a box, where some box beats the other leaves.
func (b *builder) permute() bool {
	if len(b.rest) > maxAxes || len(b.rest) == 0 {
		return false
	}
	vector := b.boxVector()
	if vector == 0 || b.tileable() || b.packs() {
		return false
	}
	alone := b.aloneCycles(vector)
	best := b.affordableBox(vector, alone)
	dearer := func() bool { return best.cost == 0 || best.cost*float64(b.x.item) > alone }
	if dearer() && b.spare.cost > 0 && b.plan.bytes >= searchBytes && b.tileCost() == 0 {
		best = b.spare
	}
	if dearer() || b.tilesFit() && b.tilesBeat(&best, vector) {
		return false
	}
	if tiles := b.tileCost(); tiles > 0 && tiles < tileMargin*best.cost {
		return false
	}
	b.useBox(&best, vector)
	return true
}

// tileMargin is how many times cheaper than tiles boxes have to be, by this estimate.
const tileMargin = 1.5

// boxVector returns the bytes of the windows of boxes, or 0 where no kernel has any: 64, but
// for a few bytes on some machines.
func (b *builder) boxVector() int {
	few := machine.DearBoxes && b.have.Has(cpu.AVX2) && b.plan.bytes >= 16 && b.plan.bytes <= fewBytes
	for _, vector := range [...]int{64, 16} {
		if _, ok := asm.Box(vector, 1, 1, false, b.have); ok && !(few && vector == 64) {
			return vector
		}
	}
	return 0
}

// aloneCycles estimates what moving an item costs without boxes, whose windows have so many
// bytes.
func (b *builder) aloneCycles(vector int) float64 {
	alone := b.itemAlone(vector)
	switch n := float64(b.rest[0].n); {
	case b.gathersNear():
		alone = min(alone, nearCycles+turnCycles/n)
	case b.gathers():
		alone = min(alone, gatherCycles+turnCycles/2/n)
	case n < shortLoop:
		alone += turnCycles / 2 / n
	}
	if vector == 16 && b.rowsInVectors() {
		alone = min(alone, vectorCycles)
	}
	return alone
}

// itemAlone is aloneCycles for items that have nothing to do with their neighbours.
func (b *builder) itemAlone(vector int) float64 {
	w := b.x.item
	if machine.QuickItems && vector == 64 && b.rest[0].dst == w && b.plan.bytes <= quickBytes {
		if cycles := quickCycles(w); cycles > 0 {
			return cycles
		}
	}
	switch {
	case machine.TwoStores && (w == 16 || w == 8 && vector == 64):
		return wordCycles
	case machine.TwoStores && vector == 64:
		return wideCycles
	case machine.TwoStores:
		return twoCycles
	case w >= wideItem:
		return rowCycles
	}
	return itemCycles
}

// quickCycles is itemAlone for items of w bytes that come to touch, where these are quick, or
// 0 if those are not. By measurement an item takes 0.7 to 1.2 cycles there, and a box about
// half of what is estimated.
func quickCycles(w int) float64 {
	switch {
	case w == 8:
		return wordCycles
	case w == 16:
		return twoCycles
	case w > 16:
		return 2.0
	case w > 8:
		return 1.65
	case w&(w-1) != 0:
		return 1.3
	}
	return 0
}

// gathers reports whether single items that come to lie side by side fill vectors, more
// than one.
func (b *builder) gathers() bool {
	w, l := b.x.item, b.rest[0]
	return b.have.Has(cpu.AVX2) && (w == 1 || w == 2 || w == 4) && l.dst == w && abs(l.src) < lineSize && l.n >= max(shortLoop, 16/w)
}

// gathersNear reports whether items that come to lie side by side fill vectors from loads
// that take two of them or more. Where what lies between them is copied, too, boxes load
// that but once; with VBMI they take as few instructions anyway.
func (b *builder) gathersNear() bool {
	w, l := b.x.item, b.rest[0]
	return b.have.Has(cpu.AVX2) && !b.have.Has(cpu.VBMI) && (w == 4 || w == 8) && l.dst == w && (l.src == 2*w || l.src == 3*w) &&
		l.n >= 32/w && b.denseOnSource() < 0 && !b.streams()
}

// rowsInVectors reports whether items that come to lie side by side are moved as whole
// vectors, which the next ones are stored over.
func (b *builder) rowsInVectors() bool {
	w, l := b.x.item, b.rest[0]
	vector := 16
	if w > vector {
		vector = 32
	}
	return b.have.Has(cpu.AVX2) && w > 8 && w&(w-1) != 0 && l.dst == w && l.n >= shortLoop && l.src+w >= vector
}

// affordableBox returns the cheapest box. With vectors of 16 bytes it looks for one of many
// windows only where others are dear, and where there are tiles takes it only if they are
// dearer by far.
func (b *builder) affordableBox(vector int, alone float64) box {
	if vector == 64 {
		return b.bestBox(vector, manyWindows)
	}
	best := b.bestBox(vector, fewWindows)
	cheap := alone / float64(b.x.item)
	if b.plan.bytes >= searchBytes {
		cheap = min(cheap, dearBox)
	}
	tiles := b.tileCost()
	_, ok := asm.Box(vector, manyWindows, manyWindows, false, b.have)
	if !ok || best.cost > 0 && best.cost <= cheap || tiles > 0 && (b.plan.bytes < searchBytes || !b.narrow()) {
		return best
	}
	many, far := b.bestBox(vector, manyWindows), 2.8
	if many.nsrc == manyWindows {
		b.perm(&many, vector)
		if _, ok := b.exchange(&many, vector); ok { // 24 to 40 instructions for 64 shuffles, but as many loads and stores
			many.cost *= 0.5 + 0.125*float64(bits.OnesCount(uint(b.box.Exchange/2)))
			far = 1.5
		}
	}
	if tiles > 0 && tiles < far*many.cost || b.plan.bytes < searchBytes && b.begun(&many) > cachedCycles {
		return best
	}
	return many
}

// begun returns the cycles per item of a few boxes of many windows, with what it takes to
// begin with them.
func (b *builder) begun(x *box) float64 {
	return (x.cost + manyCycles/float64(b.plan.bytes)) * float64(b.x.item)
}

const (
	manyCycles   = 40
	cachedCycles = 1.5 // what moving a single item costs where all lie in the first-level cache
)

// exchange returns the kernel that exchanges the bytes of the windows of x, whose
// permutation is in b.box, without a shuffle for every pair of them, and whether there is
// one, it takes fewer instructions, and the copy is long enough for the search to pay.
func (b *builder) exchange(x *box, vector int) (asm.ID, bool) {
	if vector != 16 || b.plan.bytes < searchBytes || x.nsrc < fewWindows || x.nsrc != x.ndst || !b.have.Has(cpu.AVX2) {
		return 0, false
	}
	b.box.FindExchange()
	if b.box.Exchange == exchangeOfAll && x.nsrc == fewWindows {
		return 0, false
	}
	id, ok := asm.WeaveKernel(&b.box, b.have)
	return id, ok && asm.Info(id).Weave == asm.Exchange
}

// exchangeOfAll is the Perm.Exchange of one that permutes all windows before it and after it.
const exchangeOfAll = 7

// The most windows of a box on either side: of the kernels with all of them in registers,
// and of all.
const (
	fewWindows  = 4
	manyWindows = 8
)

// perm returns the permutation of x.
func (b *builder) perm(x *box, vector int) *asm.Perm {
	perm := &b.box
	read := asm.Info(x.id).I
	perm.Reset(vector, read, x.ndst)
	dst, src := b.lay(x, &b.byDst, vector), b.lay(x, &b.bySrc, vector)
	perm.DstAt, perm.SrcAt = dst.at, src.at
	for w := x.nsrc; w < read; w++ { // nothing is taken from these
		perm.SrcAt[w] = src.at[0]
	}
	b.permutation(perm, x, &dst, &src)
	return perm
}

// useBox makes boxes like x the leaf.
func (b *builder) useBox(x *box, vector int) {
	p, perm := b.plan, b.perm(x, vector)
	p.kernel, p.size, p.block.Perm = x.id, b.x.item, perm
	if id, ok := b.exchange(x, vector); ok {
		p.kernel = id
	} else if id, ok := asm.WeaveKernel(perm, b.have); ok {
		p.kernel = id
	}
	b.wholeLines(0)
	b.boxLoops(x)
}

// tiles makes n items of loop l at a time the turns of the block's Outer loop, in calls
// that suit turns which move bytes and touch so many lines, and returns the loop over
// the calls. Where the items do not fill the last turn, that is slid back.
func (b *builder) tiles(l loop, n, bytes, touched int) turn {
	outer := &b.plan.block.Outer
	*outer = asm.Loop{N: l.n / n, Dst: n * l.dst, Src: n * l.src}
	return chunked(outer, mostTurns(bytes, touched), partOuter).endingWith(l, n)
}

// endingWith adds to a loop over n items of l at a time a turn of the last n, where the
// others leave some of them out.
func (t turn) endingWith(l loop, n int) turn {
	if l.n%n == 0 {
		return t
	}
	return t.withSlide(turn{dst: (l.n - n) * l.dst, src: (l.n - n) * l.src})
}

// withSlide adds to a loop over chunks a turn of one box or tile, at the offsets
// that slid gives from the first of them.
func (t turn) withSlide(slid turn) turn {
	t.slid = true
	t.slideDst = slid.dst - t.n*t.dst
	t.slideSrc = slid.src - t.n*t.src
	t.n++
	return t
}
