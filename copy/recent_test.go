package strided

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stridecopy/stridecopy/asm/asmtest"
	"github.com/stridecopy/stridecopy/cpu"
)

// TestRecentCopies draws one-shot copies from a few kinds that differ in one respect
// each, so that remembered plans are found, replaced and not mistaken for one another.
func TestRecentCopies(t *testing.T) {
	t.Run("planned at once", func(t *testing.T) { recentCopies(t, 40, 36) })
	t.Run("planned if met again", func(t *testing.T) { recentCopies(t, 14, 11) })
}

func recentCopies(t *testing.T, rows, cols int) {
	const size = 4
	n := rows * cols * size
	src := make([]byte, 2*n+64)
	for k := range src {
		src[k] = byte(k * 7)
	}
	kinds := []struct{ dl, sl Layout }{
		{C(size, rows, cols), C(size, rows, cols)},
		{Layout{size, 0, []int{rows, cols}, []int{cols * size, size}}, C(size, rows, cols)},
		{C(size, rows, cols), Fortran(size, rows, cols)},
		{C(size, cols, rows), Fortran(size, cols, rows)},
		{C(size/2, rows, cols), Fortran(size/2, rows, cols)},
		{Layout{size, 8, []int{rows, cols}, nil}, Fortran(size, rows, cols)},
		{C(size, rows, cols), Layout{size, 8, []int{rows, cols}, []int{size, rows * size}}},
		{C(size, rows, cols), Layout{size, 0, []int{rows, cols}, []int{size, 2 * rows * size}}},
		{C(size, rows, cols, 1), Layout{size, 0, []int{rows, cols, 1}, []int{size, rows * size, 0}}},
		{C(size, 0, cols), C(size, 0, cols)},
	}
	r := rand.New(rand.NewPCG(3, 4))
	backing := make([]byte, 2*n+128)
	for range 2000 {
		k := kinds[r.IntN(len(kinds))]
		dst := backing[4*r.IntN(16):]
		clear(dst)
		want := bytes.Clone(dst)
		asmtest.Reference(want, src, k.dl.ItemSize, k.dl.Shape, allStrides(k.dl), k.dl.Offset, allStrides(k.sl), k.sl.Offset)
		if err := Copy(dst, k.dl, src, k.sl); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(dst, want) {
			t.Fatalf("%+v from %+v: wrong result", k.dl, k.sl)
		}
	}
	// What was planned before is still checked against the slices of today.
	if err := Copy(backing[:n-1], kinds[2].dl, src, kinds[2].sl); err == nil {
		t.Error("a copy to a slice that is too short: no error")
	}
	if err := Copy(backing, kinds[2].dl, src[:n-1], kinds[2].sl); err == nil {
		t.Error("a copy from a slice that is too short: no error")
	}
}

// TestRecentPlans checks that plans are shared by those who ask for the same, and only
// by them.
func TestRecentPlans(t *testing.T) {
	var m planner // not from the pool, which forgets whenever it likes
	dl, sl := C(4, 30, 40), Fortran(4, 30, 40)
	plan := func(dl, sl Layout, o Options) *Plan {
		t.Helper()
		p, err := m.plan(&dl, &sl, o)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := plan(dl, sl, Options{})
	if plan(C(4, 30, 40), Fortran(4, 30, 40), Options{}) != p {
		t.Error("the same layouts have two plans")
	}
	for _, o := range []Options{{Without: cpu.AVX2}, {Workers: 2}, {Streaming: StreamAlways}, {Executor: func(int, func(int)) {}}} {
		if plan(dl, sl, o) == p {
			t.Errorf("options %+v have the plan of others", o)
		}
	}
	if plan(sl, dl, Options{}) == p {
		t.Error("the way back has the plan of the way there")
	}
	for n := range recentPlans {
		plan(C(4, 30, 41+n), Fortran(4, 30, 41+n), Options{})
	}
	if plan(dl, sl, Options{}) == p {
		t.Error("a plan outlives as many others as are remembered")
	}
	if _, err := m.plan(&dl, &Layout{ItemSize: 4, Shape: []int{30, 40}, Strides: []int{4}}, Options{}); err == nil {
		t.Error("too few strides: no error")
	}
}

// allStrides returns the strides of l, those of C order where it has none.
func allStrides(l Layout) []int {
	strides := make([]int, len(l.Shape))
	for axis := range strides {
		strides[axis] = l.stride(axis)
	}
	return strides
}
