// Command gorgonia is the rival process of gorgonia's tensors. It is a program of
// its own because it cannot start, on versions of Go that one of its dependencies
// does not know, unless an environment variable names the version.
package main

import (
	"fmt"
	"os"

	"gorgonia.org/tensor"

	"github.com/stridecopy/stridecopy/bench/peers/rival"
)

func main() {
	err := rival.Serve(os.Stdin, os.Stdout, rival.Library{Name: "gorgonia", Module: "gorgonia.org/tensor", Prepare: prepare})
	if err != nil {
		fmt.Fprintln(os.Stderr, "gorgonia:", err)
		os.Exit(1)
	}
}

// prepare expresses a case as a copy of a permuted view into a tensor.
func prepare(c *rival.Case, dst, src []byte) *rival.Prepared {
	p, ok := rival.AsPermutation(c)
	if !ok || c.DstOffset%c.ItemSize != 0 || c.SrcOffset%c.ItemSize != 0 {
		return nil
	}
	var to, from any
	switch c.ItemSize {
	case 1:
		to, from = rival.Items[uint8](dst, c.DstOffset, p.Items), rival.Items[uint8](src, c.SrcOffset, p.Items)
	case 2:
		to, from = rival.Items[uint16](dst, c.DstOffset, p.Items), rival.Items[uint16](src, c.SrcOffset, p.Items)
	case 4:
		to, from = rival.Items[float32](dst, c.DstOffset, p.Items), rival.Items[float32](src, c.SrcOffset, p.Items)
	case 8:
		to, from = rival.Items[float64](dst, c.DstOffset, p.Items), rival.Items[float64](src, c.SrcOffset, p.Items)
	case 16:
		to, from = rival.Items[complex128](dst, c.DstOffset, p.Items), rival.Items[complex128](src, c.SrcOffset, p.Items)
	default:
		return nil
	}
	result := tensor.New(tensor.WithShape(p.To...), tensor.WithBacking(to))
	view := tensor.New(tensor.WithShape(p.From...), tensor.WithBacking(from))
	if err := view.T(p.Axes...); err != nil {
		return nil // it refuses permutations that change nothing
	}
	return rival.Always(func() {
		if err := tensor.Copy(result, view); err != nil {
			panic(err)
		}
	})
}
