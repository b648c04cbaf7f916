package asmtest

import "iter"

// Reference copies item by item, in C order of the index: the definition of what
// every kernel and plan must do. Both layouts must lie inside their slices.
func Reference(dst, src []byte, itemSize int, shape, dstStrides []int, dstOffset int, srcStrides []int, srcOffset int) {
	if len(shape) == 0 {
		copy(dst[dstOffset:dstOffset+itemSize], src[srcOffset:srcOffset+itemSize])
		return
	}
	for i := range shape[0] {
		Reference(dst, src, itemSize, shape[1:], dstStrides[1:], dstOffset+i*dstStrides[0], srcStrides[1:], srcOffset+i*srcStrides[0])
	}
}

// Offsets yields the byte offset of every item of a layout, in C order.
func Offsets(shape, strides []int, offset int) iter.Seq[int] {
	return func(yield func(int) bool) { offsets(shape, strides, offset, yield) }
}

func offsets(shape, strides []int, offset int, yield func(int) bool) bool {
	if len(shape) == 0 {
		return yield(offset)
	}
	for i := range shape[0] {
		if !offsets(shape[1:], strides[1:], offset+i*strides[0], yield) {
			return false
		}
	}
	return true
}
