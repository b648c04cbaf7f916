package memoryview

import (
	"bytes"
	"slices"
)

// Permute returns the View whose dimension k is dimension axes[k] of v, as NumPy's
// transpose does; without axes their order is reversed. Nothing is copied.
//
// The error matches [ErrValue] if axes is no permutation, and [ErrNotImplemented]
// if a dimension would move over a pointer.
func (v *View) Permute(axes ...int) (*View, error) {
	b := v.buf
	if len(axes) == 0 {
		for k := range b.NDim {
			axes = append(axes, b.NDim-1-k)
		}
	}
	if err := checkAxes(axes, b.NDim); err != nil {
		return nil, err
	}
	from := &v.buf
	b.Shape, b.Strides = make([]int, b.NDim), make([]int, b.NDim)
	for k, axis := range axes {
		b.Shape[k], b.Strides[k] = from.Shape[axis], from.Strides[axis]
	}
	var err error
	if b.Suboffsets, err = permuteSuboffsets(from, axes); err != nil {
		return nil, err
	}
	return v.derive(&b)
}

func checkAxes(axes []int, ndim int) error {
	sorted := slices.Sorted(slices.Values(axes))
	for k, axis := range sorted {
		if axis != k {
			return raise(ErrValue, "axes %v are no permutation of %d dimensions", axes, ndim)
		}
	}
	if len(axes) != ndim {
		return raise(ErrValue, "%d axes for %d dimensions", len(axes), ndim)
	}
	return nil
}

// permuteSuboffsets returns the suboffsets of b with its dimensions permuted. The
// dimensions up to one with a pointer are a group: they find the pointer together,
// in any order, and the last one of them follows it.
func permuteSuboffsets(b *Buffer, axes []int) ([]int, error) {
	if b.pointerDims() == 0 {
		return slices.Clone(b.Suboffsets), nil
	}
	group := make([]int, b.NDim) // the number of pointers before each dimension
	var pointers []int
	for k, sub := range b.Suboffsets {
		group[k] = len(pointers)
		if sub >= 0 {
			pointers = append(pointers, sub)
		}
	}
	subs := slices.Repeat([]int{-1}, b.NDim)
	for k, axis := range axes {
		g := group[axis]
		if g != group[k] {
			return nil, raise(ErrNotImplemented, "dimension %d would move over a pointer", axis+1)
		}
		if g < len(pointers) && (k+1 == b.NDim || group[k+1] != g) {
			subs[k] = pointers[g]
		}
	}
	return subs, nil
}

// CastOrder is [View.Cast] for any format that has a size, with the items laid out
// in the order C or F in the memory of v, which is contiguous. Both v and the
// result may have any number of dimensions.
//
// The error matches [ErrType] if v is not contiguous or the sizes differ,
// [ErrValue], or is that of [SizeOfItem].
func (v *View) CastOrder(format string, shape []int, order Order) (*View, error) {
	if order != OrderC && order != OrderF {
		return nil, raise(ErrValue, "order must be 'C' or 'F'")
	}
	size, err := SizeOfItem(format)
	if err != nil {
		return nil, err
	}
	strides := make([]int, len(shape))
	FillContiguousStrides(shape, strides, size, order)
	w, err := v.CastStrides(format, 0, shape, strides)
	if err != nil {
		return nil, err
	}
	if w.buf.Len != v.buf.Len {
		w.Release()
		return nil, raise(ErrType, "memoryview: product(shape) * itemsize != buffer size")
	}
	return w, nil
}

// CastStrides returns a View of any items inside the memory of v, which is
// contiguous: item (0, 0, ...) is offset bytes behind the first byte of v, and the
// strides are in bytes. Items may overlap.
//
// The error matches [ErrType] if v is not contiguous, [ErrValue] if shape and
// strides disagree, an extent is negative or an item lies outside, or is that of
// [SizeOfItem].
func (v *View) CastStrides(format string, offset int, shape, strides []int) (*View, error) {
	if v.released() {
		return nil, errReleased
	}
	size, err := SizeOfItem(format)
	if err != nil {
		return nil, err
	}
	if !v.c && !v.f {
		return nil, raise(ErrType, "memoryview: casts are restricted to contiguous views")
	}
	if len(shape) > MaxNDim {
		return nil, errNDim
	}
	l := layout(max(size, 1), shape, strides)
	l.Offset = offset
	if err := l.Check(v.buf.Len); err != nil {
		return nil, raise(ErrValue, "memoryview: %w", err)
	}
	b := v.buf
	b.Format, b.EmptyFormat, b.ItemSize = format, format == "", size
	b.NDim, b.Shape, b.Strides = len(shape), shape, strides
	b.Buf.Offset += offset
	if n, ok := b.items(); ok {
		b.Len = n * size
		return v.derive(&b)
	}
	return nil, raise(ErrValue, "shape %v of items of %d bytes does not fit memory", shape, size)
}

// Assign copies the items of an exporter with the format and shape of v to v, in
// any number of dimensions. The memory may overlap: the result is as if src had
// been copied first.
//
// The error matches [ErrType] if src is no exporter or v is read-only, [ErrValue]
// if the structures differ, and [ErrBuffer] if an item lies outside its block.
// Nothing has been written then.
func (v *View) Assign(src any) error {
	if v.released() {
		return errReleased
	}
	if v.buf.ReadOnly {
		return errReadOnly
	}
	var b Buffer
	if err := GetBuffer(src, &b, FullRO); err != nil {
		return err
	}
	defer b.Release()
	from := b.complete()
	if !sameStructure(&v.buf, from) {
		return errStructure
	}
	if err := v.enter(); err != nil {
		return err
	}
	defer v.leave()
	return copyOver(&v.buf, from)
}

// Equal reports whether two Views have the same format, item size and shape, and
// the same bytes in every item, wherever the items lie. Other than with [View.Eq],
// any format will do, and a NaN equals the same NaN. The error matches [ErrValue]
// if one has been released, [ErrMemory], or [ErrBuffer].
func (v *View) Equal(w *View) (bool, error) {
	if v.released() || w.released() {
		return false, errReleased
	}
	if !sameStructure(&v.buf, &w.buf) {
		return false, nil
	}
	a, err := v.ToBytes(OrderC)
	if err != nil {
		return false, err
	}
	b, err := w.ToBytes(OrderC)
	return err == nil && bytes.Equal(a, b), err
}
