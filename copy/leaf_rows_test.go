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
// of the source on a machine that is faster so.
func TestFollowsSource(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX2) {
		t.Skip("no kernel of rows stores past the caches")
	}
	defer func(m cpu.Memory) { machine = m }(machine)
	src, err := C(4, 30, 40, 512).Permute(1, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	dst := C(4, 40, 30, 512)
	for _, follows := range []bool{false, true} {
		machine = cpu.Memory{SpreadsRows: true, FollowsSource: follows}
		p, err := plannedAnew.newPlan(&dst, &src, Options{Streaming: StreamAlways})
		if err != nil {
			t.Fatal(err)
		}
		in := p.block.Inner
		if want := (asm.Loop{N: in.N, Dst: 2048, Src: 40 * 2048}); !follows && in != want {
			t.Errorf("inner loop %+v, want %+v: %v", in, want, p)
		}
		if want := (asm.Loop{N: in.N, Dst: 30 * 2048, Src: 2048}); follows && in != want {
			t.Errorf("inner loop %+v, want %+v, of the source: %v", in, want, p)
		}
	}
}
