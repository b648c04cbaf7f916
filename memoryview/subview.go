package memoryview

import "slices"

// The methods of this file go beyond CPython's memoryview, in NumPy's vocabulary.

type newAxis struct{}

// NewAxis is a key of [View.Sub] that inserts a dimension of length 1.
var NewAxis = newAxis{}

// Sub returns the View that the keys select, as NumPy's basic indexing does: one
// key for each dimension, where an integer takes an item of its dimension, a
// [Slice] cuts it, [Ellipsis] stands for the dimensions that are not named, and
// [NewAxis] inserts one. Dimensions without a key are kept. Nothing is copied.
//
// The error matches [ErrIndex] for an index out of bounds or too many keys,
// [ErrType] for a key of another kind, [ErrValue] for a slice step of 0 or more
// than [MaxNDim] dimensions, [ErrNotImplemented] for an integer behind which a
// pointer cannot be followed without a dimension and for a suboffset that would be
// negative, and [ErrBuffer] for a pointer outside its table or an offset that overflows.
func (v *View) Sub(keys ...any) (*View, error) {
	if v.released() {
		return nil, errReleased
	}
	full, err := v.expand(keys)
	if err != nil {
		return nil, err
	}
	c := cutter{view: v, from: &v.buf, out: v.buf, base: -1}
	c.out.Shape, c.out.Strides, c.out.Suboffsets = nil, nil, nil
	for _, key := range full {
		if err := c.cut(key); err != nil {
			return nil, err
		}
	}
	b, err := c.finish()
	if err != nil {
		return nil, err
	}
	return v.derive(b)
}

// expand returns one key for each dimension, and the new axes between them.
func (v *View) expand(keys []any) ([]any, error) {
	named, at := 0, -1
	for i, key := range keys {
		switch key.(type) {
		case newAxis:
		case ellipsis:
			if at >= 0 {
				return nil, raise(ErrIndex, "an index can only have a single ellipsis ('...')")
			}
			at = i
		default:
			named++
		}
	}
	missing := v.buf.NDim - named
	if missing < 0 {
		return nil, raise(ErrIndex, "too many indices: %d for %d dimensions", named, v.buf.NDim)
	}
	rest := slices.Repeat([]any{Slice{}}, missing)
	if at < 0 {
		return slices.Concat(keys, rest), nil
	}
	return slices.Concat(keys[:at], rest, keys[at+1:]), nil
}

// A cutter makes the layout of a Sub, key by key. Moves along a dimension behind a
// pointer belong to the suboffset of the dimension that has the pointer.
type cutter struct {
	view     *View
	from     *Buffer // of view
	out      Buffer
	k        int   // the next dimension of from
	base     int   // the dimension of out whose suboffset takes moves; -1 is out.Buf
	pointers []int // the dimensions of out with pointers
	overflow error // of an offset or stride of out, should it have items
}

func (c *cutter) cut(key any) error {
	if _, ok := key.(newAxis); ok {
		c.keep(1, 0, -1)
		return nil
	}
	k := c.k
	stride, sub := c.from.Strides[k], -1
	if c.from.Suboffsets != nil {
		sub = c.from.Suboffsets[k]
	}
	c.k++
	if s, ok := key.(Slice); ok {
		start, count, step, err := s.resolve(c.from.Shape[k])
		if err != nil {
			return err
		}
		c.move(start, stride)
		wide, ok := addStrides(0, step, stride)
		if !ok && count > 1 {
			c.overflow = errOverflows(0, step, stride)
		}
		c.keep(count, wide, sub)
		return nil
	}
	if _, ok := index(key); !ok {
		return raise(ErrType, "a key is an integer, a Slice, Ellipsis or NewAxis, not '%s'", typeName(key))
	}
	i, err := position(key)
	if err != nil {
		return err
	}
	return c.pick(k, i, stride, sub)
}

// keep appends a dimension.
func (c *cutter) keep(n, stride, sub int) {
	o := &c.out
	o.Shape, o.Strides, o.Suboffsets = append(o.Shape, n), append(o.Strides, stride), append(o.Suboffsets, sub)
	if sub >= 0 {
		c.setBase(len(o.Shape) - 1)
	}
}

func (c *cutter) setBase(k int) {
	c.base = k
	c.pointers = append(c.pointers, k)
}

// move shifts what follows by n strides.
func (c *cutter) move(n, stride int) {
	offset := &c.out.Buf.Offset
	if c.base >= 0 {
		offset = &c.out.Suboffsets[c.base]
	}
	to, ok := addStrides(*offset, n, stride)
	if !ok {
		c.overflow = errOverflows(*offset, n, stride)
	}
	*offset = to
}

// pick drops dimension k at index i. Its pointer can be followed now only if the
// place of the pointer does not depend on a dimension that is kept; else the
// pointer moves to a dimension of length 1.
func (c *cutter) pick(k int, i int64, stride, sub int) error {
	at, err := c.from.within(k, i)
	if err != nil {
		return err
	}
	c.move(at, stride)
	if sub < 0 {
		return nil
	}
	if c.base < 0 && !slices.ContainsFunc(c.out.Strides, func(s int) bool { return s != 0 }) {
		return c.follow(sub)
	}
	last := len(c.out.Shape) - 1
	if last == c.base {
		return raise(ErrNotImplemented, "dimension %d: two pointers in a row need a dimension between them", k+1)
	}
	c.out.Suboffsets[last] = sub
	c.setBase(last)
	return nil
}

// follow moves on to the place that the table holds. Only here is memory read; the
// methods of a key, which may be anything, are called while it is not in use.
func (c *cutter) follow(sub int) error {
	if err := c.view.enter(); err != nil {
		return err
	}
	defer c.view.leave()
	p, err := c.out.Buf.follow(sub)
	c.out.Buf = p
	return err
}

// finish completes the layout.
func (c *cutter) finish() (*Buffer, error) {
	o := &c.out
	o.NDim = len(o.Shape)
	if o.NDim > MaxNDim {
		return nil, errNDim
	}
	if c.overflow != nil && !slices.Contains(o.Shape, 0) {
		return nil, c.overflow
	}
	for _, k := range c.pointers {
		if o.Suboffsets[k] < 0 && !slices.Contains(o.Shape, 0) {
			return nil, raise(ErrNotImplemented, "dimension %d would have the suboffset %d, which means none", k+1, o.Suboffsets[k])
		}
	}
	if len(c.pointers) == 0 {
		o.Suboffsets = nil
	}
	o.setLen()
	return o, nil
}
