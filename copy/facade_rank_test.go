package strided

import (
	"math/bits"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestFacadeHighRank has shapes of many twos, in which axis k is bit rank-1-k of the
// position, past what fits on the stack.
func TestFacadeHighRank(t *testing.T) {
	const rank, n = 13, 1 << 13
	twos := slices.Repeat([]int{2}, rank)
	src, dst := counting(func(i int) uint16 { return uint16(i) }, 0, n), make([]uint16, n)
	check := func(name string, err error, want func(i int) int) {
		t.Helper()
		if err != nil {
			t.Fatal(name, err)
		}
		for i, v := range dst {
			if int(v) != want(i) {
				t.Fatalf("%s: item %d is %d, want %d", name, i, v, want(i))
			}
		}
	}
	check("flip", Flip(dst, src, twos, 0, 2, 4, 6, 8, 10, 12), func(i int) int { return i ^ 0b1010101010101 })
	evens := slices.Clone(twos)
	for axis := 0; axis < rank; axis += 2 {
		evens[axis] = 1
	}
	check("broadcast", Broadcast(dst, src, evens, twos...), func(i int) (at int) {
		for bit := 1; bit < rank; bit += 2 {
			at |= i >> bit & 1 << (bit / 2)
		}
		return at
	})
	ones := slices.Repeat([]int{1}, rank)
	check("tile", Tile(dst, []uint16{5}, ones, twos...), func(int) int { return 5 })
	names := strings.Fields("a b c d e f g h i j k l m")
	sizes := make([]Size, rank-1)
	for k := range sizes {
		sizes[k] = Axis(names[k], 2)
	}
	reversed := slices.Clone(names)
	slices.Reverse(reversed)
	pattern := strings.Join(names, " ") + " -> " + strings.Join(reversed, " ")
	check("rearrange", Rearrange(dst, src, pattern, sizes...), func(i int) int {
		return int(bits.Reverse16(uint16(i)) >> (16 - rank))
	})
	view, err := Of(src, twos...).Permute()
	if err != nil {
		t.Fatal(err)
	}
	check("array", Of(dst, twos...).CopyFrom(view), func(i int) int { return int(bits.Reverse16(uint16(i)) >> (16 - rank)) })
}

// TestFacadeConcurrent runs the functions that keep plans in a pool on many
// goroutines with one source.
func TestFacadeConcurrent(t *testing.T) {
	const channels, n = 5, 3000
	src := counting(func(i int) uint32 { return uint32(i) }, 0, channels*n)
	parts := cut(src, equal(channels, n))
	index := []int{4, 0, 0, 3}
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			frames, back, taken := make([]uint32, channels*n), make([]uint32, channels*n), make([]uint32, 4*n)
			for range 5 {
				if err := Interleave(frames, parts); err != nil {
					t.Error(err)
				}
				if err := Deinterleave(cut(back, equal(channels, n)), frames); err != nil || !slices.Equal(back, src) {
					t.Error("deinterleave", err)
				}
				if err := Take(taken, src, []int{channels, n}, 0, index); err != nil || !slices.Equal(taken[:n], src[4*n:]) || !slices.Equal(taken[n:2*n], src[:n]) {
					t.Error("take", err)
				}
			}
		}()
	}
	group.Wait()
}
