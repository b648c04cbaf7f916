package memoryview

import (
	"errors"
	"slices"

	strided "github.com/stridecopy/stridecopy/copy"
)

// ToContiguous copies the items of b to out, which has b.Len bytes: in Fortran
// order if order is F, in C order if it is C, and if it is A in the order of the
// memory where that is contiguous, else in C order. It is PyBuffer_ToContiguous.
// The error matches [ErrValue] if out has another length or the fields of b
// disagree, and [ErrBuffer] if items lie outside their block.
func ToContiguous(out []byte, b *Buffer, order Order) error {
	if err := b.checked(); err != nil {
		return err
	}
	if len(out) != b.Len {
		return raise(ErrValue, "PyBuffer_ToContiguous: len != view->len")
	}
	if IsContiguous(b, order) {
		mem, err := b.Buf.block(b.Len)
		copy(out, mem)
		return err
	}
	b = b.complete()
	if n, ok := b.items(); !ok || n*b.ItemSize > len(out) {
		return raise(ErrValue, "shape %v of items of %d bytes exceeds the length of %d bytes", b.Shape, b.ItemSize, b.Len)
	}
	if order != OrderF {
		order = OrderC
	}
	return gatherTo(out, b, order)
}

// block is item for a block that may be empty, and then lie anywhere.
func (p Pointer) block(size int) ([]byte, error) {
	if size == 0 {
		return nil, nil
	}
	return p.item(size)
}

// FromContiguous copies the contiguous array in data to the items of b, in Fortran
// order if order is F and else in C order, as PyBuffer_FromContiguous does: data
// beyond b.Len is ignored, and so is b.ReadOnly. Shorter data fills the first
// items; the rest that is no whole item is dropped, unless b is contiguous. Where
// items of b overlap each other the last one wins. The error matches [ErrValue] if
// the fields of b disagree, and [ErrBuffer] if an item lies outside its block;
// nothing has been written then.
func FromContiguous(b *Buffer, data []byte, order Order) error {
	if err := b.checked(); err != nil {
		return err
	}
	data = data[:min(len(data), b.Len)]
	if IsContiguous(b, order) {
		mem, err := b.Buf.block(len(data))
		copy(mem, data)
		return err
	}
	if b.ItemSize == 0 {
		return nil
	}
	b = b.complete()
	data = data[:len(data)/b.ItemSize*b.ItemSize]
	if order != OrderF {
		order = OrderC
	}
	if slices.Contains(b.Shape, 0) {
		return nil
	}
	n, ok := b.items()
	if !ok || n*b.ItemSize != len(data) || order == OrderF && b.pointerDims() > 0 {
		return scatterInOrder(b, data, order)
	}
	err := engineCopy(b, contiguous(data, b, order))
	if errors.Is(err, strided.ErrOverlap) {
		return scatterInOrder(b, data, order)
	}
	return engineError(err)
}

// contiguous describes data as an array of the shape of b in the order C or F.
func contiguous(data []byte, b *Buffer, order Order) *Buffer {
	strides := make([]int, b.NDim)
	FillContiguousStrides(b.Shape, strides, b.ItemSize, order)
	return &Buffer{Buf: Pointer{Mem: data}, ItemSize: b.ItemSize, NDim: b.NDim, Shape: b.Shape, Strides: strides}
}

// CopyData copies the data of src to dst, two exporters. It is PyObject_CopyData:
// where both are contiguous in the same order the bytes of src are copied and
// shapes do not matter; else every item of src goes to the same indices of dst.
// Formats are not compared.
//
// The error matches [ErrType] if one is no exporter, [ErrBuffer] if dst is
// read-only, too small, or lacks an index of src, or is what an exporter returned.
func CopyData(dst, src any) error {
	if !CheckBuffer(dst) || !CheckBuffer(src) {
		return raise(ErrType, "both destination and source must be bytes-like objects")
	}
	var to, from Buffer
	if err := GetBuffer(dst, &to, Full); err != nil {
		return err
	}
	defer to.Release()
	if err := GetBuffer(src, &from, FullRO); err != nil {
		return err
	}
	defer from.Release()
	if to.Len < from.Len {
		return raise(ErrBuffer, "destination is too small to receive data from source")
	}
	for _, order := range []Order{OrderC, OrderF} {
		if IsContiguous(&to, order) && IsContiguous(&from, order) {
			return copyBytes(&to, &from)
		}
	}
	return copySame(to.complete(), from.complete())
}

// copyBytes copies the block of memory of src to that of dst.
func copyBytes(dst, src *Buffer) error {
	to, err := dst.Buf.block(src.Len)
	if err != nil {
		return err
	}
	from, err := src.Buf.block(src.Len)
	copy(to, from)
	return err
}

// copySame is copyItems for a dst that need not have the shape of src, nor memory
// of its own.
func copySame(dst, src *Buffer) error {
	if slices.Contains(src.Shape, 0) {
		return nil
	}
	if dst.NDim != src.NDim {
		return raise(ErrBuffer, "destination has %d dimensions, source %d", dst.NDim, src.NDim)
	}
	for k, n := range src.Shape {
		if n > dst.Shape[k] {
			return raise(ErrBuffer, "dimension %d: destination has %d items, source %d", k+1, dst.Shape[k], n)
		}
	}
	return copyFirstLast(dst, src)
}

// copyFirstLast is copyOver with CPython's order of writing: item (0, 0, ...) comes
// last, and wins where items of dst overlap each other.
func copyFirstLast(dst, src *Buffer) error {
	zeros := make([]int, src.NDim)
	from, err := src.itemAt(zeros)
	if err != nil {
		return err
	}
	first := slices.Clone(from)
	if err := copyOver(dst, src); err != nil {
		return err
	}
	to := *dst
	to.ItemSize = src.ItemSize
	item, err := to.itemAt(zeros)
	copy(item, first)
	return err
}

// copyOver is copyItems for memory that may overlap, pointers or not.
func copyOver(dst, src *Buffer) error {
	if dst.pointerDims() == 0 && src.pointerDims() == 0 {
		return copyItems(dst, src)
	}
	flat, err := gather(src, OrderC)
	if err != nil {
		return err
	}
	return copyItems(dst, contiguous(flat, src, OrderC))
}
