package strided

import "fmt"

// An Array is a typed view of an N-dimensional array in a slice: item (i0, i1, ...)
// is Data[Offset + i0*Strides[0] + i1*Strides[1] + ...]. It is what a [Layout] is
// for bytes, with everything counted in items, and it owns nothing: two Arrays over
// one slice see each other's writes, and copying an Array copies no item.
//
// Arrays are plain values that a literal makes as well as [Of] or a method. The
// methods that make views return new Arrays and never write to Shape, Strides or
// Data; items are checked to lie inside Data when they are copied. All methods are
// safe for concurrent use, as long as no goroutine writes the items another uses.
type Array[T Elem] struct {
	Data    []T   // the memory
	Offset  int   // position in Data of item (0, 0, ...)
	Shape   []int // items along each axis
	Strides []int // items from one to the next along each axis; nil is C order
}

// Of returns the view of data as an array of the given shape, in items, in C order
// and from the first item on. data may be longer than the shape needs; that it is
// not shorter is checked where items are copied. Of keeps shape, which must not be
// changed afterwards. It is safe for concurrent use.
func Of[T Elem](data []T, shape ...int) Array[T] { return Array[T]{Data: data, Shape: shape} }

// Layout returns the same view in bytes, to be used with Bytes(a.Data) in [Copy]
// and [NewPlan]. Errors match [ErrShape] for a malformed view and [ErrBounds] where
// an item lies outside Data.
func (a Array[T]) Layout() (Layout, error) {
	l, err := a.layout("array", nil)
	if err != nil {
		return Layout{}, err
	}
	return l, nil
}

// layout is Layout with the name of the argument for errors and the place for the
// strides, which lets callers keep them on their stack.
func (a *Array[T]) layout(arg string, space []int) (Layout, error) {
	size := sizeOf[T]()
	l := Layout{ItemSize: size, Shape: a.Shape}
	if a.Strides != nil {
		l.Strides = space[:0:cap(space)]
		if len(a.Strides) > cap(space) {
			l.Strides = make([]int, 0, len(a.Strides))
		}
	}
	var ok bool
	if l.Offset, ok = mul(a.Offset, size); !ok {
		return l, fmt.Errorf("%w: %s: offset of %d items overflows", ErrBounds, arg, a.Offset)
	}
	for axis, stride := range a.Strides {
		bytes, ok := mul(stride, size)
		if !ok {
			return l, fmt.Errorf("%w: %s: axis %d: stride of %d items overflows", ErrBounds, arg, axis, stride)
		}
		l.Strides = append(l.Strides, bytes)
	}
	return l, l.check(arg, len(a.Data)*size)
}

// Position returns where in Data the item with the given index lies, one number an
// axis, so that a.Data[position] reads or writes it. Errors match [ErrShape] for a
// malformed view, [ErrAxes] where the number of indices is not the rank, and
// [ErrBounds] for an index or item that is not there.
func (a Array[T]) Position(index ...int) (int, error) {
	l, err := a.items()
	if err != nil {
		return 0, err
	}
	if len(index) != len(a.Shape) {
		return 0, fmt.Errorf("%w: %d indices for rank %d", ErrAxes, len(index), len(a.Shape))
	}
	if err := l.check("array", len(a.Data)); err != nil {
		return 0, err
	}
	at := a.Offset
	for axis, i := range index {
		if n := a.Shape[axis]; i < 0 || i >= n {
			return 0, fmt.Errorf("%w: axis %d: index %d, the extent is %d", ErrBounds, axis, i, n)
		}
		at += i * l.stride(axis)
	}
	return at, nil
}

// CopyFrom copies every item of src to the same index of a, through the planner of
// [Copy] and with its promises: the memory may overlap, nothing is written when an
// error is returned, nothing is allocated up to rank 8 if nothing overlaps. The
// shapes must be equal; see [Array.Broadcast] for those that are not. Errors match
// [ErrShape], [ErrBounds] and [ErrOverlap].
func (a Array[T]) CopyFrom(src Array[T]) error {
	var to, from [8]int
	dl, err := a.layout("dst", to[:])
	if err != nil {
		return err
	}
	sl, err := src.layout("src", from[:])
	if err != nil {
		return err
	}
	return Copy(Bytes(a.Data), dl, Bytes(src.Data), sl)
}

// Contiguous returns the items of a in C order without gaps: a itself where it is
// that already, otherwise a view of a new slice. Errors match [ErrShape],
// [ErrBounds] and, as those of the function [Contiguous] do, [ErrTooLarge].
func (a Array[T]) Contiguous() (Array[T], error) {
	l, err := a.items()
	if err != nil {
		return Array[T]{}, err
	}
	if err := l.check("array", len(a.Data)); err != nil {
		return Array[T]{}, err
	}
	if _, err := volume("array", a.Shape); err != nil { // as strides of 0 allow
		return Array[T]{}, err
	}
	if l.dense() {
		return a, nil
	}
	data, err := Contiguous(a.Data, a.Offset, a.Shape, l.withStrides().Strides)
	if err != nil {
		return Array[T]{}, err
	}
	return Of(data, append([]int(nil), a.Shape...)...), nil
}

// items returns the view as a layout whose unit is the item, in which the methods
// of Layout do their work.
func (a *Array[T]) items() (Layout, error) {
	l := Layout{ItemSize: 1, Offset: a.Offset, Shape: a.Shape, Strides: a.Strides}
	return l, l.checkForm("array")
}

// over returns the view of a's memory that l, in items, describes.
func (a *Array[T]) over(l Layout, err error) (Array[T], error) {
	if err != nil {
		return Array[T]{}, err
	}
	return Array[T]{Data: a.Data, Offset: l.Offset, Shape: l.Shape, Strides: l.Strides}, nil
}
