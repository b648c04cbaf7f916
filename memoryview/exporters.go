package memoryview

import (
	"slices"
	"sync"

	strided "github.com/stridecopy/stridecopy/copy"
)

// newView returns a View of the array that l describes in mem, which may be
// written. obj is its exporter; nothing is given back to it unless it is an
// [Exporter].
func newView(obj any, mem []byte, format string, l strided.Layout) (*View, error) {
	return arrayView(&Buffer{Buf: Pointer{Mem: mem}, Obj: obj, Len: len(mem)}, format, l)
}

// ArrayView returns a View of the array that l describes in the bytes of obj, an
// exporter of contiguous memory: of a mapped file or of a []byte, say. The memory
// may be written if that of the exporter may. The item size must be that of the
// format, which has the syntax of [SizeOfItem].
//
// The error matches [ErrValue] if the format has another size or an item lies
// outside, [ErrStruct] or [ErrNotImplemented] if it is no format, or is that of
// [GetBuffer]. Nothing is held then.
func ArrayView(obj any, format string, l strided.Layout) (*View, error) {
	size, err := SizeOfItem(format)
	if err != nil {
		return nil, err
	}
	if size != l.ItemSize {
		return nil, raise(ErrValue, "items of %d bytes, but format %q has %d", l.ItemSize, format, size)
	}
	var b Buffer
	if err := GetBuffer(obj, &b, Simple); err != nil {
		return nil, err
	}
	v, err := arrayView(&b, format, l)
	if err != nil {
		b.Release()
	}
	return v, err
}

// arrayView makes the View of l in the bytes of b, and b part of it.
func arrayView(b *Buffer, format string, l strided.Layout) (*View, error) {
	mem, err := b.Buf.block(b.Len)
	if err != nil {
		return nil, err
	}
	if err := l.Check(b.Len); err != nil {
		return nil, raise(ErrValue, "memoryview: %w", err)
	}
	if mem == nil {
		mem = []byte{} // nil would be NULL
	}
	r := new(rootView)
	root := &r.root.buf
	*root = *b
	root.Buf, root.Format, root.ItemSize = Pointer{Mem: mem, Offset: l.Offset}, format, l.ItemSize
	root.NDim, root.Shape, root.Strides, root.Suboffsets = len(l.Shape), slices.Clone(l.Shape), slices.Clone(l.Strides), nil
	if root.NDim == 0 {
		root.Shape, root.Strides = nil, nil
	}
	n, ok := root.items()
	if !ok {
		return nil, raise(ErrValue, "shape %v of items of %d bytes does not fit memory", l.Shape, l.ItemSize)
	}
	root.Len = n * l.ItemSize
	return r.open()
}

// A ByteArray is an exporter of bytes that can grow, as Python's bytearray: while
// buffers of it are held, its length cannot change. The zero value is empty and
// ready to use. Its methods are safe for concurrent use; the bytes themselves need
// the care that any shared memory needs.
type ByteArray struct {
	mu      sync.Mutex
	data    []byte
	exports int
}

// NewByteArray returns a ByteArray that begins with data, without copying it. What lies
// behind data, up to its capacity, is not touched: to grow, the bytes are copied.
func NewByteArray(data []byte) *ByteArray { return &ByteArray{data: slices.Clip(data)} }

var errExported = raise(ErrBuffer, "Existing exports of data: object cannot be re-sized")

// Write appends p. The error matches [ErrBuffer] if p is not empty and buffers are
// held; nothing has been appended then.
func (a *ByteArray) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.exports > 0 && len(p) > 0 {
		return 0, errExported
	}
	a.data = append(a.data, p...)
	return len(p), nil
}

// Resize cuts the bytes to n, or appends zeros up to n. The error matches
// [ErrBuffer] if the length would change and buffers are held, [ErrValue] if n is
// negative, and [ErrMemory] if it is too large.
func (a *ByteArray) Resize(n int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case n < 0:
		return raise(ErrValue, "negative length %d", n)
	case n > maxAlloc:
		return raise(ErrMemory, "%d bytes do not fit memory", n)
	case n != len(a.data) && a.exports > 0:
		return errExported
	case n < len(a.data):
		a.data = a.data[:n]
	default:
		a.data = append(a.data, make([]byte, n-len(a.data))...)
	}
	return nil
}

// Len returns the number of bytes.
func (a *ByteArray) Len() int { return len(a.Bytes()) }

// Bytes returns the bytes, not a copy. They are those of a until its length
// changes.
func (a *ByteArray) Bytes() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.data
}

// GetBuffer makes a ByteArray an [Exporter], of writable memory.
func (a *ByteArray) GetBuffer(b *Buffer, flags Flags) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := FillInfo(b, a, a.data, false, flags); err != nil {
		return err
	}
	a.exports++
	return nil
}

// ReleaseBuffer makes a ByteArray an [Exporter]; consumers call [Buffer.Release].
func (a *ByteArray) ReleaseBuffer(*Buffer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.exports--
}
