package memoryview

import (
	"fmt"
	"math"
	"math/bits"
)

// PointerSize is the number of bytes that one entry of a pointer table counts for
// in offsets and strides, on every platform.
const PointerSize = 8

// A Pointer is a place in memory: a block and an offset in it. It stands where C
// has an address. The block is Mem, which holds items, or Table, which holds
// pointers; the zero Pointer is NULL.
//
// The offset may lie outside the block where the array has no items.
type Pointer struct {
	Mem    []byte
	Table  []Pointer
	Offset int // bytes from the start of the block; PointerSize a pointer in a Table
}

func (p Pointer) isNull() bool { return p.Mem == nil && p.Table == nil }

// follow returns the place that the table entry at p points to, moved by suboffset
// bytes.
func (p Pointer) follow(suboffset int) (Pointer, error) {
	entry := p.Offset / PointerSize
	if p.Offset < 0 || p.Offset%PointerSize != 0 || entry >= len(p.Table) {
		return Pointer{}, raise(ErrBuffer, "no pointer at offset %d of a table of %d pointers", p.Offset, len(p.Table))
	}
	to := p.Table[entry]
	offset, ok := addStrides(to.Offset, 1, suboffset)
	if !ok {
		return Pointer{}, errOverflows(to.Offset, 1, suboffset)
	}
	to.Offset = offset
	return to, nil
}

// addStrides returns offset + n*stride, wrapped around, and whether it did not: the
// offset could then be that of another item.
func addStrides(offset, n, stride int) (int, bool) {
	const half = 1 << (bits.UintSize/2 - 1)
	by, ok := n*stride, true
	if uint(n+half) >= 2*half || uint(stride+half) >= 2*half { // rarely
		ok = multiplies(n, stride)
	}
	to := offset + by
	return to, ok && (offset^to)&(by^to) >= 0
}

// multiplies reports whether a product fits.
func multiplies(n, stride int) bool {
	hi, lo := bits.Mul(uint(max(n, -n)), uint(max(stride, -stride)))
	return hi == 0 && lo <= math.MaxInt
}

func errOverflows(offset, n, stride int) error {
	return raise(ErrBuffer, "offset %d and %d strides of %d bytes overflow", offset, n, stride)
}

// item returns the size bytes at p.
func (p Pointer) item(size int) ([]byte, error) {
	if p.Offset < 0 || size > len(p.Mem) || p.Offset > len(p.Mem)-size {
		return nil, raise(ErrBuffer, "an item of %d bytes at offset %d lies outside a block of %d bytes", size, p.Offset, len(p.Mem))
	}
	return p.Mem[p.Offset : p.Offset+size], nil
}

// A Buffer is the Py_buffer of CPython: memory of an exporter, lent out, and how
// to read it. An exporter fills it in, the consumer only reads it, and gives it
// back with [Buffer.Release]. A nil slice is NULL.
//
// The item with index (i0, i1, ...) is found by starting at Buf and, for each
// dimension k, adding Strides[k]*ik to the offset and then, if Suboffsets is not
// nil and Suboffsets[k] >= 0, following the pointer there and adding
// Suboffsets[k].
type Buffer struct {
	Buf        Pointer // item (0, 0, ...), which need not be the lowest in memory
	Obj        any     // the exporter; nil if nothing is to be given back
	Len        int     // bytes of all items: the size of a contiguous copy
	ItemSize   int     // bytes of one item
	ReadOnly   bool    // the memory must not be written
	NDim       int     // number of dimensions; 0 is a single item
	Format     string  // of an item, in struct syntax; "" is NULL, which means B
	Shape      []int   // items along each dimension
	Strides    []int   // bytes from item to item along each dimension; nil is C order
	Suboffsets []int   // bytes; see above
	Internal   any     // the exporter's own

	// EmptyFormat says that Format is the empty string rather than NULL.
	EmptyFormat bool
}

// HasFormat reports whether the format field is set.
func (b *Buffer) HasFormat() bool { return b.Format != "" || b.EmptyFormat }

// An Exporter lends its memory out as buffers: it has CPython's buffer slots.
type Exporter interface {
	// GetBuffer fills in b as the flags ask, b.Obj included, or returns an error
	// that matches ErrBuffer. Consumers call the function GetBuffer instead.
	GetBuffer(b *Buffer, flags Flags) error
	// ReleaseBuffer is called once for each buffer given out.
	ReleaseBuffer(b *Buffer)
}

// CheckBuffer reports whether obj supports the buffer protocol: whether it is an
// [Exporter] or a []byte, which is exported read-only, like a bytes object. It is
// PyObject_CheckBuffer.
func CheckBuffer(obj any) bool {
	switch obj.(type) {
	case Exporter, []byte:
		return true
	}
	return false
}

