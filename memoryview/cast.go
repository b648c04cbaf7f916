package memoryview

// Cast returns a View of the same memory with another format, as v.cast(format,
// shape) of Python does: native, and with one dimension if shape is nil. Otherwise
// shape is a []int, or a []any or [Tuple] of integers, which may be empty; either v
// or the result has one dimension. v is C-contiguous, and bytes (B, b or c) stand
// on one side at least.
//
// The error matches [ErrType], [ErrValue] or [ErrOverflow].
func (v *View) Cast(format string, shape any) (*View, error) {
	if v.released() {
		return nil, errReleased
	}
	dims, err := v.castShape(shape)
	if err != nil {
		return nil, err
	}
	b := v.buf
	if err := b.castBytes(format); err != nil {
		return nil, err
	}
	if shape != nil {
		if err := b.reshape(dims); err != nil {
			return nil, err
		}
	}
	return v.derive(&b)
}

// castShape makes the checks that come before those of the format, and returns the
// elements of the shape.
func (v *View) castShape(shape any) ([]any, error) {
	b := &v.buf
	if !v.c {
		return nil, raise(ErrType, "memoryview: casts are restricted to C-contiguous views")
	}
	if shape != nil || b.NDim != 1 {
		for _, n := range b.Shape {
			if n == 0 {
				return nil, raise(ErrType, "memoryview: cannot cast view with zeros in shape or strides")
			}
		}
	}
	if shape == nil {
		return nil, nil
	}
	var dims []any
	switch s := shape.(type) {
	case []int:
		dims = tuple(s)
	case []any:
		dims = s
	case Tuple:
		dims = s
	default:
		return nil, raise(ErrType, "shape must be a list or a tuple")
	}
	if len(dims) > MaxNDim {
		return nil, errNDim
	}
	if b.NDim != 1 && len(dims) != 1 {
		return nil, raise(ErrType, "memoryview: cast must be 1D -> ND or ND -> 1D")
	}
	return dims, nil
}

// castBytes makes b, which is C-contiguous, an array of one dimension and another
// format.
func (b *Buffer) castBytes(format string) error {
	if err := checkASCII(format); err != nil {
		return err
	}
	char, ok := nativeChar(format)
	t := typeOf(char)
	if !ok || t.kind == unknownItem {
		return raise(ErrValue, "memoryview: destination format must be a native single character format prefixed with an optional '@'")
	}
	if !isByteFormat(format) && !isByteFormat(b.Format) {
		return raise(ErrType, "memoryview: cannot cast between two non-byte formats")
	}
	if b.Len%t.size != 0 {
		return raise(ErrType, "memoryview: length is not a multiple of itemsize")
	}
	b.Format, b.EmptyFormat, b.ItemSize = format, false, t.size
	b.NDim, b.Shape, b.Strides, b.Suboffsets = 1, []int{b.Len / t.size}, nil, nil
	return nil
}

// reshape gives b, an array of one dimension, the dimensions of a cast. They are
// counted in 64 bits on every platform.
func (b *Buffer) reshape(dims []any) error {
	product := int64(1)
	shape := make([]int, len(dims))
	for k, dim := range dims {
		w, ok := integer(dim)
		if !ok {
			return raise(ErrType, "memoryview.cast(): elements of shape must be integers")
		}
		n, ok := w.int64()
		if !ok {
			return raise(ErrOverflow, "Python int too large to convert to C ssize_t")
		}
		if n <= 0 {
			return raise(ErrValue, "memoryview.cast(): elements of shape must be integers > 0")
		}
		if n > (1<<63-1)/product {
			return raise(ErrValue, "memoryview.cast(): product(shape) > SSIZE_MAX")
		}
		product *= n
		shape[k] = int(n)
	}
	if product != int64(b.Shape[0]) {
		return raise(ErrType, "memoryview: product(shape) * itemsize != buffer size")
	}
	b.NDim, b.Shape = len(shape), shape
	return nil
}
