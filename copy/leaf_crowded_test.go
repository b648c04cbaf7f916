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

// TestPanels shows where transposes go by panels on a machine that takes long to store lines
// to crowded rows.
func TestPanels(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX512) {
		t.Skip("no AVX-512")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	avx2 := cpu.SSE2 | cpu.SSSE3 | cpu.AVX2
	for _, tc := range []struct {
		crowds bool
		have   cpu.Features
		item   int
		rows   int // of the destination
		run    int // items of one
		panels bool
	}{
		{true, avx2, 8, 256, 256, true},
		{false, avx2, 8, 256, 256, false},
		{true, avx2, 8, 256, 250, false},  // not crowded
		{true, avx2, 16, 64, 64, false},   // too few bytes
		{true, avx2, 8, 48, 1024, true},   // 48 rows to one set
		{true, avx2, 16, 64, 384, true},   // 64 to two
		{true, avx2, 4, 256, 256, false},  // to four, of small items
		{true, avx2, 4, 512, 256, true},   // but many
		{true, avx2, 4, 512, 512, true},   // or to two
		{true, avx2, 1, 512, 4096, false}, // single bytes
		{true, cpu.Detect(), 8, 512, 256, true},
		{false, cpu.Detect(), 8, 512, 256, false},
		{true, cpu.Detect(), 8, 256, 512, false}, // source rows in two sets
		{true, cpu.Detect(), 4, 1024, 512, false},
		{true, cpu.Detect(), 8, 1024, 1024, false}, // too many bytes
	} {
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
		k := asm.Info(p.kernel)
		if panels := k.Line && k.I*k.Size > 64; panels != tc.panels {
			t.Errorf("%+v: panels %v: %v", tc, panels, p)
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
	src, err := C(8, 8, 64, 317).Permute(2, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	dst := C(8, 317, 64, 8)
	p, err := plannedAnew.newPlan(&dst, &src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if k := asm.Info(p.kernel); !k.Line || p.block.I != k.I || p.block.J != 64*8 {
		t.Errorf("%v", p)
	}
}

// TestPanelsOfChains shows the same of destination rows that two loops make.
func TestPanelsOfChains(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("no AVX2")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		crowds bool
		shape  []int // of the destination, whose axes the source has the other way round
		panels bool
	}{
		{true, []int{7, 64, 128, 16}, true}, // 448 rows, 16 KiB or 1 MiB apart
		{false, []int{7, 64, 128, 16}, false},
		{true, []int{7, 30, 100, 17}, false}, // which share no sets
		{true, []int{3, 4, 128, 16}, false},  // 12 rows
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
		k := asm.Info(p.kernel)
		if panels := k.Line && k.I*k.Size > 64; panels != tc.panels {
			t.Errorf("%+v: panels %v: %v", tc, panels, p)
		}
	}
}
