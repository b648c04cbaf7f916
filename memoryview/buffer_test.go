package memoryview

import (
	"errors"
	"math"
	"strconv"
	"testing"
)

func TestBufferBytes(t *testing.T) {
	mem := []byte("0123456789")
	for name, c := range map[string]struct {
		b    Buffer
		want string
		err  error
	}{
		"a part":       {Buffer{Buf: Pointer{Mem: mem, Offset: 2}, Len: 4, ItemSize: 2, NDim: 1, Shape: []int{2}, Strides: []int{2}}, "2345", nil},
		"Fortran":      {Buffer{Buf: Pointer{Mem: mem}, Len: 6, ItemSize: 1, NDim: 2, Shape: []int{2, 3}, Strides: []int{1, 2}}, "012345", nil},
		"NULL strides": {Buffer{Buf: Pointer{Mem: mem}, Len: 10, ItemSize: 1, NDim: 1}, "0123456789", nil},
		"empty":        {Buffer{Buf: Pointer{Mem: mem, Offset: -1}, ItemSize: 1, NDim: 1, Shape: []int{0}, Strides: []int{-1}}, "", nil},
		"gaps":         {Buffer{Buf: Pointer{Mem: mem}, Len: 2, ItemSize: 1, NDim: 1, Shape: []int{2}, Strides: []int{2}}, "", ErrBuffer},
		"pointers":     {Buffer{Buf: Pointer{Table: make([]Pointer, 1)}, Len: 1, ItemSize: 1, NDim: 1, Shape: []int{1}, Strides: []int{8}, Suboffsets: []int{0}}, "", ErrBuffer},
		"outside":      {Buffer{Buf: Pointer{Mem: mem, Offset: 8}, Len: 3, ItemSize: 1, NDim: 1, Shape: []int{3}, Strides: []int{1}}, "", ErrBuffer},
		"malformed":    {Buffer{Buf: Pointer{Mem: mem}, Len: 1, ItemSize: 1, NDim: 2, Shape: []int{1}}, "", ErrBuffer},
	} {
		if got, err := c.b.Bytes(); string(got) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestOffsetsOverflow reads items of wrong buffers whose places, computed modulo 2^64,
// would be those of other items.
func TestOffsetsOverflow(t *testing.T) {
	const quarter = 1 << (strconv.IntSize - 2)
	mem := []byte("abcd")
	apart := Buffer{Buf: Pointer{Mem: mem}, Len: 5, ItemSize: 1, NDim: 1, Format: "B", Shape: []int{5}, Strides: []int{quarter}}
	far := Buffer{Buf: Pointer{Table: []Pointer{{Mem: mem, Offset: math.MinInt + 2}}}, Len: 5, ItemSize: 1, NDim: 2, Format: "B", Shape: []int{1, 5}, Strides: []int{PointerSize, -quarter}, Suboffsets: []int{0, -1}}
	behind := far
	behind.Buf = Pointer{Table: []Pointer{{Mem: mem, Offset: math.MaxInt}}}
	behind.Strides, behind.Suboffsets = []int{PointerSize, quarter}, []int{math.MaxInt, -1}
	for name, b := range map[string]*Buffer{"strides": &apart, "strides behind a pointer": &far, "suboffsets": &behind} {
		v, err := FromBuffer(b)
		if err != nil {
			t.Fatal(err)
		}
		last := make([]int, b.NDim)
		last[b.NDim-1] = 4
		keys := make([]any, b.NDim)
		for k, i := range last {
			keys[k] = Slice{Start: i}
		}
		s, err := NewStream(v, OrderC)
		if err != nil {
			t.Fatal(err)
		}
		for use, f := range map[string]func() error{
			"GetPointer": func() error { _, err := GetPointer(b, last...); return err },
			"At":         func() error { _, err := v.At(last...); return err },
			"Value":      func() error { _, err := v.Value(last...); return err },
			"SetAt":      func() error { return v.SetAt(1, last...) },
			"ToBytes":    func() error { _, err := v.ToBytes(OrderC); return err },
			"ToList":     func() error { _, err := v.ToList(); return err },
			"ReadAt":     func() error { _, err := s.ReadAt(make([]byte, 1), 4); return err },
			"Sub": func() error {
				w, err := v.Sub(keys...)
				if err == nil {
					_, err = w.ToBytes(OrderC)
				}
				return err
			},
		} {
			if err := f(); !errors.Is(err, ErrBuffer) {
				t.Errorf("%s: %s: %v", name, use, err)
			}
		}
	}
	v, err := FromBuffer(&apart)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Slice{{Start: 4}, {Step: 4}} {
		if w, err := v.GetItem(s); !errors.Is(err, ErrBuffer) {
			t.Errorf("GetItem(%v): %v, %v", s, w, err)
		}
		if w, err := v.Sub(s); !errors.Is(err, ErrBuffer) {
			t.Errorf("Sub(%v): %v, %v", s, w, err)
		}
	}
	none, err := v.GetItem(Slice{Start: 5})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := none.(*View).ToBytes(OrderC); err != nil || len(b) != 0 {
		t.Errorf("no items: %q, %v", b, err)
	}
	if _, err := v.Sub(Slice{Start: 5}); err != nil {
		t.Errorf("no items: %v", err)
	}
}
