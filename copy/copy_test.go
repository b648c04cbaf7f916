package strided_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stridecopy/stridecopy/asm/asmtest"
	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/cpu"
)

// layouts returns the two layouts of a case.
func layouts(c asmtest.Case) (dl, sl strided.Layout) {
	dl = strided.Layout{ItemSize: c.ItemSize, Offset: c.DstOffset, Shape: c.Shape, Strides: c.DstStrides}
	sl = strided.Layout{ItemSize: c.ItemSize, Offset: c.SrcOffset, Shape: c.Shape, Strides: c.SrcStrides}
	return dl, sl
}

// checkCase copies c at every feature level and compares with the reference loop.
func checkCase(t *testing.T, c asmtest.Case) {
	t.Helper()
	dl, sl := layouts(c)
	src, dst, want := make([]byte, c.SrcBytes), make([]byte, c.DstBytes), make([]byte, c.DstBytes)
	asmtest.Fill(src, 1)
	asmtest.Fill(want, 2)
	asmtest.Reference(want, src, c.ItemSize, c.Shape, c.DstStrides, c.DstOffset, c.SrcStrides, c.SrcOffset)
	for _, level := range cpu.Levels(cpu.Detect()) {
		p, err := strided.NewPlan(dl, sl, strided.Options{Without: ^level})
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		asmtest.Fill(dst, 2)
		if err := p.Run(dst, src); err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if err := asmtest.Diff(dst, want); err != nil {
			t.Fatalf("%s: %+v: %s: %v", level.Level(), c, p, err)
		}
	}
	asmtest.Fill(dst, 2)
	if err := strided.Copy(dst, dl, src, sl); err != nil || !bytes.Equal(dst, want) {
		t.Fatalf("Copy: %+v: %v", c, err)
	}
}

func TestCopyRandom(t *testing.T) {
	n := 20000
	if testing.Short() {
		n = 1000
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		checkCase(t, asmtest.Random(r, true))
	}
}

func TestCopyShapes(t *testing.T) {
	for _, s := range asmtest.Shapes {
		t.Run(s.Name, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 4, 8, 12, 16, 40} {
				checkCase(t, permuted(size, s.Extents, s.Axes))
			}
		})
	}
}

// permuted is the case of a C-order array whose axes are permuted into C order.
func permuted(size int, dims, axes []int) asmtest.Case {
	view, err := strided.C(size, dims...).Permute(axes...)
	if err != nil {
		panic(err)
	}
	n, _ := view.Len()
	c := asmtest.Case{ItemSize: size, Shape: view.Shape, SrcStrides: view.Strides, SrcBytes: n * size, DstBytes: n * size}
	c.DstStrides = make([]int, len(view.Shape))
	step := size
	for axis := len(view.Shape) - 1; axis >= 0; axis-- {
		c.DstStrides[axis] = step
		step *= view.Shape[axis]
	}
	return c
}
