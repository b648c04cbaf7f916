package memoryview

import (
	"iter"
	"reflect"
	"slices"
	"unsafe"

	strided "github.com/stridecopy/stridecopy/copy"
)

// A Grid is a View with Go's types: items of type T, read and written in place. It
// holds a buffer of its View until [Grid.Release].
type Grid[T strided.Elem] struct {
	buf  Buffer
	base unsafe.Pointer // item (0, 0, ...); nil if there are no items
}

// As returns the items of v as values of type T. The item format of v is a native
// one of the same kind and size as T, or Zf or Zd for complex numbers.
//
// The error matches [ErrType] if the format is another one or T is bool (a byte of
// a View need not be a Go bool), [ErrBuffer] if items are misaligned for T, lie
// outside their block or behind pointers, and [ErrValue] if v has been released.
func As[T strided.Elem](v *View) (*Grid[T], error) {
	g := new(Grid[T])
	if err := GetBuffer(v, &g.buf, RecordsRO); err != nil {
		return nil, err
	}
	if err := g.bind(); err != nil {
		g.buf.Release()
		return nil, err
	}
	return g, nil
}

// bind proves that every item is inside the block and aligned, and finds the first.
func (g *Grid[T]) bind() error {
	b, t := &g.buf, reflect.TypeFor[T]()
	if !holds(b, t) {
		return raise(ErrType, "items of format %s and %d bytes are no %v", b.Format, b.ItemSize, t)
	}
	b.setLen() // a wrong one must not mislead IsContiguous
	if b.Len == 0 {
		return nil
	}
	l := layout(b.ItemSize, b.Shape, b.Strides)
	l.Offset = b.Buf.Offset
	if err := l.Check(len(b.Buf.Mem)); err != nil {
		return engineError(err)
	}
	base := unsafe.Pointer(&b.Buf.Mem[b.Buf.Offset])
	align := t.Align()
	if uintptr(base)%uintptr(align) != 0 {
		return raise(ErrBuffer, "the first item is not aligned to %d bytes, as %v needs", align, t)
	}
	for k, stride := range b.Strides {
		if b.Shape[k] > 1 && stride%align != 0 {
			return raise(ErrBuffer, "the stride of %d bytes along dimension %d is no multiple of %d, as %v needs", stride, k+1, align, t)
		}
	}
	g.base = base
	return nil
}

// holds reports whether items of b are values of type t.
func holds(b *Buffer, t reflect.Type) bool {
	format, err := formatOf(t)
	if err != nil || b.ItemSize != int(t.Size()) || t.Kind() == reflect.Bool {
		return false
	}
	have, ok := nativeChar(b.Format)
	want, simple := nativeChar(format)
	if !simple {
		return withoutAt(b.Format) == format
	}
	a, z := typeOf(have), typeOf(want)
	if a.kind == pointerItem {
		a.kind = unsignedItem
	}
	return ok && a == z
}

// Shape returns the number of items along each dimension.
func (g *Grid[T]) Shape() []int { return slices.Clone(g.buf.Shape) }

// at returns the address of an item. The errors are those of Set.
func (g *Grid[T]) at(indices []int) (*T, error) {
	b := &g.buf
	if b.Obj == nil {
		return nil, errReleased
	}
	if len(indices) != b.NDim {
		return nil, raise(ErrType, "%d indices for %d dimensions", len(indices), b.NDim)
	}
	offset := 0
	for k, i := range indices {
		if uint(i) >= uint(b.Shape[k]) {
			return nil, raise(ErrIndex, "index %d out of range with %d items along dimension %d", i, b.Shape[k], k+1)
		}
		offset += i * b.Strides[k]
	}
	return (*T)(unsafe.Add(g.base, offset)), nil
}

// At returns the item with the given indices, one for each dimension, counted from
// 0. It is for expressions, so that it has no error to return: like the index of a
// slice, one that is out of range panics, with the error that [Grid.Set] returns, as do
// a wrong number of indices and a Grid that has been released.
func (g *Grid[T]) At(indices ...int) T {
	p, err := g.at(indices)
	if err != nil {
		panic(err)
	}
	return *p
}

// Set writes the item with the given indices, one for each dimension, counted from 0.
// The error matches [ErrIndex] for an index out of range, [ErrType] if their number is
// wrong or the View is read-only, and [ErrValue] if the Grid has been released.
func (g *Grid[T]) Set(x T, indices ...int) error {
	if g.buf.ReadOnly {
		return errReadOnly
	}
	p, err := g.at(indices)
	if err != nil {
		return err
	}
	*p = x
	return nil
}

// All returns an iterator over the items, in C order.
func (g *Grid[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		if g.buf.Len == 0 {
			return
		}
		index := make([]int, g.buf.NDim)
		for more := true; more; more = next(index, g.buf.Shape, OrderC) {
			if !yield(g.At(index...)) {
				return
			}
		}
	}
}

// Slice returns the items as a Go slice of the same memory, in C order; false if
// they are not contiguous in C order. The slice must not be used after
// [Grid.Release], nor written if the View is read-only.
func (g *Grid[T]) Slice() ([]T, bool) {
	if !IsContiguous(&g.buf, OrderC) {
		return nil, false
	}
	if g.base == nil {
		return []T{}, true
	}
	return unsafe.Slice((*T)(g.base), g.buf.Len/g.buf.ItemSize), true
}

// Array returns the items as a [strided.Array] of the same memory, to be sliced,
// permuted and copied by package strided. It must not be used after [Grid.Release],
// nor written if the View is read-only. The error matches [ErrBuffer] if items are not
// a whole number of items apart.
func (g *Grid[T]) Array() (strided.Array[T], error) {
	b := &g.buf
	a := strided.Array[T]{Data: []T{}, Shape: slices.Clone(b.Shape), Strides: make([]int, b.NDim)}
	for k, stride := range b.Strides {
		if b.Shape[k] > 1 && stride%b.ItemSize != 0 {
			return strided.Array[T]{}, raise(ErrBuffer, "the stride of %d bytes along dimension %d is no multiple of the %d of an item", stride, k+1, b.ItemSize)
		}
		a.Strides[k] = stride / b.ItemSize
	}
	if g.base == nil {
		return a, nil
	}
	lo, hi, err := layout(b.ItemSize, b.Shape, b.Strides).Extent()
	if err != nil {
		return strided.Array[T]{}, engineError(err)
	}
	a.Offset = -lo / b.ItemSize
	a.Data = unsafe.Slice((*T)(unsafe.Add(g.base, lo)), (hi-lo)/b.ItemSize)
	return a, nil
}

// Release gives the buffer back to the View. The Grid must not be used any more.
func (g *Grid[T]) Release() {
	g.base = nil
	g.buf.Release()
}

// bytesOf returns the memory of s, whose elements hold no pointers.
func bytesOf[T any](s []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(reflect.TypeFor[T]().Size()))
}
