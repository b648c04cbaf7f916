package strided

import (
	"slices"
	"testing"
)

// TestFacadeAllocs holds every function that is given its result to no allocation.
// Under the race detector pools drop at random what they are given.
func TestFacadeAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("pools allocate under the race detector")
	}
	if n := stackCopyAllocs(); n > 0 {
		t.Skipf("Copy itself makes %v allocations", n)
	}
	const n = 24 * 24
	dst, src := make([]float32, 2*n), make([]float32, n)
	a, b := Of(dst, 24, 6, 4), Of(src, 24, 6, 4)
	window := Array[float32]{Data: dst, Offset: 1, Shape: []int{24, 6, 4}, Strides: []int{48, 8, 2}}
	parts := cut(src, equal(4, n/4))
	dsts := cut(dst[:n], equal(4, n/4))
	mixed := cut(dst[:n], equal(8, n/8))
	slices.Reverse(mixed)
	index, spread := []int32{5, 3, 3, 0, 20}, []int64{1, 2, 3}
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"Flip", func() error { return Flip(dst, src, []int{24, 6, 4}, 0, 2) }},
		{"Flip of rank 8", func() error { return Flip(dst, src, []int{2, 2, 2, 2, 2, 2, 3, 3}, 1, 3, 5, 7) }},
		{"Broadcast", func() error { return Broadcast(dst, src, []int{24, 1}, 24, 24) }},
		{"Tile", func() error { return Tile(dst, src, []int{12, 24}, 2, 2) }},
		{"Pad", func() error { return Pad(dst, src, []int{24, 24}, 1, [2]int{1, 2}, [2]int{3, 1}) }},
		{"Take", func() error { return Take(dst, src, []int{24, 24}, 0, index) }},
		{"Take equidistant", func() error { return Take(dst, src, []int{24, 6, 4}, 2, spread) }},
		{"Put", func() error { return Put(dst, src, []int{24, 24}, 1, index) }},
		{"Concat", func() error { return Concat(dst, parts, []int{24, 24}, 1) }},
		{"Split", func() error { return Split(dsts, src, []int{24, 24}, 1) }},
		{"Stack", func() error { return Stack(dst, parts, []int{24, 6}, 1) }},
		{"Interleave", func() error { return Interleave(dst, parts) }},
		{"Deinterleave", func() error { return Deinterleave(dsts, src) }},
		{"Split out of order", func() error { return Split(mixed, src, []int{24, 24}, 0) }},
		{"Deinterleave out of order", func() error { return Deinterleave(mixed, src) }},
		{"Rearrange", func() error {
			return Rearrange(dst, src, "(h p) (w q) c -> (h w) (p q c)", Axis("h", 6), Axis("p", 4), Axis("w", 3), Axis("q", 2))
		}},
		{"RearrangeFrom", func() error { return a.RearrangeFrom(b, "a ... c -> a ... c") }},
		{"RearrangeFrom strided", func() error { return window.RearrangeFrom(b, "a (b x) c -> (a) (b x) c", Axis("x", 2)) }},
		{"CopyFrom", func() error { return window.CopyFrom(b) }},
	} {
		if err := c.call(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := testing.AllocsPerRun(100, func() { _ = c.call() }); got != 0 {
			t.Errorf("%s: %v allocations", c.name, got)
		}
	}
}

// stackCopyAllocs returns the allocations of a Copy whose arguments lie on the stack.
func stackCopyAllocs() float64 {
	return testing.AllocsPerRun(100, func() {
		var dst, src [6]byte
		shape, to, from := [2]int{2, 3}, [2]int{1, 2}, [2]int{3, 1}
		_ = Copy(dst[:], Layout{ItemSize: 1, Shape: shape[:], Strides: to[:]},
			src[:], Layout{ItemSize: 1, Shape: shape[:], Strides: from[:]})
	})
}
