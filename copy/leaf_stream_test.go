package strided

import (
	"math"
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

// TestSmallItemsStay shows on which machine transposes of small items go to the caches although
// they do not fit half of them, and by tiles for the caches past these.
func TestSmallItemsStay(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("no kernel stores past the caches")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	llc := float64(cpu.LastLevelCache())
	side := func(share float64, item int) int { return int(math.Sqrt(llc*share/float64(item))) | 1 }
	for _, tc := range []struct {
		keeps      bool
		item       int
		cols, rows int // of the source
		stream     bool
	}{
		{false, 2, side(.4, 2), side(.4, 2), true},
		{true, 2, side(.4, 2), side(.4, 2), false},
		{true, 2, side(.7, 2), side(.7, 2), true},
		{true, 8, side(.4, 8), side(.4, 8), true},
		{true, 2, 512, int(llc * .4 / 1024), true}, // source rows share sets
	} {
		machine = cpu.Memory{KeepsSmall: tc.keeps}
		dst := C(tc.item, tc.cols, tc.rows)
		src, err := C(tc.item, tc.rows, tc.cols).Permute(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plannedAnew.newPlan(&dst, &src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if p.stream != tc.stream {
			t.Errorf("%+v: %v", tc, p)
		}
	}
	dst := C(2, 67*1021, 10, 11, 13, 67)
	src, err := C(2, 10, 67, 67*1021, 13, 11).Permute(2, 0, 4, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, keeps := range []bool{false, true} {
		machine = cpu.Memory{KeepsSmall: keeps}
		p, err := plannedAnew.newPlan(&dst, &src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if k := asm.Info(p.kernel); k.Line == keeps {
			t.Errorf("small items, whole lines where they are slower %v: %v", keeps, p)
		}
	}
}
