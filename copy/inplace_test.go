package strided

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"unsafe"
)

func ExampleTransposeInPlace() {
	m := []int{
		1, 2, 3,
		4, 5, 6,
	}
	if err := TransposeInPlace(m, 2, 3); err != nil {
		fmt.Println(err)
	}
	for ; len(m) > 0; m = m[2:] {
		fmt.Println(m[:2])
	}
	// Output:
	// [1 4]
	// [2 5]
	// [3 6]
}

// transposed is the definition.
func transposed[T any](m []T, rows, cols int) []T {
	out := slices.Clone(m)
	for i := range rows {
		for j := range cols {
			out[j*rows+i] = m[i*cols+j]
		}
	}
	return out
}

// checkInPlace transposes rows x cols elements with three more behind them.
func checkInPlace[T uint8 | uint16 | uint32 | uint64 | complex128](t *testing.T, rows, cols int) {
	t.Helper()
	m := make([]T, rows*cols+3)
	x := uint64(1)
	for i := range m {
		x = x*6364136223846793005 + 1442695040888963407
		switch p := any(&m[i]).(type) {
		case *uint8:
			*p = uint8(x >> 56)
		case *uint16:
			*p = uint16(x >> 48)
		case *uint32:
			*p = uint32(x >> 32)
		case *uint64:
			*p = x
		case *complex128:
			*p = complex(float64(i), float64(x>>40))
		}
	}
	want := transposed(m, rows, cols)
	if err := TransposeInPlace(m, rows, cols); err != nil {
		t.Fatalf("%d x %d: %v", rows, cols, err)
	}
	if !slices.Equal(m, want) {
		t.Fatalf("%d x %d of %T: wrong", rows, cols, m[0])
	}
	if rows < 2 || cols < 2 || rows == cols {
		return
	}
	// Small matrices are staged whole; they have to come out of the method for large
	// ones too, there and back.
	size, short, long := sizeOf[T](), min(rows, cols), max(rows, cols)
	for _, chunk := range []int{chunkItems(short, long, size), 1, 3, short + 1} {
		if chunk < 32 && rows*cols > 1<<14 {
			continue // slow
		}
		o := oblong{m: Bytes(m[:rows*cols]), size: size, rows: cols, cols: rows, chunk: min(chunk, long)}
		if err := o.transpose(); err != nil || slices.Equal(m, want) {
			t.Fatalf("%d x %d of %T, chunks of %d: not transposed back, %v", rows, cols, m[0], chunk, err)
		}
		o.rows, o.cols = rows, cols
		if err := o.transpose(); err != nil || !slices.Equal(m, want) {
			t.Fatalf("%d x %d of %T, chunks of %d: wrong, %v", rows, cols, m[0], chunk, err)
		}
	}
}

func TestTransposeInPlaceSmall(t *testing.T) {
	n := 0
	for rows := range 65 {
		for cols := range 65 {
			checkInPlace[uint16](t, rows, cols)
			n++
			if testing.Short() && (rows*cols)%7 != 0 {
				continue
			}
			checkInPlace[uint8](t, rows, cols)
			checkInPlace[uint32](t, rows, cols)
			checkInPlace[uint64](t, rows, cols)
			checkInPlace[complex128](t, rows, cols)
			n += 4
		}
	}
	t.Logf("%d matrices", n)
}

func TestTransposeInPlaceLarge(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	n, most := 60, 1<<20
	if testing.Short() {
		n, most = 10, 1<<16
	}
	for range n {
		rows := 1 + r.IntN(1<<(1+r.IntN(16)))
		cols := 1 + r.IntN(most/rows)
		if r.IntN(3) == 0 { // sides with a large common divisor
			rows, cols = max(1, rows&^15), max(1, cols&^15)
		}
		if r.IntN(2) == 0 {
			rows, cols = cols, rows
		}
		checkInPlace[uint8](t, rows, cols)
		checkInPlace[uint32](t, rows, cols)
		checkInPlace[complex128](t, rows, cols)
	}
	sides := []int{63, 64, 65, 255, 512, 700}
	for _, side := range sides {
		checkInPlace[uint8](t, side, side)
		checkInPlace[uint64](t, side, side)
	}
	t.Logf("%d matrices", 3*n+2*len(sides))
}

// TestTransposeInPlaceScratch holds the bound of the documentation.
func TestTransposeInPlaceScratch(t *testing.T) {
	for _, c := range []struct{ rows, cols, scratch int }{
		{1000, 1000, 16 << 10},
		{1 << 10, 1 << 11, 256<<10 + 1<<14/8},
		{3, 700_000, 256<<10 + 1<<16/8},
		{700_001, 3, 256<<10 + 1<<16/8},
		{4001, 500, 256<<10 + 1<<16/8},
		{2999, 3001, 512*2999 + 9_000_000/32/8},
	} {
		m := make([]uint32, c.rows*c.cols)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := TransposeInPlace(m, c.rows, c.cols); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		// Plans come on top, and what kernels work through, all of it in pools, which a
		// collection of garbage empties, and the race detector whenever it likes.
		pooled := 2 * (int(unsafe.Sizeof(desk{})+unsafe.Sizeof(planner{})) + 400<<10)
		if total := int(after.TotalAlloc - before.TotalAlloc); total > c.scratch+pooled && !raceEnabled {
			t.Errorf("%d x %d: %d bytes allocated, the bound is %d", c.rows, c.cols, total, c.scratch)
		} else {
			t.Logf("%d x %d: %d bytes allocated for %d", c.rows, c.cols, total, 4*len(m))
		}
	}
}

func TestTransposeInPlaceErrors(t *testing.T) {
	m := []int32{1, 2, 3, 4, 5, 6}
	for _, c := range []struct {
		rows, cols int
		want       error
	}{
		{-1, 3, ErrShape},
		{2, -3, ErrShape},
		{-2, -3, ErrShape},
		{math.MaxInt, 2, ErrShape},
		{math.MaxInt/2 + 1, 4, ErrShape},
		{math.MinInt, math.MinInt, ErrShape},
		{math.MaxInt, 1, ErrBounds},
		{7, 1, ErrBounds},
		{2, 4, ErrBounds},
		{0, math.MaxInt, nil},
		{0, 0, nil},
	} {
		if err := TransposeInPlace(m, c.rows, c.cols); !errors.Is(err, c.want) {
			t.Errorf("%d x %d: %v, want %v", c.rows, c.cols, err, c.want)
		}
	}
	if !slices.Equal(m, []int32{1, 2, 3, 4, 5, 6}) {
		t.Errorf("written: %v", m)
	}
}

func BenchmarkTransposeInPlace(b *testing.B) {
	for _, c := range [][2]int{{1024, 1024}, {1000, 1000}, {1024, 2048}, {1080, 1920}, {2048, 1024}, {997, 1009}, {4, 1 << 18}, {1 << 18, 4}} {
		m := make([]float32, c[0]*c[1])
		b.Run(fmt.Sprintf("%dx%d", c[0], c[1]), func(b *testing.B) {
			b.SetBytes(int64(8 * len(m)))
			for b.Loop() {
				if err := TransposeInPlace(m, c[0], c[1]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
