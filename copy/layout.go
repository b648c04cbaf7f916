package strided

import (
	"fmt"
	"math/bits"
)

// MaxRank is the largest number of axes of a layout, as in the buffer protocol.
const MaxRank = 64

// A Layout says where the items of an N-dimensional array lie in a []byte: item
// (i0, i1, ...) starts at byte Offset + i0*Strides[0] + i1*Strides[1] + ...
//
// A nil Strides means C order without gaps. A Layout holds no memory; functions
// that take a slice with it check that every item lies inside the slice. Layouts
// are values, and the functions of this package never change their slices.
type Layout struct {
	ItemSize int   // bytes of one item, at least 1
	Offset   int   // byte offset of item (0, 0, ...)
	Shape    []int // items along each axis
	Strides  []int // bytes from one item to the next along each axis; nil is C order
}

// C returns the layout of a contiguous array in C order: the last axis varies
// fastest. The shape is in items.
func C(itemSize int, shape ...int) Layout { return Layout{ItemSize: itemSize, Shape: shape} }

// Fortran returns the layout of a contiguous array in Fortran order: the first
// axis varies fastest. The shape is in items.
func Fortran(itemSize int, shape ...int) Layout {
	strides := make([]int, len(shape))
	step := itemSize
	for axis, n := range shape {
		strides[axis] = step
		step = grown(step, n)
	}
	return Layout{ItemSize: itemSize, Shape: shape, Strides: strides}
}

// grown returns the stride beyond an axis of n items of some stride. A product that
// fits no int becomes the largest one, a stride that fits no slice: it must not wrap
// to one that does.
func grown(stride, n int) int {
	product, ok := mul(stride, max(n, 1))
	if !ok {
		return int(maxInt)
	}
	return product
}

// Rank returns the number of axes.
func (l Layout) Rank() int { return len(l.Shape) }

// Len returns the number of items, or an error that matches [ErrShape] where the rank is
// above [MaxRank], an extent is negative, or the number does not fit an int.
func (l Layout) Len() (int, error) { return volume("layout", l.Shape) }

// stride returns the byte step of an axis, which for nil Strides takes a product
// over the axes behind it. The layout must have passed check.
func (l *Layout) stride(axis int) int {
	if l.Strides != nil {
		return l.Strides[axis]
	}
	step := l.ItemSize
	for _, n := range l.Shape[axis+1:] {
		step *= n
	}
	return step
}

// withStrides returns l with its strides written out.
func (l Layout) withStrides() Layout {
	if l.Strides == nil {
		l.Strides = make([]int, len(l.Shape))
		step := l.ItemSize
		for axis := len(l.Shape) - 1; axis >= 0; axis-- {
			l.Strides[axis] = step
			step = grown(step, l.Shape[axis])
		}
	}
	return l
}

// Extent returns the half-open byte interval [lo, hi) that the items of l lie in,
// relative to the start of the slice. It is empty, lo == hi, where an extent is 0.
// The error matches [ErrItemSize], [ErrShape], or [ErrBounds] on overflow.
func (l Layout) Extent() (lo, hi int, err error) { return l.extent("layout") }

// extent is Extent with the name of the argument that error texts begin with.
func (l *Layout) extent(arg string) (lo, hi int, err error) {
	if err := l.checkForm(arg); err != nil {
		return 0, 0, err
	}
	for _, n := range l.Shape {
		if n == 0 {
			return l.Offset, l.Offset, nil
		}
	}
	lo, hi = l.Offset, l.Offset
	step, ok := l.ItemSize, true // running C-order stride
	for axis := len(l.Shape) - 1; axis >= 0; axis-- {
		n, stride := l.Shape[axis], step
		if l.Strides != nil {
			stride = l.Strides[axis]
		} else if step, ok = mul(step, n); !ok {
			return 0, 0, overflow(arg, axis, n, stride)
		}
		span, ok := mul(stride, n-1)
		if !ok {
			return 0, 0, overflow(arg, axis, n, stride)
		}
		if span < 0 {
			lo, ok = add(lo, span)
		} else {
			hi, ok = add(hi, span)
		}
		if !ok {
			return 0, 0, overflow(arg, axis, n, stride)
		}
	}
	if hi, ok = add(hi, l.ItemSize); !ok {
		return 0, 0, fmt.Errorf("%w: %s: offset %d plus item size %d overflows", ErrBounds, arg, l.Offset, l.ItemSize)
	}
	if hi-lo < 0 {
		return 0, 0, fmt.Errorf("%w: %s: from byte %d to byte %d is more than any slice holds", ErrBounds, arg, lo, hi)
	}
	return lo, hi, nil
}

func overflow(arg string, axis, n, stride int) error {
	return fmt.Errorf("%w: %s: axis %d: %d items of stride %d bytes overflow", ErrBounds, arg, axis, n, stride)
}

// checkForm checks everything about l that needs no slice.
func (l *Layout) checkForm(arg string) error {
	if l.ItemSize < 1 {
		return fmt.Errorf("%w: %s: item size %d", ErrItemSize, arg, l.ItemSize)
	}
	if len(l.Shape) > MaxRank {
		return fmt.Errorf("%w: %s: rank %d is above %d", ErrShape, arg, len(l.Shape), MaxRank)
	}
	if l.Strides != nil && len(l.Strides) != len(l.Shape) {
		return fmt.Errorf("%w: %s: %d strides for %d axes", ErrShape, arg, len(l.Strides), len(l.Shape))
	}
	for axis, n := range l.Shape {
		if n < 0 {
			return fmt.Errorf("%w: %s: axis %d: negative extent %d", ErrShape, arg, axis, n)
		}
	}
	return nil
}

// Check reports whether every item of l lies inside a slice of size bytes. An
// array with a 0 in its shape has no items and lies in any slice.
func (l Layout) Check(size int) error { return l.check("layout", size) }

func (l *Layout) check(arg string, size int) error {
	lo, hi, err := l.extent(arg)
	switch {
	case err != nil:
		return err
	case lo == hi:
		return nil
	case lo < 0:
		return fmt.Errorf("%w: %s reaches down to byte %d", ErrBounds, arg, lo)
	case hi > size:
		return fmt.Errorf("%w: %s reaches byte %d of %d", ErrBounds, arg, hi, size)
	}
	return nil
}

// mul returns a*b and whether it fits an int.
func mul(a, b int) (int, bool) {
	hi, lo := bits.Mul(absUint(a), absUint(b))
	if hi != 0 || lo > maxInt {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int(lo), true
	}
	return int(lo), true
}

// add returns a+b and whether it fits an int.
func add(a, b int) (int, bool) {
	sum := a + b
	return sum, (sum > a) == (b > 0)
}

const maxInt = ^uint(0) >> 1

func absUint(a int) uint {
	if a < 0 {
		return -uint(a)
	}
	return uint(a)
}
