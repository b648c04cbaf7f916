package memoryview

// IsContiguous reports whether the memory of b is one block without gaps in the
// order C, F, or A for either; for any other order, and where the fields of b
// disagree, it is false. It is PyBuffer_IsContiguous: buffers with suboffsets never
// are, empty ones always are.
func IsContiguous(b *Buffer, order Order) bool {
	if b.Suboffsets != nil || b.check() != nil {
		return false
	}
	switch order {
	case OrderC:
		return b.isC()
	case OrderF:
		return b.isFortran()
	case OrderA:
		return b.isC() || b.isFortran()
	}
	return false
}

// isC expects a buffer without suboffsets, as isFortran does.
func (b *Buffer) isC() bool {
	if b.Len == 0 || b.Strides == nil {
		return true
	}
	expected := b.ItemSize
	for k := b.NDim - 1; k >= 0; k-- {
		if b.Shape[k] > 1 && b.Strides[k] != expected {
			return false
		}
		expected *= b.Shape[k]
	}
	return true
}

func (b *Buffer) isFortran() bool {
	if b.Len == 0 {
		return true
	}
	if b.Strides == nil {
		long := 0
		for _, n := range b.Shape {
			if n > 1 {
				long++
			}
		}
		return b.NDim <= 1 || long <= 1
	}
	expected := b.ItemSize
	for k, n := range b.Shape {
		if n > 1 && b.Strides[k] != expected {
			return false
		}
		expected *= n
	}
	return true
}

// FillContiguousStrides sets strides to those of a contiguous array of the given
// shape and item size in bytes: in Fortran order if order is F, and else in C
// order. The slices have the same length. It is PyBuffer_FillContiguousStrides.
func FillContiguousStrides(shape, strides []int, itemSize int, order Order) {
	step := itemSize
	if order == OrderF {
		for k, n := range shape {
			strides[k] = step
			step *= n
		}
		return
	}
	for k := len(shape) - 1; k >= 0; k-- {
		strides[k] = step
		step *= shape[k]
	}
}

// GetPointer returns the place of the item with the given indices, one for each
// dimension. It is PyBuffer_GetPointer: the indices are not compared with the
// shape, so the place may lie outside the block. The error matches [ErrBuffer] if
// a pointer on the way lies outside its table or an offset overflows, [ErrType] if the
// number of indices is wrong, and [ErrValue] if the fields of b disagree.
func GetPointer(b *Buffer, indices ...int) (Pointer, error) {
	if err := b.checked(); err != nil {
		return Pointer{}, err
	}
	if len(indices) != b.NDim {
		return Pointer{}, raise(ErrType, "%d indices for %d dimensions", len(indices), b.NDim)
	}
	if b.Strides == nil {
		b = b.complete()
	}
	return b.at(b.Buf, indices)
}

// Bytes returns the memory of the items, which is not copied, of a buffer that is
// contiguous in C or Fortran order: C's view.buf and view.len. It may be written
// unless b.ReadOnly is set, and is valid until b is released. The error matches
// [ErrBuffer] if b is not contiguous or lies outside its block.
func (b *Buffer) Bytes() ([]byte, error) {
	if !IsContiguous(b, OrderA) {
		return nil, raise(ErrBuffer, "memory of shape %v and strides %v is not contiguous", b.Shape, b.Strides)
	}
	return b.Buf.block(b.Len)
}

// at returns the place reached from p by the indices of the first dimensions.
func (b *Buffer) at(p Pointer, indices []int) (Pointer, error) {
	for k, index := range indices {
		var err error
		if p, err = b.step(p, k, index); err != nil {
			return Pointer{}, err
		}
	}
	return p, nil
}

// step returns the place reached from p by the index of dimension k.
func (b *Buffer) step(p Pointer, k, index int) (Pointer, error) {
	offset, ok := addStrides(p.Offset, index, b.Strides[k])
	if !ok {
		return Pointer{}, errOverflows(p.Offset, index, b.Strides[k])
	}
	p.Offset = offset
	if b.Suboffsets != nil && b.Suboffsets[k] >= 0 {
		return p.follow(b.Suboffsets[k])
	}
	return p, nil
}

// itemAt returns the bytes of the item with the given indices.
func (b *Buffer) itemAt(indices []int) ([]byte, error) {
	p, err := b.at(b.Buf, indices)
	if err != nil {
		return nil, err
	}
	return p.item(b.ItemSize)
}

// complete returns b with the fields that are NULL rebuilt: bytes as the format,
// one dimension, C order.
func (b *Buffer) complete() *Buffer {
	full := *b
	if !b.HasFormat() {
		full.Format = "B"
	}
	if full.Shape == nil && full.NDim == 1 {
		full.Shape = []int{full.Len / max(full.ItemSize, 1)}
	}
	if full.Strides == nil && full.NDim > 0 {
		full.Strides = make([]int, full.NDim)
		FillContiguousStrides(full.Shape, full.Strides, full.ItemSize, OrderC)
	}
	return &full
}

// pointerDims returns the number of leading dimensions that must be walked before
// what is left of the array lies in one block.
func (b *Buffer) pointerDims() int {
	for k := len(b.Suboffsets); k > 0; k-- {
		if b.Suboffsets[k-1] >= 0 {
			return k
		}
	}
	return 0
}

// items returns the number of items, and false if their bytes overflow an int.
func (b *Buffer) items() (int, bool) {
	n := 1
	for _, extent := range b.Shape {
		if extent == 0 {
			return 0, true
		}
		if n > maxAlloc/extent {
			n = maxAlloc + 1
		} else {
			n *= extent
		}
	}
	return n, b.ItemSize == 0 || n <= maxAlloc/b.ItemSize
}

// maxAlloc bounds what a copy may allocate: 2 TiB, or 512 MiB on a 32-bit platform.
// Where items lie over each other, as by a stride of 0, a small buffer describes an
// array of any size: then mostRepeated is the bound, 1 GiB.
const (
	maxAlloc     = int(^uint(0) >> (3 + 20*(^uint(0)>>63)))
	mostRepeated = 1 << 30
)

// alloc returns n zero bytes for the items of b, or an error that matches
// [ErrMemory].
func (b *Buffer) alloc(n int) ([]byte, error) {
	if n < 0 || n > maxAlloc || n > mostRepeated && b.repeats(n) {
		return nil, raise(ErrMemory, "%d bytes do not fit memory", n)
	}
	return make([]byte, n), nil
}

// repeats reports whether so many bytes of items are more than the memory that they
// lie in. Of memory behind pointers nothing is known.
func (b *Buffer) repeats(n int) bool { return b.Suboffsets == nil && n > len(b.Buf.Mem) }
