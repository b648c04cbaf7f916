package strided

import (
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
