package main

import (
	"slices"
	"unsafe"
)

// items returns the memory of n items of type T from a byte offset on. The
// libraries want slices of numbers; the buffers are mapped files.
func items[T any](b []byte, offset, n int) []T {
	var zero T
	size := int(unsafe.Sizeof(zero))
	b = b[offset : offset+n*size]
	if offset%size != 0 || n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), n)
}

// axis is a loop of a copy: items, and bytes from one to the next on both sides.
type axis struct{ n, dst, src int }

// merged returns the axes of a case without those of one item, neighbours that
// step as one merged.
func merged(c *caseRequest) []axis {
	var axes []axis
	for i, n := range c.Shape {
		a := axis{n, c.DstStrides[i], c.SrcStrides[i]}
		last := len(axes) - 1
		switch {
		case n == 1:
		case last >= 0 && axes[last].dst == a.dst*n && axes[last].src == a.src*n:
			axes[last] = axis{axes[last].n * n, a.dst, a.src}
		default:
			axes = append(axes, a)
		}
	}
	return axes
}

// A permutation is a case whose two sides are contiguous arrays of all its items:
// axis k of the destination is axis perm[k] of the source, whose shape is from.
type permutation struct {
	from, perm, to []int
	items          int
}

func asPermutation(c *caseRequest) (permutation, bool) {
	p := permutation{to: c.Shape, items: 1}
	order := make([]int, len(c.Shape)) // axes of the destination, as they lie in the source
	for k := range order {
		order[k] = k
		p.items *= c.Shape[k]
	}
	slices.SortStableFunc(order, func(a, b int) int { return c.SrcStrides[b] - c.SrcStrides[a] })
	if !contiguous(c, order, c.SrcStrides) || !contiguous(c, identity(len(order)), c.DstStrides) {
		return p, false
	}
	p.perm = make([]int, len(order))
	for position, axis := range order {
		p.from = append(p.from, c.Shape[axis])
		p.perm[axis] = position
	}
	return p, p.items > 0
}

func identity(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// contiguous reports whether the axes, outermost first, leave no gaps.
func contiguous(c *caseRequest, order, strides []int) bool {
	step := c.ItemSize
	for _, axis := range slices.Backward(order) {
		if c.Shape[axis] != 1 && strides[axis] != step {
			return false
		}
		step *= c.Shape[axis]
	}
	return true
}
