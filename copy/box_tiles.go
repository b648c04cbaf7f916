package strided

import (
	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// Whether the tiles of a transpose are better than boxes, where both would do.

// tileable reports whether the transpose leaf could work with whole lines on axes
// that are long on both sides, where blocks serve the caches better than boxes.
func (b *builder) tileable() bool { return b.denseBoth(tileableBytes, tileableBytes) }

// tilesFit reports whether the transpose leaf has tiles that fit.
func (b *builder) tilesFit() bool { return b.denseBoth(32, 16) }

// tilesBeat reports whether tiles are better than x: a box under masks, or one that takes
// more shuffles for its many windows, unless some kernel needs none or tiles would be
// wasteful.
func (b *builder) tilesBeat(x *box, vector int) bool {
	few := 4
	switch {
	case vector == 64:
	case b.have.Has(cpu.AVX2): // whose tiles have rows of two windows
		if !b.single() {
			few = 1
		}
	default:
		few = 2
	}
	if !x.masked && (max(x.nsrc, x.ndst) <= few || b.wasteful()) {
		return false
	}
	if b.have.Has(cpu.NEON) {
		_, weave := asm.WeaveKernel(b.perm(x, vector), b.have)
		return !weave
	}
	return true
}

// narrow reports whether what is dense on one side is too short for good tiles.
func (b *builder) narrow() bool {
	J, I := b.runs(b.find(b.x.item, true), b.denseOnSource())
	return min(J, I)*b.x.item <= narrowRun
}

// narrowRun is the bytes of a dense run up to which boxes of many windows may be quicker.
const narrowRun = 24

// single reports whether what is dense on either side makes no more than one tile.
func (b *builder) single() bool {
	J, I := b.runs(b.find(b.x.item, true), b.denseOnSource())
	return J*I*b.x.item <= singleTile
}

// singleTile is the bytes of the largest tile of two windows by four items, which an
// exchange of four windows moves in less time than it takes to go from tile to tile.
const singleTile = 128

// tileCost estimates the cycles per byte of the tiles of the transpose leaf: a load, a
// store and the shuffles of every vector, two at a time, and some for every tile. It is
// 0 where no tile fits.
func (b *builder) tileCost() float64 {
	w := b.x.item
	j, i := b.find(w, true), b.denseOnSource()
	if i < 0 || j < 0 || i == j {
		return 0
	}
	J, I := b.runs(j, i)
	t := b.tile(J, I)
	if t.Needs == 0 {
		return 0
	}
	tiles := (I + t.I - 1) / t.I * ((J + t.J - 1) / t.J)
	vectors := float64(t.I*t.J*w) / float64(min(16, t.I*w))
	return (float64(tiles)*(vectors*3.5+8) + turnCycles) / float64(I*J*w)
}

// wasteful reports whether tiles, of which the last is slid back, would move a quarter
// of all items twice, or more.
func (b *builder) wasteful() bool {
	tile := max(1, 16/b.x.item)
	for _, n := range [...]int{b.rest[b.find(b.x.item, true)].n, b.rest[b.denseOnSource()].n} {
		if n < 2*tile && 4*((n+tile-1)/tile*tile) >= 5*n {
			return true
		}
	}
	return false
}

// denseBoth reports whether the source and the destination are dense along different
// axes, for so many bytes, on items of a size that has tiles.
func (b *builder) denseBoth(dst, src int) bool {
	w := b.x.item
	j, i := b.find(w, true), b.denseOnSource()
	if i < 0 || j < 0 || i == j {
		return false
	}
	J, I := b.runs(j, i)
	if b.tile(J, I).Needs == 0 {
		return false
	}
	if w&(w-1) != 0 {
		dst, src = max(dst, oddTile*w), max(src, oddTile*w)
	}
	return J*w >= dst && I*w >= max(src, 4*w)
}

// oddTile is the items of a tile of a size that is no power of two, at most.
const oddTile = 16

// tileableBytes is the dense length on both sides from which tiles are preferred.
const tileableBytes = 96

// runs returns the items of the dense runs that begin with loop j on the destination and
// with loop i on the source, and that go on through loops of which each serves one of
// them: the shorter takes the next.
func (b *builder) runs(j, i int) (J, I int) {
	w := b.x.item
	J, I = b.rest[j].n, b.rest[i].n
	taken := uint64(1)<<j | uint64(1)<<i
	next := func(run int, onDst bool) int {
		k := b.find(run*w, onDst)
		if run*w >= longRun || k >= 0 && taken>>k&1 != 0 {
			return -1
		}
		return k
	}
	for {
		toJ, toI := next(J, true), next(I, false)
		switch {
		case toI >= 0 && (toJ < 0 || I <= J):
			I *= b.rest[toI].n
			taken |= 1 << toI
		case toJ >= 0:
			J *= b.rest[toJ].n
			taken |= 1 << toJ
		default:
			return J, I
		}
	}
}

// tile returns the kernel for runs of so many items, which may be the pure-Go one.
func (b *builder) tile(J, I int) asm.Kernel {
	return asm.Info(asm.Best(asm.Transpose, b.x.item, I, J, b.have))
}

// longRun is the length in bytes from which it does not matter how a dense run goes on.
const longRun = 256
