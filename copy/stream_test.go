package strided_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stridecopy/stridecopy/asm/asmtest"
	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/cpu"
)

// TestStreaming runs plans that store past the caches on destinations that begin
// anywhere in a cache line, which no case of the usual sizes would.
func TestStreaming(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, size := range []int{1, 2, 4, 8, 16, 32, 100, 5000} {
		for _, n := range [][]int{{300, 200}, {64, 1024}, {257, 129}, {3, 70, 130}, {40, 3, 90}, {20, 30, 40}} {
			for _, at := range []int{0, 64, size, 1 + r.IntN(63)} {
				if testing.Short() && at > 0 && size != 4 {
					continue
				}
				t.Run(fmt.Sprintf("size=%d/shape=%v/at=%d", size, n, at), func(t *testing.T) { checkStreaming(t, size, n, at) })
			}
		}
	}
}

func checkStreaming(t *testing.T, size int, extents []int, at int) {
	axes := make([]int, len(extents))
	for k := range axes {
		axes[k] = len(axes) - 1 - k
	}
	for size > 256 && len(extents) > 0 && extents[0] > 9 { // the same with fewer items
		extents = append([]int{extents[0] / 8}, extents[1:]...)
		size /= 2
	}
	c := permuted(size, extents, axes)
	dl, sl := layouts(c)
	src := make([]byte, c.SrcBytes)
	asmtest.Fill(src, 1)
	memory, want := make([]byte, c.DstBytes+at+64), make([]byte, c.DstBytes+at+64)
	edge := int(-uintptr(unsafe.Pointer(unsafe.SliceData(memory))) & 63)
	dst := memory[edge:]
	asmtest.Fill(want, 2)
	asmtest.Reference(want[edge+at:], src, c.ItemSize, c.Shape, c.DstStrides, 0, c.SrcStrides, 0)
	for _, level := range cpu.Levels(cpu.Detect()) {
		p, err := strided.NewPlan(dl, sl, strided.Options{Without: ^level, Streaming: strided.StreamAlways})
		if err != nil {
			t.Fatal(err)
		}
		asmtest.Fill(memory, 2)
		if err := p.Run(dst[at:], src); err != nil {
			t.Fatal(err)
		}
		if err := asmtest.Diff(memory, want); err != nil {
			t.Fatalf("%s: %s: %v", level.Level(), p, err)
		}
	}
}
