//go:build race

package asm

import (
	"math/bits"
	"runtime"
	"unsafe"
)

// raceBlock tells the race detector what an assembly kernel is about to read and
// write: the items, never the gaps between them.
func raceBlock(dst []byte, d int, src []byte, s, size int, id ID, b *Block) {
	k := &kernels[id]
	for o := range b.Outer.N {
		switch k.Op {
		case Transpose:
			for j := range b.J {
				raceRead(src, s+b.SrcRow(j), b.I*size)
			}
			for i := range b.I {
				raceWrite(dst, d+b.DstRow(i), b.J*size)
			}
		default:
			for i := range b.Inner.N + b.Last.N {
				to, from := b.Turn(i)
				raceInner(dst, d+to, src, s+from, size, k, b)
			}
		}
		dstStep, srcStep := b.Step(o)
		d += dstStep
		s += srcStep
	}
}

func raceInner(dst []byte, d int, src []byte, s, size int, k *Kernel, b *Block) {
	switch k.Op {
	case Rows:
		raceRead(src, s, b.Width)
		raceWrite(dst, d, b.Width)
	case Fill:
		raceRead(src, s, k.Size)
		raceWrite(dst, d, b.Width)
	case Items:
		raceRead(src, s, size)
		raceWrite(dst, d, size)
	case Permute:
		p := b.Perm
		for w, mask := range p.SrcMask[:p.NSrc] {
			eachRun(mask, func(lo, n int) { raceRead(src, s+p.SrcAt[w]+lo, n) })
		}
		for w, mask := range p.DstMask[:p.NDst] {
			eachRun(mask, func(lo, n int) { raceWrite(dst, d+p.DstAt[w]+lo, n) })
		}
	}
}

// eachRun calls f for every run of set bits.
func eachRun(mask uint64, f func(lo, n int)) {
	for lo := 0; mask != 0; {
		skip := bits.TrailingZeros64(mask)
		lo, mask = lo+skip, mask>>skip
		n := bits.TrailingZeros64(^mask)
		f(lo, n)
		lo, mask = lo+n, mask>>n
	}
}

func raceRead(b []byte, at, n int)  { runtime.RaceReadRange(unsafe.Pointer(&b[at]), n) }
func raceWrite(b []byte, at, n int) { runtime.RaceWriteRange(unsafe.Pointer(&b[at]), n) }
