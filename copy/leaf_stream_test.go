package strided

import (
	"testing"
	"unsafe"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/asm/asmtest"
	"github.com/stridecopy/stridecopy/cpu"
)

// TestCarriedLines shows on which machine, and for which destination rows, a transpose past
// the caches goes line by line although rows begin anywhere in one, and that it copies.
func TestCarriedLines(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX512 | cpu.VBMI) {
		t.Skip("no AVX-512 with VBMI")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		carries   bool
		item      int
		rows, run int // of the destination, and items of one
		gap       int // bytes between two
		at        int // of the first, from the edge of a line
		want      bool
	}{
		{true, 4, 300, 700, 4, 0, true},
		{true, 8, 300, 700, 3, 0, true},
		{true, 16, 100, 333, 0, 0, true},
		{true, 4, 300, 704, 0, 4, true},
		{true, 4, 300, 704, 0, 0, false},         // all at the edge of lines
		{true, 4, 300, 180, 4, 0, false},         // short
		{true, 4, 300, 180, 0, 0, true},          // but rows make lines together
		{true, 4, 300, 48, 0, 4, true},           //
		{true, 4, 300, 47, 0, 4, false},          // too short for that
		{true, 8, 30, 100, 0, 8, false},          // too few of them
		{true, 4, 300, 512 + 16, 1984, 4, false}, // to one channel of the memory
		{true, 4, 100, 700, 4, 0, false},         // along too little of the source
		{true, 2, 300, 1400, 2, 0, false},        // tiles of many rows
		{false, 4, 300, 700, 4, 0, false},
	} {
		machine = cpu.Memory{CarriesLines: tc.carries}
		pitch := tc.run*tc.item + tc.gap
		dst := Layout{ItemSize: tc.item, Shape: []int{tc.rows, tc.run}, Strides: []int{pitch, tc.item}, Offset: tc.at}
		src, err := C(tc.item, tc.run, tc.rows).Permute(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plannedAnew.newPlan(&dst, &src, Options{Streaming: StreamAlways})
		if err != nil {
			t.Fatal(err)
		}
		memory, want := make([]byte, tc.rows*pitch+128), make([]byte, tc.rows*pitch+128)
		edge := int(-uintptr(unsafe.Pointer(&memory[0])) & 63)
		q := p.variant(memory[edge:])
		if got, _ := asm.CarriedKernel(tc.item, cpu.Detect()); (q.kernel == got && got != 0) != tc.want {
			t.Errorf("%+v: %v", tc, q)
		}
		from := make([]byte, tc.item*tc.rows*tc.run)
		asmtest.Fill(from, 1)
		asmtest.Fill(memory, 2)
		asmtest.Fill(want, 2)
		asmtest.Reference(want[edge:], from, tc.item, dst.Shape, dst.Strides, tc.at, src.Strides, 0)
		if err := p.Run(memory[edge:], from); err != nil {
			t.Fatal(err)
		}
		if err := asmtest.Diff(memory, want); err != nil {
			t.Errorf("%+v: %s: %v", tc, q, err)
		}
	}
}
