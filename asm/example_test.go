package asm_test

import (
	"fmt"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// A matrix of 2 x 3 items of one byte is transposed by pure Go: the set of features
// is empty.
func ExampleCall() {
	src, dst := []byte{1, 2, 3, 4, 5, 6}, make([]byte, 6)
	b := asm.Block{
		Outer: asm.Loop{N: 1}, Inner: asm.Loop{N: 1},
		I: 3, J: 2, // items along a row of the source and of the destination
		DstOff: []int{0, 2, 4}, SrcOff: []int{0, 3},
	}
	asm.Call(asm.Best(asm.Transpose, 1, b.I, b.J, 0), dst, 0, src, 0, 1, &b)
	fmt.Println(dst)
	// Output: [1 4 2 5 3 6]
}

func ExampleCopyItems() {
	src, dst := []byte{1, 2, 3, 4, 5, 6}, make([]byte, 3)
	asm.CopyItems(dst, 0, src, 4, 1, &asm.Loop{N: 3, Dst: 1, Src: -2}, &asm.Loop{N: 1})
	fmt.Println(dst)
	// Output: [5 3 1]
}

func ExampleKernels() {
	for id, k := range asm.Kernels() {
		if asm.Info(k.ID) != k || int(k.ID) != id || k.Name == "" {
			fmt.Println(k)
		}
	}
	first := asm.Kernels()[0]
	fmt.Println(first.Name, "needs", first.Needs)
	// Output: rowsGeneric needs none
}

func ExampleInfo() {
	k := asm.Info(asm.Best(asm.Transpose, 4, 100, 100, 0))
	fmt.Println(k.Name, k.Op == asm.Transpose, k.Stream)
	// Output: transposeGeneric true false
}

// The larger the block may be, the more kernels are in question.
func ExampleBest() {
	for _, have := range []cpu.Features{0, cpu.Detect()} {
		k := asm.Info(asm.Best(asm.Transpose, 4, 64, 64, have))
		fmt.Println(have.Has(k.Needs) && k.I <= 64 && k.J <= 64)
	}
	// Output:
	// true
	// true
}

func ExampleKernel_Aligned() {
	for _, k := range asm.Kernels() {
		if k.Aligned() && !k.Stream { // only what goes past the caches has to
			fmt.Println(k.Name)
		}
	}
	// Output:
}

// Kernels of this kind are for AVX2.
func ExampleKernel_Low() {
	for _, k := range asm.Kernels() {
		if k.Low() && k.Needs != cpu.AVX2 {
			fmt.Println(k.Name)
		}
	}
	// Output:
}

// Every second byte of a window of 16 is taken, backwards.
func ExamplePerm() {
	var p asm.Perm
	p.Reset(16, 1, 1)
	for k := range 8 {
		p.Set(0, k, 0, 15-2*k)
	}
	from, n := p.Source(0, 7)
	fmt.Println(from, n, p.Full())

	src, dst := make([]byte, 16), make([]byte, 16)
	for i := range src {
		src[i] = byte(i)
	}
	for _, k := range asm.Kernels() {
		if k.Op == asm.Permute && k.Needs == 0 { // pure Go permutes any box
			asm.Call(k.ID, dst, 0, src, 0, 1, &asm.Block{Outer: asm.Loop{N: 1}, Inner: asm.Loop{N: 1}, Perm: &p})
		}
	}
	fmt.Println(dst)
	// Output:
	// 0 1 false
	// [15 13 11 9 7 5 3 1 0 0 0 0 0 0 0 0]
}

// The two items of 4 bytes in a window of 16 trade places.
func ExamplePerm_SetItems() {
	var p asm.Perm
	p.Reset(16, 1, 1)
	p.SetItems([]uint16{0, 4}, []uint16{4, 0}, 4)
	_, n := p.Source(0, 1)
	fmt.Println(n)
	// Output: 5
}

func ExamplePerm_Clone() {
	var p asm.Perm
	p.Reset(16, 1, 1)
	p.Set(0, 0, 0, 9)
	q := p.Clone()
	p.Reset(16, 1, 1) // uses the memory of p's index vectors again
	_, n := q.Source(0, 0)
	fmt.Println(n)
	// Output: 9
}

func ExampleBox() {
	have := cpu.Detect()
	id, ok := asm.Box(16, 3, 3, false, have)
	if k := asm.Info(id); ok {
		fmt.Println(k.Op == asm.Permute && k.I == 3 && k.J == 3 && have.Has(k.Needs))
	} else {
		fmt.Println(!ok) // this machine has none
	}
	// Output: true
}

// A kernel for rows of a line and more takes none that are shorter.
func ExampleWholeKernel() {
	have := cpu.Detect()
	rows := asm.Info(asm.Best(asm.Rows, 0, 0, 0, have))
	_, short := asm.WholeKernel(rows, 63, have)
	_, long := asm.WholeKernel(rows, 64, have)
	fmt.Println(short, long == have.Has(cpu.AVX512))
	// Output: false true
}

func ExampleKernel_Moved() {
	k := asm.Kernel{I: 8, J: 16}
	fmt.Println(k.Moved(8, 32), k.Moved(9, 33)) // one more of either, and the last tiles overlap
	// Output: 256 768
}

// Kernels of these kinds are assembly only.
func ExampleLineKernel() {
	_, line := asm.LineKernel(4, 16, 64, 0)
	_, stream := asm.StreamKernel(asm.Info(asm.Best(asm.Rows, 0, 1, 1, 0)), false, 0)
	fmt.Println(line, stream)
	// Output: false false
}

// Panels are wide: 64 bytes of a row are too little for one.
func ExamplePanelKernel() {
	_, ok := asm.PanelKernel(4, 16, 64, cpu.Detect())
	fmt.Println(ok)
	// Output: false
}

// Runs are made of tiles: no kernel takes less than one.
func ExampleRunsKernel() {
	_, ok := asm.RunsKernel(4, 64, 15, cpu.Detect())
	fmt.Println(ok)
	// Output: false
}

// No other kernel works in scratch memory of two lines for each destination row.
func ExampleCarriedKernel() {
	id, ok := asm.CarriedKernel(4, cpu.Detect())
	k := asm.Info(id)
	fmt.Println(!ok || k.Stream && k.Scratch == 128)
	_, ok = asm.CarriedKernel(4, 0)
	fmt.Println(ok)
	// Output:
	// true
	// false
}

// A block of 8 x 8 items is taken by a kernel for rows at equal steps, or by none where
// the machine has no such kernel.
func ExampleStepKernel() {
	id, ok := asm.StepKernel(4, 8, 8, true, cpu.Detect())
	k := asm.Info(id)
	fmt.Println(!ok || k.Op == asm.Transpose && k.I <= 8 && k.J <= 8)
	_, ok = asm.StepKernel(4, 8, 8, true, 0)
	fmt.Println(ok)
	// Output:
	// true
	// false
}

// Tiles may be the same and the rows of one side at equal steps; without AVX2 there are
// no kernels for that.
func ExampleSideKernel() {
	for _, k := range asm.Kernels() {
		if id, ok := asm.SideKernel(k, asm.DstSide, cpu.Detect()); ok {
			s := asm.Info(id)
			if s.Step != asm.DstSide || s.I != k.I || s.J != k.J {
				fmt.Println(s.Name, "for", k.Name)
			}
		}
		if _, ok := asm.SideKernel(k, asm.SrcSide, 0); ok {
			fmt.Println(k.Name)
		}
	}
	// Output:
}

func ExampleStreamKernel() {
	have := cpu.Detect()
	plain := asm.Info(asm.Best(asm.Transpose, 4, 64, 64, have))
	if id, ok := asm.StreamKernel(plain, false, have); ok {
		k := asm.Info(id)
		fmt.Println(k.Op == plain.Op && k.Size == plain.Size && k.Stream)
	} else {
		fmt.Println(!ok) // this machine has none
	}
	// Output: true
}

// Where vectors are slower, long rows are left to REP MOVSB, which every x86 has.
func ExampleStringKernel() {
	have := cpu.Detect()
	id, ok := asm.StringKernel(have)
	fmt.Println(ok == have.Has(cpu.SSE2), !ok || asm.Info(id).Op == asm.Rows)
	// Output: true true
}

// In pure Go, eight rows of bytes make words of eight bytes.
func ExampleStrips() {
	fmt.Println(asm.Strips(1, 4, 8), asm.Strips(1, 4, 7))
	// Output: true false
}

// Four rows of four float32 become columns: every window gives four bytes to every other.
func ExamplePerm_FindExchange() {
	var p asm.Perm
	p.Reset(16, 4, 4)
	for w := range 4 {
		for from := range 4 {
			p.SetItems([]uint16{uint16(16*w + 4*from)}, []uint16{uint16(16*from + 4*w)}, 4)
		}
	}
	p.FindExchange()
	fmt.Println(p.Exchange) // no window needs to be permuted before or after it
	// Output: 1
}

// The bytes of two windows are merged in turn: what a kernel may do without tables.
func ExampleWeaveKernel() {
	var p asm.Perm
	p.Reset(16, 2, 2)
	for at := range 32 {
		p.Set(at/16, at%16, at%2, at/2)
	}
	p.SrcAt[1], p.DstAt[1] = 100, 16
	id, ok := asm.WeaveKernel(&p, cpu.Detect())
	fmt.Println(!ok || asm.Info(id).Weave == asm.Interleave)
	_, ok = asm.WeaveKernel(&p, 0)
	fmt.Println(ok)
	// Output:
	// true
	// false
}

// The steps of the Outer loop are the same for all turns, unless there is a table.
func ExampleBlock_Step() {
	even := asm.Block{Outer: asm.Loop{N: 3, Dst: 4, Src: 100}}
	fmt.Println(even.Step(0))
	fmt.Println(even.Step(1))
	nest := asm.Block{Outer: asm.Loop{N: 3}, Turns: []int{4, 100, 8, -50, 0, 0}}
	fmt.Println(nest.Step(0))
	fmt.Println(nest.Step(1))
	// Output:
	// 4 100
	// 4 100
	// 4 100
	// 8 -50
}

// Rows of a transpose lie where a table says.
func ExampleBlock_DstRow() {
	b := asm.Block{I: 3, J: 2, DstOff: []int{0, 2, 40}, SrcOff: []int{0, 3}}
	fmt.Println(b.DstRow(0), b.DstRow(1), b.DstRow(2))
	// Output: 0 2 40
}

// Kernels that take rows at equal steps need no table.
func ExampleBlock_SrcRow() {
	b := asm.Block{I: 3, J: 2, Inner: asm.Loop{N: 1, Dst: 2, Src: 30}}
	fmt.Println(b.SrcRow(0), b.SrcRow(1))
	// Output: 0 30
}

// Rows of 24 items fill one and a half narrow tiles, or a part of a wide one.
func ExampleMaskedKernel() {
	id, ok := asm.MaskedKernel(1, 100, 24, cpu.Detect())
	fmt.Println(ok == cpu.Detect().Has(cpu.AVX512), !ok || asm.Info(id).Masked)
	_, ok = asm.MaskedKernel(1, 100, 32, cpu.Detect()) // one tile of another kernel
	fmt.Println(ok)
	// Output:
	// true true
	// false
}
