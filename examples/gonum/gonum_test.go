// Package gonum shows mat.Dense as a strided.Array.
package gonum

import (
	"fmt"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
	"gonum.org/v1/gonum/mat"
)

// A window of one matrix is transposed into a window of another.
func Example() {
	src := mat.NewDense(2, 4, []float64{1, 2, 3, 4, 5, 6, 7, 8})
	dst := mat.NewDense(3, 4, nil)
	from := src.Slice(0, 2, 1, 4).(*mat.Dense) // columns 1 to 3
	to := dst.Slice(0, 3, 2, 4).(*mat.Dense)   // columns 2 and 3

	transposed, err := strided.FromMatrix(from.RawMatrix()).Permute()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := strided.FromMatrix(to.RawMatrix()).CopyFrom(transposed); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mat.Formatted(dst))
	// Output:
	// ⎡0  0  2  6⎤
	// ⎢0  0  3  7⎥
	// ⎣0  0  4  8⎦
}

func BenchmarkTranspose(b *testing.B) {
	const n = 1000
	src, dst := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i := range n * n {
		src.RawMatrix().Data[i] = float64(i)
	}
	check := func(b *testing.B) {
		b.StopTimer()
		if !mat.Equal(dst, src.T()) {
			b.Fatal("wrong result")
		}
	}
	b.Run("strided", func(b *testing.B) {
		b.SetBytes(8 * n * n)
		dst.Zero()
		from, _ := strided.FromMatrix(src.RawMatrix()).Permute()
		to := strided.FromMatrix(dst.RawMatrix())
		for b.Loop() {
			if err := to.CopyFrom(from); err != nil {
				b.Fatal(err)
			}
		}
		check(b)
	})
	b.Run("gonum", func(b *testing.B) {
		b.SetBytes(8 * n * n)
		dst.Zero()
		for b.Loop() {
			dst.Copy(src.T())
		}
		check(b)
	})
}
