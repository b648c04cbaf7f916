package strided

import (
	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// Transposes that store past the caches, and when a plan does.

// transposeStream makes the leaf a transpose of whole lines, where both sides have
// them: one that stores past the caches, where the destination rows are whole lines
// or long enough for merging. What is not, and a matrix by itself, is better finished
// line by line in the caches.
func (b *builder) transposeStream(k int) bool {
	var buf [inlineLoops]loop
	all := append(buf[:0], b.rest...)
	if b.chained(k) {
		return true
	}
	b.rest = append(b.restBuf[:0], all...)
	run, _ := b.runs(0, k)
	lines, features := b.linesInCaches(k)
	I, J := b.chains(k, b.mostI(), maxJ, 0)
	line, ok := asm.LineKernel(b.x.item, 64/b.x.item, J.full(), b.have)
	t := asm.Info(line)
	if ok && I.least() >= t.I && J.least() >= t.J && !b.smallNear(&I, &J) {
		merge, merges := asm.StreamKernel(t, true, b.have)
		i, _ := b.mostMerged()
		merges = merges && I.least() >= asm.Info(merge).I && run*b.x.item >= mergeBytes
		staged := merges && (b.channels(&I, &J) || b.near(&J) && machine.StagesNear && I.loops[0].n <= i)
		stream, ok := asm.StreamKernel(t, false, b.streamFeatures(&J))
		if ok && !staged && b.edge && I.least() >= asm.Info(stream).I && b.alignedRows(&I, &J) {
			b.ordered, b.edged = true, true
			b.tables(&I, &J)
			b.plan.kernel, b.plan.stream = stream, true
			block := &b.plan.block
			rows := fetchBytes / (t.J * block.I * b.x.item)
			block.Ahead = t.J * max(1, min(rows, J.least()/t.J))
			return true
		}
		if merges {
			b.rest = append(b.restBuf[:0], all...)
			if !staged && (b.carry(k) || b.stays(k, all)) {
				return true
			}
			b.rest = append(b.restBuf[:0], all...)
			b.merge(k, merge)
			return true
		}
		if I.used > 1 && lines {
			b.tables(&I, &J)
			b.plan.kernel, _ = asm.LineKernel(b.x.item, 64/b.x.item, J.full(), features)
			return true
		}
	}
	b.rest = append(b.restBuf[:0], all...)
	return false
}

// linesInCaches reports whether tiles of whole lines, by kernels of the features it returns, are
// better than other leaves for the caches, which cut the source runs: not for small items on some
// machines, unless that is between two axes, which such leaves keep to.
func (b *builder) linesInCaches(k int) (better bool, features cpu.Features) {
	if !machine.KeepsSmall || b.x.item >= 4 {
		return true, b.have
	}
	_, two := b.evenKernel(k)
	return two, b.have &^ cpu.AVX512
}

// smallNear reports whether the matrices are small ones, of which processors that stage what
// is near move more with plain stores: by measurement, where the destination runs end too
// soon for what is staged, and do not begin at the edge of a line.
func (b *builder) smallNear(I, J *virtual) bool {
	run := J.n * max(1, J.split.n) * b.x.item // or a little more
	ends := J.split.n > 1 || b.find(run, true) < 0
	return machine.StagesNear && b.near(J) && I.full()*b.x.item < smallRow && ends &&
		mergeBytes <= run && run < smallRun && !(b.edge && b.alignedRows(I, J))
}

// The bytes of a source row and of a destination run from which it pays to stage small
// matrices.
const (
	smallRow = 320
	smallRun = 640
)

// near reports whether source rows, but of small items, lie near each other.
func (b *builder) near(rows *virtual) bool {
	return b.x.item >= 4 && abs(rows.loops[0].src) < nearStep
}

// streamFeatures returns the features for a kernel that stores whole lines past the caches
// and has the given source rows: half lines of such that are near are read as fast, unless
// staged kernels are better for these, and tiles of AVX2, which are narrower, then are, too.
func (b *builder) streamFeatures(rows *virtual) cpu.Features {
	if b.near(rows) && !machine.StagesNear {
		return b.have &^ cpu.AVX512
	}
	return b.have
}

// channels is oneChannel, on machines where that matters.
func (b *builder) channels(rows, source *virtual) bool {
	return !machine.SpreadsLines && oneChannel(rows, source)
}

// oneChannel reports whether the destination rows, a line of each after the other, all go
// to one channel of the memory, or to few, unless the memory spreads lines: by measurement,
// with steps of two KiB, of one where those of the source rows are two, and of half a KiB where
// the rows are many.
func oneChannel(rows, source *virtual) bool {
	few, many := 32, 128
	return rows.apart(2048) >= few || rows.apart(1024) >= few && source.loops[0].src%2048 == 0 || rows.apart(512) >= many
}

// merge makes the leaf a transpose that goes through scratch memory, of which one call has
// many lines of few destination rows: what fills no line of a row waits for the next call.
func (b *builder) merge(k int, id asm.ID) {
	i, j := b.mostMerged()
	I, J := b.chains(k, i, j, 64/b.x.item)
	b.staging(id, &I, &J)
}

// staging finishes the plan with a kernel that goes through scratch memory.
func (b *builder) staging(id asm.ID, I, J *virtual) {
	b.block(I, J)
	b.plan.kernel, b.plan.size, b.ordered, b.plan.stream = id, b.x.item, true, true
	b.finish(I.split, J.split)
}

// carry makes the leaf a transpose that stores a line of each of many destination rows at a
// time, and keeps what fills none for the next lines, and reports whether there is one for it.
func (b *builder) carry(k int) bool {
	id, ok := b.carriedKernel()
	if !ok {
		return false
	}
	I, J := b.chains(k, carryI, maxJ, 64/b.x.item)
	w, run := b.x.item, J.full()
	if J.split.n > 1 && run*w%lineSize == 0 { // the chunks go on from each other
		run = run*(J.split.n-1) + J.split.last
	}
	if t := asm.Info(id); I.least() < t.I || J.least() < t.J || run*w < carryBytes || I.full()*w < carrySource {
		return false
	}
	b.staging(id, &I, &J)
	return true
}

// chained is carry for destination rows that touch, of which a line may have the end of one and
// the beginning of another: these may be short. It takes rows of whole runs, as few as leave what
// is kept of them in the first-level cache.
func (b *builder) chained(k int) bool {
	id, ok := b.carriedKernel()
	if !ok {
		return false
	}
	w := b.x.item
	I, J := b.chains(k, chainI, chainMost/w, 0)
	run, source, t := J.n*w, I.full()*w, asm.Info(id)
	places := I.places(run)
	switch {
	case J.split.n > 1 || places == 0 || I.least() < t.I || J.least() < t.J:
		return false
	case run < chainRun || source < chainSource || source*J.n < chainBlock || b.channels(&I, &J):
		return false
	case b.alignedRows(&I, &J):
		b.edged = true
		if b.edge {
			return false
		}
	}
	b.plan.block.Chain = places
	b.staging(id, &I, &J)
	return true
}

// Chained rows, by measurement.
const (
	chainI      = 256      // rows of a block
	chainRun    = 192      // bytes of a row from which keeping its first and last line pays
	chainMost   = 2080     // and from which that of chains does not
	chainSource = 256      // bytes of a source row from which lines of so many rows at a time pay
	chainBlock  = 16 << 10 // bytes of a block from which waiting for its stores does not matter
)

// carriedKernel returns the kernel that keeps what fills no line, and whether there is one and
// it is fast here.
func (b *builder) carriedKernel() (asm.ID, bool) {
	if !machine.CarriesLines {
		return 0, false
	}
	return asm.CarriedKernel(b.x.item, b.have)
}

// stays makes the leaf of loops a transpose of two axes by plain stores, although there is more
// to copy than usually goes to the caches, and reports whether that is better: for small items,
// where both sides fit the last-level cache, both axes are long and source rows do not share
// sets of the other caches.
func (b *builder) stays(k int, loops []loop) bool {
	most := 4
	if b.have.Has(cpu.AVX512) {
		most = 2
	}
	b.rest = append(b.restBuf[:0], loops...)
	return machine.KeepsSmall && b.x.item <= most && b.plan.opts.Streaming == StreamAuto &&
		b.plan.touched() <= cpu.LastLevelCache()/2 && min(b.rest[0].n, b.rest[k].n) >= longAxis &&
		b.rest[0].src%sharingStep != 0 && b.evenly(k)
}

const (
	longAxis    = 64  // items of an axis that is long
	sharingStep = 256 // step of source rows from which few of these get along in the caches
)

// mostMerged returns the most items along a source row, and along a destination run, of
// what merge takes.
func (b *builder) mostMerged() (i, j int) {
	if b.x.item < 4 {
		return mergeSmallI, mergeSmallJ
	}
	return mergeI / b.x.item, mergeJ
}

// streams reports whether the plan is to store past the caches where it can.
func (b *builder) streams() bool {
	switch b.plan.opts.Streaming {
	case StreamNever:
		return false
	case StreamAlways:
		return true
	}
	return b.plan.touched() > cachedBytes()
}

// touched returns about how many bytes the cache lines of a side have that the items touch,
// in the mean of both sides: of sparse rows not all that lie between.
func (p *Plan) touched() int {
	dst := p.rowLines(p.dst, func(l loop) int { return l.dst })
	src := p.rowLines(p.src, func(l loop) int { return l.src })
	return dst + (src-dst)/2
}

// rowLines returns the bytes of lines that dense rows take on the side with the given steps,
// each with a line more than it fills, but no more than the side reaches.
func (p *Plan) rowLines(reach span, step func(loop) int) int {
	row, all := p.nest.item, reach.hi-reach.lo
	for grows := true; grows; {
		grows = false
		for _, l := range p.nest.loops {
			if abs(step(l)) == row {
				row, grows = row*l.n, true
			}
		}
	}
	if row >= all-lineSize || p.bytes/row > all/(row+lineSize) { // the product may overflow
		return all
	}
	return p.bytes / row * (row + lineSize)
}

// cachedBytes is the size of source and destination, in the mean, above which stores
// past the caches win: together they fill more than half of the last-level cache,
// of which other processors use the rest.
func cachedBytes() int { return cpu.LastLevelCache() / 4 }

// alignedRows reports whether all destination rows of the leaf begin at a line edge
// if the first does, and end at one.
func (b *builder) alignedRows(I, J *virtual) bool {
	steps := J.n * b.x.item
	if J.split.n > 1 {
		steps = J.split.full*b.x.item | J.split.last*b.x.item
	}
	for _, l := range I.loops[:I.used] {
		steps |= l.dst
	}
	for _, l := range b.rest {
		steps |= l.dst
	}
	return (steps|I.split.dst|J.split.dst)%64 == 0
}
