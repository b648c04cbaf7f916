package memoryview

import (
	"encoding/binary"
	"io"
	"strconv"
	"strings"
)

// FromNpy returns a View of the array in a .npy file. obj is an exporter of the
// file's bytes: a [Mapping], or a []byte. Nothing is copied, nor read of a file that is
// mapped, but the header; the View may be written if they may. Its format is
// [NpyHeader].Format.
//
// The error matches [ErrFile] if obj is no such file or too short, or is that of
// [GetBuffer].
func FromNpy(obj any) (*View, error) {
	var h NpyHeader
	err := withBytes(obj, func(file []byte) (err error) {
		if h, err = ParseNpyHeader(file); err != nil {
			return err
		}
		return h.checkData(len(file))
	})
	if err != nil {
		return nil, err
	}
	return ArrayView(obj, h.Format, h.Layout())
}

// checkData reports whether a file of size bytes holds the array.
func (h NpyHeader) checkData(size int) error {
	if err := h.Layout().Check(size); err != nil {
		return npyError("truncated data: %w", err)
	}
	return nil
}

// withBytes calls f with the bytes of an exporter.
func withBytes(obj any, f func([]byte) error) error {
	var b Buffer
	if err := GetBuffer(obj, &b, Simple); err != nil {
		return err
	}
	defer b.Release()
	mem, err := b.Buf.block(b.Len)
	if err != nil {
		return err
	}
	return f(mem)
}

// WriteNpy writes the items of v to w as a .npy file, through a buffer of bounded
// size, and returns the number of bytes written. The items have the type that
// [NpyDescr] says, and lie in Fortran order if v does, else in C order.
//
// The error matches [ErrValue] if NumPy has no such array, or is that of
// [SizeOfItem], [Stream.WriteTo] or w.
func WriteNpy(w io.Writer, v *View) (int64, error) { return writeNpy(w, v, "") }

// writeNpy is WriteNpy with another descr, if it is not empty.
func writeNpy(w io.Writer, v *View, descr string) (int64, error) {
	s, err := NewStream(v, OrderA)
	if err == nil && descr == "" {
		descr, err = NpyDescr(v.buf.Format)
	}
	if err != nil {
		return 0, err
	}
	if h, err := parseNpyDescr(descr); err != nil || h.ItemSize != v.buf.ItemSize {
		return 0, raise(ErrValue, "items of %d bytes and format %q cannot be %s", v.buf.ItemSize, v.buf.Format, descr)
	}
	written, err := writeAll(w, AppendNpyHeader(nil, descr, s.order == OrderF, v.buf.Shape), 0)
	if err != nil {
		return written, err
	}
	n, err := s.WriteTo(w)
	return written + n, err
}

func parseNpyDescr(descr string) (NpyHeader, error) {
	return ParseNpyHeader(AppendNpyHeader(nil, descr, false, nil))
}

// NpyDescr returns NumPy's description of the items of a format, in the form of
// [NpyHeader].Descr. Elements without a name in a record are called f0, f1, and so
// on; what NumPy has no type for becomes bytes without a meaning, '|V16'. The error
// is that of [SizeOfItem].
func NpyDescr(format string) (string, error) {
	f, err := parseFormat(format)
	if err != nil {
		return "", err
	}
	if len(f.members) == 0 {
		return "|V" + strconv.Itoa(f.size), nil
	}
	if m := &f.members[0]; len(f.members) == 1 && m.total() == 1 && m.shape == nil && m.name == "" && m.size == f.size {
		return strings.Trim(m.npyType(), "'"), nil
	}
	return f.npyFields(f.size), nil
}

// npyFields returns the list of the fields of a record of the given size.
func (f *format) npyFields(size int) string {
	var fields []string
	pad := func(n int) {
		if n > 0 {
			fields = append(fields, "('', '|V"+strconv.Itoa(n)+"')")
		}
	}
	end := 0
	for i := range f.members {
		m := &f.members[i]
		pad(m.offset - end)
		end = m.offset + m.total()*m.size
		name := m.name
		if name == "" {
			name = "f" + strconv.Itoa(i)
		}
		field := "(" + pythonString(name) + ", " + m.npyType()
		shape := m.shape
		if m.count != 1 {
			shape = append(shape[:len(shape):len(shape)], m.count)
		}
		if shape != nil {
			field += ", " + pythonTuple(shape)
		}
		fields = append(fields, field+")")
	}
	pad(size - end)
	return "[" + strings.Join(fields, ", ") + "]"
}

// npyType returns the type of one element, quoted if it is no record.
func (m *member) npyType() string {
	kind, size := byte('V'), m.size
	switch m.code {
	case 'T':
		return m.record.npyFields(m.size)
	case '?':
		kind = 'b'
	case 'c', 's':
		kind = 'S'
	case 'b', 'h', 'i', 'l', 'q', 'n':
		kind = 'i'
	case 'B', 'H', 'I', 'L', 'Q', 'N', 'P':
		kind = 'u'
	case 'e', 'f', 'd':
		kind = 'f'
	case 'w':
		kind, size = 'U', size/4
	case 'C':
		if m.part != 'g' {
			kind = 'c'
		}
	}
	order := "|"
	if m.unit() > 1 && kind != 'V' {
		if order = "<"; sameOrder(m.order, binary.BigEndian) {
			order = ">"
		}
	}
	return "'" + order + string(kind) + strconv.Itoa(size) + "'"
}

// pythonString returns s as a literal of Python.
func pythonString(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`, "\r", `\r`).Replace(s) + "'"
}
