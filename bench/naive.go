package main

import (
	"encoding/binary"
	"slices"
)

// A naiveCopy is the loop that one writes by hand for two strided arrays: axes that
// step as one merged, destination order, one inner loop for each item size, no
// blocking.
type naiveCopy struct {
	size                   int // bytes of an item
	dstOffset, srcOffset   int
	shape                  []int
	dstStrides, srcStrides []int
}

func newNaive(c *Case) *naiveCopy {
	n := &naiveCopy{size: c.ItemSize, dstOffset: c.DstOffset, srcOffset: c.SrcOffset}
	for axis, extent := range c.Shape {
		d, s := c.DstStrides[axis], c.SrcStrides[axis]
		last := len(n.shape) - 1
		switch {
		case extent == 1:
		case last >= 0 && n.dstStrides[last] == d*extent && n.srcStrides[last] == s*extent:
			n.shape[last] *= extent
			n.dstStrides[last], n.srcStrides[last] = d, s
		default:
			n.shape = append(n.shape, extent)
			n.dstStrides = append(n.dstStrides, d)
			n.srcStrides = append(n.srcStrides, s)
		}
	}
	if len(n.shape) == 0 {
		n.shape, n.dstStrides, n.srcStrides = []int{1}, []int{n.size}, []int{n.size}
	}
	return n
}

func (n *naiveCopy) run(dst, src []byte) {
	if !slices.Contains(n.shape, 0) { // without items an offset may lie anywhere
		n.axis(dst, src, 0, n.dstOffset, n.srcOffset)
	}
}

func (n *naiveCopy) axis(dst, src []byte, axis, d, s int) {
	count, ds, ss := n.shape[axis], n.dstStrides[axis], n.srcStrides[axis]
	if axis == len(n.shape)-1 {
		n.inner(dst, src, d, s, count, ds, ss)
		return
	}
	for range count {
		n.axis(dst, src, axis+1, d, s)
		d, s = d+ds, s+ss
	}
}

// inner copies count items. The cases differ in the type that they move alone.
func (n *naiveCopy) inner(dst, src []byte, d, s, count, ds, ss int) {
	order := binary.NativeEndian
	switch {
	case ds == n.size && ss == n.size:
		copy(dst[d:d+count*n.size], src[s:])
	case n.size == 1:
		for range count {
			dst[d] = src[s]
			d, s = d+ds, s+ss
		}
	case n.size == 2:
		for range count {
			order.PutUint16(dst[d:d+2], order.Uint16(src[s:s+2]))
			d, s = d+ds, s+ss
		}
	case n.size == 4:
		for range count {
			order.PutUint32(dst[d:d+4], order.Uint32(src[s:s+4]))
			d, s = d+ds, s+ss
		}
	case n.size == 8:
		for range count {
			order.PutUint64(dst[d:d+8], order.Uint64(src[s:s+8]))
			d, s = d+ds, s+ss
		}
	case n.size == 3:
		for range count {
			to, from := dst[d:d+3], src[s:s+3]
			to[0], to[1], to[2] = from[0], from[1], from[2]
			d, s = d+ds, s+ss
		}
	case n.size == 6:
		for range count {
			to, from := dst[d:d+6], src[s:s+6]
			order.PutUint32(to[:4], order.Uint32(from[:4]))
			order.PutUint16(to[4:], order.Uint16(from[4:]))
			d, s = d+ds, s+ss
		}
	case n.size == 12:
		for range count {
			to, from := dst[d:d+12], src[s:s+12]
			order.PutUint64(to[:8], order.Uint64(from[:8]))
			order.PutUint32(to[8:], order.Uint32(from[8:]))
			d, s = d+ds, s+ss
		}
	case n.size == 16:
		for range count {
			to, from := dst[d:d+16], src[s:s+16]
			order.PutUint64(to[:8], order.Uint64(from[:8]))
			order.PutUint64(to[8:], order.Uint64(from[8:]))
			d, s = d+ds, s+ss
		}
	case n.size < 8:
		for range count {
			to, from := dst[d:d+n.size], src[s:s+n.size]
			for i := range to {
				to[i] = from[i]
			}
			d, s = d+ds, s+ss
		}
	default:
		for range count {
			copy(dst[d:d+n.size], src[s:s+n.size])
			d, s = d+ds, s+ss
		}
	}
}
