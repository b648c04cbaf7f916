package strided

import (
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// TestShortLoopsGoAround shows that single items in pure Go are moved along the long
// loop, with the short one around it.
func TestShortLoopsGoAround(t *testing.T) {
	const n = 5000
	planes, err := C(1, n, 3).Permute()
	if err != nil {
		t.Fatal(err)
	}
	pixels, err := C(1, 3, n).Permute()
	if err != nil {
		t.Fatal(err)
	}
	reversed, err := C(1, n, 3).Flip(1)
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string][2]Layout{
		"deinterleave": {C(1, 3, n), planes},
		"interleave":   {C(1, n, 3), pixels},
		"reverse":      {C(1, n, 3), reversed},
	} {
		p, err := NewPlan(l[0], l[1], Options{Without: cpu.Detect()})
		if err != nil {
			t.Fatal(err)
		}
		if b := p.block; asm.Info(p.kernel).Op != asm.Items || b.Outer.N != 3 || b.Inner.N < n/64 {
			t.Errorf("%s: %v", name, p)
		}
	}
}

// TestRowsPastCaches shows in which order rows past the caches go, that of the destination or
// that of the source, and which of them are packed, on machines where either is faster.
func TestRowsPastCaches(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("no kernel of rows stores past the caches")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	none := cpu.Memory{SpreadsRows: true}
	every := cpu.Memory{SpreadsRows: true, FollowsSource: true}
	rows := cpu.Memory{SpreadsRows: true, RowsFollowSource: true}
	const dst, src, m = false, true, 40
	for _, tc := range []struct {
		name     string
		machine  cpu.Memory
		width    int // bytes of a row
		dst, src int // bytes from one row to the next
		n        int // rows that follow each other on the destination
		kernel   string
		order    bool
	}{
		{"alone", none, 512, 2048, 2048, 30, "rowsStream", dst},
		{"alone, all follow", every, 512, 2048, 2048, 30, "rowsStream", src},
		{"alone, rows follow", rows, 512, 2048, 2048, 30, "rowsStream", src},
		{"short", none, 100, 300, 300, 30, "rows", dst},
		{"short, rows follow", rows, 100, 300, 300, 30, "rows", src},
		{"parts of lines, rows follow", rows, 60, 120, 120, 30, "rows", dst},
		{"crowded, rows follow", rows, 64, 256, 256, 32, "rows", dst},
		{"sparse", none, 100, 100, 300, 90, "rowsMerge", dst},
		{"sparse, rows follow", rows, 100, 100, 300, 90, "rows", dst},
		{"touching", none, 192, 192, 192, 90, "rowsMerge", dst},
		{"touching, rows follow", rows, 192, 192, 192, 90, "rowsStream", src},
		{"touching, parts of lines, rows follow", rows, 200, 200, 200, 90, "rowsMerge", dst},
	} {
		machine = tc.machine
		dl := Layout{ItemSize: tc.width, Shape: []int{m, tc.n}, Strides: []int{tc.dst * tc.n, tc.dst}}
		sl := Layout{ItemSize: tc.width, Shape: []int{m, tc.n}, Strides: []int{tc.src, tc.src * m}}
		p, err := plannedAnew.newPlan(&dl, &sl, Options{Streaming: StreamAlways})
		if err != nil {
			t.Fatal(err)
		}
		want := asm.Loop{Dst: tc.dst, Src: tc.src * m}
		if tc.order == src {
			want = asm.Loop{Dst: tc.dst * tc.n, Src: tc.src}
		}
		in := p.block.Inner
		if want.N = in.N; in != want || p.pace() != tc.kernel {
			t.Errorf("%s: inner loop %+v, want %+v, by %s, want %s: %v", tc.name, in, want, p.pace(), tc.kernel, p)
		}
	}
}

// TestPacksOfCrowdedRows shows how many rows, one after the other on the destination, are
// packed together: those of a pack, unless their lines push each other out of the first-level
// cache before the next items of the source rows need them.
func TestPacksOfCrowdedRows(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("no kernel packs rows")
	}
	for _, tc := range []struct{ item, run, rows, most int }{
		{40, 512, 512, 9},   // to one set
		{40, 256, 2048, 16}, // to two
		{24, 512, 1024, 16}, // to one, but they are short
		{40, 500, 512, 102}, // to many
		{40, 512, 12, 12},   // which are few
		{64, 512, 512, 64},  // whole lines
	} {
		src, err := C(tc.item, tc.rows, tc.run).Permute(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewPlan(C(tc.item, tc.run, tc.rows), src, Options{Streaming: StreamAlways})
		if err != nil {
			t.Fatal(err)
		}
		if n := p.block.Inner.N; !asm.Info(p.kernel).Merge || n > tc.most || 2*n < tc.most {
			t.Errorf("%+v: %v", tc, p)
		}
	}
}

// TestShortRuns shows on which machine rows that make short runs are not packed.
func TestShortRuns(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("no kernel packs rows")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		follow  bool
		item, n int // rows of a run
		packed  bool
	}{
		{false, 40, 12, true},
		{true, 40, 12, false},
		{true, 40, 13, true},
		{true, 104, 4, false},
	} {
		machine = cpu.Memory{RowsFollowSource: tc.follow}
		src, err := C(tc.item, tc.n, 1<<24, 40).Permute(1, 2, 0)
		if err != nil {
			t.Fatal(err)
		}
		dst := C(tc.item, 1<<24, 40, tc.n)
		p, err := plannedAnew.newPlan(&dst, &src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if asm.Info(p.kernel).Merge != tc.packed {
			t.Errorf("%+v: %v", tc, p)
		}
	}
}