// GetBuffer asks obj for a buffer that suits the flags and fills in b. It is
// PyObject_GetBuffer. Where it returns an error, nothing is held: one that matches
// [ErrType] if obj is no exporter, [ErrSystem] if the flags are [Read] or [Write],
// and else that of the exporter.
func GetBuffer(obj any, b *Buffer, flags Flags) error {
	*b = Buffer{}
	if flags == Read || flags == Write {
		return errNotARequest
	}
	switch x := obj.(type) {
	case Exporter:
		if err := x.GetBuffer(b, flags); err != nil {
			*b = Buffer{}
			return err
		}
		if err := b.check(); err != nil {
			b.Release()
			return raise(ErrSystem, "%T exported a malformed buffer: %w", obj, err)
		}
		return nil
	case []byte:
		return FillInfo(b, obj, x, true, flags)
	}
	return raise(ErrType, "a bytes-like object is required, not '%s'", typeName(obj))
}

var errNotARequest = raise(ErrSystem, "Read and Write are not request flags")

// check proves that the fields agree with each other in number and sign.
func (b *Buffer) check() error {
	switch {
	case b.NDim < 0 || b.ItemSize < 0 || b.Len < 0:
		return fmt.Errorf("%d dimensions, %d bytes an item, %d bytes", b.NDim, b.ItemSize, b.Len)
	case b.Shape == nil && b.NDim > 1, b.Shape != nil && len(b.Shape) != b.NDim:
		return fmt.Errorf("a shape of length %d for %d dimensions", len(b.Shape), b.NDim)
	case b.Strides != nil && (len(b.Strides) != b.NDim || len(b.Shape) != b.NDim):
		return fmt.Errorf("%d strides for %d dimensions", len(b.Strides), b.NDim)
	case b.Suboffsets != nil && len(b.Suboffsets) < b.NDim,
		b.pointerDims() > 0 && len(b.Suboffsets) != b.NDim:
		return fmt.Errorf("%d suboffsets for %d dimensions", len(b.Suboffsets), b.NDim)
	}
	for k, n := range b.Shape {
		if n < 0 {
			return fmt.Errorf("%d items along dimension %d", n, k+1)
		}
	}
	return nil
}

// checked is check with the class of a wrong argument.
func (b *Buffer) checked() error {
	if err := b.check(); err != nil {
		return raise(ErrValue, "malformed buffer: %w", err)
	}
	return nil
}

// Release gives b back to its exporter and sets b.Obj to nil. Releasing a second
// time, or a buffer without an exporter, does nothing. It is PyBuffer_Release.
func (b *Buffer) Release() {
	obj := b.Obj
	if obj == nil {
		return
	}
	if x, ok := obj.(Exporter); ok {
		x.ReleaseBuffer(b)
	}
	b.Obj = nil
}

// FillInfo fills in b for an exporter of plain bytes, as PyBuffer_FillInfo does:
// one dimension of items of format B, as far as the flags ask for the fields. The
// error matches [ErrBuffer] if b is nil, or if the memory is read-only and the
// flags ask for writable memory, and [ErrSystem] if they are [Read] or [Write].
func FillInfo(b *Buffer, obj any, mem []byte, readOnly bool, flags Flags) error {
	switch {
	case b == nil:
		return raise(ErrBuffer, "PyBuffer_FillInfo: view==NULL argument is obsolete")
	case flags == Read || flags == Write:
		return errNotARequest
	case flags.Has(Writable) && readOnly:
		return raise(ErrBuffer, "Object is not writable.")
	}
	if mem == nil {
		mem = []byte{} // nil would be NULL
	}
	*b = Buffer{Buf: Pointer{Mem: mem}, Obj: obj, Len: len(mem), ItemSize: 1, NDim: 1, ReadOnly: readOnly}
	if flags.Has(Format) {
		b.Format = "B"
	}
	if flags.Has(ND) {
		b.Shape = []int{len(mem)}
	}
	if flags.Has(Strides) {
		b.Strides = []int{1}
	}
	return nil
}

// typeName names the type of obj in error texts, as Python names it if it can.
func typeName(obj any) string {
	switch obj.(type) {
	case nil:
		return "NoneType"
	case string:
		return "str"
	case []byte:
		return "bytes"
	case float64, float32:
		return "float"
	case bool:
		return "bool"
	case []any:
		return "list"
	case Tuple:
		return "tuple"
	case *View:
		return "memoryview"
	}
	if _, ok := integer(obj); ok {
		return "int"
	}
	return fmt.Sprintf("%T", obj)
}
