package memoryview

import (
	"fmt"
	"io"
	"slices"
)

// A Stream is the bytes of a View's items one after the other, in C or Fortran
// order, without gaps: what [View.ToBytes] returns, but made piece by piece, so
// that an array of any layout and size is written or read with little memory.
//
// It is an [io.ReaderAt] and an [io.WriterTo]; [io.NewSectionReader] makes an
// [io.ReadSeeker] of it. A Stream is safe for concurrent use, as its View is.
type Stream struct {
	view  *View
	order Order // C or F
}

// streamBuffer is the memory that a WriteTo takes, in bytes: small beside the
// caches, and large beside a row of most arrays.
const streamBuffer = 1 << 20

// NewStream returns the Stream of v in the given order: C, F, or A for the order of
// the memory if it is contiguous, else C. It stays valid until v is released. The
// error matches [ErrValue] if v has been released, order is something else, or the
// length of v is not that of its shape.
func NewStream(v *View, order Order) (*Stream, error) {
	if v.released() {
		return nil, errReleased
	}
	switch {
	case order == OrderA && !v.c && v.f:
		order = OrderF
	case order == OrderA:
		order = OrderC
	case order != OrderC && order != OrderF:
		return nil, errOrder
	}
	if n, ok := v.buf.items(); !ok || n*v.buf.ItemSize != v.buf.Len {
		return nil, raise(ErrValue, "shape %v of items of %d bytes does not have %d bytes", v.buf.Shape, v.buf.ItemSize, v.buf.Len)
	}
	return &Stream{v, order}, nil
}

// Size returns the bytes of all items.
func (s *Stream) Size() int64 { return int64(s.view.buf.Len) }

