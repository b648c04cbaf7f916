package strided

import (
	"fmt"
	"unsafe"
)

// Elem is the set of element types of the typed functions: fixed-size numbers and
// booleans, which never hold pointers. For structs and arrays of them use a
// [Layout] with the item size of the struct.
type Elem interface {
	~bool | ~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr |
		~float32 | ~float64 | ~complex64 | ~complex128
}

// Bytes returns the memory of s as bytes, without a copy: len(s) items of the
// element size. Writes through either are seen by both.
func Bytes[T Elem](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
}

func sizeOf[T Elem]() int {
	var zero T
	return int(unsafe.Sizeof(zero))
}

// Permute writes src, an array of the given shape in C order, to dst with its axes
// permuted: axis k of the result is axis axes[k] of src, as in NumPy's transpose.
// Without axes their order is reversed. Both slices need at least as many elements
// as the shape has. Errors match [ErrAxes], [ErrShape] and [ErrBounds].
func Permute[T Elem](dst, src []T, shape []int, axes ...int) error {
	from := Layout{ItemSize: sizeOf[T](), Shape: shape}
	if _, _, err := from.extent("src"); err != nil {
		return err
	}
	rank := len(shape)
	var inline [3 * inlineLoops]int
	room := inline[:]
	if rank > inlineLoops {
		room = make([]int, 3*rank)
	}
	extents, strides, reversed := room[:rank], room[rank:2*rank], room[2*rank:3*rank]
	if len(axes) == 0 {
		for k := range rank {
			reversed[k] = rank - 1 - k
		}
		axes = reversed
	}
	if err := checkAxes(axes, rank); err != nil {
		return err
	}
	for k, axis := range axes {
		extents[k], strides[k] = shape[axis], from.stride(axis)
	}
	view := Layout{ItemSize: from.ItemSize, Shape: extents, Strides: strides}
	return Gather(Bytes(dst), Bytes(src), view)
}

// Transpose writes the transpose of src, a matrix of rows x cols elements in C
// order, to dst, which becomes cols x rows in C order. dst and src may be the same
// slice. Errors match [ErrShape] and [ErrBounds].
func Transpose[T Elem](dst, src []T, rows, cols int) error {
	size := sizeOf[T]()
	if min(rows, cols) == 0 || transposeTiny(dst, src, rows, cols) {
		return nil
	}
	rowBytes, ok := mul(cols, size)
	colBytes, ok2 := mul(rows, size)
	if !ok || !ok2 {
		return fmt.Errorf("%w: %d rows of %d columns overflow", ErrShape, rows, cols)
	}
	shape := [2]int{cols, rows}
	to, from := [2]int{colBytes, size}, [2]int{size, rowBytes}
	return Copy(Bytes(dst), Layout{ItemSize: size, Shape: shape[:], Strides: to[:]},
		Bytes(src), Layout{ItemSize: size, Shape: shape[:], Strides: from[:]})
}

// loopItems is the number of elements from which a loop over them takes longer than it
// does to find the plan of a copy that came before.
const loopItems = 200

// transposeTiny does a transpose of a few elements without any planning, and reports
// whether it has; it leaves everything unusual to Copy.
func transposeTiny[T Elem](dst, src []T, rows, cols int) bool {
	if uint(rows-1) >= loopItems || uint(cols-1) >= loopItems {
		return false
	}
	n, size := rows*cols, sizeOf[T]()
	if n > loopItems || n > len(src) || n > len(dst) {
		return false
	}
	to, from := Bytes(dst[:n]), Bytes(src[:n])
	if _, shared := sameMemory(to, from); shared {
		return false
	}
	out := unsafe.Pointer(unsafe.SliceData(dst))
	for r := range rows {
		at := r * size
		for _, v := range src[r*cols : r*cols+cols] {
			*(*T)(unsafe.Add(out, at)) = v
			at += rows * size
		}
	}
	return true
}

// Contiguous returns a new slice that holds, in C order, the elements
// src[offset + i0*strides[0] + i1*strides[1] + ...]. The offset and the strides are
// in elements. Errors match [ErrShape] and [ErrBounds], and [ErrTooLarge] for a
// result larger than src and 1 GiB: by a stride of 0 a short slice can ask for any
// amount of memory. [Gather] writes such a result to a slice of the caller's.
func Contiguous[T Elem](src []T, offset int, shape, strides []int) ([]T, error) {
	size := sizeOf[T]()
	view := Layout{ItemSize: size, Shape: shape, Strides: make([]int, len(strides))}
	ok := true
	if view.Offset, ok = mul(offset, size); !ok {
		return nil, fmt.Errorf("%w: src: offset of %d elements overflows", ErrBounds, offset)
	}
	for axis, s := range strides {
		if view.Strides[axis], ok = mul(s, size); !ok {
			return nil, fmt.Errorf("%w: src: axis %d: stride of %d elements overflows", ErrBounds, axis, s)
		}
	}
	if err := view.check("src", len(src)*size); err != nil {
		return nil, err
	}
	n, err := view.Len()
	if err != nil {
		return nil, err
	}
	if bytes, ok := mul(n, size); !ok || bytes > max(len(src)*size, mostRepeated) {
		return nil, fmt.Errorf("%w: %d elements out of %d", ErrTooLarge, n, len(src))
	}
	dst := make([]T, n)
	return dst, Gather(Bytes(dst), Bytes(src), view)
}

// mostRepeated bounds, in bytes, a new slice that is larger than what it is made of.
const mostRepeated = 1 << 30
