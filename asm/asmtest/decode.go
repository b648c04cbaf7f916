package asmtest

import (
	"math"
	"math/rand/v2"
)

// maxBytes bounds each of the two buffers of a decoded case, up to a few bytes.
const maxBytes = 1 << 20

// Decode turns any bytes into a Case; the same bytes always give the same Case,
// and bytes that are missing count as 0. Ranks go from 0 to 6, item sizes from 1
// to 40 bytes, strides have both signs, offsets any alignment, and a buffer has
// about 1 MiB at most.
//
// With valid, both layouts lie inside their buffers and no two items of the
// destination share a byte; source items may, through strides that are 0 or
// smaller than an item. Without it, one or two fields may be spoilt in ways that
// a copy has to refuse, though nothing says that they are.
func Decode(data []byte, valid bool) Case {
	d := decoder{next: func(n int) int {
		if len(data) == 0 {
			return 0
		}
		b := int(data[0])
		data = data[1:]
		return b % n
	}}
	return d.decode(valid)
}

// Random draws a Case of the kind that [Decode] describes.
func Random(r *rand.Rand, valid bool) Case { return (&decoder{next: r.IntN}).decode(valid) }

// A decoder draws small choices from fuzz bytes or from a random source.
type decoder struct {
	next  func(n int) int // a number in [0, n), n <= 256
	limit int             // bytes that gaps may stretch a layout to
}

func (d *decoder) pick(menu []int) int { return menu[d.next(len(menu))] }

// The menus repeat what should come often.
var (
	itemSizes = []int{1, 2, 4, 8, 16, 3, 6, 12, 5, 7, 32, 40, 1, 2, 4, 8}
	budgets   = []int{1 << 8, 1 << 9, 1 << 10, 1 << 10, 1 << 11, 1 << 12, 1 << 12, 1 << 13, 1 << 14, 1 << 14, 1 << 16, maxBytes}
	extents   = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 255, 256, 257}
	big       = []int{300, 511, 512, 513, 1000, 1024, 2049, 4096, 10007, 65537, 1 << 17, 1 << 20}
)

func (d *decoder) decode(valid bool) Case {
	c := Case{Shape: make([]int, d.next(7)), ItemSize: d.pick(itemSizes)}
	if d.next(8) == 7 {
		c.ItemSize = 1 + d.next(40)
	}
	budget := d.pick(budgets)
	d.shape(c.Shape, budget/c.ItemSize)
	d.limit = min(32*budget, maxBytes)

	order := d.order(len(c.Shape), nil)
	c.DstStrides = d.nested(c.ItemSize, c.Shape, order)
	if d.next(3) > 0 { // else both sides keep the same order of axes
		order = d.order(len(c.Shape), order)
	}
	c.SrcStrides = d.nested(c.ItemSize, c.Shape, order)
	for axis := range c.SrcStrides {
		switch d.next(16) {
		case 14:
			c.SrcStrides[axis] = 0
		case 15: // items that overlap
			c.SrcStrides[axis] = d.next(c.ItemSize+1) - c.ItemSize/2
		}
	}
	c.DstOffset, c.DstBytes = d.place(c.ItemSize, c.Shape, c.DstStrides)
	c.SrcOffset, c.SrcBytes = d.place(c.ItemSize, c.Shape, c.SrcStrides)
	if !valid {
		for range d.next(3) {
			d.spoil(&c)
		}
	}
	return c
}

// shape draws extents whose product is at most budget; now and then one is large
// or 0.
func (d *decoder) shape(shape []int, budget int) {
	for axis := range shape {
		n := d.pick(extents)
		switch d.next(32) {
		case 28, 29, 30:
			n = d.pick(big)
		case 31:
			n = 0
		}
		shape[axis] = min(n, max(budget, 1))
		budget /= max(shape[axis], 1)
	}
}

// order draws the axes from the innermost of memory to the outermost: C order,
// the reverse of before, or any.
func (d *decoder) order(rank int, before []int) []int {
	order := make([]int, rank)
	for i := range order {
		order[i] = rank - 1 - i
		if before != nil {
			order[i] = before[rank-1-i]
		}
	}
	if d.next(2) == 1 {
		for i := rank - 1; i > 0; i-- {
			j := d.next(i + 1)
			order[i], order[j] = order[j], order[i]
		}
	}
	return order
}

// nested draws strides for axes in the given order, each of which steps over the
// whole of the axes before it, so that no items overlap.
func (d *decoder) nested(itemSize int, shape, order []int) []int {
	strides := make([]int, len(shape))
	rest := 1
	for _, n := range shape {
		rest *= max(n, 1)
	}
	dense := itemSize
	for _, axis := range order {
		step := d.widen(dense, itemSize)
		if step > d.limit/rest {
			step = dense
		}
		n := max(shape[axis], 1)
		rest /= n
		dense = step * n
		if d.next(4) == 3 {
			step = -step
		}
		strides[axis] = step
	}
	return strides
}

// widen returns dense or something larger: a gap in items, an odd gap in bytes, or
// a power-of-two pitch.
func (d *decoder) widen(dense, itemSize int) int {
	switch d.next(8) {
	case 4:
		return dense + itemSize*(1+d.next(3))
	case 5:
		return dense * (2 + d.next(7))
	case 6:
		return dense + 1 + d.next(31)
	case 7:
		return (dense + 2047) / 2048 * 2048
	}
	return dense
}

// place returns an offset at which all items lie inside a buffer, and the size of
// that buffer, with some bytes to spare on each side.
func (d *decoder) place(itemSize int, shape, strides []int) (offset, size int) {
	lo, hi := extent(itemSize, shape, strides)
	slack := []int{0, 0, 0, 1, 2, 4, itemSize, 16, 31, 64}
	offset = d.pick(slack) - lo
	return offset, offset + hi + d.pick(slack)
}

// spoil changes one field to a value that is more often wrong than not.
func (d *decoder) spoil(c *Case) {
	wild := []int{0, -1, 1, 7, -4096, 1 << 20, math.MaxInt32, math.MinInt32, math.MaxInt, math.MinInt, math.MaxInt / 2}
	list := [][]int{c.Shape, c.DstStrides, c.SrcStrides}[d.next(3)]
	switch d.next(8) {
	case 0:
		c.ItemSize = d.pick(wild[:6])
	case 1:
		c.DstOffset = d.pick(wild)
	case 2:
		c.SrcOffset = d.pick(wild)
	case 3:
		c.DstBytes = d.next(c.DstBytes%256 + 1)
	case 4:
		c.SrcBytes = d.next(c.SrcBytes%256 + 1)
	case 5:
		c.DstStrides = append(c.DstStrides, 1)
	default:
		if len(list) > 0 {
			list[d.next(len(list))] = d.pick(wild)
		}
	}
}
