package strided

import "fmt"

// Permute returns the view whose axis k is axis axes[k] of a, as NumPy's transpose
// does. Without axes it reverses their order. Errors match [ErrAxes], and
// [ErrShape] or [ErrBounds] for a malformed view.
func (a Array[T]) Permute(axes ...int) (Array[T], error) {
	l, err := a.items()
	if err == nil {
		l, err = l.Permute(axes...)
	}
	return a.over(l, err)
}

// Slice returns the view of count items of an axis, beginning at item start and
// advancing by step items, which may be negative: NumPy's a[start::step] along that
// axis, cut after count. Errors match [ErrAxes], [ErrBounds] for items that are not
// there, and [ErrShape] for a malformed view.
func (a Array[T]) Slice(axis, start, count, step int) (Array[T], error) {
	l, err := a.items()
	if err == nil {
		l, err = l.Slice(axis, start, count, step)
	}
	return a.over(l, err)
}

// Index returns the view of one item of an axis; the axis disappears. Errors match
// [ErrAxes], [ErrBounds], and [ErrShape] for a malformed view.
func (a Array[T]) Index(axis, i int) (Array[T], error) {
	l, err := a.items()
	if err == nil {
		l, err = l.Index(axis, i)
	}
	return a.over(l, err)
}

// Flip returns the view with the given axes reversed, or with all axes reversed if
// none is given, as NumPy's flip does. Errors match [ErrAxes], also for an axis
// that stands twice, and [ErrShape] or [ErrBounds] for a malformed view.
func (a Array[T]) Flip(axes ...int) (Array[T], error) {
	l, err := a.items()
	if err != nil {
		return Array[T]{}, err
	}
	set, err := axisSet(axes, len(l.Shape))
	if err != nil {
		return Array[T]{}, err
	}
	for axis := range l.Shape {
		if set>>axis&1 != 0 {
			if l, err = l.Flip(axis); err != nil {
				return Array[T]{}, err
			}
		}
	}
	return a.over(l, nil)
}

// Broadcast returns the view of the given shape, in items, by NumPy's rule: axes
// are matched from the last one, and an axis of extent 1, or one that a lacks, is
// repeated with stride 0. Such a view can be copied from, not to. Errors match
// [ErrShape], and [ErrBounds] for a malformed view.
func (a Array[T]) Broadcast(shape ...int) (Array[T], error) {
	l, err := a.items()
	if err == nil {
		l, err = l.Broadcast(shape...)
	}
	return a.over(l, err)
}

// NewAxis returns the view with one more axis, of extent 1, which becomes the given
// axis of the result: 0 puts it first, the rank of a last. It is the inverse of
// [Array.Index]. Errors match [ErrAxes], and [ErrShape] for a malformed view or a
// rank above [MaxRank].
func (a Array[T]) NewAxis(axis int) (Array[T], error) {
	l, err := a.items()
	if err != nil {
		return Array[T]{}, err
	}
	if axis < 0 || axis > len(l.Shape) {
		return Array[T]{}, fmt.Errorf("%w: new axis %d, the rank is %d", ErrAxes, axis, len(l.Shape))
	}
	if len(l.Shape) == MaxRank {
		return Array[T]{}, fmt.Errorf("%w: rank %d has no room for an axis", ErrShape, MaxRank)
	}
	l = l.withStrides()
	l.Shape, l.Strides = inserted(l.Shape, axis, 1), inserted(l.Strides, axis, 0)
	return a.over(l, nil)
}

// View returns the view of the same items, taken in C order, as an array of another
// shape, in items. One extent may be -1: it is computed. Errors match [ErrShape],
// also where the strides of a leave no such view: [Array.Reshape] copies then.
func (a Array[T]) View(shape ...int) (Array[T], error) {
	v, ok, err := a.reshape(shape)
	if err == nil && !ok {
		err = fmt.Errorf("%w: the strides allow no view of the new shape", ErrShape)
	}
	if err != nil {
		return Array[T]{}, err
	}
	return v, nil
}

