package strided

import (
	"math/bits"

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
	mostWays    = 12        // rows to a set, as many as its ways at most, up to which tiles are as fast as panels and runs
	runSets     = 2         // sets of that cache up to which runs are faster than panels
	panelLeast  = 512 << 10 // payload from which panels of small items are faster than tiles of AVX2
)

// crowded reports whether the rows of either side share few cache sets.
func crowded(I, J *virtual) bool {
	return crowdedRows(I.loops[0].dst, I.loops[0].n) || crowdedRows(J.loops[0].src, J.loops[0].n)
}

// crowdedRows reports whether n rows that lie step bytes apart fall into so few sets
// of the first-level cache that they push each other out.
func crowdedRows(step, n int) bool {
	return n >= crowd && setsOf(step, min(n, crowd)) <= crowdedSets || n > mostWays && setsOf(step, n) == 1
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

// A crowding says how to store to destination rows that push each other out of the
// first-level cache, on a machine that takes long to store a line to each of many such rows.
type crowding int

const (
	uncrowded crowding = iota // the rows do not, or it does not matter
	byPanels                  // copy some lines of many source rows first, and transpose from there
	byRuns                    // transpose to several lines of each row first, and store these together
)

// crowding returns it for loop k.
func (b *builder) crowding(k int) crowding {
	c := b.crowdedStores(b.rest[k].dst, b.rest[k].n, b.rest[0].src)
	j, i := b.runs(0, k)
	if _, ok := b.crowdedKernel(c, i, j); !ok {
		return uncrowded
	}
	return c
}

// crowdedKernel returns the kernel for blocks of i by j items, and whether there is one.
func (b *builder) crowdedKernel(c crowding, i, j int) (asm.ID, bool) {
	switch c {
	case byRuns:
		return asm.RunsKernel(b.x.item, i, j, b.have)
	case byPanels:
		return asm.PanelKernel(b.x.item, i, j, b.have)
	}
	return 0, false
}

// crowdedStores returns the crowding of n destination rows and of source rows at the given
// steps. By measurement, tiles are as fast where their own rows get along, unless items are
// wide: those of AVX-512 then where source rows are not all in one set, those of AVX2 never.
// Panels are better than runs for AVX2 where rows are in more than a few sets.
func (b *builder) crowdedStores(dst, n, src int) crowding {
	w, sets := b.x.item, setsOf(dst, crowd)
	if !machine.CrowdsStores || b.streams() || b.plan.bytes <= 2*firstLevel || !crowdedRows(dst, n) || n <= mostWays*sets {
		return uncrowded
	}
	rows := lineSize >> bits.Len(uint(w-1)) // of a tile
	wide, avx512 := w >= 8, b.have.Has(cpu.AVX512)
	switch {
	case avx512 && wide && setsOf(src, crowd) == 1:
		return byRuns
	case sets <= runSets && (rows > mostWays*sets || wide && !avx512):
		return byRuns
	case !avx512 && (wide || w > 1 && (sets <= runSets || b.plan.bytes >= panelLeast)):
		return byPanels
	}
	return uncrowded
}

// crowdedChains is chains with what these say of the crowding, where loop k by itself says
// nothing.
func (b *builder) crowdedChains(k, mostI int, c crowding) (I, J virtual, _ crowding) {
	if c == byRuns {
		I, J = b.runChains(k, mostI)
		return I, J, c
	}
	var buf [inlineLoops]loop
	all := append(buf[:0], b.rest...)
	I, J = b.chains(k, mostI, maxJ, 0)
	if c == uncrowded {
		c = b.chainCrowding(&I)
	}
	if c == byRuns && J.n*b.x.item < b.mostRun() {
		b.rest = append(b.restBuf[:0], all...)
		I, J = b.runChains(k, mostI)
	}
	return I, J, c
}

// runChains is chains for runs: J goes on until it is one.
func (b *builder) runChains(k, mostI int) (I, J virtual) {
	I, J = virtual{most: mostI, n: 1, open: true}, virtual{most: max(maxJ, b.mostRun()/b.x.item), n: 1, open: true}
	b.extend(&I, k, false)
	for next := 0; J.open; next = b.find(J.n*b.x.item, true) {
		b.extend(&J, next, true)
	}
	for I.open {
		b.extend(&I, b.find(I.n*b.x.item, false), false)
	}
	return I, J
}

// mostRun returns the bytes of a destination run that are put together at most.
func (b *builder) mostRun() int {
	id, _ := asm.RunsKernel(b.x.item, maxI, maxI, b.have)
	return asm.Info(id).Run
}

// chainCrowding returns the crowding of destination rows that several loops make, down which
// no tiles go.
func (b *builder) chainCrowding(I *virtual) crowding {
	first, steps := I.loops[0], 0
	for _, l := range I.loops[:I.used] {
		steps |= l.dst
	}
	sets := setsOf(steps, crowd)
	crowds := machine.CrowdsStores && !b.streams() && b.plan.bytes > 2*firstLevel &&
		I.used > 1 && !crowdedRows(first.dst, first.n) && steps%(waySize/crowdedSets) == 0 && I.n > mostWays*sets
	switch {
	case !crowds:
		return uncrowded
	case sets <= runSets:
		return byRuns
	case b.x.item == 1:
		return uncrowded
	}
	return byPanels
}

// oddI returns mostI, or, for items whose tiles leave lines unfinished since their size is no
// power of two, as many rows along the source from loop k on as the first-level cache has room
// for until the next tiles of the same lines, where these rows are crowded.
func (b *builder) oddI(k int) int {
	if b.x.item&(b.x.item-1) == 0 || b.plan.bytes <= firstLevel {
		return b.mostI()
	}
	n, step := b.rest[k].n, b.rest[k].dst
	for next := b.find(n*b.x.item, false); next >= 0 && n < crowd; next = b.find(n*b.x.item, false) {
		n *= b.rest[next].n
		if step |= b.rest[next].dst; step%(waySize/crowdedSets) != 0 {
			return b.mostI()
		}
	}
	if crowdedRows(step, n) {
		return ways * setsOf(step, crowd)
	}
	return b.mostI()
}

// onCrowded makes the leaf a transpose by line tiles, each of which takes and leaves
// whole lines, where the destination rows of loop k are crowded. It works beside the
// tiles where it can, else down the source rows, one destination row after the other.
func (b *builder) onCrowded(k int) bool {
	I, j := b.rest[k], b.rest[0].n
	if !crowdedRows(I.dst, I.n) || b.streams() {
		return false
	}
	goesOn := j*b.x.item < lineSize && I.n > mostWays*setsOf(I.dst, crowd)
	if goesOn { // through loops of which the first is short of a line
		j, _ = b.runs(0, k)
	}
	line, ok := asm.LineKernel(b.x.item, 64/b.x.item, j, b.have)
	t := asm.Info(line)
	if !ok || t.I*b.x.item < 64 || I.n < t.I || j < t.J || b.x.item < 4 && !b.smallDown(t, I.n, j) {
		return false
	}
	b.plan.kernel, b.plan.size = line, b.x.item
	if m := b.beside(k); m > 0 && !goesOn && setsOf(b.rest[0].src, crowd) <= crowdedSets {
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
