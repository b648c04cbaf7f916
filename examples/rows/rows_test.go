// Package rows shows how a [][]T becomes one array and back.
package rows

import (
	"fmt"
	"slices"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/examples/compare"
)

// Rows are put together to a matrix, which is scaled and taken apart again.
func Example() {
	rows := [][]float64{{1, 2, 3}, {4, 5, 6}}
	matrix := make([]float64, 6)
	if err := strided.Stack(matrix, rows, []int{3}, 0); err != nil {
		fmt.Println(err)
		return
	}
	for i := range matrix {
		matrix[i] *= 10
	}
	err := strided.Split(rows, matrix, []int{2, 3}, 0)
	fmt.Println(rows, err)
	// Output: [[10 20 30] [40 50 60]] <nil>
}

func BenchmarkTransposedRows(b *testing.B) {
	const rows, cols = 1000, 1000
	src := make([][]float32, rows)
	for i := range src {
		src[i] = make([]float32, cols)
		for j := range src[i] {
			src[i][j] = float32(i*cols + j)
		}
	}
	ours, theirs := make([]float32, rows*cols), make([]float32, rows*cols)
	compare.Bench(b, 4*rows*cols, "loops", func() error {
		for i, row := range src {
			for j, v := range row {
				theirs[j*rows+i] = v
			}
		}
		return nil
	}, func() error {
		return strided.Stack(ours, src, []int{cols}, 1)
	}, func() bool { return slices.Equal(ours, theirs) })
}
