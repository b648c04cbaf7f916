package memoryview

import "iter"

// All returns an iterator over the items of a View of one dimension, Python's
// iter(v). If it fails it yields a nil item with the error, and ends; a release of
// v makes it fail at the next item. The error is that of [View.GetItem].
func (v *View) All() iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		if err := v.checkIterable(); err != nil {
			yield(nil, err)
			return
		}
		for i := range v.buf.Shape[0] {
			item, err := v.getIndex(int64(i))
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// checkIterable makes the checks of iter(v), in which a release comes last.
func (v *View) checkIterable() error {
	switch v.buf.NDim {
	case 0:
		return errScalarKey
	case 1:
		if _, err := v.buf.itemChar(); err != nil {
			return err
		}
		return v.alive()
	}
	return errSubViews
}

// Backward is [View.All] from the last item to the first, Python's reversed(v).
func (v *View) Backward() iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		n, err := v.Len()
		if err != nil {
			yield(nil, err)
			return
		}
		for i := n - 1; i >= 0; i-- {
			item, err := v.getIndex(int64(i))
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// Contains reports whether an item equals x by value, x in v of Python. The error
// is that of [View.All], or matches [ErrType] if v has no dimension.
func (v *View) Contains(x any) (bool, error) {
	if v.buf.NDim == 0 {
		return false, raise(ErrType, "argument of type 'memoryview' is not iterable")
	}
	for item, err := range v.All() {
		if err != nil {
			return false, err
		}
		if equalValues(item, x) {
			return true, nil
		}
	}
	return false, nil
}

// Count returns the number of items that equal x by value, v.count(x) of Python
// 3.14. The error is that of [View.All].
func (v *View) Count(x any) (int, error) {
	n := 0
	for item, err := range v.All() {
		if err != nil {
			return 0, err
		}
		if equalValues(item, x) {
			n++
		}
	}
	return n, nil
}

// Index returns the index of the first item that equals x by value, v.index(x,
// start, stop) of Python 3.14. The bounds are optional; negative ones count from
// the end. The error matches [ErrValue] if there is no such item, [ErrType] if v
// has no dimension or more than two bounds are given, and else is that of
// [View.GetItem].
func (v *View) Index(x any, bounds ...int) (int, error) {
	switch {
	case v.released():
		return 0, errReleased
	case len(bounds) > 2:
		return 0, raise(ErrType, "index expected at most 3 arguments, got %d", 1+len(bounds))
	case v.buf.NDim == 0:
		return 0, raise(ErrType, "invalid lookup on 0-dim memory")
	case v.buf.NDim > 1:
		return 0, raise(ErrNotImplemented, "multi-dimensional lookup is not implemented")
	}
	n := v.buf.Shape[0]
	span := [2]int{0, n}
	for i, at := range bounds {
		if at < 0 {
			at += n
		}
		span[i] = min(max(at, 0), n)
	}
	for i := span[0]; i < span[1]; i++ {
		item, err := v.getIndex(int64(i))
		if err != nil {
			return 0, err
		}
		if equalValues(item, x) {
			return i, nil
		}
	}
	return 0, raise(ErrValue, "memoryview.index(x): x not found")
}
