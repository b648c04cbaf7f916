package strided

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// An allocCase is a copy that some leaf does.
type allocCase struct {
	name   string
	dl, sl Layout
}

// permutedCase is the copy that permutes a C-order array of the shape into C order.
func permutedCase(name string, size int, shape []int, axes ...int) allocCase {
	sl, err := C(size, shape...).Permute(axes...)
	if err != nil {
		panic(err)
	}
	return allocCase{name, C(size, sl.Shape...), sl}
}

// allocCases has every leaf, at sizes on either side of what the planner goes by.
func allocCases() []allocCase {
	pitched := func(size, n, pitch int) Layout {
		return Layout{ItemSize: size, Shape: []int{n, n}, Strides: []int{pitch, size}}
	}
	sparse := func(step0, step1 int) Layout {
		return Layout{ItemSize: 4, Shape: []int{60, 50}, Strides: []int{step0, step1}}
	}
	all := []allocCase{
		{"one item", C(8), C(8)},
		{"nothing", C(8, 3, 0), C(8, 3, 0)},
		{"tiny", C(4, 4, 4), Fortran(4, 4, 4)},
		{"dense", C(4, 100, 100), C(4, 100, 100)},
		{"dense, several calls", C(1, 1<<20), C(1, 1<<20)},
		{"rows", pitched(4, 100, 512), pitched(4, 100, 1000)},
		{"rows of rows", pitched(1, 1000, 1024), pitched(1, 1000, 1001)},
		permutedCase("wide items", 4, []int{33, 12, 64}, 1, 0, 2),
		permutedCase("wide items, a stream", 4, []int{330, 12, 64}, 1, 0, 2),
		{"fill", C(4, 1000), Layout{ItemSize: 4, Shape: []int{1000}, Strides: []int{0}}},
		{"fill, several calls", C(1, 300_000), Layout{ItemSize: 1, Shape: []int{300_000}, Strides: []int{0}}},
		{"repeated rows", C(4, 30, 100), Layout{ItemSize: 4, Shape: []int{30, 100}, Strides: []int{0, 4}}},
		{"items", sparse(1200, 20), sparse(20, 1220)},
		{"slices", C(2, 60, 50), Layout{ItemSize: 2, Shape: []int{60, 50}, Strides: []int{1200, 22}}},
		{"scattered", Layout{ItemSize: 2, Shape: []int{60, 50}, Strides: []int{1200, 22}}, C(2, 60, 50)},
		{"reversed", C(4, 5000), Layout{ItemSize: 4, Offset: 4 * 4999, Shape: []int{5000}, Strides: []int{-4}}},
		permutedCase("planes", 1, []int{60, 80, 3}, 2, 0, 1),
		permutedCase("pixels", 1, []int{3, 60, 80}, 1, 2, 0),
		permutedCase("matrices of 2x2", 8, []int{777, 2, 2}, 0, 2, 1),
		permutedCase("twelve axes", 1, []int{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}),
		permutedCase("rank 8", 2, []int{2, 3, 2, 3, 2, 3, 2, 3}),
		permutedCase("rank 5, tiles", 4, []int{8, 9, 10, 11, 12}, 3, 1, 4, 2, 0),
	}
	many := allocCase{"fourteen loops", Layout{ItemSize: 1}, Layout{ItemSize: 1}}
	for k, step := 0, 2; k < 14; k, step = k+1, step*5/2 {
		many.dl.Shape, many.dl.Strides = append(many.dl.Shape, 2), append(many.dl.Strides, step)
		many.sl.Strides = append([]int{step}, many.sl.Strides...)
	}
	many.sl.Shape = many.dl.Shape
	all = append(all, many)
	for _, size := range []int{1, 2, 3, 4, 8, 16} {
		for _, n := range [][]int{{9, 11}, {64, 64}, {100, 203}, {256, 1024}} {
			all = append(all, permutedCase(fmt.Sprintf("transpose %v of %d bytes", n, size), size, n, 1, 0))
		}
	}
	return all
}

