package strided

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// facadeErrors are all that a call may fail with.
var facadeErrors = []error{ErrShape, ErrBounds, ErrOverlap, ErrItemSize, ErrAxes, ErrPattern, ErrTooLarge}

func knownError(t *testing.T, err error) {
	t.Helper()
	if err != nil && !slices.ContainsFunc(facadeErrors, func(want error) bool { return errors.Is(err, want) }) {
		t.Errorf("%v matches no error of the package", err)
	}
}

// FuzzRearrange parses any text. What it accepts and what the reverse pattern makes
// of the result is the source again, unless items were repeated.
func FuzzRearrange(f *testing.F) {
	for _, p := range []string{
		"b (h p) (w q) c -> b (h w) (p q c)", "a b -> b a", "(a b) c -> c (b a)", "a -> a 3", "1 a () -> (a 1)",
		"... a -> a ...", "a ... -> (...) a", "a b", "a (b -> b a", "a -> a)", "a 2 -> a", "a->a", "x_1 Y -> Y x_1",
	} {
		f.Add(p, uint8(2), uint8(3))
	}
	f.Fuzz(func(t *testing.T, pattern string, a, b uint8) {
		view, shape, err := C(1, 2, 2, 2).Rearrange(pattern)
		knownError(t, err)
		if err == nil {
			n, err := C(1, shape...).Len()
			if items, err2 := view.Len(); items != n || err != err2 || view.Check(8) != nil {
				t.Errorf("%q: %v is of shape %v", pattern, view, shape)
			}
		}
		var p program
		if err := p.parse(pattern, noShape); err != nil {
			knownError(t, err)
			if !errors.Is(err, ErrPattern) {
				t.Error(err)
			}
			var rank3 [3]int
			knownError(t, Of(make([]uint8, 8), rank3[:]...).RearrangeFrom(Of(make([]uint8, 8), 2, 2, 2), pattern))
			return
		}
		items, repeats := 1, false
		var sizes []Size
		for i := range p.axes[:p.count] {
			axis := &p.axes[i]
			n := 1 + int(a>>(i%4)&1+b>>(i%5)&1)
			if axis.size != unknown {
				n = axis.size
			} else {
				sizes = append(sizes, Axis(axis.name, n))
			}
			if slices.Contains(p.left.order[:p.left.count], uint8(i)) {
				items *= n
			} else {
				repeats = true
			}
			if items > 1<<12 {
				return
			}
		}
		src, dst := counting(func(i int) uint16 { return uint16(i) }, 0, items), make([]uint16, 1<<16)
		if err := Rearrange(dst, src, pattern, sizes...); err != nil {
			knownError(t, err)
			if !repeats {
				t.Errorf("%q %v: %v", pattern, sizes, err)
			}
			return
		}
		if repeats {
			return
		}
		for i := range len(pattern) - 1 {
			if pattern[i:i+2] == "->" {
				pattern = pattern[i+2:] + " -> " + pattern[:i]
				break
			}
		}
		back := make([]uint16, items)
		if err := Rearrange(back, dst[:items], pattern, sizes...); err != nil || !slices.Equal(back, src) {
			t.Errorf("%q %v: %v, %v", pattern, sizes, back, err)
		}
	})
}

// FuzzArray makes views of any numbers, and copies the items of those that lie in
// their slice.
func FuzzArray(f *testing.F) {
	f.Add([]byte{2, 3, 0, 1, 2, 3}, 0, 3, 1)
	f.Add([]byte{5, 1, 4, 2, 0, 1, 4, 9}, 7, -1, 5)
	f.Add([]byte{}, math.MaxInt, math.MinInt, 1)
	f.Fuzz(func(t *testing.T, ops []byte, offset, stride0, stride1 int) {
		a := Array[int16]{Data: counting(func(i int) int16 { return int16(i) }, 0, 100), Offset: offset}
		if len(ops) >= 2 {
			a.Shape, a.Strides = []int{int(int8(ops[0])), int(ops[1] % 8)}, []int{stride0, stride1}
			ops = ops[2:]
		}
		for len(ops) >= 4 {
			x, y, z := int(int8(ops[1])), int(int8(ops[2])), int(int8(ops[3]))
			var next Array[int16]
			var err error
			switch ops[0] % 9 {
			case 0:
				next, err = a.Permute(x, y)
			case 1:
				next, err = a.Slice(x&1, y, z, stride1)
			case 2:
				next, err = a.Index(x, y)
			case 3:
				next, err = a.Flip(x)
			case 4:
				next, err = a.Broadcast(x, y, z)
			case 5:
				next, err = a.NewAxis(x & 3)
			case 6:
				next, err = a.View(x, y)
			case 7:
				next, err = a.Reshape(-1, x&3)
			case 8:
				next, err = a.Contiguous()
			}
			knownError(t, err)
			if err == nil {
				a = next
			}
			ops = ops[4:]
		}
		l, err := a.Layout()
		knownError(t, err)
		n, lenErr := l.Len()
		if err != nil || lenErr != nil || n > 1<<12 {
			return
		}
		want, err := items(a, n)
		got := make([]int16, n)
		err = errors.Join(err, Of(got, a.Shape...).CopyFrom(a))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%+v: got %v, want %v, %v", a, got, want, err)
		}
	})
}
