package strided

import "github.com/stridecopy/stridecopy/asm"

// The loops over boxes.

// boxLoops turns what the box leaves of each loop into the loops of the leaf: the
// one that is cut into boxes inside, and where that one does not divide, a last box
// slid back.
func (b *builder) boxLoops(x *box) {
	bytes := b.x.item
	inner, slid := -1, turn{}
	for k := range b.rest {
		bytes *= x.extent[k]
	}
	var buf [maxAxes]loop
	left := buf[:0]
	for k, l := range b.rest {
		t := x.extent[k]
		rest := loop{l.n / t, l.dst * t, l.src * t}
		if l.n%t != 0 {
			inner = len(left)
			slid = turn{dst: (l.n - t) * l.dst, src: (l.n - t) * l.src, n: 1}
			left = append(left, rest)
		} else if rest.n > 1 {
			left = append(left, rest)
		}
	}
	b.rest = append(b.restBuf[:0], left...)
	touched := x.nsrc + x.ndst
	switch {
	case inner < 0:
		inner = b.batch()
	case b.aroundLonger(inner, touched, slid):
		return
	}
	b.batchLoops(inner, bytes, touched, slid)
}

// batch chooses the loop over boxes that runs inside the kernel: the first that is
// long enough, else the longest.
func (b *builder) batch() int {
	best := -1
	for k, l := range b.rest {
		if l.n >= fewBoxes {
			return k
		}
		if best < 0 || l.n > b.rest[best].n {
			best = k
		}
	}
	return best
}

// batchLoops gives the block its loops. A loop that ends in a slid box has that as its
// last turn or, where it is cut into chunks, as one more chunk.
func (b *builder) batchLoops(k, bytes, touched int, slid turn) {
	block := &b.plan.block
	block.Inner, block.Outer = unit, unit
	if k < 0 {
		b.finish()
		return
	}
	block.Inner = kernelLoop(b.take(k))
	if slid.n > 0 && block.Inner.N == 1 { // two boxes are a loop of their own step
		block.Inner = asm.Loop{N: 2, Dst: slid.dst, Src: slid.src}
		slid = turn{}
	}
	n := block.Inner.N + slid.n
	if b.far(block.Inner, slid.n == 0) {
		block.Stream = 1
	}
	if slid.n == 0 && b.besideNear(touched) {
		return
	}
	inner := chunked(&block.Inner, mostTurns(bytes, touched)-slid.n, partInner)
	if inner.n == 1 && slid.n > 0 && block.Stream == 0 { // stores past the caches are of whole lines only
		block.Last = asm.Loop{N: 1, Dst: slid.dst - inner.dst, Src: slid.src - inner.src}
		slid = turn{}
	}
	var outer turn
	if inner.n == 1 && len(b.rest) > 0 {
		block.Outer = kernelLoop(b.take(0))
		outer = chunked(&block.Outer, mostTurns(n*bytes, n*touched), partOuter)
	}
	if slid.n > 0 { // the last boxes of all turns of Outer, in a call of their own
		inner = inner.withSlide(slid)
	}
	b.finish(outer, inner)
}

// aroundLonger makes a short loop that ends in a slid box the Outer one of the block, around
// turns of a longer loop, as many as leave their lines in the cache, and finishes the plan.
func (b *builder) aroundLonger(cut, touched int, slid turn) bool {
	k := b.longer(b.rest[cut].n+slid.n, nil)
	if k < 0 {
		return false
	}
	block := &b.plan.block
	block.Inner, block.Outer = kernelLoop(b.rest[k]), kernelLoop(b.rest[cut])
	b.take(max(k, cut))
	b.take(min(k, cut))
	if b.slid = slid; block.Outer.N == 1 { // two boxes are a loop of their own step
		block.Outer, b.slid = asm.Loop{N: 2, Dst: slid.dst, Src: slid.src}, turn{}
	}
	most := max(longBatch, 2*nearLines/(touched*(block.Outer.N+b.slid.n)))
	b.finish(chunked(&block.Inner, most, partInner))
	return true
}

// longer returns the loop with the smallest steps, between boxes like x, of those that are
// longer than one of so many turns, if such a one is short, or -1.
func (b *builder) longer(turns int, x *box) int {
	k, least := -1, farApart
	if turns >= fewBoxes || b.streams() {
		return k
	}
	for i, l := range b.rest {
		e := 1
		if x != nil {
			e = x.extent[i]
		}
		if step := e * max(l.dst, abs(l.src)); l.n >= e*fewBoxes && step < least {
			k, least = i, step
		}
	}
	return k
}

// farApart is the bytes between turns from which the pages that they lie in, one or two
// each, take longer than short loops do.
const farApart = 8 << 10

// far reports whether boxes along inner, with nothing else between them if alone, are for the
// kernel's loop for what lies beyond the caches.
func (b *builder) far(inner asm.Loop, alone bool) bool {
	if asm.Info(b.plan.kernel).Masked {
		return b.streams() && inner.N >= fetchedBoxes
	}
	return b.streams() && b.longRuns(inner, alone)
}

// longRuns reports whether every run of inner on the destination is long or, with nothing
// else between them, whole lines where the first is: to store parts of lines past the
// caches takes twice the time.
func (b *builder) longRuns(inner asm.Loop, alone bool) bool {
	run := inner.N * inner.Dst
	whole := alone && run%lineSize == 0
	for _, l := range b.rest {
		whole = whole && l.dst%lineSize == 0
	}
	return whole || run >= streamRun
}

// streamRun is the bytes of a run from which its ends do not matter.
const streamRun = 4096

// besideNear makes the short loop of the rest whose turns lie closest together, in lines
// that its neighbours use, the Outer one of the block, around as many turns of Inner as
// leave their lines in the cache, and finishes the plan.
func (b *builder) besideNear(touched int) bool {
	near, least := -1, lineSize
	for k, l := range b.rest {
		if step := min(l.dst, abs(l.src)); l.n < longBatch && step < least {
			near, least = k, step
		}
	}
	if near < 0 || touched > 2*fewWindows { // of more windows the shuffles take longer than the lines
		return false
	}
	block := &b.plan.block
	turn := touched * (1 + b.rest[near].n*least/lineSize) // lines, at most
	most := max(longBatch, 2*nearLines/turn)
	if block.Inner.N < 2*most || block.Inner.N*turn < farLines {
		return false
	}
	block.Outer = kernelLoop(b.take(near))
	b.finish(chunked(&block.Inner, most, partInner))
	return true
}

const (
	fewBoxes     = 8    // that are worth a loop of their own
	longBatch    = 16   // that are so whatever else there is
	fetchedBoxes = 128  // of a loop whose destination lines are fetched
	farLines     = 2048 // lines of a loop that does not leave them near enough
)
