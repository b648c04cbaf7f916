package memoryview

import "slices"

// GetItem is v[key] of Python: an item for an integer, or for a [Tuple] of one
// integer for each dimension; a *View of the same memory for a [Slice], which cuts
// the first dimension; v itself for [Ellipsis] if v has no dimension.
//
// The error matches [ErrIndex], [ErrType] for a key of another kind,
// [ErrNotImplemented] for what CPython leaves out (see [View.Sub]) and formats
// that are no native single character, [ErrValue], or [ErrBuffer] for an item
// outside its block.
func (v *View) GetItem(key any) (any, error) {
	if v.released() {
		return nil, errReleased
	}
	b := &v.buf
	kind := kindOf(key)
	if b.NDim == 0 {
		return v.getScalar(kind, key)
	}
	switch kind {
	case integerKey:
		return v.getInteger(key)
	case sliceKey:
		return v.getSlice(key.(Slice))
	case integersKey:
		t := key.(Tuple)
		return v.getTuple(len(t), t.position)
	case slicesKey:
		return nil, raise(ErrNotImplemented, "multi-dimensional slicing is not implemented")
	}
	return nil, errKey
}

var (
	errKey       = raise(ErrType, "memoryview: invalid slice key")
	errScalarKey = raise(ErrType, "invalid indexing of 0-dim memory")
)

// getScalar is GetItem of a View without dimensions.
func (v *View) getScalar(kind keyKind, key any) (any, error) {
	if kind == ellipsisKey {
		return v, nil
	}
	if t, ok := key.(Tuple); !ok || len(t) > 0 {
		return nil, errScalarKey
	}
	char, err := v.buf.itemChar()
	if err != nil {
		return nil, err
	}
	return v.read(char, nil)
}

// getTuple returns the item that n indices select.
func (v *View) getTuple(n int, at func(k int) (int64, error)) (any, error) {
	char, err := v.buf.itemChar()
	if err != nil {
		return nil, err
	}
	var room [4]int
	indices, err := v.buf.indices(room[:0], n, at)
	if err != nil {
		return nil, err
	}
	return v.read(char, indices)
}

func (v *View) getInteger(key any) (any, error) {
	i, err := position(key)
	if err != nil {
		return nil, err
	}
	return v.getIndex(i)
}

// getIndex returns the item with index i of a View of one dimension.
func (v *View) getIndex(i int64) (any, error) {
	char, err := v.buf.itemChar()
	if err != nil {
		return nil, err
	}
	if v.buf.NDim > 1 {
		return nil, errSubViews
	}
	k, err := v.buf.within(0, i)
	if err != nil {
		return nil, err
	}
	return v.read(char, []int{k})
}

var errSubViews = raise(ErrNotImplemented, "multi-dimensional sub-views are not implemented")

// read returns the item with the given indices.
func (v *View) read(char byte, indices []int) (any, error) {
	if err := v.enter(); err != nil {
		return nil, err
	}
	defer v.leave()
	p, err := v.buf.at(v.buf.Buf, indices)
	if err != nil {
		return nil, err
	}
	return readItem(p, char)
}

func (v *View) getSlice(s Slice) (any, error) {
	b, err := v.sliced(s)
	if err != nil {
		return nil, err
	}
	w, err := v.derive(b)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// sliced returns the layout of v with its first dimension cut.
func (v *View) sliced(s Slice) (*Buffer, error) {
	start, count, step, err := s.resolve(v.buf.Shape[0])
	if err != nil {
		return nil, err
	}
	b, stride := v.buf, v.buf.Strides[0]
	offset, ok := addStrides(b.Buf.Offset, start, stride)
	wide, wideOK := addStrides(0, step, stride)
	b.Shape = append([]int{count}, b.Shape[1:]...)
	b.Strides = append([]int{wide}, b.Strides[1:]...)
	// Nothing is found by the stride of one item, nor by the offset of none.
	if (!ok || !wideOK && count > 1) && !slices.Contains(b.Shape, 0) {
		return nil, errOverflows(b.Buf.Offset, start, stride)
	}
	b.Buf.Offset = offset
	b.setLen()
	return &b, nil
}

// At is GetItem with a tuple of the indices: the item of a View with as many
// dimensions.
func (v *View) At(indices ...int) (any, error) {
	switch {
	case v.released():
		return nil, errReleased
	case v.buf.NDim == 0 && len(indices) > 0:
		return nil, errScalarKey
	}
	return v.getTuple(len(indices), func(k int) (int64, error) { return int64(indices[k]), nil })
}

// Len returns the length of the first dimension, in items: len(v) of Python. The
// error matches [ErrType] if v has no dimension.
func (v *View) Len() (int, error) {
	if v.released() {
		return 0, errReleased
	}
	if v.buf.NDim == 0 {
		return 0, raise(ErrType, "0-dim memory has no length")
	}
	return v.buf.Shape[0], nil
}
