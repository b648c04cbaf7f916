package memoryview

// SetItem is v[key] = value of Python: it writes an item, or, for a [Slice] of a
// View of one dimension, the items of value, an exporter of the same format and
// shape. The memory may overlap: the result is as if value had been copied first.
//
// An integer item takes integers of any Go type and bool; e, f and d take floats
// too; c takes a []byte of length 1; ? takes any value. The error matches
// [ErrType] if v is read-only or the key or value is of a wrong kind, [ErrValue]
// for a value out of range or of another structure, and else is as for
// [View.GetItem]. Nothing has been written then.
func (v *View) SetItem(key, value any) error {
	char, err := v.writable()
	if err != nil {
		return err
	}
	kind := kindOf(key)
	b := &v.buf
	if b.NDim == 0 {
		if t, ok := key.(Tuple); kind != ellipsisKey && (!ok || len(t) > 0) {
			return errScalarKey
		}
		return v.write(char, value, nil)
	}
	switch kind {
	case integerKey:
		if b.NDim > 1 {
			return raise(ErrNotImplemented, "sub-views are not implemented")
		}
		return v.setTuple(char, Tuple{key}, value)
	case integersKey:
		return v.setTuple(char, key.(Tuple), value)
	case sliceKey:
		if b.NDim == 1 {
			return v.setSlice(key.(Slice), value)
		}
		fallthrough
	case slicesKey:
		return raise(ErrNotImplemented, "memoryview slice assignments are currently restricted to ndim = 1")
	}
	return errKey
}

// writable makes the checks that come before those of a key.
func (v *View) writable() (char byte, err error) {
	if v.released() {
		return 0, errReleased
	}
	if char, err = v.buf.itemChar(); err != nil {
		return 0, err
	}
	if v.buf.ReadOnly {
		return 0, errReadOnly
	}
	return char, nil
}

var errReadOnly = raise(ErrType, "cannot modify read-only memory")

// setTuple writes the item that a tuple of integers selects.
func (v *View) setTuple(char byte, t Tuple, value any) error {
	indices, err := v.buf.indices(nil, len(t), t.position)
	if err != nil {
		return err
	}
	return v.write(char, value, indices)
}

// write packs value to the item with the given indices. The value is converted
// before the memory is in use, since its methods may be anything.
func (v *View) write(char byte, value any, indices []int) error {
	item, err := packItem(char, value)
	if err != nil {
		return err
	}
	if err := v.enter(); err != nil {
		return err
	}
	defer v.leave()
	p, err := v.buf.at(v.buf.Buf, indices)
	if err != nil {
		return err
	}
	to, err := p.item(len(item))
	copy(to, item)
	return err
}

// setSlice is v[s] = value for a View of one dimension.
func (v *View) setSlice(s Slice, value any) error {
	var src Buffer
	if err := GetBuffer(value, &src, FullRO); err != nil {
		return err
	}
	defer src.Release()
	dst, err := v.sliced(s)
	if err != nil {
		return err
	}
	from := src.complete()
	if !sameStructure(dst, from) {
		return errStructure
	}
	if err := v.enter(); err != nil {
		return err
	}
	defer v.leave()
	return copyOver(dst, from)
}

var errStructure = raise(ErrValue, "memoryview assignment: lvalue and rvalue have different structures")

// sameStructure reports whether items can be assigned from one to the other: equal
// formats but for an @, item sizes, and shapes up to a common 0.
func sameStructure(a, b *Buffer) bool {
	return withoutAt(a.Format) == withoutAt(b.Format) && a.ItemSize == b.ItemSize && sameShape(a, b)
}

func withoutAt(format string) string {
	if format != "" && format[0] == '@' {
		return format[1:]
	}
	return format
}

// sameShape compares dimensions from the first one to a common 0.
func sameShape(a, b *Buffer) bool {
	if a.NDim != b.NDim {
		return false
	}
	for k, n := range a.Shape {
		if n != b.Shape[k] {
			return false
		}
		if n == 0 {
			break
		}
	}
	return true
}

// DelItem is del v[key] of Python. It always fails: with [ErrType], unless v has
// been released or its format is unsupported.
func (v *View) DelItem(key any) error {
	if _, err := v.writable(); err != nil {
		return err
	}
	return raise(ErrType, "cannot delete memory")
}

// SetAt is SetItem with a tuple of the indices: it writes the item of a View with
// as many dimensions.
func (v *View) SetAt(value any, indices ...int) error { return v.SetItem(tuple(indices), value) }

func tuple(indices []int) Tuple {
	t := make(Tuple, len(indices))
	for k, i := range indices {
		t[k] = i
	}
	return t
}
