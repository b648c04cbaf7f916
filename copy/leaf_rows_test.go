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

// TestFollowsSource shows that rows past the caches go in the order of the destination, or
// of the source on a machine that is faster so, and that those which are not stored past them
// do so only where they get along.
func TestFollowsSource(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("no kernel of rows stores past the caches")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	every := cpu.Memory{SpreadsRows: true, FollowsSource: true}
	rows := cpu.Memory{SpreadsRows: true, RowsFollowSource: true}
	none := cpu.Memory{SpreadsRows: true}
	for _, tc := range []struct {
		name           string
		machine        cpu.Memory
		width, place   int // bytes of a row, and of what it lies in
		n              int // rows that follow each other on the destination
		stream, source bool
	}{
		{"streamed", none, 512, 2048, 30, true, false},
		{"streamed, any follow", every, 512, 2048, 30, true, true},
		{"streamed, rows follow", rows, 512, 2048, 30, true, true},
		{"plain", none, 100, 300, 30, false, false},
		{"plain, rows follow", rows, 100, 300, 30, false, true},
		{"plain, parts of lines", rows, 60, 120, 30, false, false},
		{"plain, crowded", rows, 64, 256, 32, false, false},
	} {
		machine = tc.machine
		const m = 40
		dst := Layout{ItemSize: tc.width, Shape: []int{m, tc.n}, Strides: []int{tc.place * tc.n, tc.place}}
		src := Layout{ItemSize: tc.width, Shape: []int{m, tc.n}, Strides: []int{tc.place, tc.place * m}}
		p, err := plannedAnew.newPlan(&dst, &src, Options{Streaming: StreamAlways})
		if err != nil {
			t.Fatal(err)
		}
		want := asm.Loop{N: tc.n, Dst: tc.place, Src: tc.place * m}
		if tc.source {
			want = asm.Loop{N: m, Dst: tc.place * tc.n, Src: tc.place}
		}
		in := p.block.Inner
		if want.N = in.N; in != want || p.stream != tc.stream {
			t.Errorf("%s: inner loop %+v, want %+v, past the caches %v: %v", tc.name, in, want, p.stream, p)
		}
	}
}
