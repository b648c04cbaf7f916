package memoryview

import "math"

// A key, the k of v[k], is an integer (of any Go type, or an [Indexer]), a [Slice],
// a [Tuple] of keys, or [Ellipsis]; [View.Sub] also takes [NewAxis]. Everything
// else is refused with CPython's error.

// A Slice is Python's start:stop:step. A nil member is left out; the others are
// integers, and clamped to the extent of the dimension.
type Slice struct{ Start, Stop, Step any }

// A Tuple is Python's tuple: several keys at once, or the value of an item with
// several members.
type Tuple []any

type ellipsis struct{}

// Ellipsis is Python's ... as a key.
var Ellipsis = ellipsis{}

// keyKind is what CPython distinguishes in a key.
type keyKind uint8

const (
	badKey      keyKind = iota
	integerKey          // an integer
	sliceKey            // a slice
	integersKey         // a tuple of integers, or the empty one
	slicesKey           // a tuple of slices
	ellipsisKey         // ...
)

func kindOf(key any) keyKind {
	switch k := key.(type) {
	case Slice:
		return sliceKey
	case ellipsis:
		return ellipsisKey
	case Tuple:
		return kindOfTuple(k)
	}
	if _, ok := index(key); ok {
		return integerKey
	}
	return badKey
}

func kindOfTuple(t Tuple) keyKind {
	slices := 0
	for _, member := range t {
		switch kindOf(member) {
		case integerKey:
		case sliceKey:
			slices++
		default:
			return badKey
		}
	}
	switch slices {
	case 0:
		return integersKey
	case len(t):
		return slicesKey
	}
	return badKey
}

// resolve returns the first item, the number of items and the step that s selects
// of n items, as Python does for lists.
func (s Slice) resolve(n int) (start, count, step int, err error) {
	step64, err := bound(s.Step, 1)
	if err != nil {
		return 0, 0, 0, err
	}
	if step64 == 0 {
		return 0, 0, 0, raise(ErrValue, "slice step cannot be zero")
	}
	step = int(max(step64, -int64(math.MaxInt))) // so that it can be negated
	if step64 > int64(math.MaxInt) {
		step = math.MaxInt
	}
	first, last := int64(0), int64(n) // of a slice without start and stop
	low, high := int64(0), int64(n)
	if step < 0 {
		low, high = -1, int64(n)-1
		first, last = high, low
	}
	if first, err = clampBound(s.Start, first, n, low, high); err != nil {
		return 0, 0, 0, err
	}
	if last, err = clampBound(s.Stop, last, n, low, high); err != nil {
		return 0, 0, 0, err
	}
	start, stop := int(first), int(last)
	switch {
	case step > 0 && start < stop:
		count = (stop-start-1)/step + 1
	case step < 0 && stop < start:
		count = (start-stop-1)/-step + 1
	}
	return start, count, step, nil
}

// clampBound returns the value of a member, from the end if it is negative, moved
// into low to high; missing stands for nil.
func clampBound(member any, missing int64, n int, low, high int64) (int64, error) {
	if member == nil {
		return missing, nil
	}
	i, err := bound(member, 0)
	if i < 0 {
		i += int64(n)
	}
	return min(max(i, low), high), err
}

func bound(member any, missing int64) (int64, error) {
	if member == nil {
		return missing, nil
	}
	w, ok := index(member)
	if !ok {
		return 0, raise(ErrType, "slice indices must be integers or None or have an __index__ method")
	}
	return w.clamp(), nil
}

// position returns the value of an integer key that fits 64 bits.
func position(key any) (int64, error) {
	w, ok := index(key)
	if !ok { // an Indexer that has changed its mind
		return 0, errKey
	}
	i, ok := w.int64()
	if !ok {
		return 0, raise(ErrIndex, "cannot fit 'int' into an index-sized integer")
	}
	return i, nil
}

// within returns index i of dimension k, which counts from the end if it is negative.
func (b *Buffer) within(k int, i int64) (int, error) {
	n := int64(b.Shape[k])
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return 0, raise(ErrIndex, "index out of bounds on dimension %d", k+1)
	}
	return int(i), nil
}

// indices appends the indices of an item to list, n of them; at returns them as the
// caller gave them.
func (b *Buffer) indices(list []int, n int, at func(k int) (int64, error)) ([]int, error) {
	if n < b.NDim {
		return nil, raise(ErrNotImplemented, "sub-views are not implemented")
	}
	if n > b.NDim {
		return nil, raise(ErrType, "cannot index %d-dimension view with %d-element tuple", b.NDim, n)
	}
	for k := range n {
		given, err := at(k)
		if err != nil {
			return nil, err
		}
		i, err := b.within(k, given)
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, nil
}

// position returns the value of member k, an integer that fits 64 bits.
func (t Tuple) position(k int) (int64, error) { return position(t[k]) }
