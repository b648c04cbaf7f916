package strided

import (
	"slices"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// The leaves that move whole runs of bytes, and single items.

// wideItem is the size from which an item is moved as a row of its own.
const wideItem = 17

// rows makes the leaf a 2-D block of wide items.
func (b *builder) rows() {
	w := b.x.item
	b.plan.block.Width, b.plan.size = w, 1
	b.leafKernel(asm.Rows, 0, 0, 0)
	b.wholeLines(w)
	j, i := b.find(w, true), b.denseOnSource()
	if b.streams() && !b.shortRuns(i, j) {
		if b.mergedRows(i, j) {
			return
		}
		if k, ok := asm.StreamKernel(asm.Info(b.plan.kernel), false, b.have); ok && b.longAlone(j) && !b.fewChannels() {
			b.plan.kernel, b.plan.stream = k, true
			b.followSource()
		} else if b.apart() {
			b.sortBySource()
		}
	} else if i >= 0 && j >= 0 && i != j && w < longRow {
		items := rowBlockItems
		for items*items*w > blockBytes {
			items /= 2
		}
		mostJ := items
		if crowdedRows(b.rest[j].src, min(items, b.rest[j].n)) {
			mostJ = max(cacheWays, min(crowdedRun/w, cacheWays*setsOf(b.rest[j].src, crowd))) // source rows that get along
		}
		b.rowBlock(i, j, items, mostJ)
		return
	} else if k, ok := b.stringRows(); ok {
		b.plan.kernel = k
	}
	width := b.chunkWidth()
	b.twoLoops(width.full, lines(1, width.full, 64), width)
	b.plan.block.Ahead = b.plan.block.Inner.Src * max(1, fetchRows/w)
}

// wholeLines makes the kernel, of boxes or of rows of so many bytes, one that moves lines as
// one vector, where that is faster: where both sides fit the first-level cache.
func (b *builder) wholeLines(width int) {
	if !machine.WholeLines || b.streams() || b.reached() > wholeBytes {
		return
	}
	if k, ok := asm.WholeKernel(asm.Info(b.plan.kernel), width, b.have); ok {
		b.plan.kernel = k
	}
}

// wholeBytes is the size of both sides together up to which that is so.
const wholeBytes = 40 << 10

// stringRows returns the kernel that leaves rows to the processor's own loop, and whether that
// is fast for these: long ones, between the caches of a core.
func (b *builder) stringRows() (asm.ID, bool) {
	if n := b.plan.bytes; !machine.MovesStrings || b.x.item < stringRow || n < stringLeast || n > stringMost {
		return 0, false
	}
	return asm.StringKernel(b.have)
}

// shortRuns reports whether rows that touch on the destination make runs too short to be packed,
// on a machine where such that are not stored past the caches are faster.
func (b *builder) shortRuns(i, j int) bool {
	return machine.RowsFollowSource && b.plan.opts.Streaming != StreamAlways &&
		i >= 0 && j >= 0 && i != j && !b.longAlone(j) && b.rest[j].n*b.x.item < packFollow
}

// mergedRows makes the leaf rows that are packed before they are stored past the caches:
// those of loop j, which touch on the destination, unless they are long, or go in the order
// of the source and do not touch there, or do so the other way round.
func (b *builder) mergedRows(i, j int) bool {
	w := b.x.item
	k, ok := asm.StreamKernel(asm.Info(b.plan.kernel), true, b.have)
	switch {
	case !ok || j < 0 || machine.RowsFollowSource && (i < 0 || i == j || b.longAlone(j)):
		return false
	case i < 0:
		return b.packRows(k, j)
	case w >= longRow:
		return false
	}
	b.plan.kernel, b.plan.stream = k, true
	mostJ := asm.PackBytes / w
	if l := b.rest[j]; w%lineSize != 0 && b.rest[i].n*w >= mergeBytes && crowdedRows(l.src, min(mostJ, l.n)) {
		mostJ = min(mostJ, max(cacheWays*setsOf(l.src, crowd), crowdedRun/w)) // whose lines stay for the next items
	}
	b.rowBlock(i, j, min(packI/w, blockBytes/asm.PackBytes), mostJ)
	return true
}

// longAlone reports whether rows are long enough to be stored past the caches by themselves,
// where those of loop j touch on the destination, or j is negative.
func (b *builder) longAlone(j int) bool {
	w := b.x.item
	sparse := j < 0 || machine.RowsFollowSource && w%64 == 0
	return w >= streamDense || sparse && w >= streamRow
}

const (
	longRow       = 1024     // bytes from which a row is moved by itself
	streamRow     = 192      // bytes from which that pays where destination rows do not touch
	streamDense   = 256      // and where they do
	streamSparse  = 384      // and where source rows lie far apart besides
	sparseRows    = 3        // times the width: steps of source rows from which shorter ones are packed
	packLeast     = 256      // bytes of a destination run from which rows are packed and not boxes
	packFollow    = 512      // the same where rows follow the source
	packI         = 8192     // bytes of a source run in a block of rows that are packed
	rowBlockItems = 64       // items on either side of a block in the caches, where they are short
	cacheWays     = 8        // lines of a set of the first-level cache
	crowdedRun    = 384      // bytes of a destination run in a block whose source rows are crowded
	stringRow     = 4000     // bytes from which the processor's own loop begins soon enough
	stringLeast   = 24 << 10 // payload that the first-level cache has no room for on both sides
	stringMost    = 2 << 20  // and that only the last-level cache has room for
	apartStep     = 128      // bytes from row to row from which no line has parts of two rows
	fetchRows     = 4096     // bytes that prefetching runs ahead from row to row
	packAhead     = 8192     // the same where rows are packed
	fetchAlong    = 512      // bytes that it runs ahead along a source run
)

// rowBlock gives the block chunks of loop j, which is dense on the destination, as
// its Inner loop, and chunks of loop i, dense on the source, around it.
func (b *builder) rowBlock(i, j, mostI, mostJ int) {
	block := &b.plan.block
	block.Outer = unit
	block.Inner = kernelLoop(b.rest[j])
	block.Ahead = block.Inner.Src * max(1, fetchRows/b.x.item)
	var outer turn
	if i >= 0 && i != j {
		if b.rest[i].src < 0 {
			b.x.flip(&b.rest[i])
		}
		block.Outer = kernelLoop(b.rest[i])
		block.Ahead = (fetchAlong + b.x.item - 1) / b.x.item * b.x.item
		outer = chunked(&block.Outer, max(1, mostI), partOuter)
		b.take(max(i, j))
		b.take(min(i, j))
	} else {
		b.take(j)
	}
	inner := chunked(&block.Inner, max(1, mostJ), partInner)
	b.finish(inner, outer)
}

// fewChannels reports whether the destination rows all go to few channels of the memory: by
// measurement where they lie a power of two apart, a KiB or more, and fill no more than a
// quarter of that, nor a KiB.
func (b *builder) fewChannels() bool {
	if len(b.rest) == 0 || machine.SpreadsRows || b.plan.opts.Streaming == StreamAlways {
		return false
	}
	w, step := b.x.item, b.rest[0].dst
	return step >= 1024 && step&(step-1) == 0 && 4*w <= step && w <= longRow
}

// apart reports whether rows that are too large for the caches, and are not stored past them,
// go in the order of the source: where that is faster, no line has parts of two rows, and
// rows that follow each other do not share sets of the first-level cache.
func (b *builder) apart() bool {
	if !machine.RowsFollowSource || len(b.rest) < 2 || b.rest[0].dst < apartStep {
		return false
	}
	first := b.rest[0]
	for _, l := range b.rest[1:] {
		if abs(l.src) < abs(first.src) {
			first = l
		}
	}
	return !crowdedRows(first.dst, first.n)
}

// packs reports whether items are rows that are packed, several lines of them, before they
// are stored past the caches, where both sides have a dense axis: boxes store parts of lines.
func (b *builder) packs() bool {
	w := b.x.item
	if w < wideItem || !b.streams() || !b.have.Has(cpu.AVX2) {
		return false
	}
	j, i := b.find(w, true), b.denseOnSource()
	if i < 0 || i == j && machine.RowsFollowSource {
		return false
	}
	return j >= 0 && b.rest[j].n*w >= packLeast && !b.shortRuns(i, j)
}

// packRows makes the leaf rows of loop j, which touch on the destination and lie far
// apart on the source, that are packed before they are stored past the caches. Where
// they do not fill the last such pack, it is slid back.
func (b *builder) packRows(merge asm.ID, j int) bool {
	w, l := b.x.item, b.rest[j]
	n := asm.PackBytes / w
	if w >= streamSparse || abs(l.src) < sparseRows*w || l.n < n {
		return false
	}
	p, block := b.plan, &b.plan.block
	p.kernel, p.stream = merge, true
	b.take(j)
	block.Inner = asm.Loop{N: n, Dst: l.dst, Src: l.src}
	block.Ahead = l.src * max(1, packAhead/w)
	b.finish(b.tiles(l, n, n*w, 2*n))
	return true
}

// chunkWidth cuts rows that are longer than a call may move, between items unless these
// are longer, too.
func (b *builder) chunkWidth() turn {
	unit := b.x.unit
	if unit > callBytes {
		unit = 1
	}
	t := chunkedRow(b.plan.block.Width, unit)
	t.src = t.dst
	b.plan.block.Width = t.full
	return t
}

// chunkedRow returns the loop over chunks of a row of n bytes that one call may move,
// whole items each and, unless that would be too long, whole lines.
func chunkedRow(n, item int) turn {
	chunks := (n + callBytes - 1) / callBytes
	unit := 64 / gcd(item, 64) * item
	if unit > callBytes/2 {
		unit = item
	}
	full := (n/chunks + unit - 1) / unit * unit
	if full >= n {
		return turn{n: 1, field: partWidth, full: n, last: n}
	}
	chunks = (n + full - 1) / full
	return turn{n: chunks, dst: full, field: partWidth, full: full, last: n - (chunks-1)*full}
}

// twoLoops gives the block its Inner loop, the innermost of the rest, and its Outer
// loop, where turns move bytes and touch so many lines, and finishes the plan.
func (b *builder) twoLoops(bytes, touched int, chunks turn) {
	block := &b.plan.block
	block.Inner, block.Outer = unit, unit
	var inner, outer turn
	if len(b.rest) > 0 {
		block.Inner = kernelLoop(b.take(0))
		inner = chunked(&block.Inner, mostTurns(bytes, touched), partInner)
		if inner.n == 1 && len(b.rest) > 0 {
			n := block.Inner.N
			block.Outer = kernelLoop(b.take(0))
			outer = chunked(&block.Outer, mostTurns(n*bytes, n*touched), partOuter)
		}
	}
	b.finish(outer, inner, chunks)
}

// fill makes the leaf rows that repeat one item, where the source stands still
// along the innermost loop.
func (b *builder) fill() bool {
	l := b.rest
	if len(l) == 0 || l[0].src != 0 || l[0].dst != b.x.item || l[0].n*b.x.item < 32 {
		return false
	}
	switch b.x.item {
	case 1, 2, 4, 8, 16:
	default:
		return false
	}
	b.leafKernel(asm.Fill, b.x.item, 0, 0)
	width := chunkedRow(b.take(0).n*b.x.item, b.x.item)
	b.plan.block.Width = width.full
	b.twoLoops(width.full, lines(1, width.full, 64), width)
	return true
}

// items makes the leaf a 2-D block of single items: whatever no other leaf can do.
// Items that no instruction moves whole are short rows.
func (b *builder) items() {
	w := b.x.item
	if w&(w-1) == 0 {
		b.leafKernel(asm.Items, w, 0, 0)
	} else {
		b.plan.block.Width = w
		b.leafKernel(asm.Rows, 0, 0, 0)
	}
	b.itemLoops()
	b.plan.block.Pause = pause(b.plan.block.Inner, machine)
}

// itemLoops gives the block of single items its loops and finishes the plan.
func (b *builder) itemLoops() {
	w := b.x.item
	if b.pureGo() && b.aroundLong() || w&(w-1) == 0 && b.aroundNear() || b.acrossLines() {
		return
	}
	touched := 2 // lines an item, at most
	if len(b.rest) == 0 || b.rest[0].n >= longBatch && b.rest[0].dst+abs(b.rest[0].src) <= lineSize {
		touched = 1
	}
	b.twoLoops(b.x.item, touched, turn{})
}

// pureGo reports whether items are moved by a loop in Go, which takes longer to begin
// than one in assembly.
func (b *builder) pureGo() bool { return asm.Info(asm.Best(asm.Items, 1, 0, 0, b.have)).Needs == 0 }

// shortLoop is the number of turns below which a loop is short.
const shortLoop = 8

// short reports whether loop l is short and goes along lines that its neighbours use.
func (b *builder) short(l loop) bool {
	return l.n < shortLoop && (l.dst == b.x.item || abs(l.src) == b.x.item)
}

// aroundLong makes a short loop the Outer one of the block, around turns of another
// that are few enough to stay in the cache.
func (b *builder) aroundLong() bool {
	k := slices.IndexFunc(b.rest, b.short)
	if k < 0 || len(b.rest) < 2 || b.rest[max(0, 1-k)].n <= b.rest[k].n {
		return false
	}
	short := b.take(k)
	b.finish(b.nested(short, b.take(0), mostTurns(short.n*b.x.item, 2*short.n)))
	return true
}

// nested makes outer the Outer loop of the block, around at most so many turns of inner at
// a time, and returns the loop over the chunks of these.
func (b *builder) nested(outer, inner loop, most int) turn {
	block := &b.plan.block
	block.Outer, block.Inner = kernelLoop(outer), kernelLoop(inner)
	return chunked(&block.Inner, most, partInner)
}

// aroundNear makes a short first loop the Outer one of the block, around turns of the
// longer loop with the smallest steps, as many as leave their lines in the cache.
func (b *builder) aroundNear() bool {
	if len(b.rest) == 0 || b.rest[0].n >= shortLoop {
		return false
	}
	k, least := 0, 0
	for i, l := range b.rest {
		if step := max(l.dst, abs(l.src)); l.n >= shortLoop && (k == 0 || step < least) {
			k, least = i, step
		}
	}
	if k == 0 {
		return false
	}
	long := b.take(k)
	most := nearLines * lineSize / (min(lineSize, long.dst) + min(lineSize, abs(long.src)))
	b.finish(b.nested(b.take(0), long, most))
	return true
}

// acrossLines makes a loop along source lines the Outer one of the block, around turns of
// the first, which takes another line each time, as many as leave them in the cache.
func (b *builder) acrossLines() bool {
	if len(b.rest) < 2 || abs(b.rest[0].src) < lineSize {
		return false
	}
	k, least := 0, lineSize
	for i, l := range b.rest {
		if step := abs(l.src); step < least {
			k, least = i, step
		}
	}
	if k == 0 {
		return false
	}
	along := b.take(k)
	first := b.take(0)
	sets := min(cacheSets, cacheSets*lineSize/gcd(abs(first.src), cacheSets*lineSize))
	inner := b.nested(along, first, max(fewBoxes, min(nearLines, sets*linesOfSet)))
	block := &b.plan.block
	n := block.Inner.N
	b.finish(inner, chunked(&block.Outer, mostTurns(n*b.x.item, 2*n), partOuter))
	return true
}

// The sets of a first-level cache, and how many lines of each turns of a loop may use: half.
const (
	cacheSets  = 64
	linesOfSet = 4
)

// nearLines is the cache lines of the turns of a loop inside another.
const nearLines = 256
