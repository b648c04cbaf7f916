package asmtest

import "fmt"

// A Case is one copy between two layouts of the same shape, with the sizes of
// the buffers that they are meant for.
type Case struct {
	ItemSize   int   // bytes
	Shape      []int // items
	DstStrides []int // bytes, one for each axis
	SrcStrides []int
	DstOffset  int // byte offset of item (0, 0, ...)
	SrcOffset  int
	DstBytes   int // size of the buffer
	SrcBytes   int
}

// Reference runs the reference loop of c.
func (c Case) Reference(dst, src []byte) {
	Reference(dst, src, c.ItemSize, c.Shape, c.DstStrides, c.DstOffset, c.SrcStrides, c.SrcOffset)
}

// Items returns the number of items, 0 where an extent is 0.
func (c Case) Items() int {
	n := 1
	for _, extent := range c.Shape {
		n *= extent
	}
	return n
}

// String writes c in one line, as a failed test wants to show it.
func (c Case) String() string {
	return fmt.Sprintf("itemsize %d shape %v dst %v+%d of %d src %v+%d of %d", c.ItemSize, c.Shape,
		c.DstStrides, c.DstOffset, c.DstBytes, c.SrcStrides, c.SrcOffset, c.SrcBytes)
}

// extent returns the half-open byte interval that the items of a layout at offset
// 0 lie in, which is empty where there are none.
func extent(itemSize int, shape, strides []int) (lo, hi int) {
	for axis, n := range shape {
		if n == 0 {
			return 0, 0
		}
		if reach := (n - 1) * strides[axis]; reach < 0 {
			lo += reach
		} else {
			hi += reach
		}
	}
	return lo, hi + itemSize
}
