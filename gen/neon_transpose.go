package main

import (
	"fmt"

	"github.com/stridecopy/stridecopy/gen/arm64"
)

// A neonTile takes j source rows of i items and makes of them i destination rows
// of j items. Both are whole vectors.
type neonTile struct{ size, i, j int }

// neonTransposeKernels has, of every size, a tile that fills lines or registers,
// and the smallest one for extents below it.
func neonTransposeKernels() []neonKernel {
	var ks []neonKernel
	add := func(name string, t neonTile) {
		ks = append(ks, neonKernel{kernel{
			name: fmt.Sprintf("transpose%sB%dNEON", name, t.size), op: "Transpose", size: t.size, i: t.i, j: t.j,
			loop: transposeLoop(t.size), twin: "transposeGeneric",
		}, t.emit})
	}
	add("", neonTile{1, 16, 16})
	add("", neonTile{2, 8, 16})
	add("Small", neonTile{2, 8, 8})
	add("", neonTile{4, 8, 8})
	add("Small", neonTile{4, 4, 4})
	add("", neonTile{8, 4, 4})
	add("Small", neonTile{8, 2, 2})
	add("", neonTile{16, 4, 4})
	return ks
}

func (t neonTile) emit(e *neon) { e.tiles(t, t.move) }

// tiles emits the loops over tiles: along the source rows inside, down them outside.
func (e *neon) tiles(t neonTile, move func(e *neon, src, srcOff, dst, dstOff arm64.R)) {
	e.turns(func() {
		dst, srcOff, restJ := e.take(), e.in("SrcOff", 0), e.in("J", 0)
		e.Mov(rDst, dst)
		e.slide(restJ, t.j, func() {
			src, dstOff, restI := e.take(), e.in("DstOff", 0), e.in("I", 0)
			e.Mov(rSrc, src)
			e.slide(restI, t.i, func() { move(e, src, srcOff, dst, dstOff) },
				neonAdvance{src, t.size}, neonAdvance{dstOff, 8})
		}, neonAdvance{dst, t.size}, neonAdvance{srcOff, 8})
	})
}

// neonAdvance is a pointer that moves by scale bytes an item.
type neonAdvance struct {
	pointer arm64.R
	scale   int
}

// slide runs body over rest items in steps of n, the last step slid back so that
// it ends exactly at the end. rest must be at least n and is used up.
func (e *neon) slide(rest arm64.R, n int, body func(), pointers ...neonAdvance) {
	again, done := e.NewLabel("tile"), e.NewLabel("done")
	e.Label(again)
	e.scope(body)
	e.SubsI(n, rest, rest)
	e.Bcc(arm64.LE, done)
	for _, p := range pointers {
		e.AddI(n*p.scale, p.pointer, p.pointer)
	}
	e.CmpI(rest, n)
	e.Bcc(arm64.GE, again)
	e.SubI(n, rest, rest)
	for _, p := range pointers {
		for bit := range log2(p.scale) + 1 {
			if p.scale>>bit&1 != 0 {
				e.AddShifted(rest, bit, p.pointer, p.pointer)
			}
		}
	}
	e.MovI(n, rest)
	e.B(again)
	e.Label(done)
}

// move loads a tile into as many vectors, transposes the square blocks it is made
// of, and stores it.
func (t neonTile) move(e *neon, src, srcOff, dst, dstOff arm64.R) {
	lanes := 16 / t.size
	wide, high := t.i/lanes, t.j/lanes // in blocks
	v := make([][][]arm64.V, high)     // by row of blocks, block, and row in the block
	next := arm64.V(0)
	for h := range v {
		v[h] = make([][]arm64.V, wide)
		for w := range v[h] {
			for range lanes {
				v[h][w] = append(v[h][w], next)
				next++
			}
		}
	}
	e.tileRows(src, srcOff, t.j, func(row arm64.R, j int) {
		blocks := v[j/lanes]
		for w := 0; w < wide; w++ {
			if w+1 < wide {
				e.LdpQ(row, 16*w, blocks[w][j%lanes], blocks[w+1][j%lanes])
				w++
				continue
			}
			e.LdQ(row, 16*w, blocks[w][j%lanes])
		}
	})
	free := next
	for _, blocks := range v {
		for w := range blocks {
			blocks[w], free = e.transposeBlock(t.size, blocks[w], free)
		}
	}
	e.tileRows(dst, dstOff, t.i, func(row arm64.R, i int) {
		w, k := i/lanes, i%lanes
		for h := 0; h < high; h++ {
			if h+1 < high {
				e.StpQ(v[h][w][k], v[h+1][w][k], row, 16*h)
				h++
				continue
			}
			e.StQ(v[h][w][k], row, 16*h)
		}
	})
}

// tileRows calls move with the address of each of n rows, an even number.
func (e *neon) tileRows(base, table arm64.R, n int, move func(row arm64.R, k int)) {
	for k := 0; k < n; k += 2 {
		e.scope(func() {
			a, b := e.take(), e.take()
			e.Ldp(table, 8*k, a, b)
			e.Add(base, a, a)
			e.Add(base, b, b)
			move(a, k)
			move(b, k+1)
		})
	}
}

// transposeBlock transposes n vectors of n items by log2(n) equal rounds: each
// interleaves the first half of the vectors with the second, low parts and high
// parts, like riffling cards.
//
//	a0 a1 a2 a3        a0 c0 a1 c1        a0 b0 c0 d0
//	b0 b1 b2 b3   ->   a2 c2 a3 c3   ->   a1 b1 c1 d1
//	c0 c1 c2 c3        b0 d0 b1 d1        a2 b2 c2 d2
//	d0 d1 d2 d3        b2 d2 b3 d3        a3 b3 c3 d3
//
// It returns the vectors in order, and the one that is free now.
func (e *neon) transposeBlock(size int, v []arm64.V, free arm64.V) ([]arm64.V, arm64.V) {
	return e.rounds(size, log2(len(v)), v, free)
}

// rounds does the first n of them.
func (e *neon) rounds(size, n int, v []arm64.V, free arm64.V) ([]arm64.V, arm64.V) {
	half := len(v) / 2
	for range n {
		var riffled []arm64.V
		for k := range half {
			a, b := v[k], v[k+half]
			e.Zip1(size, a, b, free)
			e.Zip2(size, a, b, b)
			riffled = append(riffled, free, b)
			free = a
		}
		v = riffled
	}
	return v, free
}
