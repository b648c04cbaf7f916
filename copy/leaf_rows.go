package strided

import "github.com/stridecopy/stridecopy/asm"

// The leaves that move whole runs of bytes, and single items.

// wideItem is the size from which an item is moved as a row of its own.
const wideItem = 17

// rows makes the leaf a 2-D block of wide items: the loop that is densest on the
// destination inside, and around it the one that is densest on the source.
func (b *builder) rows() {
	b.plan.block.Width = b.x.item
	b.leafKernel(asm.Rows, 0, 0, 0)
	width := b.chunkWidth()
	b.twoLoops(width.full, lines(1, width.full, 64), width)
}

// chunkWidth cuts rows that are longer than a call may move.
func (b *builder) chunkWidth() turn {
	whole := asm.Loop{N: b.plan.block.Width, Dst: 1, Src: 1}
	t := chunked(&whole, callBytes, partWidth)
	b.plan.block.Width = whole.N
	return t
}

// twoLoops gives the block its Inner loop, the innermost of the rest, and its Outer
// loop, where turns move bytes and touch so many lines, and finishes the plan.
func (b *builder) twoLoops(bytes, touched int, chunks ...turn) {
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
	b.finish(append([]turn{outer, inner}, chunks...)...)
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
	row := asm.Loop{N: b.take(0).n, Dst: b.x.item}
	width := chunked(&row, callBytes/b.x.item, partWidth)
	width.full, width.last = width.full*b.x.item, width.last*b.x.item
	b.plan.block.Width = width.full
	b.twoLoops(width.full, lines(1, width.full, 64), width)
	return true
}

// items makes the leaf a 2-D block of single items: whatever no other leaf can do.
func (b *builder) items() {
	b.leafKernel(asm.Items, b.x.item, 0, 0)
	touched := 1
	if len(b.rest) > 0 {
		touched = 2
	}
	b.twoLoops(b.x.item, touched)
}
