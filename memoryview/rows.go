package memoryview

import "reflect"

// Rows is an [Exporter] of rows that each have memory of their own: a matrix with a
// table of pointers, as the Python Imaging Library keeps its images. Consumers must
// understand suboffsets, as every View does.
type Rows struct {
	buf Buffer
}

// FromRows returns an exporter of a matrix whose rows are the given slices, which
// are not copied and may be written. T is any type that [Of] takes, with the same
// format. The error matches [ErrValue] if the rows differ in length, and else is
// that of Of.
func FromRows[T any](rows [][]T) (*Rows, error) {
	t := reflect.TypeFor[T]()
	format, err := formatOf(t)
	if err != nil {
		return nil, err
	}
	cols := 0
	if len(rows) > 0 {
		cols = len(rows[0])
	}
	table := make([]Pointer, len(rows))
	for i, row := range rows {
		if len(row) != cols {
			return nil, raise(ErrValue, "row %d has %d items, row 0 has %d", i, len(row), cols)
		}
		table[i].Mem = bytesOf(row)
	}
	size := int(t.Size())
	r := &Rows{buf: Buffer{
		Buf: Pointer{Table: table}, ItemSize: size, NDim: 2, Format: format,
		Shape: []int{len(rows), cols}, Strides: []int{PointerSize, size}, Suboffsets: []int{0, -1},
	}}
	r.buf.Obj = r
	r.buf.setLen()
	return r, nil
}

// GetBuffer makes Rows an [Exporter]. The error matches [ErrBuffer] if the flags do
// not include [Indirect].
func (r *Rows) GetBuffer(b *Buffer, flags Flags) error {
	return r.buf.Export(b, flags)
}

// ReleaseBuffer makes Rows an [Exporter]. The rows are the caller's and never
// resized, so nothing is counted.
func (r *Rows) ReleaseBuffer(*Buffer) {}
