package main

import (
	"fmt"

	"github.com/stridecopy/stridecopy/gen/arm64"
)

// spreadRow is the number of bytes of a tile's row where items are spread: one
// vector and a half, which become two.
const spreadRow = 24

// A neonSpread moves square tiles of items of 3, 6 or 12 bytes: spread in the
// registers to 4, 8 or 16 on their way in, transposed, and packed on their way out.
type neonSpread struct {
	size, lane int // bytes of an item, before and after
}

func neonSpreadKernels() []neonKernel {
	var ks []neonKernel
	for _, size := range []int{3, 6, 12} {
		s := neonSpread{size, size / 3 * 4}
		n := spreadRow / size
		ks = append(ks, neonKernel{kernel{
			name: fmt.Sprintf("transposeB%dNEON", size), op: "Transpose", size: size, i: n, j: n,
			loop: transposeLoop(size), twin: "transposeGeneric",
		}, s.emit})
	}
	return ks
}

// Vectors of a spread: those of the tile come first.
const (
	vSpread arm64.V = 24 // the two index vectors that spread a row
	vPack   arm64.V = 26 // the two that pack it
	vRow    arm64.V = 28 // a row in memory
	vPair   arm64.V = 30 // a row of the transpose, spread
)

func (s neonSpread) emit(e *neon) {
	index := e.file.Data(fmt.Sprintf("spreadB%d", s.size), s.index())
	p := e.take()
	e.Addr(index, p)
	e.LdpQ(p, 0, vSpread, vSpread+1)
	e.LdpQ(p, 32, vPack, vPack+1)
	n := spreadRow / s.size
	e.tiles(neonTile{s.size, n, n}, s.move)
}

// index returns the index vectors one after the other: for every byte of a spread
// row its place in a packed one, and the reverse.
func (s neonSpread) index() []byte {
	index := make([]byte, 64)
	for k := range 32 {
		index[k] = byte(k/s.lane*s.size + min(k%s.lane, s.size-1))
	}
	for k := range spreadRow {
		index[32+k] = byte(k/s.size*s.lane + k%s.size)
	}
	return index
}

// move loads a tile of two by two blocks, row after row, and stores it likewise: the
// last round of the transpose makes the two halves of a row neighbours, as the
// look-up that packs them wants.
func (s neonSpread) move(e *neon, src, srcOff, dst, dstOff arm64.R) {
	lanes := 16 / s.lane
	var v [2][2][]arm64.V // by row of blocks and block
	place := func(h, w, k int) arm64.V { return arm64.V(2*(w*lanes+k) + h) }
	for h := range v {
		for w := range v[h] {
			for k := range lanes {
				v[h][w] = append(v[h][w], place(h, w, k))
			}
		}
	}
	e.tileRows(src, srcOff, 2*lanes, func(row arm64.R, j int) {
		blocks := v[j/lanes]
		e.LdQ(row, 0, vRow)
		e.LdD(row, 16, vRow+1)
		e.Tbl(vSpread, vRow, 2, blocks[0][j%lanes])
		e.Tbl(vSpread+1, vRow, 2, blocks[1][j%lanes])
	})
	free := arm64.V(4 * lanes)
	for h := range v {
		for w := range v[h] {
			v[h][w], free = e.rounds(s.lane, log2(lanes)-1, v[h][w], free)
		}
	}
	e.tileRows(dst, dstOff, 2*lanes, func(row arm64.R, i int) {
		pair, w, k := vPair, i/lanes, i%lanes
		if lanes == 1 {
			pair = v[0][w][0]
		} else {
			e.lastRound(s.lane, v[0][w], k, vPair)
			e.lastRound(s.lane, v[1][w], k, vPair+1)
		}
		e.Tbl(vPack, pair, 2, vRow)
		e.Tbl(vPack+1, pair, 2, vRow+1)
		e.StQ(vRow, row, 0)
		e.StD(vRow+1, row, 16)
	})
}

// lastRound makes vector k of the last round of a block's transpose.
func (e *neon) lastRound(size int, v []arm64.V, k int, to arm64.V) {
	a, b := v[k/2], v[k/2+len(v)/2]
	if k%2 == 0 {
		e.Zip1(size, a, b, to)
	} else {
		e.Zip2(size, a, b, to)
	}
}
