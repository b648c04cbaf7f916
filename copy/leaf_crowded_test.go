package strided

import (
	"slices"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// TestSmallDown shows on which machine, and for which destination rows of small items, a
// transpose goes down the source rows.
func TestSmallDown(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX512) {
		t.Skip("no AVX-512")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		small bool
		item  int
		rows  int // of the destination
		run   int // items of one
		down  bool
	}{
		{true, 2, 512, 2048, true},
		{true, 1, 512, 4096, true},
		{false, 2, 512, 2048, false},
		{true, 2, 512, 2000, false},  // not crowded
		{true, 2, 48, 2048, false},   // not filled
		{true, 2, 1024, 2048, false}, // long enough across
		{false, 4, 512, 1024, true},
	} {
		machine = cpu.Memory{SmallDown: tc.small}
		src, err := C(tc.item, tc.run, tc.rows).Permute(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		dst := C(tc.item, tc.rows, tc.run)
		p, err := plannedAnew.newPlan(&dst, &src, Options{Streaming: StreamNever})
		if err != nil {
			t.Fatal(err)
		}
		k := asm.Info(p.kernel)
		// Across, a block has many destination rows; down, those of one tile.
		if down := k.Line && p.block.I == k.I; down != tc.down {
			t.Errorf("%+v: down %v: %v", tc, down, p)
		}
	}
}

// TestCrowdedRows shows which rows push each other out of the first-level cache: many to a
// few sets, or more than ways to one.
func TestCrowdedRows(t *testing.T) {
	for _, tc := range []struct {
		step, n int
		want    bool
	}{
		{4096, 12, false}, {4096, 13, true}, {-4096, 13, true}, {4100, 13, true},
		{2048, 13, false}, {2048, 31, false}, {2048, 32, true}, {1024, 32, true}, {512, 100, false},
		{4160, 100, false},
	} {
		if got := crowdedRows(tc.step, tc.n); got != tc.want {
			t.Errorf("%d rows %d bytes apart: %v", tc.n, tc.step, got)
		}
	}
}

// TestShortOfCrowded shows that a source line which a short loop takes part of, between rows
// that share a set, is used up before it has left the cache.
func TestShortOfCrowded(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("no AVX2")
	}
	for _, tc := range []struct {
		cols int
		want bool
	}{{256, true}, {250, false}} {
		src, err := C(4, 128, tc.cols, 4).Permute(2, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewPlan(C(4, 4, tc.cols, 128), src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if along := p.block.I > 4; along != tc.want {
			t.Errorf("%v: %v", tc, p)
		}
	}
}

// stored returns how a kernel stores to crowded rows.
func stored(k asm.Kernel) crowding {
	switch {
	case k.Run > 0:
		return byRuns
	case k.Line && k.I*k.Size > lineSize:
		return byPanels
	}
	return uncrowded
}

// TestCrowding shows where transposes go by panels and by runs on a machine that takes long
// to store lines to crowded rows.
func TestCrowding(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX512) {
		t.Skip("no AVX-512")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	avx2 := cpu.SSE2 | cpu.SSSE3 | cpu.AVX2
	all := cpu.Detect()
	vbmi := all
	if !all.Has(cpu.VBMI) {
		vbmi = 0 // which leaves out what needs it
	}
	for _, tc := range []struct {
		crowds bool
		have   cpu.Features
		item   int
		rows   int // of the destination
		run    int // items of one
		want   crowding
	}{
		{true, avx2, 8, 256, 256, byRuns},
		{false, avx2, 8, 256, 256, uncrowded},
		{true, avx2, 8, 256, 250, uncrowded}, // in many sets
		{true, avx2, 16, 64, 64, uncrowded},  // too few bytes
		{true, avx2, 8, 48, 1024, byRuns},    // 48 rows to one set
		{true, avx2, 16, 64, 384, byRuns},    // 64 to each of two
		{true, avx2, 8, 512, 128, byPanels},
		{true, avx2, 4, 256, 256, uncrowded}, // 64 to each of four, of small items
		{true, avx2, 4, 512, 256, byPanels},  // but many
		{true, avx2, 4, 512, 512, byPanels},  // or to each of two
		{true, avx2, 4, 256, 1024, byRuns},   // or to one, 16 of a tile
		{true, avx2, 2, 256, 1024, byRuns},   // or of 32 to each of two
		{true, avx2, 1, 512, 4096, byRuns},
		{true, avx2, 1, 512, 1024, uncrowded}, // single bytes
		{true, all, 8, 512, 256, byRuns},
		{false, all, 8, 512, 256, uncrowded},
		{true, all, 8, 256, 512, uncrowded}, // source rows in two sets
		{true, all, 8, 1024, 1024, byRuns},
		{true, all, 4, 1024, 512, uncrowded},
		{true, all, 4, 512, 1024, byRuns},
		{true, all, 2, 512, 1024, byRuns},
		{true, all, 2, 512, 512, uncrowded},
		{true, all, 1, 512, 2048, byRuns},
		{true, all, 1, 512, 1024, uncrowded},
		{true, vbmi, 3, 64, 4096, byRuns},
		{true, vbmi, 3, 64, 2048, uncrowded}, // 16 rows of a tile to two sets
		{true, vbmi, 6, 64, 4096, uncrowded}, // 8 of one to one
		{true, avx2, 3, 64, 4096, uncrowded},
	} {
		if tc.have == 0 {
			continue
		}
		machine = cpu.Memory{CrowdsStores: tc.crowds}
		src, err := C(tc.item, tc.run, tc.rows).Permute(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		dst := C(tc.item, tc.rows, tc.run)
		p, err := plannedAnew.newPlan(&dst, &src, Options{Without: ^tc.have, Streaming: StreamNever})
		if err != nil {
			t.Fatal(err)
		}
		if got := stored(asm.Info(p.kernel)); got != tc.want {
			t.Errorf("%+v: %v: %v", tc, got, p)
		}
	}
}

// TestOddChains shows how many destination rows of items of 12 bytes are in a block: as many
// as the first-level cache has room for, where they share a set of it, also if several loops
// make them.
func TestOddChains(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("tiles of AVX2 and more only")
	}
	for _, tc := range []struct {
		shape []int // of the source, whose axes the destination has the other way round
		crowd bool
	}{
		{[]int{1024, 64}, true},
		{[]int{1024, 64, 4}, true}, // 12 or 768 KiB apart
		{[]int{1024, 65, 4}, true}, // 12 or 780
		{[]int{1000, 64, 4}, false},
		{[]int{1024, 5, 4}, false}, // 20 rows
	} {
		slices.Reverse(tc.shape)
		dst, turned := C(12, tc.shape...), slices.Clone(tc.shape)
		slices.Reverse(turned)
		axes := []int{2, 1, 0}[3-len(turned):]
		src, err := C(12, turned...).Permute(axes...)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewPlan(dst, src, Options{Streaming: StreamNever})
		if err != nil {
			t.Fatal(err)
		}
		if crowd := p.block.I <= 2*ways; asm.Info(p.kernel).Op != asm.Transpose || crowd != tc.crowd {
			t.Errorf("%v: %v", tc, p)
		}
	}
}

// TestDownChain shows that blocks which go down the source rows follow a destination row
// through all axes that it has.
func TestDownChain(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX512) {
		t.Skip("no AVX-512")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	machine = cpu.Memory{}
	for _, n := range []int{8, 4} { // items of the last axis: a line, or half of one
		src, err := C(8, n, 64, 317).Permute(2, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		dst := C(8, 317, 64, n)
		p, err := plannedAnew.newPlan(&dst, &src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if k := asm.Info(p.kernel); !k.Line || p.block.I != k.I || p.block.J != 64*n {
			t.Errorf("%v", p)
		}
	}
}

// TestCrowdedChains shows the same of destination rows that two loops make.
func TestCrowdedChains(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("no AVX2")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		crowds bool
		shape  []int // of the destination, whose axes the source has the other way round
		want   crowding
	}{
		{true, []int{7, 64, 128, 12}, byRuns}, // 448 rows, 12 or 768 KiB apart
		{true, []int{7, 64, 8, 16}, byPanels}, // 1 or 64 KiB apart
		{false, []int{7, 64, 128, 12}, uncrowded},
		{true, []int{7, 30, 100, 17}, uncrowded}, // which share no sets
		{true, []int{3, 4, 128, 12}, uncrowded},  // 12 rows
	} {
		machine = cpu.Memory{CrowdsStores: tc.crowds}
		dst, turned := C(8, tc.shape...), slices.Clone(tc.shape)
		slices.Reverse(turned)
		src, err := C(8, turned...).Permute(3, 2, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plannedAnew.newPlan(&dst, &src, Options{Streaming: StreamNever})
		if err != nil {
			t.Fatal(err)
		}
		if got := stored(asm.Info(p.kernel)); got != tc.want {
			t.Errorf("%+v: %v: %v", tc, got, p)
		}
	}
}
