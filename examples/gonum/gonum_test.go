// Package gonum shows mat.Dense as a strided.Array.
package gonum

import (
	"fmt"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/examples/compare"
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
	src, ours, theirs := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i := range n * n {
		src.RawMatrix().Data[i] = float64(i)
	}
	from, err := strided.FromMatrix(src.RawMatrix()).Permute()
	if err != nil {
		b.Fatal(err)
	}
	to := strided.FromMatrix(ours.RawMatrix())
	compare.Bench(b, 8*n*n, "gonum", func() error {
		theirs.Copy(src.T())
		return nil
	}, func() error {
		return to.CopyFrom(from)
	}, func() bool { return mat.Equal(ours, theirs) })
}
