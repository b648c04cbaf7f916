package main

import "gorgonia.org/tensor"

// prepareGorgonia expresses a case as a copy of a permuted view into a tensor.
func prepareGorgonia(c *caseRequest, dst, src []byte) *prepared {
	p, ok := asPermutation(c)
	if !ok || c.DstOffset%c.ItemSize != 0 || c.SrcOffset%c.ItemSize != 0 {
		return nil
	}
	var to, from any
	switch c.ItemSize {
	case 1:
		to, from = items[uint8](dst, c.DstOffset, p.items), items[uint8](src, c.SrcOffset, p.items)
	case 2:
		to, from = items[uint16](dst, c.DstOffset, p.items), items[uint16](src, c.SrcOffset, p.items)
	case 4:
		to, from = items[float32](dst, c.DstOffset, p.items), items[float32](src, c.SrcOffset, p.items)
	case 8:
		to, from = items[float64](dst, c.DstOffset, p.items), items[float64](src, c.SrcOffset, p.items)
	case 16:
		to, from = items[complex128](dst, c.DstOffset, p.items), items[complex128](src, c.SrcOffset, p.items)
	default:
		return nil
	}
	result := tensor.New(tensor.WithShape(p.to...), tensor.WithBacking(to))
	view := tensor.New(tensor.WithShape(p.from...), tensor.WithBacking(from))
	if err := view.T(p.perm...); err != nil {
		return nil // it refuses permutations that change nothing
	}
	return always(func() {
		if err := tensor.Copy(result, view); err != nil {
			panic(err)
		}
	})
}
