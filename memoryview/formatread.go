package memoryview

// Value returns an item of any format of PEP 3118, where [View.At] knows the native
// single characters only: numbers of either byte order, text as string, complex
// numbers as complex128, records and items of several elements as [Tuple],
// sub-arrays as nested []any. There is one index for each dimension; negative ones
// count from the end.
//
// The error matches [ErrIndex] for an index out of bounds, [ErrType] or
// [ErrNotImplemented] if the number of indices is wrong, [ErrStruct] if the format
// is none or longer than an item, [ErrNotImplemented] for long doubles and pointers,
// [ErrValue] or [ErrBuffer].
func (v *View) Value(indices ...int) (any, error) {
	if err := v.enter(); err != nil {
		return nil, err
	}
	defer v.leave()
	f, err := parseFormat(v.buf.Format)
	if err != nil {
		return nil, err
	}
	found, err := v.buf.indices(nil, len(indices), func(k int) (int64, error) { return int64(indices[k]), nil })
	if err != nil {
		return nil, err
	}
	p, err := v.buf.at(v.buf.Buf, found)
	if err != nil {
		return nil, err
	}
	return v.buf.readValue(p, f)
}

// Values returns all items as nested []any, one level for each dimension, and the
// bare item if there is none: [View.ToList] for the formats and values of
// [View.Value]. The error is that of Value, or matches [ErrMemory].
func (v *View) Values() (any, error) {
	if err := v.enter(); err != nil {
		return nil, err
	}
	defer v.leave()
	f, err := parseFormat(v.buf.Format)
	if err != nil {
		return nil, err
	}
	return v.buf.toList(func(p Pointer) (any, error) { return v.buf.readValue(p, f) })
}

// readValue returns the item at p.
func (b *Buffer) readValue(p Pointer, f *format) (any, error) {
	item, err := p.item(b.ItemSize)
	if err != nil {
		return nil, err
	}
	return f.unpack(item)
}
