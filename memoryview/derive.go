package memoryview

// A rootView is the first View of a managed buffer, in one allocation with it.
type rootView struct {
	root managed
	View View
}

// open makes the View of the buffer that the managed buffer holds.
func (r *rootView) open() (*View, error) {
	if r.root.buf.NDim > MaxNDim {
		return nil, errNDim
	}
	r.View.init(&r.root, &r.root.buf)
	return &r.View, nil
}

var errNDim = raise(ErrValue, "memoryview: number of dimensions must not exceed 64")

// init makes v a View of the managed buffer with a copy of the fields of src; those
// that are NULL are rebuilt.
func (v *View) init(root *managed, src *Buffer) {
	root.views.Add(1)
	v.root, v.buf = root, *src
	b := &v.buf
	b.Internal = nil
	if !b.HasFormat() {
		b.Format = "B"
	}
	v.setDims(src)
	v.initFlags()
}

// setDims copies shape, strides and suboffsets of src to memory of v.
func (v *View) setDims(src *Buffer) {
	n, b := src.NDim, &v.buf
	b.NDim, b.Shape, b.Strides, b.Suboffsets = n, nil, nil, nil
	if n == 0 {
		return
	}
	room := v.inplace[:]
	if 3*n > len(room) {
		room = make([]int, 3*n)
	}
	b.Shape, b.Strides = room[:n:n], room[n:2*n:2*n]
	if src.Shape != nil {
		copy(b.Shape, src.Shape)
	} else {
		b.Shape[0] = src.Len / max(src.ItemSize, 1)
	}
	if src.Strides != nil {
		copy(b.Strides, src.Strides)
	} else {
		FillContiguousStrides(b.Shape, b.Strides, b.ItemSize, OrderC)
	}
	if src.Suboffsets != nil {
		b.Suboffsets = room[2*n : 3*n : 3*n]
		copy(b.Suboffsets, src.Suboffsets)
	}
}

// initFlags computes the contiguity attributes. They differ from IsContiguous for
// an empty View of one dimension.
func (v *View) initFlags() {
	b := &v.buf
	switch {
	case b.Suboffsets != nil:
		v.c, v.f = false, false
	case b.NDim == 1:
		v.c = b.Shape[0] == 1 || b.Strides[0] == b.ItemSize
		v.f = v.c
	default:
		v.c, v.f = b.isC(), b.isFortran()
	}
}

// derive returns a new View of the memory of v with the layout of b, or of v itself
// if b is nil.
func (v *View) derive(b *Buffer) (*View, error) {
	if err := v.enter(); err != nil {
		return nil, err
	}
	defer v.leave()
	if b == nil {
		b = &v.buf
	}
	w := new(View)
	w.init(v.root, b)
	return w, nil
}

// setLen sets Len to the bytes of all items.
func (b *Buffer) setLen() {
	b.Len = b.ItemSize
	for _, n := range b.Shape {
		b.Len *= n
	}
}
