package memoryview

import (
	"fmt"
	"sync/atomic"
)

// A View is CPython's memoryview: a window on the memory of an exporter, with a
// shape, strides and an item format of its own. It is safe for concurrent use, a
// release included. After [View.Release] its methods return an error that matches
// [ErrValue].
type View struct {
	lifetime
	root    *managed
	buf     Buffer // with all fields set, as far as they exist for its dimensions
	c, f    bool   // c_contiguous, f_contiguous
	hash    atomic.Pointer[uint64]
	inplace [12]int // shape, strides and suboffsets of up to 4 dimensions
}

// FromObject returns a View of an exporter's memory, read-only or not as the
// exporter answers; of a View it returns a new View of the same memory. It is
// PyMemoryView_FromObject, memoryview(obj) in Python.
//
// The error matches [ErrType] if obj is no exporter, [ErrValue] if it is a released
// View or has more than [MaxNDim] dimensions, or is what the exporter returned.
func FromObject(obj any) (*View, error) {
	if v, ok := obj.(*View); ok {
		return v.derive(nil)
	}
	if !CheckBuffer(obj) {
		return nil, raise(ErrType, "memoryview: a bytes-like object is required, not '%s'", typeName(obj))
	}
	r := new(rootView)
	if err := GetBuffer(obj, &r.root.buf, FullRO); err != nil {
		return nil, err
	}
	v, err := r.open()
	if err != nil {
		r.root.buf.Release()
	}
	return v, err
}

// FromMemory returns a View of mem as bytes, format B, which may be written if
// flags is [Write], and else is read-only. It is PyMemoryView_FromMemory. The View
// has no exporter: [View.Base] is nil.
func FromMemory(mem []byte, flags Flags) *View {
	r := new(rootView)
	if mem == nil {
		mem = []byte{}
	}
	r.root.buf = Buffer{Buf: Pointer{Mem: mem}, Len: len(mem), ItemSize: 1, NDim: 1, ReadOnly: flags != Write}
	r.View.init(&r.root, &r.root.buf)
	return &r.View
}

// FromBuffer returns a View of the memory that info describes. Fields of info that
// are NULL are rebuilt; its Obj is ignored and nothing is released later. It is
// PyMemoryView_FromBuffer.
//
// The error matches [ErrValue] if info.Buf is NULL, the fields disagree, or there
// are more than [MaxNDim] dimensions.
func FromBuffer(info *Buffer) (*View, error) {
	if info.Buf.isNull() {
		return nil, raise(ErrValue, "PyMemoryView_FromBuffer(): info->buf must not be NULL")
	}
	r := new(rootView)
	b := &r.root.buf
	*b = *info
	b.Obj = nil
	if b.NDim == 1 && b.Shape == nil {
		b.Shape = []int{b.Len / max(b.ItemSize, 1)}
	}
	if err := b.check(); err != nil {
		return nil, raise(ErrValue, "PyMemoryView_FromBuffer(): %w", err)
	}
	return r.open()
}

// GetContiguous returns a View of obj whose memory is contiguous in the order C, F,
// or A for either. If it is already, that is the same memory, and nothing is
// copied. Else, if flags is [Read], the items are copied to new memory, in Fortran
// order for F and in C order for C and A, and the View is read-only. It is
// PyMemoryView_GetContiguous.
//
// The error matches [ErrBuffer] if flags is [Write] and the memory is read-only or
// would have to be copied, [ErrValue] if flags or order is something else, or is
// one of [FromObject].
func GetContiguous(obj any, flags Flags, order Order) (*View, error) {
	if flags != Read && flags != Write {
		return nil, raise(ErrValue, "buffertype must be Read or Write, not %#x", int(flags))
	}
	if order != OrderC && order != OrderF && order != OrderA {
		return nil, errOrder
	}
	if v, ok := obj.(*View); ok {
		return v.contiguous(flags, order)
	}
	v, err := FromObject(obj)
	if err != nil {
		return nil, err
	}
	defer v.Release()
	return v.contiguous(flags, order)
}

// contiguous is GetContiguous of a View.
func (v *View) contiguous(flags Flags, order Order) (*View, error) {
	if err := v.enter(); err != nil {
		return nil, err
	}
	defer v.leave()
	switch {
	case flags == Write && v.buf.ReadOnly:
		return nil, raise(ErrBuffer, "underlying buffer is not writable")
	case IsContiguous(&v.buf, order):
		return v.derive(nil)
	case flags == Write:
		return nil, raise(ErrBuffer, "writable contiguous buffer requested for a non-contiguous object.")
	}
	return v.contiguousCopy(order)
}

var errOrder = raise(ErrValue, "order must be 'C', 'F' or 'A'")

// contiguousCopy returns a View of new memory with the items of v.
func (v *View) contiguousCopy(order Order) (*View, error) {
	if order != OrderF {
		order = OrderC
	}
	mem, err := gather(&v.buf, order)
	if err != nil {
		return nil, err
	}
	r := new(rootView)
	b := &r.root.buf
	*b = v.buf
	b.Buf, b.Obj, b.Len, b.ReadOnly = Pointer{Mem: mem}, mem, len(mem), true
	b.Strides, b.Suboffsets = nil, nil
	r.View.init(&r.root, b)
	if order == OrderF {
		FillContiguousStrides(b.Shape, r.View.buf.Strides, b.ItemSize, order)
		r.View.initFlags()
	}
	return &r.View, nil
}

// Check reports whether obj is a View. It is PyMemoryView_Check.
func Check(obj any) bool {
	_, ok := obj.(*View)
	return ok
}

// Buffer returns the View's own buffer, which must not be changed, nor used after
// the View has been released. It is PyMemoryView_GET_BUFFER.
func (v *View) Buffer() *Buffer { return &v.buf }

// Base returns the exporter that the memory belongs to: the first one, also for a
// View made from a View; nil if there is none. It is PyMemoryView_GET_BASE.
func (v *View) Base() any { return v.buf.Obj }

// Released reports whether v has been released.
func (v *View) Released() bool { return v.released() }

// Release ends the use of the memory through v, after waiting for operations in
// progress; the exporter gets its buffer back when the last View of it is released.
// A second call does nothing. The error matches [ErrBuffer] if buffers of v are
// still held.
func (v *View) Release() error {
	ended, err := v.release()
	if ended {
		v.root.drop()
	}
	return err
}

// String describes v in one line, and says whether it has been released.
func (v *View) String() string {
	b := &v.buf
	state := ""
	if v.released() {
		state = "released "
	}
	return fmt.Sprintf("<%smemory of %d bytes, format %s, shape %v, strides %v>", state, b.Len, b.Format, b.Shape, b.Strides)
}

// Enter returns v itself, or the error of a released View. With [View.Release] it
// is Python's with statement.
func (v *View) Enter() (*View, error) {
	if v.released() {
		return nil, errReleased
	}
	return v, nil
}

// GetBuffer makes a View an [Exporter]. The error matches [ErrBuffer] if the flags
// exclude the layout of v, and [ErrValue] if v has been released.
func (v *View) GetBuffer(b *Buffer, flags Flags) error {
	if v.released() {
		return errReleased
	}
	if err := v.buf.refuses(flags, v.c, v.f); err != nil {
		return err
	}
	if err := v.export(); err != nil {
		return err
	}
	*b = v.buf
	b.Obj = v
	b.reduce(flags)
	return nil
}

// ReleaseBuffer makes a View an [Exporter]; consumers call [Buffer.Release].
func (v *View) ReleaseBuffer(*Buffer) { v.unexport() }
