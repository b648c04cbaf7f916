package strided

import (
	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// Transposes of rows that lie a multiple of some power of two apart. They fall into few
// sets of the first-level cache and push each other out.

const (
	waySize     = 4 << 10   // bytes of a way of the first-level cache of most processors
	ways        = 8         // of it, at least
	crowd       = 32        // rows that use one set or a few
	crowdedSets = 4         // so few
	maxDown     = 1024      // items of J in a block that walks down the source rows
	besideSteps = 4 << 10   // steps of a loop over tiles that lie beside each other, in bytes
	leastTiles  = 16        // of a call that walks over such
	panelWays   = 12        // rows to a set up to which tiles are as fast as panels
	panelMost   = 4 << 20   // payload up to which panels are faster than tiles of AVX-512
	panelLeast  = 512 << 10 // the same from which those of small items are faster than tiles of AVX2
)

// crowded reports whether the rows of either side share few cache sets.
func crowded(I, J *virtual) bool {
	return crowdedRows(I.loops[0].dst, I.loops[0].n) || crowdedRows(J.loops[0].src, J.loops[0].n)
}

// crowdedRows reports whether n rows that lie step bytes apart fall into so few sets
// of the first-level cache that they push each other out.
func crowdedRows(step, n int) bool {
	return n >= crowd && setsOf(step, min(n, crowd)) <= crowdedSets
}

// setsOf returns into how many sets of the first-level cache n rows fall.
func setsOf(step, n int) int {
	rest := abs(step) % waySize
	near := min(rest, waySize-rest) // from the same place in the next way
	if near < 64 {
		return n*near/64 + 1
	}
	return waySize / max(64, gcd(waySize, rest))
}

// panelsPay reports whether panels, which store several lines of a row together, are faster
// than tiles, which store one to each of many rows: where these are crowded and the machine
// does not like that, and with AVX-512, which takes whole lines of the source rows, too, only
// if all of these share one set. Of single bytes a panel has too few for that.
func (b *builder) panelsPay(k int) bool {
	j, i := b.runs(0, k)
	_, ok := asm.PanelKernel(b.x.item, i, j, b.have)
	return ok && b.crowdsStores(b.rest[k].dst, b.rest[k].n, b.rest[0].src)
}

// crowdsStores is panelsPay for n destination rows and for source rows at the given steps.
func (b *builder) crowdsStores(dst, n, src int) bool {
	w, sets := b.x.item, setsOf(dst, crowd)
	if !machine.CrowdsStores || w == 1 || b.streams() || b.plan.bytes <= 2*lineBytes || !crowdedRows(dst, n) || n <= panelWays*sets {
		return false
	}
	if b.have.Has(cpu.AVX512) {
		return w >= 8 && setsOf(src, crowd) == 1 && b.plan.bytes <= panelMost
	}
	return w >= 8 || sets <= 2 || b.plan.bytes >= panelLeast
}

// chainCrowds reports the same of destination rows that several loops make, down which no
// tiles go.
func (b *builder) chainCrowds(I *virtual) bool {
	first, steps := I.loops[0], 0
	for _, l := range I.loops[:I.used] {
		steps |= l.dst
	}
	sets := setsOf(steps, crowd)
	return machine.CrowdsStores && b.x.item > 1 && !b.streams() && b.plan.bytes > 2*lineBytes &&
		I.used > 1 && !crowdedRows(first.dst, first.n) && steps%(waySize/crowdedSets) == 0 && I.n > panelWays*sets
}

// onCrowded makes the leaf a transpose by line tiles, each of which takes and leaves
// whole lines, where the destination rows of loop k are crowded. It works beside the
// tiles where it can, else down the source rows, one destination row after the other.
func (b *builder) onCrowded(k int) bool {
	I, J := b.rest[k], b.rest[0]
	line, ok := asm.LineKernel(b.x.item, 64/b.x.item, J.n, b.have)
	t := asm.Info(line)
	if !ok || t.I*b.x.item < 64 || I.n < t.I || J.n < t.J || !crowdedRows(I.dst, I.n) || b.streams() {
		return false
	}
	if b.x.item < 4 && !b.smallDown(t, I.n, J.n) {
		return false
	}
	b.plan.kernel, b.plan.size = line, b.x.item
	if m := b.beside(k); m > 0 && setsOf(J.src, crowd) <= crowdedSets {
		b.tilesBeside(k, m, t)
	} else {
		b.tilesDown(k, t)
	}
	return true
}

// smallDown reports whether tiles of small items go down the source rows: where that is known
// to be faster, tiles fill i by j items, or nearly, and i is short of a block across them.
func (b *builder) smallDown(t asm.Kernel, i, j int) bool {
	return machine.SmallDown && t.Needs.Has(cpu.AVX512) && i < b.mostI() && 4*t.Moved(i, j) <= 5*i*j
}

// beside returns the loop that steps the least on either side, so that its turns lie in
// the same pages, or -1: where there is none, or its turns are few for what they leave
// out, the lines of a destination run.
func (b *builder) beside(k int) int {
	best, least := -1, besideSteps
	for m, l := range b.rest {
		if step := max(abs(l.dst), abs(l.src)); m > 0 && m != k && step < least {
			best, least = m, step
		}
	}
	if best > 0 && 2*b.rest[best].n*lineSize < b.rest[0].n*b.x.item {
		return -1
	}
	return best
}

// tilesBeside makes loop m walk over tiles of loops k and 0. Its rows are all crowded, but
// each of them goes on through lines and pages as prefetching likes it.
func (b *builder) tilesBeside(k, m int, t asm.Kernel) {
	l, across := b.rest[k], b.rest[m]
	b.take(max(k, m))
	b.take(min(k, m))
	I := tileOf(l, t.I)
	J := virtual{most: t.J * max(1, leastTiles/across.n), n: 1, open: true}
	b.extend(&J, 0, true)
	b.block(&I, &J)
	block := &b.plan.block
	block.Outer = kernelLoop(across)
	outer := chunked(&block.Outer, mostTurns(t.I*block.J*b.x.item, 2*block.J), partOuter)
	tiles := turn{n: l.n / t.I, dst: t.I * l.dst, src: t.I * l.src, full: 1, last: 1}
	b.finish(tiles.endingWith(l, t.I), J.split, outer)
}

// tilesDown makes the block go from tile to tile of loop 0.
func (b *builder) tilesDown(k int, t asm.Kernel) {
	l := b.take(k)
	I, J := tileOf(l, t.I), virtual{most: maxDown, n: 1, open: true}
	for next := 0; J.open; next = b.find(J.n*b.x.item, true) {
		b.extend(&J, next, true)
	}
	b.block(&I, &J)
	b.finish(J.split, b.tiles(l, t.I, t.I*b.plan.block.J*b.x.item, 2*b.plan.block.J))
}

// tileOf returns the virtual axis of n items of loop l.
func tileOf(l loop, n int) virtual {
	return virtual{n: n, used: 1, loops: [inlineLoops]loop{{n, l.dst, l.src}}}
}
