package strided

import (
	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// The transpose leaf. After normalization, any permutation whose dense axes differ
// is a transpose of two virtual axes: J runs along the destination, through the
// axes that are dense there one after the other, and I along the source likewise.
// The rows of I lie anywhere on the destination and those of J anywhere on the
// source, so both are reached through tables of offsets.

// Blocks: wide and low, since a source line and a page of the source then serve
// many rows. Merging walks down the source, so its blocks are narrow and high.
const (
	maxI        = 1024  // items of I in a block: source runs
	maxJ        = 64    // items of J in a block: destination runs
	shortItems  = 16384 // items of a block that is short along I
	mergeI      = 640   // bytes of I in a block that merges lines in scratch memory
	mergeJ      = 448   // items of J in one
	mergeSmallI = 256   // the items of both where they have less than 4 bytes
	mergeSmallJ = 512
	maxOffsets  = 2*(maxI+maxJ) + 64 + 2*maxTurns
	blockBytes  = 512 << 10 // payload of a block, which is one call: well below 100 microseconds
	nearBytes   = 8 << 10   // of destination rows between one tile of a row and the next, where they share lines
	nearRun     = 512       // bytes of a row from which that does not matter
	firstLevel  = 32 << 10  // payload that fits the first-level cache of most processors
	fetchBytes  = 16 << 10  // how far prefetching runs ahead
	nearStep    = 4096      // step of source rows from which it is better to take whole lines of them at once
	mergeBytes  = 256       // destination runs from which merging pays
	carryBytes  = 832       // destination runs from which it pays to go line by line, since the ends are parts of lines
	carrySource = 512       // and source runs, since that is to go along them
	carryI      = 512       // items of I in a block that does
)

// transpose makes the leaf a transpose, where both sides have a dense axis.
func (b *builder) transpose() bool {
	k := b.denseOnSource()
	if k < 0 || b.rest[0].dst != b.x.item || k == 0 {
		return false
	}
	if b.tile(b.runs(0, k)).Needs == 0 && !b.strips(k) {
		return false
	}
	if b.rest[k].src < 0 {
		b.x.flip(&b.rest[k])
	}
	if b.quickAlone() {
		return false
	}
	crowds := b.crowding(k)
	if crowds == uncrowded && b.onCrowded(k) {
		return true
	}
	if b.streams() && b.transposeStream(k) || crowds == uncrowded && b.evenly(k) {
		return true
	}
	mostI := b.mostI()
	run, i := b.runs(0, k)
	if t := b.tile(run, i); t.Needs != 0 {
		if b.x.item >= 4 { // with smaller items shuffles take longer than stores
			mostI = b.nearI(run, t.J)
		}
		mostI = min(mostI, b.oddI(k))
	}
	I, J, crowds := b.crowdedChains(k, mostI, crowds)
	b.tables(&I, &J)
	b.lines(&I, &J, crowds)
	return true
}

// quickAlone reports whether single items are quicker than tiles: those of 16 bytes in long
// runs, on a core that stores two of them a cycle, where lines of tiles begin anywhere.
func (b *builder) quickAlone() bool {
	if b.x.item != 16 || !machine.TwoStores || b.streams() || b.rest[0].n < aloneRun {
		return false
	}
	steps := 0
	for _, l := range b.rest {
		if l.dst != b.x.item {
			steps |= l.dst
		}
		if abs(l.src) != b.x.item {
			steps |= l.src
		}
	}
	return steps%lineSize != 0
}

// aloneRun is the items of a destination run from which that is so.
const aloneRun = 9

// lines makes the kernel of a transpose one for whole lines, or for several of each row, where
// that is better, or crowds says so.
func (b *builder) lines(I, J *virtual, crowds crowding) {
	if id, ok := b.crowdedKernel(crowds, I.least(), J.least()); ok {
		b.plan.kernel = id
		return
	}
	crowd := b.plan.bytes > firstLevel && crowded(I, J)
	line, ok := asm.LineKernel(b.x.item, 64/b.x.item, J.full(), b.have)
	t := asm.Info(line)
	fits := ok && I.least() >= t.I && J.least() >= t.J
	if crowd && !(fits && (inRegisters(t) || t.Needs.Has(cpu.AVX512) && b.fills(t, J))) {
		if id, ok := asm.PanelKernel(b.x.item, I.least(), J.least(), b.have); ok {
			b.plan.kernel = id
			return
		}
	}
	if fits && (crowd || inRegisters(t)) {
		b.plan.kernel = line
	}
}

// fills reports whether the tiles of t fill J, or nearly.
func (b *builder) fills(t asm.Kernel, J *virtual) bool {
	n := J.full()
	return 7*t.Moved(t.I, n) <= 8*t.I*n
}

// mostI returns the items of I in a block.
func (b *builder) mostI() int { return min(maxI, blockBytes/(maxJ*b.x.item)) }

// nearI returns mostI, or less where tiles of so many source rows come back to the lines
// of destination rows, of J items each, which then are still in the first-level cache.
func (b *builder) nearI(J, tile int) int {
	most, run := b.mostI(), J*b.x.item
	if J > tile && run < nearRun && run%lineSize != 0 && b.plan.bytes > 2*nearBytes {
		return min(most, nearBytes/run)
	}
	return most
}

// strips reports whether the pure-Go transpose, which works on strips of rows, is better
// than single items: not with few rows for a strip, or few items in it, since single
// items gather long rows then. Beside assembly for items it is so with bytes only, in rows too
// short for that to gather, and where they make whole strips.
func (b *builder) strips(k int) bool {
	if J, I := b.runs(0, k); !b.pureGo() && (b.x.item > 1 || b.rest[0].n >= shortLoop || !asm.Strips(1, I, J)) {
		return false
	}
	fewRows := b.shortRun(0, k, true) && !asm.Strips(b.x.item, maxI, b.rest[0].n)
	return !fewRows && !(b.shortRun(k, 0, false) && b.x.item < 8)
}

// evenly makes the leaf a transpose of two axes that are long enough by themselves,
// where there is a kernel for that: it works without the tables.
func (b *builder) evenly(k int) bool {
	id, ok := b.evenKernel(k)
	if !ok {
		return false
	}
	I, J := b.rest[k], b.rest[0]
	vi, vj := virtual{most: b.nearI(J.n, asm.Info(id).J), n: 1, open: true}, virtual{most: maxJ, n: 1, open: true}
	b.extend(&vi, k, false)
	vj.most = max(maxJ, min(maxI, shortItems/vi.n))
	b.extend(&vj, 0, true)
	b.plan.kernel, b.plan.size = id, b.x.item
	b.extents(&vi, &vj)
	b.plan.block.Inner = asm.Loop{N: 1, Dst: I.dst, Src: J.src}
	b.around(&vi, &vj)
	return true
}

// evenKernel returns the kernel for two axes by themselves, and whether there is one and they
// are long enough.
func (b *builder) evenKernel(k int) (asm.ID, bool) {
	I, J := b.rest[k], b.rest[0]
	if (b.x.item == 16 || b.linesOffEdge(k)) && b.lineInRegisters(J) {
		return 0, false
	}
	id, ok := b.stepKernel(I, J, b.plan.bytes > firstLevel || b.x.item >= 8)
	if !ok && b.plan.bytes > firstLevel {
		id, ok = b.stepKernel(I, J, false)
	}
	return id, ok && b.tight(asm.Info(id), k)
}

// tight reports whether the tiles of t fill the two axes, or nearly, or waste little more
// than tiles on all that goes on from these axes would.
func (b *builder) tight(t asm.Kernel, k int) bool {
	w, I, J := b.x.item, b.rest[k].n, b.rest[0].n
	j, i := b.runs(0, k)
	other := asm.Info(asm.Best(asm.Transpose, w, i, j, b.have))
	if t.Low() && other.Needs.Has(cpu.AVX2) || b.scraps(I, J, i) {
		return false
	}
	moved := t.Moved(I, J)
	if 7*moved <= 8*I*J {
		return true
	}
	if line, ok := asm.LineKernel(w, min(i, 64/w), j, b.have); ok && asm.Info(line).J <= j && inRegisters(asm.Info(line)) {
		other = asm.Info(line)
	}
	return other.Needs == 0 || 4*moved*i*j <= 5*other.Moved(i, j)*I*J
}

// scraps reports whether blocks of I by J items are small pieces of what goes on, along the
// source, for i items: a turn for each then takes longer than offsets from tables, or what
// is left of the source lines comes when they have left the first-level cache.
func (b *builder) scraps(I, J, i int) bool {
	return b.x.item >= 4 && I*b.x.item < lineSize && i >= 4*I && (J <= maxJ || crowdedRows(b.rest[0].src, J))
}

// inRegisters reports whether the tiles of a line kernel need no scratch.
func inRegisters(t asm.Kernel) bool { return t.Size >= 4 && t.Needs.Has(cpu.AVX512) }

// stepKernel returns the kernel for axes I and J, and whether its rows get along in the
// first-level cache: the source rows of a tile, each line of which it comes back to, and,
// where it writes less than lines, all destination rows.
func (b *builder) stepKernel(I, J loop, wide bool) (asm.ID, bool) {
	id, ok := asm.StepKernel(b.x.item, I.n, J.n, wide, b.stepFeatures(J))
	if !ok || b.plan.bytes <= firstLevel {
		return id, ok
	}
	rows := asm.Info(id).J
	sets := setsOf(J.src, rows)
	if b.lineInRegisters(J) {
		ok = rows <= ways || rows <= ways/2*sets // the others are for destination rows
	} else {
		ok = rows <= ways*sets && (sets > 1 || rows < ways/2 || J.n < crowd)
	}
	return id, ok && (rows*b.x.item >= 64 || !crowdedRows(I.dst, I.n))
}

// stepFeatures returns the features for rows at equal steps: without AVX-512 on a core that
// stores two halves of a line a cycle, where lines of items of 8 bytes begin anywhere, or
// small items fill less than half of one.
func (b *builder) stepFeatures(J loop) cpu.Features {
	w := b.x.item
	if machine.TwoStores && (w == 8 && !b.onEdges() || w <= 2 && J.n*w < lineSize/2) {
		return b.have &^ cpu.AVX512
	}
	return b.have
}

// linesOffEdge reports whether tiles that take whole source lines are quicker than low ones
// on such a core: those of 4 bytes, where source runs are a few lines long and destination
// rows, of two tiles or more, begin anywhere in lines.
func (b *builder) linesOffEdge(k int) bool {
	w := b.x.item
	if !machine.TwoStores || w != 4 || b.plan.bytes <= firstLevel || b.rest[k].n < squareTiles || b.rest[0].n*w < 2*lineSize {
		return false
	}
	_, run := b.runs(0, k)
	return run*w < nearRun && !b.onEdges()
}

// squareTiles is the items of a source row from which that is so.
const squareTiles = 20

// onEdges reports whether all destination rows begin at line edges.
func (b *builder) onEdges() bool {
	for _, l := range b.rest {
		if l.dst != b.x.item && l.dst%lineSize != 0 {
			return false
		}
	}
	b.edged = true
	return b.edge
}

// lineInRegisters reports whether there are tiles for axis J that come to each line once,
// and need no scratch for that.
func (b *builder) lineInRegisters(J loop) bool {
	line, ok := asm.LineKernel(b.x.item, 64/b.x.item, J.n, b.have)
	return ok && inRegisters(asm.Info(line))
}

// chains takes the virtual axes out of the rest: I beginning with loop k, J with
// loop 0, grown in turns, the shorter first. tile is that of J.
func (b *builder) chains(k, mostI, mostJ, tile int) (I, J virtual) {
	I, J = virtual{most: mostI, n: 1, open: true}, virtual{most: mostJ, tile: tile, n: 1, open: true}
	b.extend(&I, k, false)
	if b.find(I.n*b.x.item, false) <= 0 { // all of a short I leaves room for more of J
		J.most = max(mostJ, min(maxI, shortItems/I.n))
	}
	b.extend(&J, 0, true)
	for I.open || J.open {
		if I.open && (!J.open || I.n <= J.n) {
			b.extend(&I, b.find(I.n*b.x.item, false), false)
		} else {
			b.extend(&J, b.find(J.n*b.x.item, true), true)
		}
	}
	return I, J
}

// denseOnSource returns the loop of the rest whose source items touch, or -1.
func (b *builder) denseOnSource() int {
	for k, l := range b.rest {
		if abs(l.src) == b.x.item {
			return k
		}
	}
	return -1
}

// shortRun reports whether loop k, without others, is a short dense run on one side.
func (b *builder) shortRun(k, other int, onDst bool) bool {
	n := b.rest[k].n * b.x.item
	next := b.find(n, onDst)
	return b.short(b.rest[k]) && (next < 0 || next == other)
}

// find returns the loop of the rest with the given step on one side, or -1.
func (b *builder) find(step int, onDst bool) int {
	for k, l := range b.rest {
		if onDst && l.dst == step || !onDst && l.src == step {
			return k
		}
	}
	return -1
}

// tables writes the offset tables of a leaf that walks along I inside and down J
// outside, picks a kernel that fits and finishes the plan.
func (b *builder) tables(I, J *virtual) {
	b.block(I, J)
	b.leafKernel(asm.Transpose, b.x.item, I.least(), J.least())
	b.atSteps(I, J)
	if id, ok := asm.MaskedKernel(b.x.item, I.least(), J.least(), b.have); ok && J.ends(asm.Info(id).I) {
		b.plan.kernel = id
	}
	b.around(I, J)
}

// atSteps makes the kernel one for rows at equal steps on one side, where they are and
// there is one like the kernel.
func (b *builder) atSteps(I, J *virtual) {
	block := &b.plan.block
	dst, even := I.step(func(l loop) int { return l.dst })
	if even {
		if id, ok := asm.SideKernel(asm.Info(b.plan.kernel), asm.DstSide, b.have); ok {
			b.plan.kernel, block.Inner.Dst = id, dst
			return
		}
	}
	src, even := J.step(func(l loop) int { return l.src })
	if even {
		if id, ok := asm.SideKernel(asm.Info(b.plan.kernel), asm.SrcSide, b.have); ok {
			b.plan.kernel, block.Inner.Src = id, src
		}
	}
}

// around puts the loops that are left around a transpose of two virtual axes.
func (b *builder) around(I, J *virtual) {
	block := &b.plan.block
	var outer turn
	if len(b.rest) > 0 && I.split.n <= 1 && J.split.n <= 1 && !b.ordered {
		block.Outer = kernelLoop(b.take(0))
		outer = chunked(&block.Outer, mostTurns(I.n*J.n*b.x.item, 2*(I.n+J.n)), partOuter)
	}
	b.finish(outer, I.split, J.split)
}

// block writes the offset tables and the extents of the leaf's block. The table of
// source rows goes on to whole lines, as merging wants it; of a chunk that ends
// within a tile, what follows in the table is read as well, and so has to exist.
func (b *builder) block(I, J *virtual) {
	block := &b.plan.block
	line := max(1, 64/b.x.item)
	padded := (J.n + line - 1) / line * line
	off := b.table(I.n + padded)
	block.DstOff, block.SrcOff = off[:I.n], off[I.n:]
	I.fill(block.DstOff, func(l loop) int { return l.dst })
	J.fill(block.SrcOff, func(l loop) int { return l.src })
	for k := J.n; k < padded; k++ {
		block.SrcOff[k] = block.SrcOff[J.n-1]
	}
	b.extents(I, J)
}

// extents sets those of the leaf's block.
func (b *builder) extents(I, J *virtual) {
	block := &b.plan.block
	block.I, block.J = I.full(), J.full()
	block.Outer, block.Inner = unit, unit
}

// table returns memory for n table entries.
func (b *builder) table(n int) []int {
	if b.kept {
		return make([]int, n)
	}
	from := b.entries
	if b.entries += n; b.entries > len(b.offsets) {
		return make([]int, n)
	}
	return b.offsets[from:b.entries:b.entries]
}
