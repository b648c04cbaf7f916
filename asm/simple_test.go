package asm_test

import (
	"testing"
	"unsafe"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// maxSide is an extent that no smallest extent of a kernel exceeds.
const maxSide = 256

// A simple is a small block for any kernel, with gaps between its rows or without.
type simple struct {
	loops    asm.Block // without references
	perm     asm.Perm
	to, from [maxSide]int
	scratch  [maxSide / 2 * 320]byte
	size     int // bytes of an item
}

// set prepares a block for k with so many bytes between rows.
func (s *simple) set(k *asm.Kernel, gap int) {
	s.size = k.Size
	if k.Aligned() {
		gap = (gap + 63) &^ 63
	}
	if s.size == 0 {
		s.size = 4
	}
	width := 3 * s.size
	if k.Op == asm.Rows {
		width = max(width, k.I)
	}
	s.loops = asm.Block{
		Outer: asm.Loop{N: 1},
		Inner: asm.Loop{N: 2, Dst: width + gap, Src: width + gap},
		Width: width, I: max(k.I, 3), J: max(k.J, 3),
	}
	if k.Merge && k.Op == asm.Rows {
		s.loops.Inner.Dst = width
	}
	switch k.Op {
	case asm.Transpose:
		s.loops.Inner = asm.Loop{N: 1, Dst: s.loops.J*s.size + gap, Src: s.loops.I*s.size + gap}
		for n := range maxSide {
			s.to[n], s.from[n] = n*s.loops.Inner.Dst, n*s.loops.Inner.Src
		}
	case asm.Permute:
		s.setPerm(k, gap)
	}
}

// setPerm reverses the bytes of the first windows and repeats them in all others.
func (s *simple) setPerm(k *asm.Kernel, gap int) {
	p, vector := &s.perm, max(k.Vector, 16)
	p.Index = indexRoom[:0]
	p.Reset(vector, k.I, k.J)
	for w := range k.I {
		p.SrcAt[w] = w * (vector + gap)
	}
	for w := range k.J {
		p.DstAt[w] = w * (vector + gap)
		for n := range vector {
			p.Set(w, n, w%k.I, vector-1-n)
		}
	}
	s.loops.Inner.Dst, s.loops.Inner.Src = k.J*(vector+gap), k.I*(vector+gap)
}

// indexRoom is enough memory for the index vectors of any box.
var indexRoom [2048]byte

// block returns the block, which refers to s. Escape analysis follows references
// into results, not into other memory.
func (s *simple) block() asm.Block {
	b := s.loops
	b.DstOff, b.SrcOff, b.Perm, b.Scratch = s.to[:b.I], s.from[:b.J], &s.perm, &s.scratch[0]
	return b
}

// simpleBytes is enough memory for either side of a simple block.
const simpleBytes = 1<<16 + 64

// TestCallDoesNotAllocate runs every kernel on a block, a permutation, tables and
// buffers that live on the caller's stack.
func TestCallDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, k := range asm.Kernels() {
		if !cpu.Detect().Has(k.Needs) {
			continue
		}
		if n := testing.AllocsPerRun(10, func() { callOnStack(&k) }); n != 0 {
			t.Errorf("%s: %v allocations a call", k.Name, n)
		}
	}
}

//go:noinline
func callOnStack(k *asm.Kernel) {
	var s simple
	var dst, src [simpleBytes]byte
	s.set(k, 5)
	b := s.block()
	edge := int(-uintptr(unsafe.Pointer(&dst)) & 63)
	asm.Call(k.ID, dst[:], edge, src[:], 0, s.size, &b)
}

// BenchmarkCall runs every kernel on its smallest block: what a call costs.
func BenchmarkCall(b *testing.B) {
	dst, src := make([]byte, simpleBytes), make([]byte, simpleBytes)
	for _, k := range asm.Kernels() {
		if !cpu.Detect().Has(k.Needs) {
			continue
		}
		b.Run(k.Name, func(b *testing.B) {
			var s simple
			s.set(&k, 0)
			block := s.block()
			for b.Loop() {
				asm.Call(k.ID, dst, 0, src, 0, s.size, &block)
			}
		})
	}
}
