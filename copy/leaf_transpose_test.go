package strided

import (
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// TestStrips shows which small matrices are left to the pure-Go transpose: beside assembly
// those of bytes alone that make whole strips.
func TestStrips(t *testing.T) {
	if !cpu.Detect().Has(cpu.SSE2) {
		t.Skip("all of it is pure Go")
	}
	for _, tc := range []struct {
		have   cpu.Features
		size   int
		shape  []int // of the destination, and
		axes   []int // its axes in the order of the source
		strips bool
	}{
		{cpu.SSE2, 1, []int{7, 4, 4}, []int{2, 1, 0}, true},
		{cpu.SSE2, 1, []int{2, 3, 2}, []int{2, 1, 0}, false},
		{cpu.SSE2, 1, []int{2, 2, 2, 2, 3, 2}, []int{4, 0, 1, 5, 3, 2}, false},
		{cpu.SSE2, 3, []int{3, 4, 2}, []int{2, 1, 0}, false},
		{cpu.SSE2, 6, []int{8, 2, 2}, []int{2, 1, 0}, false},
		{cpu.SSE2, 12, []int{2, 2, 4, 2, 2, 7}, []int{4, 0, 5, 3, 2, 1}, false},
		{0, 4, []int{2, 3, 2, 2}, []int{3, 2, 0, 1}, true},
		{0, 12, []int{3, 2, 2}, []int{2, 1, 0}, true},
	} {
		dst := C(tc.size, tc.shape...)
		src := Layout{ItemSize: tc.size, Shape: tc.shape, Strides: make([]int, len(tc.shape))}
		step := tc.size
		for k := len(tc.axes) - 1; k >= 0; k-- {
			src.Strides[tc.axes[k]] = step
			step *= tc.shape[tc.axes[k]]
		}
		p, err := plannedAnew.newPlan(&dst, &src, Options{Without: ^tc.have})
		if err != nil {
			t.Fatal(err)
		}
		k := asm.Info(p.kernel)
		if got := k.Op == asm.Transpose && k.Needs == 0; got != tc.strips {
			t.Errorf("%+v: %v", tc, p)
		}
	}
}

// TestScraps shows which of three times so many matrices of float64, which do not follow each
// other alike on both sides, are transposed one by one at equal steps, and which through tables
// as parts of longer ones.
func TestScraps(t *testing.T) {
	avx2 := cpu.SSE2 | cpu.SSSE3 | cpu.AVX2
	if !cpu.Detect().Has(avx2) {
		t.Skip("no AVX2")
	}
	for _, tc := range []struct {
		rows, matrices, columns int
		step                    bool
	}{
		{4, 30, 4, false},
		{100, 30, 4, true}, // long rows of the destination
		{8, 30, 8, true},   // of the source
	} {
		src, err := C(8, tc.rows, 3, tc.matrices, tc.columns).Permute(2, 1, 3, 0)
		if err != nil {
			t.Fatal(err)
		}
		dst := C(8, tc.matrices, 3, tc.columns, tc.rows)
		p, err := plannedAnew.newPlan(&dst, &src, Options{Without: ^avx2})
		if err != nil {
			t.Fatal(err)
		}
		if got := asm.Info(p.kernel).Step == asm.BothSides; got != tc.step {
			t.Errorf("%+v: %v", tc, p)
		}
	}
}
