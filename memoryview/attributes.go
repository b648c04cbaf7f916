package memoryview

import "slices"

// The attributes of a memoryview, each with the error of a released View;
// [View.Buffer] has most of them without one.

// attribute returns the result of get unless v has been released.
func attribute[T any](v *View, get func(*View) T) (T, error) {
	if v.released() {
		var zero T
		return zero, errReleased
	}
	return get(v), nil
}

// Obj returns the exporter that the memory belongs to, nil if there is none.
func (v *View) Obj() (any, error) { return attribute(v, (*View).Base) }

// NBytes returns the bytes of all items: the size of a contiguous copy.
func (v *View) NBytes() (int, error) { return attribute(v, func(v *View) int { return v.buf.Len }) }

// ReadOnly reports whether the memory must not be written through v.
func (v *View) ReadOnly() (bool, error) {
	return attribute(v, func(v *View) bool { return v.buf.ReadOnly })
}

// Format returns the format of an item.
func (v *View) Format() (string, error) {
	return attribute(v, func(v *View) string { return v.buf.Format })
}

// ItemSize returns the bytes of an item.
func (v *View) ItemSize() (int, error) {
	return attribute(v, func(v *View) int { return v.buf.ItemSize })
}

// NDim returns the number of dimensions.
func (v *View) NDim() (int, error) { return attribute(v, func(v *View) int { return v.buf.NDim }) }

// Shape returns the items along each dimension.
func (v *View) Shape() ([]int, error) {
	return attribute(v, func(v *View) []int { return slices.Clone(v.buf.Shape) })
}

// Strides returns the bytes from item to item along each dimension.
func (v *View) Strides() ([]int, error) {
	return attribute(v, func(v *View) []int { return slices.Clone(v.buf.Strides) })
}

// Suboffsets returns the suboffset in bytes of each dimension, nil if there are no
// pointers.
func (v *View) Suboffsets() ([]int, error) {
	return attribute(v, func(v *View) []int { return slices.Clone(v.buf.Suboffsets) })
}

// CContiguous reports whether the memory is contiguous in C order.
func (v *View) CContiguous() (bool, error) { return attribute(v, func(v *View) bool { return v.c }) }

// FContiguous reports whether the memory is contiguous in Fortran order.
func (v *View) FContiguous() (bool, error) { return attribute(v, func(v *View) bool { return v.f }) }

// Contiguous reports whether the memory is contiguous in C or Fortran order.
func (v *View) Contiguous() (bool, error) {
	return attribute(v, func(v *View) bool { return v.c || v.f })
}
