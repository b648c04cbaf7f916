package memoryview

import "unicode/utf16"

// values returns the elements of one item, as many as Python's struct.unpack gives. Signed integers are int64, unsigned ones uint64,
// e f d float64, complex numbers complex128, ? bool, c s p []byte, u and w string,
// records Tuple, and sub-arrays nested []any. The error matches [ErrNotImplemented]
// if there is a long double, which Go does not have, and [ErrStruct] if the item
// has fewer bytes.
func (f *format) values(item []byte) (Tuple, error) {
	if len(item) < f.size {
		return nil, raise(ErrStruct, "unpack_from requires a buffer of at least %d bytes for unpacking %d bytes at offset 0 (actual buffer size is %d)", f.size, f.size, len(item))
	}
	out := Tuple{}
	for i := range f.members {
		m := &f.members[i]
		mem := item[m.offset:]
		if m.shape != nil {
			v, err := m.array(&mem, m.shape)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
			continue
		}
		for range m.count {
			v, err := m.element(&mem)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
	}
	return out, nil
}

// unpack is values, but gives the element itself where there is one.
func (f *format) unpack(item []byte) (any, error) {
	values, err := f.values(item)
	if err == nil && len(values) == 1 {
		return values[0], nil
	}
	return values, err
}

// array reads a sub-array of the given shape, and moves mem behind it.
func (m *member) array(mem *[]byte, shape []int) (any, error) {
	if len(shape) == 0 {
		return m.row(mem)
	}
	list := []any{}
	for range shape[0] {
		v, err := m.array(mem, shape[1:])
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// row reads the elements at one index of a sub-array: a list if there are several.
func (m *member) row(mem *[]byte) (any, error) {
	if m.count == 1 {
		return m.element(mem)
	}
	list := []any{}
	for range m.count {
		v, err := m.element(mem)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// element reads one element and moves mem behind it.
func (m *member) element(mem *[]byte) (any, error) {
	b := (*mem)[:m.size]
	*mem = (*mem)[m.size:]
	if m.code == 'T' {
		return m.record.values(b)
	}
	if m.code == 'g' || m.part == 'g' {
		return nil, raise(ErrNotImplemented, "long doubles cannot be read")
	}
	return m.decode(b), nil
}

// decode reads one element that is neither a record nor a long double.
func (m *member) decode(b []byte) any {
	switch m.code {
	case 's':
		return append([]byte{}, b...)
	case 'p': // the first byte is the length
		if len(b) == 0 {
			return []byte{}
		}
		return append([]byte{}, b[1:min(1+int(b[0]), len(b))]...)
	case 'u', 'w':
		return m.text(b)
	case 'C':
		half := len(b) / 2
		return complex(floatOf(loadBits(b[:half], m.order), half), floatOf(loadBits(b[half:], m.order), half))
	}
	return typeOf(m.code).decode(b, m.order)
}

// text reads a string of 2- or 4-byte characters; NULs at the end are padding.
func (m *member) text(b []byte) string {
	if m.code == 'u' {
		var units []uint16
		for ; len(b) > 0; b = b[2:] {
			units = append(units, m.order.Uint16(b))
		}
		return trimNUL(utf16.Decode(units))
	}
	var runes []rune
	for ; len(b) > 0; b = b[4:] {
		runes = append(runes, rune(m.order.Uint32(b)))
	}
	return trimNUL(runes)
}

func trimNUL(runes []rune) string {
	for len(runes) > 0 && runes[len(runes)-1] == 0 {
		runes = runes[:len(runes)-1]
	}
	return string(runes)
}