// Reshape returns the items of a, taken in C order, as an array of another shape,
// in items: a view of a where the strides allow one, otherwise of a new slice, as
// NumPy's reshape does. One extent may be -1: it is computed. Errors match
// [ErrShape] where the number of items differs, and those of [Array.Contiguous]
// where items must be copied.
func (a Array[T]) Reshape(shape ...int) (Array[T], error) {
	v, ok, err := a.reshape(shape)
	if err != nil {
		return Array[T]{}, err
	}
	if ok {
		return v, nil
	}
	c, err := a.Contiguous()
	if err != nil {
		return Array[T]{}, err
	}
	v, _, err = c.reshape(shape)
	return v, err
}

// reshape returns the view of another shape, and whether there is one.
func (a *Array[T]) reshape(shape []int) (v Array[T], ok bool, err error) {
	l, err := a.items()
	if err != nil {
		return v, false, err
	}
	n, err := volume("array", l.Shape)
	if err != nil {
		return v, false, err
	}
	shape, err = completed(shape, n)
	if err != nil {
		return v, false, err
	}
	v = Array[T]{Data: a.Data, Offset: a.Offset, Shape: shape}
	if n == 0 || l.dense() {
		return v, true, nil
	}
	v.Strides = make([]int, len(shape))
	return v, l.refold(v.Strides, shape), nil
}

// completed returns a copy of shape in which the extent -1 is replaced by what
// makes n items.
func completed(shape []int, n int) ([]int, error) {
	if len(shape) > MaxRank {
		return nil, fmt.Errorf("%w: rank %d is above %d", ErrShape, len(shape), MaxRank)
	}
	shape = append([]int(nil), shape...)
	free := -1
	for axis, extent := range shape {
		if extent != -1 {
			continue
		}
		if free >= 0 {
			return nil, fmt.Errorf("%w: axes %d and %d are both -1", ErrShape, free, axis)
		}
		free, shape[axis] = axis, 1
	}
	have, err := volume("new shape", shape)
	if err != nil {
		return nil, err
	}
	if free >= 0 {
		if have == 0 {
			return nil, fmt.Errorf("%w: axis %d is -1 beside an extent of 0", ErrShape, free)
		}
		shape[free] = n / have
		have *= n / have
	}
	if have != n {
		return nil, fmt.Errorf("%w: %d items do not fill the new shape", ErrShape, n)
	}
	return shape, nil
}

// dense reports whether the items of l, of which there is at least one, lie in C
// order without gaps.
func (l *Layout) dense() bool {
	n, step, axis := l.run(len(l.Shape))
	return n == 1 || step == l.ItemSize && axis == 0
}

// run returns the longest run of axes before end that step as one: its number of
// items, its stride, and the first axis of it. Axes of extent 1 belong to any run.
func (l *Layout) run(end int) (n, step, axis int) {
	n, step = 1, 0
	for axis = end; axis > 0; axis-- {
		extent := l.Shape[axis-1]
		if extent == 1 {
			continue
		}
		stride := l.stride(axis - 1)
		if n > 1 && stride != n*step {
			break
		}
		if n == 1 {
			step = stride
		}
		n *= extent
	}
	return n, step, axis
}

// refold writes the strides of a view of l of the given shape, which has as many
// items, and reports whether there is one. From the last axis on, every new axis
// has to divide what is left of a run of old axes that step as one.
func (l *Layout) refold(strides, shape []int) bool {
	left, step, end := l.run(len(l.Shape))
	for axis := len(shape) - 1; axis >= 0; axis-- {
		n := shape[axis]
		if n == 1 {
			continue
		}
		if left == 1 {
			left, step, end = l.run(end)
		}
		if left%n != 0 {
			return false
		}
		strides[axis] = step
		left, step = left/n, step*n
	}
	return true
}

// axisSet returns the given axes as a bit set, all of them where none is given.
func axisSet(axes []int, rank int) (set uint64, err error) {
	if len(axes) == 0 {
		return ^uint64(0), nil
	}
	for k, axis := range axes {
		if axis < 0 || axis >= rank {
			return 0, fmt.Errorf("%w: axes[%d] is %d, the rank is %d", ErrAxes, k, axis, rank)
		}
		if set>>axis&1 != 0 {
			return 0, fmt.Errorf("%w: axis %d stands twice", ErrAxes, axis)
		}
		set |= 1 << axis
	}
	return set, nil
}

func inserted(s []int, i, v int) []int {
	out := make([]int, 0, len(s)+1)
	return append(append(append(out, s[:i]...), v), s[i:]...)
}