// TestQuickItems shows which items are gathered one by one where that is quick, and not by
// boxes of AVX-512.
func TestQuickItems(t *testing.T) {
	if !cpu.Detect().Has(cpu.VBMI) {
		t.Skip("no boxes of whole lines")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		quick         bool
		item, step, n int // step in items
		op            asm.Op
	}{
		{true, 8, 4, 512, asm.Items},
		{false, 8, 4, 512, asm.Permute},
		{true, 8, 3, 512, asm.Permute},
		{true, 8, 3, 4096, asm.Items},      // too many for the first-level cache
		{true, 8, 4, 1 << 17, asm.Permute}, // too many for the caches of a core
		{true, 16, 3, 256, asm.Items},
		{true, 16, 2, 256, asm.Permute},
		{true, 7, 4, 585, asm.Rows},
		{false, 7, 4, 585, asm.Permute},
		{true, 7, 3, 585, asm.Permute},
		{true, 10, 4, 409, asm.Rows},
		{true, 24, 2, 170, asm.Rows},
		{false, 24, 2, 170, asm.Permute},
	} {
		machine = cpu.Memory{QuickItems: tc.quick}
		dst := C(tc.item, tc.n)
		src := Layout{ItemSize: tc.item, Shape: []int{tc.n}, Strides: []int{tc.item * tc.step}}
		p, err := plannedAnew.newPlan(&dst, &src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := asm.Info(p.kernel).Op; got != tc.op {
			t.Errorf("%+v: %v, want %v: %v", tc, got, tc.op, p)
		}
	}
}

// TestStringRows shows which rows are left to the processor's own loop where that is fast.
func TestStringRows(t *testing.T) {
	if !cpu.Detect().Has(cpu.SSE2) {
		t.Skip("no such loop")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		moves     bool
		rows, n   int // rows of n bytes
		streaming Streaming
		want      bool
	}{
		{true, 1, 64 << 10, StreamAuto, true},
		{false, 1, 64 << 10, StreamAuto, false},
		{true, 1, 16 << 10, StreamAuto, false}, // both sides fit the first-level cache
		{true, 1, 4 << 20, StreamAuto, false},
		{true, 16, 4096, StreamAuto, true},
		{true, 32, 2048, StreamAuto, false},
		{true, 16, 4096, StreamAlways, false},
	} {
		machine = cpu.Memory{MovesStrings: tc.moves}
		dst := C(1, tc.rows, tc.n)
		src := Layout{ItemSize: 1, Shape: []int{tc.rows, tc.n}, Strides: []int{tc.n + 64, 1}}
		p, err := plannedAnew.newPlan(&dst, &src, Options{Streaming: tc.streaming})
		if err != nil {
			t.Fatal(err)
		}
		if got := asm.Info(p.kernel).Strings; got != tc.want {
			t.Errorf("%+v: %v: %v", tc, got, p)
		}
	}
}

// TestWholeLines shows which rows and boxes are moved by vectors of a line where that is fast.
func TestWholeLines(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX512 | cpu.VBMI) {
		t.Skip("no kernel does")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		whole            bool
		size, n, d, s, m int // n runs of m items, so many items apart on either side
		streaming        Streaming
		want             bool
	}{
		{true, 1, 16, 100, 200, 64, StreamAuto, true},
		{false, 1, 16, 100, 200, 64, StreamAuto, false},
		{true, 1, 16, 100, 200, 63, StreamAuto, false},
		{true, 1, 100, 200, 200, 128, StreamAuto, true}, // 39,856 bytes of both sides
		{true, 1, 110, 200, 200, 128, StreamAuto, false},
		{true, 4, 1024, 1, 2, 1, StreamAuto, true},
		{false, 4, 1024, 1, 2, 1, StreamAuto, false},
		{true, 4, 1024, 1, 2, 1, StreamAlways, false},
		{true, 4, 4096, 1, 2, 1, StreamAuto, false}, // a box, for which the first-level cache is too small
		{true, 4, 1024, 5, 1, 1, StreamAuto, false}, // a box under masks
	} {
		machine = cpu.Memory{WholeLines: tc.whole}
		dst := Layout{ItemSize: tc.size, Shape: []int{tc.n, tc.m}, Strides: []int{tc.d * tc.size, tc.size}}
		src := Layout{ItemSize: tc.size, Shape: dst.Shape, Strides: []int{tc.s * tc.size, tc.size}}
		p, err := plannedAnew.newPlan(&dst, &src, Options{Streaming: tc.streaming})
		if err != nil {
			t.Fatal(err)
		}
		if got := asm.Info(p.kernel).Whole; got != tc.want {
			t.Errorf("%+v: %v: %v", tc, got, p)
		}
	}
}

// TestReversedRows shows where rows that lie the other way round are packed.
func TestReversedRows(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("no kernel packs rows")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, tc := range []struct {
		follow bool
		width  int
		kernel string
	}{
		{false, 100, "rowsMerge"},
		{true, 100, "rows"},
		{false, 1024, "rowsStream"},
		{true, 1024, "rowsStream"},
	} {
		machine = cpu.Memory{RowsFollowSource: tc.follow}
		dst := C(tc.width, 200)
		src, err := dst.Flip(0)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plannedAnew.newPlan(&dst, &src, Options{Streaming: StreamAlways})
		if err != nil {
			t.Fatal(err)
		}
		if p.pace() != tc.kernel {
			t.Errorf("%+v: %s: %v", tc, p.pace(), p)
		}
	}
}
