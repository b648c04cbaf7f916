package strided

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// TestFacadeOverlap runs every function with its source and destination at all
// distances in one slice; the result is that of a source apart.
func TestFacadeOverlap(t *testing.T) {
	shape := []int{3, 2, 4}
	const items = 24
	two := func(s []int32) [][]int32 { return cut(s[:items], []int{items / 2, items / 2}) }
	for name, call := range map[string]func(dst, src []int32) error{
		"flip":      func(dst, src []int32) error { return Flip(dst, src, shape, 0, 2) },
		"broadcast": func(dst, src []int32) error { return Broadcast(dst, src, []int{3, 1, 4}, shape...) },
		"tile":      func(dst, src []int32) error { return Tile(dst, src, []int{3, 4}, 1, 2, 1) },
		"pad":       func(dst, src []int32) error { return Pad(dst, src, []int{3, 2}, 9, [2]int{1, 2}, [2]int{1, 1}) },
		"take":      func(dst, src []int32) error { return Take(dst, src, shape, 2, []int{3, 1, 0, 3}) },
		"put":       func(dst, src []int32) error { return Put(dst, src, shape, 0, []int{2, 0}) },
		"concat":    func(dst, src []int32) error { return Concat(dst, two(src), []int{3, 8}, 1) },
		"stack":     func(dst, src []int32) error { return Stack(dst, two(src), []int{12}, 1) },
		"split":     func(dst, src []int32) error { return Split(two(dst), src, []int{3, 8}, 1) },
		"interleave": func(dst, src []int32) error {
			return Interleave(dst, two(src))
		},
		"deinterleave": func(dst, src []int32) error { return Deinterleave(two(dst), src) },
		"rearrange": func(dst, src []int32) error {
			return Rearrange(dst[:items], src[:items], "a b c -> c (b a)", Axis("a", 3), Axis("b", 2))
		},
	} {
		for dstAt := range 2 * items {
			const srcAt = items
			memory := counting(func(i int) int32 { return int32(i) }, 0, 4*items)
			want := slices.Clone(memory)
			apart := slices.Clone(memory[srcAt : srcAt+items])
			if err := call(want[dstAt:dstAt+items+6], apart); err != nil {
				t.Fatal(name, err)
			}
			if err := call(memory[dstAt:dstAt+items+6], memory[srcAt:srcAt+items]); err != nil || !slices.Equal(memory, want) {
				t.Errorf("%s, distance %d: %v\n got %v\nwant %v", name, dstAt-srcAt, err, memory, want)
			}
		}
	}
}

// TestBandsBlocks joins and splits more rows than one block holds.
func TestBandsBlocks(t *testing.T) {
	for _, count := range []int{2, 3, 4, 8, 100} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			const rows = 5003
			planes := counting(func(i int) uint16 { return uint16(i * 7) }, 0, count*rows)
			channels := cut(planes, equal(count, rows))
			frames, want := make([]uint16, count*rows), make([]uint16, count*rows)
			if err := Interleave(frames, channels); err != nil {
				t.Fatal(err)
			}
			for i := range want {
				want[i] = planes[i%count*rows+i/count]
			}
			if !slices.Equal(frames, want) {
				t.Error("interleave")
			}
			whole := make([][]uint16, count) // with capacities that reach over all
			for c := range whole {
				whole[c] = planes[c*rows : (c+1)*rows]
			}
			clear(frames)
			if err := Interleave(frames, whole); err != nil || !slices.Equal(frames, want) {
				t.Error("interleave of adjacent channels", err)
			}
			slices.Reverse(whole)
			slices.Reverse(channels)
			if err := errors.Join(Interleave(frames, whole), Interleave(want, channels)); err != nil || !slices.Equal(frames, want) {
				t.Error("interleave of channels in reverse", err)
			}
			slices.Reverse(channels)
			if err := Interleave(frames, channels); err != nil {
				t.Fatal(err)
			}
			back := make([]uint16, count*rows)
			for c := range whole {
				whole[c] = back[c*rows : (c+1)*rows]
			}
			if err := Deinterleave(whole, frames); err != nil || !slices.Equal(back, planes) {
				t.Error("deinterleave to adjacent channels", err)
			}
			clear(back)
			if err := Deinterleave(cut(back, equal(count, rows)), frames); err != nil || !slices.Equal(back, planes) {
				t.Error("deinterleave", err)
			}
		})
	}
}

// TestBandsWidths joins and splits parts of different widths along the last axis,
// with more rows than a block or a tile holds.
func TestBandsWidths(t *testing.T) {
	for _, widths := range [][]int{{3, 3}, {3, 1}, {16, 16, 16}, {63, 63}, {64, 64}, {1, 0, 70}, slices.Repeat([]int{5}, 40)} {
		const rows = 2311
		var lens []int
		width := 0
		for _, w := range widths {
			lens = append(lens, w*rows)
			width += w
		}
		src := counting(func(i int) uint8 { return uint8(i * 7 / 5) }, 0, width*rows)
		got, want := make([]uint8, width*rows), make([]uint8, width*rows)
		parts := cut(src, lens)
		for row, at := 0, 0; row < rows; row++ {
			for p, w := range widths {
				at += copy(want[at:], parts[p][row*w:(row+1)*w])
			}
		}
		shape := []int{rows, width}
		if err := Concat(got, parts, shape, 1); err != nil || !slices.Equal(got, want) {
			t.Errorf("concat of %v: %v", widths, err)
		}
		back := make([]uint8, width*rows)
		if err := Split(cut(back, lens), want, shape, 1); err != nil || !slices.Equal(back, src) {
			t.Errorf("split to %v: %v", widths, err)
		}
	}
}
