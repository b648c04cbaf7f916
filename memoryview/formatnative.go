package memoryview

import (
	"encoding/binary"
	"slices"
	"strconv"

	strided "github.com/stridecopy/stridecopy/copy"
)

// AsNative returns a View of the items of v in the byte order of this machine, for
// any format of PEP 3118, records included. Where all of them are in that order
// already it is the same memory; else the items are copied to new memory in C
// order, which may be written, and every number is turned around on the way.
//
// The format of the result says the same without foreign byte orders: single
// characters where v has a single number, so that items can be read, and else
// standard sizes and explicit padding.
//
// The error matches [ErrStruct] or [ErrNotImplemented] if the format has no meaning,
// as that of [SizeOfItem], and [ErrValue], [ErrMemory] or [ErrBuffer].
func (v *View) AsNative() (*View, error) { return v.inOrder(hostOrder) }

// inOrder is AsNative for the byte order of another machine; the format of the
// result is that of the other machine, too.
func (v *View) inOrder(order binary.ByteOrder) (*View, error) {
	f, err := parseFormat(v.buf.Format)
	if err != nil {
		return nil, err
	}
	if f.size != v.buf.ItemSize {
		return nil, raise(ErrValue, "items of %d bytes, but format %q has %d", v.buf.ItemSize, v.buf.Format, f.size)
	}
	native := f.native()
	swaps := f.swaps(nil, swap{}, order)
	if len(swaps) == 0 {
		b := v.buf
		b.Format, b.EmptyFormat = native, native == ""
		return v.derive(&b)
	}
	if err := v.enter(); err != nil {
		return nil, err
	}
	defer v.leave()
	from := &v.buf
	if from.pointerDims() > 0 {
		if from, err = from.packed(); err != nil {
			return nil, err
		}
	}
	to, err := from.swapped(swaps)
	if err != nil {
		return nil, err
	}
	to.Format = native
	return FromBuffer(to)
}

// A swap is a number of bytes that must be turned around in every item: an array
// of numbers at an offset of the item.
type swap struct {
	offset         int   // of the first number, in bytes
	unit           int   // bytes of a number
	shape, strides []int // of the array, in numbers and bytes
}

// swaps appends to list what must be turned around in an item of f so that all of it
// is in the given order. The item is at the place of outer, which has no unit.
func (f *format) swaps(list []swap, outer swap, order binary.ByteOrder) []swap {
	for i := range f.members {
		m := &f.members[i]
		s := outer
		s.offset += m.offset
		n, size := m.total(), m.size
		if m.record == nil {
			if s.unit = m.unit(); s.unit == 1 || sameOrder(m.order, order) {
				continue
			}
			n, size = n*(size/s.unit), s.unit
		}
		if n == 0 {
			continue
		}
		if n > 1 {
			s.shape, s.strides = append(slices.Clone(s.shape), n), append(slices.Clone(s.strides), size)
		}
		if m.record != nil {
			list = m.record.swaps(list, s, order)
		} else {
			list = append(list, s)
		}
	}
	return list
}

func sameOrder(a, b binary.ByteOrder) bool {
	return a.Uint16([]byte{1, 0}) == b.Uint16([]byte{1, 0})
}

// unit returns the bytes that a byte order holds for: those of one number.
func (m *member) unit() int {
	switch m.code {
	case 's', 'p':
		return 1
	case 'u':
		return 2
	case 'w':
		return 4
	case 'C':
		return m.size / 2
	}
	return m.size
}

// packed returns a copy of b in C order, without pointers, that may be written.
func (b *Buffer) packed() (*Buffer, error) {
	p, err := b.unfilled()
	if err == nil {
		err = gatherTo(p.Buf.Mem, b, OrderC)
	}
	return p, err
}

