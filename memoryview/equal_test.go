package memoryview

import (
	"math"
	"testing"
)

// TestEqEmpty compares arrays without items, of shapes that cannot be walked, by the
// rules of those that can: shapes are equal up to a common 0, and a format that struct
// does not know is unequal even so.
func TestEqEmpty(t *testing.T) {
	view := func(format string, shape ...int) *View {
		v, err := FromBuffer(&Buffer{Buf: Pointer{Mem: []byte{}}, ItemSize: 1, NDim: len(shape), Format: format, Shape: shape, Strides: make([]int, len(shape))})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v := view("B", math.MaxInt, 0, 5)
	for name, c := range map[string]struct {
		w    *View
		want bool
	}{
		"itself":          {v, true},
		"behind the 0":    {view("B", math.MaxInt, 0, 6), true},
		"before the 0":    {view("B", 3, 0, 5), false},
		"no 0":            {view("B", math.MaxInt, 1, 5), false},
		"another type":    {view("<i", math.MaxInt, 0, 5), true},
		"no struct":       {view("T{B:a:}", math.MaxInt, 0, 5), false},
		"another rank":    {view("B", math.MaxInt, 0), false},
		"a longer struct": {view("100s", math.MaxInt, 0, 5), true},
	} {
		if same, err := v.Eq(c.w); err != nil || same != c.want {
			t.Errorf("%s: %t, %v", name, same, err)
		}
	}
}
