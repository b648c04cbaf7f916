package strided

import (
	"fmt"
	"slices"
)

// Integer is the set of types that [Take] and [Put] accept for indices.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Take writes the items of src, an array of the given shape in items, at the given
// indices of an axis to dst, as NumPy's take does along one axis: the result has
// len(index) items along the axis, and its slice k is slice index[k] of src. An index
// may stand any number of times; none is negative. dst needs as many elements as the
// result has; src is copied aside first if dst overlaps it, otherwise nothing is
// allocated. Equidistant indices that follow each other are one copy. Errors match
// [ErrAxes], [ErrShape] and [ErrBounds], also for an index that is not there; nothing
// has been written then. It is safe for concurrent use on memory that nobody else
// writes.
func Take[T Elem, I Integer](dst, src []T, shape []int, axis int, index []I) error {
	s, err := slabsOf("src", len(src), shape, axis)
	if err != nil {
		return err
	}
	n, err := s.picked(len(index))
	if err != nil {
		return err
	}
	if err := reaches("dst", len(dst), n); err != nil {
		return err
	}
	if err := within(index, s.extent); err != nil || n == 0 {
		return err
	}
	if sharesMemory(dst, src) {
		src = slices.Clone(src)
	}
	loops := pair{size: sizeOf[T]()}
	for k := 0; k < len(index); {
		first := int(index[k])
		count, step := progression(index[k:])
		s.loops(&loops, count, len(index), 1, s.extent, step)
		if err := loops.copy(Bytes(dst), k*s.inner, Bytes(src), first*s.inner); err != nil {
			return err
		}
		k += count
	}
	return nil
}

// Put writes src to the items of dst, an array of the given shape in items, at the
// given indices of an axis, as NumPy's dst[:, index] = src does: slice k of src
// becomes slice index[k] of dst, and the others stay as they are. If an index stands
// several times, the last wins; none is negative. src needs as many elements as it
// has slices of the axis, len(index); it is copied aside first if dst overlaps it,
// otherwise nothing is allocated. Errors match [ErrAxes], [ErrShape] and [ErrBounds],
// also for an index that is not there; nothing has been written then. It is safe for
// concurrent use on memory that nobody else writes.
func Put[T Elem, I Integer](dst, src []T, shape []int, axis int, index []I) error {
	s, err := slabsOf("dst", len(dst), shape, axis)
	if err != nil {
		return err
	}
	n, err := s.picked(len(index))
	if err != nil {
		return err
	}
	if err := reaches("src", len(src), n); err != nil {
		return err
	}
	if err := within(index, s.extent); err != nil || n == 0 {
		return err
	}
	if sharesMemory(dst, src) {
		src = slices.Clone(src)
	}
	loops := pair{size: sizeOf[T]()}
	for k := 0; k < len(index); {
		first := int(index[k])
		count, step := progression(index[k:])
		if step == 0 {
			count = 1 // the same slice again: one after the other
		}
		s.loops(&loops, count, s.extent, step, len(index), 1)
		if err := loops.copy(Bytes(dst), first*s.inner, Bytes(src), k*s.inner); err != nil {
			return err
		}
		k += count
	}
	return nil
}

// slabs is an array seen from one axis: outer x extent x inner items.
type slabs struct{ outer, extent, inner int }

func slabsOf(arg string, have int, shape []int, axis int) (slabs, error) {
	if _, err := holds(arg, have, shape); err != nil {
		return slabs{}, err
	}
	if axis < 0 || axis >= len(shape) {
		return slabs{}, fmt.Errorf("%w: axis %d, the rank is %d", ErrAxes, axis, len(shape))
	}
	outer, err := volume(arg, shape[:axis])
	if err != nil {
		return slabs{}, err
	}
	inner, err := volume(arg, shape[axis+1:])
	return slabs{outer, shape[axis], inner}, err
}

// picked returns the number of items of n slices of the axis.
func (s slabs) picked(n int) (int, error) {
	slice, ok := mul(s.outer, s.inner)
	total, ok2 := mul(slice, n)
	if !ok || !ok2 {
		return 0, fmt.Errorf("%w: %d slices of %d x %d items overflow", ErrShape, n, s.outer, s.inner)
	}
	return total, nil
}

// loops sets up the copy of count slices. On either side the axis has an extent, and
// the slices advance by a step.
func (s slabs) loops(l *pair, count, dstExtent, dstStep, srcExtent, srcStep int) {
	l.rank = 0
	l.add(s.outer, dstExtent*s.inner, srcExtent*s.inner)
	l.add(count, dstStep*s.inner, srcStep*s.inner)
	l.add(s.inner, 1, 1)
}

// within reports the first index that an axis does not have.
func within[I Integer](index []I, extent int) error {
	for k, i := range index {
		if i < 0 || uint64(i) >= uint64(extent) {
			return fmt.Errorf("%w: index[%d] is %d, the extent is %d", ErrBounds, k, int64(i), extent)
		}
	}
	return nil
}

// progression returns how many of the indices, from the first on, are equidistant,
// and their distance.
func progression[I Integer](index []I) (count, step int) {
	if len(index) == 1 {
		return 1, 0
	}
	step = int(index[1]) - int(index[0])
	for count = 2; count < len(index) && int(index[count])-int(index[count-1]) == step; count++ {
	}
	return count, step
}
