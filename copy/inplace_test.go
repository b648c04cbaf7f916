package strided

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
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
	// Small matrices are staged whole; they have to come out of the method for
	// large ones too.
	if rows > 1 && cols > 1 && rows != cols {
		transposeOblong(m[:rows*cols], cols, rows)
		if slices.Equal(m, want) {
			t.Fatalf("%d x %d of %T: not transposed back", rows, cols, m[0])
		}
		transposeOblong(m[:rows*cols], rows, cols)
		if !slices.Equal(m, want) {
			t.Fatalf("%d x %d of %T: wrong by steps", rows, cols, m[0])
		}
	}
}

func TestTransposeInPlaceSmall(t *testing.T) {
	for rows := range 65 {
		for cols := range 65 {
			checkInPlace[uint16](t, rows, cols)
			if testing.Short() && (rows*cols)%7 != 0 {
				continue
			}
			checkInPlace[uint8](t, rows, cols)
			checkInPlace[uint32](t, rows, cols)
			checkInPlace[uint64](t, rows, cols)
			checkInPlace[complex128](t, rows, cols)
		}
	}
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
	for _, side := range []int{63, 64, 65, 255, 512, 700} {
		checkInPlace[uint8](t, side, side)
		checkInPlace[uint64](t, side, side)
	}
}

// TestTransposeInPlaceScratch holds the bound of the documentation.
func TestTransposeInPlaceScratch(t *testing.T) {
	for _, c := range []struct{ rows, cols, scratch int }{
		{1000, 1000, 16 << 10},
		{1 << 10, 1 << 11, 128 << 10},
		{3, 700_000, 4 * 700_000},
		{700_001, 3, 4 * 700_001},
		{4001, 500, 128 << 10},
		{2999, 3001, 64 * 2999},
	} {
		m := make([]uint32, c.rows*c.cols)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := TransposeInPlace(m, c.rows, c.cols); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		// Plans come on top for square ones, and the first of two scratches
		// where the second needs more.
		if total := int(after.TotalAlloc - before.TotalAlloc); total > c.scratch*2+128<<10 {
			t.Errorf("%d x %d: %d bytes allocated, the bound is %d", c.rows, c.cols, total, c.scratch)
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
