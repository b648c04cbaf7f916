package strided

import (
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// TestDearBoxes shows of how many windows of how many bytes a copy is one box, or the boxes of
// it are, where a single one of AVX-512 is dear, and where it is not.
func TestDearBoxes(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX512 | cpu.VBMI) {
		t.Skip("no boxes of whole lines")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		n, windows, vector int // reversed floats, and what the kernel takes
		dear               bool
	}{
		{112, 7, 64, false}, // 448 bytes
		{112, 1, 64, true},
		{32, 2, 64, true}, // 128 bytes
		{8, 1, 64, false}, // 32 bytes
		{8, 2, 16, true},
		{9, 1, 64, true},
		{3, 1, 64, true}, // less than a window of 16 bytes
	} {
		machine = cpu.Memory{DearBoxes: tc.dear}
		dst := C(4, tc.n)
		src := Layout{ItemSize: 4, Offset: 4 * (tc.n - 1), Shape: dst.Shape, Strides: []int{-4}}
		p, err := plannedAnew.newPlan(&dst, &src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if k := asm.Info(p.kernel); k.Op != asm.Permute || k.I != tc.windows || k.Vector != tc.vector {
			t.Errorf("%+v: %v", tc, p)
		}
	}
}

// TestDearMasks shows of how many windows the boxes of fields of records are where those of many
// lines under masks are dear, and where they are not.
func TestDearMasks(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX512 | cpu.VBMI) {
		t.Skip("no boxes under masks")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		size, step, n int // items of so many bytes, every step-th of n items of the source
		scatter       bool
		src, dst      int // windows, and with dear masks
		dearSrc       int
		dearDst       int
	}{
		{3, 4, 1 << 14, false, 4, 1, 3, 1},
		{5, 3, 1 << 14, false, 4, 2, 3, 1},
		{3, 4, 1 << 10, false, 4, 1, 4, 1}, // too few
		{3, 4, 1 << 24, false, 4, 1, 4, 1}, // from memory
		{4, 4, 1 << 14, true, 1, 4, 1, 2},
		{4, 4, 1 << 10, true, 1, 4, 1, 4}, // in the first-level cache
	} {
		dst, src := C(tc.size, tc.n/tc.step), Layout{ItemSize: tc.size, Shape: []int{tc.n / tc.step}, Strides: []int{tc.size * tc.step}}
		if tc.scatter {
			dst, src = src, dst
		}
		for _, dear := range []bool{false, true} {
			machine = cpu.Memory{DearBoxes: dear}
			p, err := plannedAnew.newPlan(&dst, &src, Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := [2]int{tc.src, tc.dst}
			if dear {
				want = [2]int{tc.dearSrc, tc.dearDst}
			}
			if k := asm.Info(p.kernel); k.Op != asm.Permute || want != [2]int{k.I, k.J} {
				t.Errorf("%+v, dear %v: %v", tc, dear, p)
			}
		}
	}
}