// TestCopyAllocatesAgain measures the memory of a copy whose pools a garbage collection
// has emptied: that of one plan.
func TestCopyAllocatesAgain(t *testing.T) {
	skipCounting(t)
	dst, src := make([]float32, 40*36), make([]float32, 40*36)
	least := uint64(math.MaxUint64)
	for range 5 { // other goroutines of the test binary allocate too
		runtime.GC()
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := Transpose(dst, src, 40, 36); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	t.Logf("%d bytes", least)
	if least > 48<<10 {
		t.Errorf("%d bytes for one copy", least)
	}
}

// skipCounting skips where allocations are not the code's own.
func skipCounting(t *testing.T) {
	if raceEnabled {
		t.Skip("pools allocate under the race detector")
	}
}

// TestRunAllocates holds plans to no allocation in Run, and Copy to none at ranks up
// to 8, on destinations at a line edge and off it. It wants every kind of kernel to have been among them.
func TestRunAllocates(t *testing.T) {
	skipCounting(t)
	ops := map[asm.Op]bool{}
	for _, c := range allocCases() {
		_, dhi, _ := c.dl.Extent()
		_, shi, _ := c.sl.Extent()
		dst, src := make([]byte, dhi+1), make([]byte, shi)
		for _, level := range cpu.Levels(cpu.Detect()) {
			for _, s := range []Streaming{StreamNever, StreamAlways} {
				for _, at := range []int{0, 1} {
					p := countRuns(t, c, Options{Without: ^level, Streaming: s}, dst[at:], src)
					ops[asm.Info(p.kernel).Op] = true
				}
			}
		}
		var err error
		if n := testing.AllocsPerRun(4, func() { err = Copy(dst, c.dl, src, c.sl) }); n != 0 && c.dl.Rank() <= 8 || err != nil {
			t.Errorf("Copy, %s: %v allocations, error %v", c.name, n, err)
		}
	}
	want := []asm.Op{asm.Rows, asm.Fill, asm.Items, asm.Transpose, asm.Permute}
	if cpu.Detect() == 0 {
		want = want[:4]
	}
	for _, op := range want {
		if !ops[op] {
			t.Errorf("no plan for %v", op)
		}
	}
}

// countRuns runs plans for c that are new, and one of them again: neither may allocate,
// the first but for what more than 8 axes take.
func countRuns(t *testing.T, c allocCase, o Options, dst, src []byte) *Plan {
	var plans [3]*Plan // the first of which only fills pools
	var err error
	for k := range plans {
		if plans[k], err = NewPlan(c.dl, c.sl, o); err != nil {
			t.Fatal(c.name, err)
		}
	}
	p, k := plans[0], 0
	first := testing.AllocsPerRun(len(plans)-1, func() { err = plans[k].Run(dst, src); k++ })
	again := testing.AllocsPerRun(2, func() { err = p.Run(dst, src) })
	if again != 0 || first != 0 && c.dl.Rank() <= 8 || err != nil {
		t.Errorf("%s: %v: %v allocations by the first run and %v by another, error %v", c.name, p, first, again, err)
	}
	return p
}

// TestCopyAllocates has copies past the caches, planned on the spot.
func TestCopyAllocates(t *testing.T) {
	skipCounting(t)
	if testing.Short() {
		t.Skip("large")
	}
	n := 1 << 11
	for 4*n*n <= cachedBytes() && n < 1<<13 {
		n *= 2
	}
	dst, src := make([]float32, n*n), make([]float32, n*n)
	var err error
	for _, cols := range []int{n, n - 3} {
		if a := testing.AllocsPerRun(1, func() { err = Transpose(dst, src, n, cols) }); a != 0 || err != nil {
			t.Errorf("%d x %d: %v allocations, error %v", n, cols, a, err)
		}
	}
}

// TestStackArguments passes arrays and layouts that nothing else refers to: none may
// be moved to the heap.
func TestStackArguments(t *testing.T) {
	skipCounting(t)
	var err error
	for _, c := range []struct {
		name string
		call func()
	}{
		{"Copy", func() {
			var dst, src [8]byte
			err = Copy(dst[:], Layout{ItemSize: 1, Shape: []int{2, 4}, Strides: []int{1, 2}},
				src[:], Layout{ItemSize: 1, Shape: []int{2, 4}})
		}},
		{"Copy within an array", func() {
			var mem [8]byte
			err = Copy(mem[:], Layout{ItemSize: 2, Shape: []int{2}}, mem[:], Layout{ItemSize: 2, Offset: 4, Shape: []int{2}})
		}},
		{"Copy of more than is tiny", func() {
			var dst, src [256]byte
			err = Copy(dst[:], Layout{ItemSize: 1, Shape: []int{16, 16}, Strides: []int{1, 16}},
				src[:], Layout{ItemSize: 1, Shape: []int{16, 16}})
		}},
		{"Gather", func() {
			var dst, src [8]byte
			err = Gather(dst[:], src[:], Layout{ItemSize: 2, Offset: 6, Shape: []int{4}, Strides: []int{-2}})
		}},
		{"Scatter", func() {
			var dst, src [8]byte
			err = Scatter(dst[:], Layout{ItemSize: 1, Offset: 1, Shape: []int{4}, Strides: []int{2}}, src[:])
		}},
		{"Permute", func() {
			var dst, src [24]uint16
			err = Permute(dst[:], src[:], []int{2, 3, 4}, 2, 0, 1)
		}},
		{"Permute of rank 8", func() {
			var dst, src [256]uint8
			err = Permute(dst[:], src[:], []int{2, 2, 2, 2, 2, 2, 2, 2})
		}},
		{"Transpose", func() {
			var dst, src [8]float64
			err = Transpose(dst[:], src[:], 2, 4)
		}},
		{"views", func() {
			var dst, src [8]byte
			err = Gather(dst[:], src[:], C(1, 2, 4))
		}},
	} {
		if n := testing.AllocsPerRun(50, c.call); n != 0 || err != nil {
			t.Errorf("%s: %v allocations, error %v", c.name, n, err)
		}
	}
}

//go:noinline
func atDepth(n int, frame [16]int, f func() string) string {
	if n == 0 {
		return f()
	}
	frame[n%16]++
	return atDepth(n-1, frame, f)
}

// TestStackMoves copies between arrays on stacks that grow meanwhile: whatever still
// holds their old address then would read and write there.
func TestStackMoves(t *testing.T) {
	transposed := func() string {
		const n = 16
		var mem, want [n * n]byte
		for i := range mem {
			mem[i] = byte(i * 7)
		}
		for i := range mem {
			want[i%n*n+i/n] = mem[i]
		}
		shape, to, from := [2]int{n, n}, [2]int{1, n}, [2]int{n, 1}
		dl := Layout{ItemSize: 1, Shape: shape[:], Strides: to[:]}
		sl := Layout{ItemSize: 1, Shape: shape[:], Strides: from[:]}
		var out [n * n]byte
		if err := Copy(out[:], dl, mem[:], sl); err != nil || out != want {
			return fmt.Sprintf("apart: %v, %v", err, out)
		}
		if err := Copy(mem[:], dl, mem[:], sl); err != nil || mem != want {
			return fmt.Sprintf("in place: %v, %v", err, mem)
		}
		return ""
	}
	shifted := func() string { // a copy of ordered loops, and rows by memmove
		var mem, want [3000]byte
		for i := range mem {
			mem[i] = byte(i * 7)
		}
		copy(want[:], mem[:])
		shape, strides := [2]int{4, 301}, [2]int{600, 1}
		for i := 3; i >= 0; i-- {
			copy(want[i*600+17:i*600+17+301], mem[i*600:])
		}
		err := Copy(mem[:], Layout{1, 17, shape[:], strides[:]}, mem[:], Layout{1, 0, shape[:], strides[:]})
		if err != nil || mem != want {
			return fmt.Sprintf("shifted: %v", err)
		}
		return ""
	}
	const n = 1 << 9
	p, err := NewPlan(C(1, n/2, 2), Layout{ItemSize: 1, Shape: []int{n / 2, 2}, Strides: []int{1, n / 2}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	stopped := func() string { // a copy that can be stopped
		var dst, src, want [n]byte
		for i := range src {
			src[i] = byte(i * 7)
			want[i%(n/2)*2+i/(n/2)] = src[i]
		}
		if _, err := p.RunContext(context.Background(), dst[:], src[:], nil); err != nil || dst != want {
			return fmt.Sprintf("with a context: %v", err)
		}
		return ""
	}
	for depth := range 300 {
		for _, f := range []func() string{transposed, shifted, stopped} {
			done := make(chan string)
			go func() { done <- atDepth(depth, [16]int{}, f) }()
			if fault := <-done; fault != "" {
				t.Fatalf("at depth %d: %s", depth, fault)
			}
		}
	}
}
