package strided

import "fmt"

// The functions of this file make views: other layouts of the same memory. They
// copy nothing and change nothing. A layout that Extent refuses has no views, since
// a part of it might seem to be somewhere that it is not.

// Permute returns the view whose axis k is axis axes[k] of l, as NumPy's
// transpose does. Without axes it reverses their order. Errors match [ErrAxes], and
// for a malformed layout those of [Layout.Extent].
func (l Layout) Permute(axes ...int) (Layout, error) {
	l, err := l.viewed()
	if err != nil {
		return Layout{}, err
	}
	rank := len(l.Shape)
	if len(axes) == 0 {
		axes = make([]int, rank)
		for k := range axes {
			axes[k] = rank - 1 - k
		}
	}
	if err := checkAxes(axes, rank); err != nil {
		return Layout{}, err
	}
	shape, strides := make([]int, rank), make([]int, rank)
	for k, axis := range axes {
		shape[k], strides[k] = l.Shape[axis], l.Strides[axis]
	}
	l.Shape, l.Strides = shape, strides
	return l, nil
}

// viewed returns l, proven to be well-formed, with its strides written out.
func (l Layout) viewed() (Layout, error) {
	if _, _, err := l.extent("layout"); err != nil {
		return Layout{}, err
	}
	return l.withStrides(), nil
}

func checkAxes(axes []int, rank int) error {
	if len(axes) != rank {
		return fmt.Errorf("%w: %d axes for rank %d", ErrAxes, len(axes), rank)
	}
	if rank > MaxRank {
		return fmt.Errorf("%w: rank %d is above %d", ErrShape, rank, MaxRank)
	}
	var seen uint64
	for k, axis := range axes {
		if axis < 0 || axis >= rank {
			return fmt.Errorf("%w: axes[%d] is %d, the rank is %d", ErrAxes, k, axis, rank)
		}
		if seen>>axis&1 != 0 {
			return fmt.Errorf("%w: axis %d stands twice", ErrAxes, axis)
		}
		seen |= 1 << axis
	}
	return nil
}

// Slice returns the view of count items of an axis, beginning at item start and
// advancing by step items, which may be negative. Errors match [ErrAxes], for items
// that are not there [ErrBounds], and for a malformed layout those of
// [Layout.Extent].
func (l Layout) Slice(axis, start, count, step int) (Layout, error) {
	l, err := l.viewed()
	if err != nil {
		return Layout{}, err
	}
	if err := l.checkAxis(axis); err != nil {
		return Layout{}, err
	}
	n := l.Shape[axis]
	if count < 0 {
		return Layout{}, fmt.Errorf("%w: axis %d: count %d", ErrBounds, axis, count)
	}
	if count > 0 {
		span, ok := mul(step, count-1)
		last, ok2 := add(start, span)
		if !ok || !ok2 || start < 0 || start >= n || last < 0 || last >= n {
			return Layout{}, fmt.Errorf("%w: axis %d: %d items from %d by step %d, the extent is %d", ErrBounds, axis, count, start, step, n)
		}
	}
	stride := l.Strides[axis]
	// The products lie inside the extent; where the array is empty they may wrap,
	// but then they mean nothing.
	if count > 0 {
		l.Offset += start * stride
	}
	if count > 1 {
		stride *= step
	}
	l.Shape, l.Strides = replaced(l.Shape, axis, count), replaced(l.Strides, axis, stride)
	return l, nil
}

// Index returns the view of one item of an axis; the axis disappears. Errors are
// those of [Layout.Slice].
func (l Layout) Index(axis, i int) (Layout, error) {
	v, err := l.Slice(axis, i, 1, 1)
	if err != nil {
		return Layout{}, err
	}
	v.Shape = append(v.Shape[:axis:axis], v.Shape[axis+1:]...)
	v.Strides = append(v.Strides[:axis:axis], v.Strides[axis+1:]...)
	return v, nil
}

// Flip returns the view with an axis reversed. Errors match [ErrAxes], and for a
// malformed layout those of [Layout.Extent].
func (l Layout) Flip(axis int) (Layout, error) {
	if err := l.checkAxis(axis); err != nil {
		return Layout{}, err
	}
	n := l.Shape[axis]
	return l.Slice(axis, n-1, n, -1)
}

// Broadcast returns the view of the given shape, by NumPy's rule: axes are matched
// from the last one, and an axis of extent 1, or one that l lacks, is repeated with
// stride 0. Errors match [ErrShape], and for a malformed layout those of
// [Layout.Extent].
func (l Layout) Broadcast(shape ...int) (Layout, error) {
	l, err := l.viewed()
	if err != nil {
		return Layout{}, err
	}
	lead := len(shape) - len(l.Shape)
	if lead < 0 || len(shape) > MaxRank {
		return Layout{}, fmt.Errorf("%w: %v cannot be broadcast to %v", ErrShape, l.Shape, shape)
	}
	for axis, n := range shape {
		if n < 0 {
			return Layout{}, fmt.Errorf("%w: axis %d: negative extent %d", ErrShape, axis, n)
		}
	}
	strides := make([]int, len(shape))
	for axis, n := range l.Shape {
		switch want := shape[lead+axis]; n {
		case want:
			strides[lead+axis] = l.Strides[axis]
		case 1: // repeated: the stride stays 0
		default:
			return Layout{}, fmt.Errorf("%w: axis %d: extent %d cannot be broadcast to %d", ErrShape, axis, n, want)
		}
	}
	l.Shape, l.Strides = append([]int(nil), shape...), strides
	return l, nil
}

func (l *Layout) checkAxis(axis int) error {
	if axis < 0 || axis >= len(l.Shape) {
		return fmt.Errorf("%w: axis %d, the rank is %d", ErrAxes, axis, len(l.Shape))
	}
	return nil
}

func replaced(s []int, i, v int) []int {
	s = append([]int(nil), s...)
	s[i] = v
	return s
}