// unfilled is packed before the items are copied.
func (b *Buffer) unfilled() (*Buffer, error) {
	n, ok := b.items()
	if !ok {
		return nil, raise(ErrMemory, "shape %v of items of %d bytes does not fit memory", b.Shape, b.ItemSize)
	}
	mem, err := b.alloc(n * b.ItemSize)
	if err != nil {
		return nil, err
	}
	p := *b
	p.Buf, p.Len, p.ReadOnly = Pointer{Mem: mem}, len(mem), false
	p.Suboffsets, p.Strides = nil, make([]int, b.NDim)
	FillContiguousStrides(p.Shape, p.Strides, p.ItemSize, OrderC)
	return &p, nil
}

// swapped is packed for a buffer without pointers, with the swaps done on the way.
// A swap is a copy of single bytes with their innermost axis reversed.
func (b *Buffer) swapped(swaps []swap) (*Buffer, error) {
	var to *Buffer
	var err error
	if only := swaps[0]; len(swaps) == 1 && only.covers(b.ItemSize) {
		to, err = b.unfilled()
	} else {
		to, err = b.packed()
	}
	if err != nil || to.Len == 0 {
		return to, err
	}
	for _, s := range swaps {
		shape := slices.Concat(b.Shape, s.shape, []int{s.unit})
		dst := layout(1, shape, slices.Concat(to.Strides, s.strides, []int{1}))
		src := layout(1, shape, slices.Concat(b.Strides, s.strides, []int{-1}))
		dst.Offset, src.Offset = s.offset, b.Buf.Offset+s.offset+s.unit-1
		if err := strided.Copy(to.Buf.Mem, dst, b.Buf.Mem, src); err != nil {
			return nil, raise(ErrBuffer, "%w", err)
		}
	}
	return to, nil
}

// covers reports whether s writes every byte of an item of the given size.
func (s *swap) covers(size int) bool {
	n := s.unit
	for _, extent := range s.shape {
		n *= extent
	}
	return n == size
}

// native returns the format of the same items in native byte order.
func (f *format) native() string {
	if len(f.members) == 1 {
		if m := &f.members[0]; m.count == 1 && m.shape == nil && m.name == "" && m.record == nil && m.size == f.size {
			return string(m.appendCode(nil, true))
		}
	}
	if len(f.members) == 0 {
		return string(appendPadding(nil, f.size))
	}
	return string(f.appendMembers([]byte{'='}))
}

// appendMembers appends the members and the padding between and behind them, all in
// standard sizes without alignment.
func (f *format) appendMembers(dst []byte) []byte {
	end := 0
	for i := range f.members {
		m := &f.members[i]
		dst = appendPadding(dst, m.offset-end)
		end = m.offset + m.total()*m.size
		if m.shape != nil {
			dst = appendShape(dst, m.shape)
		}
		if m.count != 1 {
			dst = strconv.AppendInt(dst, int64(m.count), 10)
		}
		if m.record != nil {
			dst = m.record.appendMembers(append(dst, "T{"...))
			dst = appendPadding(dst, m.size-m.record.size)
			dst = append(dst, '}')
		} else {
			dst = m.appendCode(dst, false)
		}
		if m.name != "" {
			dst = append(dst, ":"+m.name+":"...)
		}
	}
	return appendPadding(dst, f.size-end)
}

// appendCode appends the code of an element, with its length for a string: one that
// has the same size in native or in standard mode.
func (m *member) appendCode(dst []byte, native bool) []byte {
	code := m.code
	switch code {
	case 's', 'p', 'u', 'w':
		if n := m.size / m.unit(); n != 1 {
			dst = strconv.AppendInt(dst, int64(n), 10)
		}
	case 'C':
		return append(dst, 'Z', m.part)
	case 'l', 'n':
		if m.size == 4 {
			code = 'i'
		} else if !native {
			code = 'q'
		}
	case 'L', 'N', 'P':
		if m.size == 4 {
			code = 'I'
		} else if !native {
			code = 'Q'
		}
	}
	return append(dst, code)
}

// appendShape appends the shape of a sub-array: (2,3).
func appendShape(dst []byte, shape []int) []byte {
	dst = append(dst, '(')
	for k, n := range shape {
		if k > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	return append(dst, ')')
}

func appendPadding(dst []byte, n int) []byte {
	if n > 1 {
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	if n > 0 {
		dst = append(dst, 'x')
	}
	return dst
}
