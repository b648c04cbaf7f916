package strided

import "fmt"

// The functions of this file see the arrays of other libraries as Arrays. They ask
// for methods and fields, not for types, so that no library has to be imported.

// FromMatrix returns the view of a matrix as BLAS libraries have them: Rows x Cols
// items, row i at Data[i*Stride]. gonum's mat.Dense is FromMatrix(m.RawMatrix()),
// and the blas32, cblas64 and cblas128 matrices fit as they are. Items are checked
// to lie inside Data where they are copied. It is safe for concurrent use.
func FromMatrix[T Elem, M ~struct {
	Rows, Cols int
	Data       []T
	Stride     int
}](m M) Array[T] {
	g := struct {
		Rows, Cols int
		Data       []T
		Stride     int
	}(m)
	return Array[T]{Data: g.Data, Shape: []int{g.Rows, g.Cols}, Strides: []int{g.Stride, 1}}
}

// FromTensor returns the view of a tensor that tells its shape and strides in items
// and has its memory as a []T behind an interface, like gorgonia's *tensor.Dense,
// also a sliced or transposed one. The type is given, the rest is inferred:
// FromTensor[float32](t). Errors match [ErrItemSize] where Data is not a []T, which
// for a scalar it is not, and [ErrShape] where strides and shape do not belong
// together; items are checked to lie inside Data where they are copied. It is safe
// for concurrent use while nobody changes the tensor.
func FromTensor[T Elem, S ~[]int](t interface {
	Shape() S
	Strides() []int
	Data() any
}) (Array[T], error) {
	data, ok := t.Data().([]T)
	if !ok {
		return Array[T]{}, fmt.Errorf("%w: the tensor holds %T, not %T", ErrItemSize, t.Data(), data)
	}
	a := Array[T]{Data: data, Shape: t.Shape(), Strides: t.Strides()}
	_, err := a.items()
	return a, err
}

// FromShape returns the view of data as an array in C order whose shape, in items, is
// a list of any integers, like those of onnxruntime_go: FromShape(t.GetData(),
// t.GetShape()). Errors match [ErrShape] for an extent that is negative or does not
// fit an int; that data is long enough is checked where items are copied. It is safe
// for concurrent use.
func FromShape[T Elem, I Integer](data []T, shape []I) (Array[T], error) {
	a := Array[T]{Data: data, Shape: make([]int, len(shape))}
	for axis, n := range shape {
		if a.Shape[axis] = int(n); I(a.Shape[axis]) != n || a.Shape[axis] < 0 {
			return Array[T]{}, fmt.Errorf("%w: axis %d: extent %v", ErrShape, axis, n)
		}
	}
	_, err := a.items()
	return a, err
}

// FromByteStrides returns the view of data as an array whose shape is in items and
// whose strides are in bytes, both lists of any signed integers, like those of
// arrow's tensors: FromByteStrides(t.Float32Values(), t.Shape(), t.Strides()). data
// begins with item (0, 0, ...). Errors match [ErrShape] for an extent that is
// negative or does not fit an int, and [ErrBounds] for a stride that is not a whole
// number of items; items are checked to lie inside data where they are copied. It is
// safe for concurrent use.
func FromByteStrides[T Elem, I ~int | ~int32 | ~int64](data []T, shape, strides []I) (Array[T], error) {
	a, err := FromShape(data, shape)
	if err != nil {
		return Array[T]{}, err
	}
	size := int64(sizeOf[T]())
	a.Strides = make([]int, len(strides))
	for axis, s := range strides {
		items := int64(s) / size
		if a.Strides[axis] = int(items); items*size != int64(s) || int64(a.Strides[axis]) != items {
			return Array[T]{}, fmt.Errorf("%w: axis %d: stride of %d bytes, items of %d", ErrBounds, axis, int64(s), size)
		}
	}
	_, err = a.items()
	return a, err
}
