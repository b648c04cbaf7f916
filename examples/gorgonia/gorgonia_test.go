// Package gorgonia shows *tensor.Dense as a strided.Array.
package gorgonia

import (
	"fmt"
	"slices"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/examples/compare"
	"gorgonia.org/tensor"
)

// A slice of a tensor is permuted into another tensor.
func Example() {
	t := tensor.New(tensor.WithShape(2, 3, 2), tensor.WithBacking(tensor.Range(tensor.Float32, 0, 12)))
	view, err := t.Slice(nil, tensor.S(1, 3)) // t[:, 1:3]
	if err != nil {
		fmt.Println(err)
		return
	}
	from, err := strided.FromTensor[float32](view.(*tensor.Dense))
	if err != nil {
		fmt.Println(err)
		return
	}
	dst := tensor.New(tensor.WithShape(2, 2, 2), tensor.Of(tensor.Float32))
	to, err := strided.FromTensor[float32](dst)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = to.RearrangeFrom(from, "a b c -> c a b")
	fmt.Println(dst.Data(), err)
	// Output: [2 4 8 10 3 5 9 11] <nil>
}

func BenchmarkNHWCtoNCHW(b *testing.B) {
	const items = 4 * 224 * 224 * 3
	src := tensor.New(tensor.WithShape(4, 224, 224, 3), tensor.WithBacking(tensor.Range(tensor.Float32, 0, items)))
	ours := tensor.New(tensor.WithShape(4, 3, 224, 224), tensor.Of(tensor.Float32))
	from, err := strided.FromTensor[float32](src)
	if err != nil {
		b.Fatal(err)
	}
	to, err := strided.FromTensor[float32](ours)
	if err != nil {
		b.Fatal(err)
	}
	var theirs tensor.Tensor
	compare.Bench(b, 4*items, "gorgonia", func() (err error) {
		theirs, err = tensor.Transpose(src, 0, 3, 1, 2)
		return err
	}, func() error {
		return to.RearrangeFrom(from, "b h w c -> b c h w")
	}, func() bool { return slices.Equal(theirs.Data().([]float32), ours.Data().([]float32)) })
}
