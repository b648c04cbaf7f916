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
	s, err := slabsOf("src", src, "dst", dst, shape, axis, len(index))
	if err != nil {
		return err
	}
	if err := within(index, s.extent); err != nil || s.empty() {
		return err
	}
	if sharesMemory(dst, src) {
		src = slices.Clone(src)
	}
	return pick(s, src, dst, index, false)
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
	s, err := slabsOf("dst", dst, "src", src, shape, axis, len(index))
	if err != nil {
		return err
	}
	if err := within(index, s.extent); err != nil || s.empty() {
		return err
	}
	if sharesMemory(dst, src) {
		src = slices.Clone(src)
	}
	return pick(s, dst, src, index, true)
}

// slabs is an array of outer x extent x inner items, of which slices along the
// middle axis are picked.
type slabs struct{ outer, extent, inner, picked int }

// slabsOf checks the array and the slice that holds the picked slices.
func slabsOf[T Elem](arg string, array []T, pickedArg string, picked []T, shape []int, axis, count int) (s slabs, err error) {
	if _, err := holds(arg, len(array), shape); err != nil {
		return s, err
	}
	if axis < 0 || axis >= len(shape) {
		return s, fmt.Errorf("%w: axis %d, the rank is %d", ErrAxes, axis, len(shape))
	}
	s.extent, s.picked = shape[axis], count
	if s.outer, err = volume(arg, shape[:axis]); err != nil {
		return s, err
	}
	if s.inner, err = volume(arg, shape[axis+1:]); err != nil {
		return s, err
	}
	need, err := volume("the result", []int{s.outer, count, s.inner})
	if err != nil {
		return s, err
	}
	return s, reaches(pickedArg, len(picked), need)
}

func (s *slabs) empty() bool { return s.outer == 0 || s.inner == 0 || s.picked == 0 }

// manyPieces is the number of separate runs of items from which on a plan of its own
// pays for a few slices.
const manyPieces = 64

// pick copies the slices of array at the given indices to picked, or back if put is
// set. Where many indices are equidistant one copy serves them, otherwise one plan
// runs at one place after the other.
func pick[T Elem, I Integer](s slabs, array, picked []T, index []I, put bool) error {
	sides := func(k int) (to []byte, toAt int, from []byte, fromAt int) {
		at, pickedAt := int(index[k])*s.inner, k*s.inner
		if put {
			return Bytes(array), at, Bytes(picked), pickedAt
		}
		return Bytes(picked), pickedAt, Bytes(array), at
	}
	loops := pair{size: sizeOf[T]()}
	var one *series // the plan for a single slice
	defer func() { one.done() }()
	for k := 0; k < len(index); {
		count, step := progression(index[k:])
		if put && step == 0 {
			count = 1 // the same slice again: the last wins
		}
		if count > 1 && count*s.outer >= manyPieces {
			s.loops(&loops, count, step, put)
			if err := loops.copy(sides(k)); err != nil {
				return err
			}
			k += count
			continue
		}
		if one == nil {
			s.loops(&loops, 1, 0, put)
			var err error
			if one, err = loops.series(); err != nil {
				return err
			}
		}
		for end := k + count; k < end; k++ {
			if err := one.copy(sides(k)); err != nil {
				return err
			}
		}
	}
	return nil
}

// loops sets up the copy of count slices, which lie step apart in the array.
func (s *slabs) loops(l *pair, count, step int, put bool) {
	l.rank = 0
	add := func(n, array, picked int) {
		if put {
			l.add(n, array, picked)
		} else {
			l.add(n, picked, array)
		}
	}
	add(s.outer, s.extent*s.inner, s.picked*s.inner)
	add(count, step*s.inner, s.inner)
	add(s.inner, 1, 1)
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
