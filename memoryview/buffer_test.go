package memoryview

import (
	"errors"
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