// ReadAt reads len(p) bytes beginning at byte off of the items. At the end it
// returns what there is, and [io.EOF]. The error matches [ErrValue] if off is
// negative or the View has been released, and [ErrBuffer] if items lie outside
// their block.
func (s *Stream) ReadAt(p []byte, off int64) (int, error) {
	var b Buffer
	if err := GetBuffer(s.view, &b, FullRO); err != nil {
		return 0, err
	}
	defer b.Release()
	if off < 0 {
		return 0, raise(ErrValue, "negative offset %d", off)
	}
	if off >= int64(b.Len) {
		return 0, io.EOF
	}
	n := min(len(p), b.Len-int(off))
	if err := b.readAt(p[:n], int(off), s.order); err != nil {
		return 0, err
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteTo writes all items to w, through a buffer of 1 MiB unless they lie in
// memory as they are written, and returns the number of bytes written. While it
// runs the View cannot be released. The error matches [ErrValue] or [ErrBuffer], as
// that of ReadAt, or is that of w.
func (s *Stream) WriteTo(w io.Writer) (written int64, err error) {
	var b Buffer
	if err := GetBuffer(s.view, &b, FullRO); err != nil {
		return 0, err
	}
	defer b.Release()
	if b.Len == 0 {
		return 0, nil
	}
	if IsContiguous(&b, s.order) {
		mem, err := b.Buf.item(b.Len)
		if err != nil {
			return 0, err
		}
		return writeAll(w, mem, 0)
	}
	chunk := make([]byte, min(b.chunk(s.order), b.Len))
	for off := 0; off < b.Len; off += len(chunk) {
		piece := chunk[:min(len(chunk), b.Len-off)]
		if err := b.readAt(piece, off, s.order); err != nil {
			return written, err
		}
		if written, err = writeAll(w, piece, written); err != nil {
			return written, err
		}
	}
	return written, nil
}

// writeAll writes p and adds the bytes written to written.
func writeAll(w io.Writer, p []byte, written int64) (int64, error) {
	n, err := w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return written + int64(n), err
}

// chunk returns how many bytes to write at once: whole rows, planes, and so on, of
// the order, as many as the buffer takes.
func (b *Buffer) chunk(order Order) int {
	unit := b.ItemSize
	for j := range b.NDim {
		if n := b.Shape[b.axis(b.NDim-1-j, order)]; n <= streamBuffer/unit {
			unit *= n
		} else {
			break
		}
	}
	if unit > streamBuffer {
		return streamBuffer
	}
	return streamBuffer / unit * unit
}

// axis returns the dimension that varies at level j, from the slowest to the
// fastest, of the order C or F.
func (b *Buffer) axis(j int, order Order) int {
	if order == OrderF {
		return b.NDim - 1 - j
	}
	return j
}

// readAt copies len(p) bytes of the items from byte off on, which must be there.
func (b *Buffer) readAt(p []byte, off int, order Order) error {
	c := boxes{from: b, order: order, start: make([]int, b.NDim), count: make([]int, b.NDim)}
	item, skip := off/b.ItemSize, off%b.ItemSize
	if skip > 0 { // the rest of an item
		n, err := c.part(p, item, skip)
		if err != nil {
			return err
		}
		p = p[n:]
		item++
	}
	whole := len(p) / b.ItemSize
	c.out = p
	if whole > 0 {
		if err := c.walk(0, item, whole); err != nil {
			return err
		}
	}
	if len(c.out) > 0 {
		_, err := c.part(c.out, item+whole, 0)
		return err
	}
	return nil
}

// boxes copies a range of items, counted in the order C or F, to out: as a few
// boxes of the index space, at most two for each dimension, of one copy each.
type boxes struct {
	from         *Buffer
	order        Order
	out          []byte
	start, count []int // of the box, along each dimension
}

// walk copies n items from the given one on, both counted inside the sub-array that
// the levels before j have chosen: the rest of one index of level j, then whole
// ones, then the beginning of the next.
func (c *boxes) walk(j, first, n int) error {
	b := c.from
	if j == b.NDim {
		return c.copyBox(j, n)
	}
	k := b.axis(j, c.order)
	inner := 1
	for deeper := j + 1; deeper < b.NDim; deeper++ {
		inner *= b.Shape[b.axis(deeper, c.order)]
	}
	c.start[k], c.count[k] = first/inner, 1
	if begun := first % inner; begun > 0 {
		head := min(n, inner-begun)
		if err := c.walk(j+1, begun, head); err != nil {
			return err
		}
		n -= head
		c.start[k]++
	}
	if whole := n / inner; whole > 0 {
		c.count[k] = whole
		if err := c.copyBox(j+1, whole*inner); err != nil {
			return err
		}
		n -= whole * inner
		c.start[k] += whole
		c.count[k] = 1
	}
	if n > 0 {
		return c.walk(j+1, 0, n)
	}
	return nil
}

// copyBox copies the n items of the box, which has all indices of the levels from j
// on.
func (c *boxes) copyBox(j, n int) error {
	b := c.from
	for ; j < b.NDim; j++ {
		k := b.axis(j, c.order)
		c.start[k], c.count[k] = 0, b.Shape[k]
	}
	box, ok := b.startingAt(c.start)
	if !ok {
		return c.copyEach()
	}
	box.Shape = c.count
	size := n * b.ItemSize
	err := gatherTo(c.out[:size], box, c.order)
	c.out = c.out[size:]
	return err
}

// startingAt returns b with the item of the given indices as its first; false if no
// buffer says so: a start moves the suboffset of the pointer before it, and one below 0
// would be none.
func (b *Buffer) startingAt(start []int) (*Buffer, bool) {
	moved := *b
	moved.Suboffsets = slices.Clone(b.Suboffsets)
	place := &moved.Buf.Offset // what a start moves: the place itself, up to the first pointer
	for k, i := range start {
		var ok bool
		if *place, ok = addStrides(*place, i, b.Strides[k]); !ok {
			return nil, false
		}
		if b.Suboffsets != nil && b.Suboffsets[k] >= 0 {
			place = &moved.Suboffsets[k]
		}
	}
	for k, suboffset := range moved.Suboffsets {
		if suboffset < 0 && b.Suboffsets[k] >= 0 {
			return nil, false
		}
	}
	return &moved, true
}

// copyEach is copyBox item by item.
func (c *boxes) copyEach() error {
	index, at := make([]int, len(c.count)), make([]int, len(c.count))
	for {
		for k := range at {
			at[k] = c.start[k] + index[k]
		}
		item, err := c.from.itemAt(at)
		if err != nil {
			return err
		}
		c.out = c.out[copy(c.out, item):]
		if !next(index, c.count, c.order) {
			return nil
		}
	}
}

// part copies the bytes of one item from byte skip on, as many as it has and p
// takes.
func (c *boxes) part(p []byte, item, skip int) (int, error) {
	b := c.from
	index := make([]int, b.NDim)
	for j := b.NDim - 1; j >= 0; j-- {
		k := b.axis(j, c.order)
		index[k] = item % b.Shape[k]
		item /= b.Shape[k]
	}
	place, err := b.at(b.Buf, index)
	if err != nil {
		return 0, err
	}
	mem, err := place.item(b.ItemSize)
	if err != nil {
		return 0, fmt.Errorf("item %v: %w", index, err)
	}
	return copy(p, mem[skip:]), nil
}
