// Package arrow shows the tensors of Apache Arrow as strided.Arrays.
package arrow

import (
	"fmt"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/arrow/tensor"
	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/examples/compare"
)

// columns returns a tensor of rows x cols items 0, 1, 2, ... in column-major order.
func columns(rows, cols int) *tensor.Float32 {
	build := array.NewFloat32Builder(memory.DefaultAllocator)
	defer build.Release()
	for i := range rows * cols {
		build.Append(float32(i))
	}
	data := build.NewFloat32Array()
	defer data.Release()
	return tensor.NewFloat32(data.Data(), []int64{int64(rows), int64(cols)}, []int64{4, 4 * int64(rows)}, nil)
}

// A column-major tensor of Arrow is written in C order.
func Example() {
	t := columns(2, 3)
	defer t.Release()
	var _ arrow.DataType = t.DataType()

	from, err := strided.FromByteStrides(t.Float32Values(), t.Shape(), t.Strides())
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := from.Contiguous()
	fmt.Println(c.Data, err)
	// Output: [0 2 4 1 3 5] <nil>
}

func BenchmarkColumnToRowMajor(b *testing.B) {
	const rows, cols = 1000, 1000
	t := columns(rows, cols)
	defer t.Release()
	ours, theirs := make([]float32, rows*cols), make([]float32, rows*cols)
	from, err := strided.FromByteStrides(t.Float32Values(), t.Shape(), t.Strides())
	if err != nil {
		b.Fatal(err)
	}
	to, index := strided.Of(ours, rows, cols), make([]int64, 2)
	compare.Bench(b, 4*rows*cols, "arrow", func() error {
		for i := range theirs {
			index[0], index[1] = int64(i/cols), int64(i%cols)
			theirs[i] = t.Value(index)
		}
		return nil
	}, func() error {
		return to.CopyFrom(from)
	}, func() bool { return slices.Equal(ours, theirs) })
}
