package rival

import (
	"slices"
	"unsafe"
)

// Items returns the memory of n items of type T from a byte offset on. The
// libraries want slices of numbers; the buffers are mapped files.
func Items[T any](b []byte, offset, n int) []T {
	var zero T
	size := int(unsafe.Sizeof(zero))
	b = b[offset : offset+n*size]
	if offset%size != 0 || n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), n)
}

// An Axis is a loop of a copy: items, and bytes from one to the next on both sides.
type Axis struct{ N, Dst, Src int }

// Merged returns the axes of a case without those of one item, neighbours that
// step as one merged.
func Merged(c *Case) []Axis {
	var axes []Axis
	for i, n := range c.Shape {
		a := Axis{n, c.DstStrides[i], c.SrcStrides[i]}
		last := len(axes) - 1
		switch {
		case n == 1:
		case last >= 0 && axes[last].Dst == a.Dst*n && axes[last].Src == a.Src*n:
			axes[last] = Axis{axes[last].N * n, a.Dst, a.Src}
		default:
			axes = append(axes, a)
		}
	}
	return axes
}

// A Permutation is a case whose two sides are contiguous arrays of all its items:
// axis k of the destination is axis Axes[k] of the source, whose shape is From.
type Permutation struct {
	From, Axes, To []int
	Items          int
}

// AsPermutation reports whether c is a permutation, and of what.
func AsPermutation(c *Case) (Permutation, bool) {
	p := Permutation{To: c.Shape, Items: 1}
	order := make([]int, len(c.Shape)) // axes of the destination, as they lie in the source
	for k := range order {
		order[k] = k
		p.Items *= c.Shape[k]
	}
	slices.SortStableFunc(order, func(a, b int) int { return c.SrcStrides[b] - c.SrcStrides[a] })
	if !contiguous(c, order, c.SrcStrides) || !contiguous(c, identity(len(order)), c.DstStrides) {
		return p, false
	}
	p.Axes = make([]int, len(order))
	for position, axis := range order {
		p.From = append(p.From, c.Shape[axis])
		p.Axes[axis] = position
	}
	return p, p.Items > 0
}

func identity(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// contiguous reports whether the axes, outermost first, leave no gaps.
func contiguous(c *Case, order, strides []int) bool {
	step := c.ItemSize
	for _, axis := range slices.Backward(order) {
		if c.Shape[axis] != 1 && strides[axis] != step {
			return false
		}
		step *= c.Shape[axis]
	}
	return true
}
