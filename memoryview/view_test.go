package memoryview

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// An exporterFunc exports what a function says.
type exporterFunc func(*Buffer) error

func (f exporterFunc) GetBuffer(b *Buffer, _ Flags) error { return f(b) }
func (f exporterFunc) ReleaseBuffer(*Buffer)              {}

func TestMalformedBuffers(t *testing.T) {
	mem := make([]byte, 16)
	for i, b := range []Buffer{
		{NDim: -1}, {NDim: 2}, {NDim: 1, ItemSize: -1}, {NDim: 1, Len: -1},
		{NDim: 1, Shape: []int{1, 2}}, {NDim: 2, Shape: []int{2, -1}, Strides: []int{1, 1}},
		{NDim: 2, Shape: []int{2, 2}, Strides: []int{1}}, {NDim: 1, Shape: []int{2}, Strides: []int{1, 1}},
		{NDim: 2, Shape: []int{1, 1}, Strides: []int{8, 1}, Suboffsets: []int{0}},
		{NDim: 1, Shape: []int{1}, Suboffsets: []int{-1, 0}}, {NDim: 1 << 20, Shape: []int{}},
	} {
		b.Buf.Mem = mem
		if _, err := FromObject(exporterFunc(func(out *Buffer) error { *out = b; return nil })); !errors.Is(err, ErrSystem) {
			t.Errorf("%d: FromObject: %v", i, err)
		}
		if _, err := FromBuffer(&b); !errors.Is(err, ErrValue) {
			t.Errorf("%d: FromBuffer: %v", i, err)
		}
		if IsContiguous(&b, OrderA) {
			t.Errorf("%d: contiguous", i)
		}
		if _, err := GetPointer(&b); !errors.Is(err, ErrValue) {
			t.Errorf("%d: GetPointer: %v", i, err)
		}
		if err := ToContiguous(nil, &b, OrderC); !errors.Is(err, ErrValue) {
			t.Errorf("%d: ToContiguous: %v", i, err)
		}
		if err := FromContiguous(&b, nil, OrderC); !errors.Is(err, ErrValue) {
			t.Errorf("%d: FromContiguous: %v", i, err)
		}
	}
}

// TestOutsideBlock uses buffers whose items do not lie in their block: every use is
// an error, and nothing is written.
func TestOutsideBlock(t *testing.T) {
	mem := []byte{1, 2, 3, 4, 5, 6, 7, 8}
	table := []Pointer{{Mem: mem}, {Mem: mem[:2]}}
	for i, b := range []Buffer{
		{Buf: Pointer{Mem: mem}, Len: 9, ItemSize: 1, NDim: 1, Shape: []int{9}, Strides: []int{1}},
		{Buf: Pointer{Mem: mem}, Len: 8, ItemSize: 1, NDim: 1, Shape: []int{8}, Strides: []int{2}},
		{Buf: Pointer{Mem: mem}, Len: 4, ItemSize: 1, NDim: 1, Shape: []int{4}, Strides: []int{-1}},
		{Buf: Pointer{Mem: mem, Offset: 8}, Len: 1, ItemSize: 1, NDim: 0},
		{Buf: Pointer{Mem: mem}, Len: 8, ItemSize: 1, NDim: 2, Shape: []int{2, 4}, Strides: []int{8, 1}, Suboffsets: []int{0, -1}},
		{Buf: Pointer{Table: table}, Len: 8, ItemSize: 1, NDim: 2, Shape: []int{2, 4}, Strides: []int{8, 1}, Suboffsets: []int{0, -1}},
		{Buf: Pointer{Table: table}, Len: 12, ItemSize: 1, NDim: 2, Shape: []int{3, 4}, Strides: []int{8, 1}, Suboffsets: []int{0, -1}},
		{Buf: Pointer{Table: table}, Len: 8, ItemSize: 1, NDim: 2, Shape: []int{2, 4}, Strides: []int{4, 1}, Suboffsets: []int{0, -1}},
	} {
		v, err := FromBuffer(&b)
		if err != nil {
			t.Fatal(i, err)
		}
		var errs []error
		_, err = v.ToBytes(OrderC)
		errs = append(errs, err)
		_, err = v.ToBytes(OrderF)
		errs = append(errs, err)
		_, err = v.ToList()
		errs = append(errs, err)
		errs = append(errs, FromContiguous(&v.buf, make([]byte, b.Len), OrderC))
		errs = append(errs, FromContiguous(&v.buf, make([]byte, b.Len), OrderF))
		dense, err := FromMemory(make([]byte, max(b.Len, 1)), Write).CastOrder("B", v.buf.Shape, OrderC)
		if err != nil {
			t.Fatal(i, err)
		}
		errs = append(errs, v.Assign(dense))
		for k, err := range errs {
			if !errors.Is(err, ErrBuffer) {
				t.Errorf("%d: use %d: %v", i, k, err)
			}
		}
		if !bytes.Equal(mem, []byte{1, 2, 3, 4, 5, 6, 7, 8}) {
			t.Fatalf("%d: written: %v", i, mem)
		}
	}
}

// TestInconsistentLen: FromBuffer keeps a wrong Len, which no copy may believe.
func TestInconsistentLen(t *testing.T) {
	mem := []byte{1, 2, 3, 4, 5, 6, 7, 8}
	for _, n := range []int{0, 3, 4, 5, 8, 9, 1000} {
		v, err := FromBuffer(&Buffer{Buf: Pointer{Mem: mem}, Len: n, ItemSize: 1, NDim: 1, Shape: []int{4}, Strides: []int{2}, Format: "B"})
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.ToBytes(OrderC)
		if (err == nil) != (n == 0 || n >= 4) || err == nil && len(got) != n {
			t.Errorf("len %d: %v, %v", n, got, err)
		}
		s, err := v.GetItem(Slice{})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.(*View).Buffer().Len; got != 4 {
			t.Errorf("len %d: a slice has %d bytes", n, got)
		}
		if g, err := As[uint8](v); err != nil {
			t.Error(err)
		} else if _, ok := g.Slice(); ok {
			t.Errorf("len %d: contiguous", n)
		}
	}
}

// deepView is a View of 2 x 3 x 4 uint16 through two tables of pointers, and the
// same items in one block.
func deepView(t *testing.T) (deep, flat *View) {
	mem := make([]byte, 48)
	for i := range mem {
		mem[i] = byte(i)
	}
	var top []Pointer
	for i := range 2 {
		table := make([]Pointer, 3)
		for j := range table {
			row := mem[(i*3+j)*8:][:8:8]
			table[j] = Pointer{Mem: append([]byte{0xee, 0xee}, row...)}
		}
		top = append(top, Pointer{Table: table})
	}
	deep, err := FromBuffer(&Buffer{
		Buf: Pointer{Table: top}, Len: 48, ItemSize: 2, NDim: 3, Format: "H",
		Shape: []int{2, 3, 4}, Strides: []int{8, 8, 2}, Suboffsets: []int{0, 2, -1},
	})
	if err != nil {
		t.Fatal(err)
	}
	flat, err = FromMemory(mem, Read).Cast("H", []int{2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	return deep, flat
}

// TestDeepPointers takes the same parts of both, in every way that there is.
func TestDeepPointers(t *testing.T) {
	deep, flat := deepView(t)
	keys := []any{0, -1, Slice{}, Slice{Step: -1}, Slice{1, nil, nil}, Slice{0, 0, nil}}
	done := 0
	for _, a := range keys {
		for _, b := range keys {
			for _, c := range keys {
				want, err := flat.Sub(a, b, c)
				if err != nil {
					t.Fatal(err)
				}
				got, err := deep.Sub(a, b, c)
				if errors.Is(err, ErrNotImplemented) {
					continue
				}
				if err != nil {
					t.Fatal(a, b, c, err)
				}
				if same, err := got.Eq(want); !same || err != nil {
					t.Errorf("%v %v %v: %v", a, b, c, err)
				}
				for _, order := range []Order{OrderC, OrderF, OrderA} {
					x, err := got.ToBytes(order)
					if order == OrderA {
						order = OrderC
					}
					y, _ := want.ToBytes(order)
					if err != nil || !bytes.Equal(x, y) {
						t.Errorf("%v %v %v in order %s: %v", a, b, c, order, err)
					}
				}
				done++
			}
		}
	}
	if done < 150 {
		t.Errorf("only %d parts can be described", done)
	}
}

func TestPermutePointers(t *testing.T) {
	rows, err := FromRows([][]int32{{1, 2, 3}, {4, 5, 6}})
	if err != nil {
		t.Fatal(err)
	}
	v, _ := FromObject(rows)
	if _, err := v.Permute(); !errors.Is(err, ErrNotImplemented) {
		t.Error(err)
	}
	w, err := v.Sub(Slice{}, NewAxis, Slice{})
	if err != nil {
		t.Fatal(err)
	}
	x, err := w.Permute(0, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	list, err := x.ToList()
	if got := fmt.Sprint(list, err); got != "[[[1] [2] [3]] [[4] [5] [6]]] <nil>" {
		t.Error(got)
	}
	for _, axes := range [][]int{{0}, {0, 0}, {1, 2}, {-1, 0}, {0, 1, 2}} {
		if _, err := v.Permute(axes...); !errors.Is(err, ErrValue) {
			t.Errorf("axes %v: %v", axes, err)
		}
	}
}

func TestFromRowsErrors(t *testing.T) {
	if _, err := FromRows([][]int8{{1}, {1, 2}}); !errors.Is(err, ErrValue) {
		t.Error(err)
	}
	if _, err := FromRows([][]*int{}); !errors.Is(err, ErrType) {
		t.Error(err)
	}
	type pixel struct {
		R, G, B uint8
	}
	r, err := FromRows([][]pixel{{{1, 2, 3}, {4, 5, 6}}, {{7, 8, 9}, {10, 11, 12}}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := FromObject(r)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.ToBytes(OrderF); err != nil || !bytes.Equal(got, []byte{1, 2, 3, 7, 8, 9, 4, 5, 6, 10, 11, 12}) {
		t.Errorf("%v: %v, %v", v, got, err)
	}
	for _, rows := range [][][]int8{nil, {{}, {}}, {nil}} {
		r, err := FromRows(rows)
		if err != nil {
			t.Fatal(err)
		}
		v, err := FromObject(r)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := v.ToBytes(OrderC); len(b) != 0 || err != nil {
			t.Error(b, err)
		}
	}
}

func TestTypedRefusals(t *testing.T) {
	mem := make([]byte, 64)
	view := func(format string, offset int, strides ...int) *View {
		size, err := SizeFromFormat(format)
		if err != nil {
			t.Fatal(err)
		}
		shape := slices.Repeat([]int{2}, len(strides))
		v, err := FromBuffer(&Buffer{
			Buf: Pointer{Mem: mem, Offset: offset}, Len: size << len(strides), ItemSize: size, NDim: len(strides),
			Format: format, Shape: shape, Strides: strides,
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		v    *View
		want error
	}{
		{view("i", 0, 8), nil}, {view("@i", 4, 16, -4), nil}, {view("I", 0, 4), ErrType}, {view("f", 0, 4), ErrType},
		{view("<i", 0, 4), ErrType}, {view("h", 0, 4), ErrType}, {view("i", 2, 4), ErrBuffer}, {view("i", 0, 6), ErrBuffer},
		{view("i", 0, 64), ErrBuffer},
	} {
		g, err := As[int32](c.v)
		if c.want == nil && err != nil || !errors.Is(err, c.want) {
			t.Errorf("%v: %v", c.v, err)
		}
		if err == nil {
			g.Release()
		}
		if err := c.v.Release(); err != nil {
			t.Errorf("%v: %v", c.v, err)
		}
	}
	if _, err := As[bool](FromMemory(mem, Read)); !errors.Is(err, ErrType) {
		t.Error(err)
	}
	if g, err := As[uint64](view("P", 0, 8)); err != nil || g.At(0) != 0 {
		t.Error(err)
	}
}

func TestSubErrors(t *testing.T) {
	v, err := FromMemory(make([]byte, 12), Read).Cast("B", []int{3, 4})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		keys []any
		want error
		text string
	}{
		{[]any{3}, ErrIndex, "dimension 1"}, {[]any{0, -5}, ErrIndex, "dimension 2"}, {[]any{0, 0, 0}, ErrIndex, "too many"},
		{[]any{Ellipsis, Ellipsis}, ErrIndex, "single ellipsis"}, {[]any{1.5}, ErrType, "float"},
		{[]any{Slice{Step: 0}}, ErrValue, "zero"}, {[]any{Slice{Start: "a"}}, ErrType, "slice indices"},
		{slices.Repeat([]any{NewAxis}, 63), ErrValue, "64"},
	} {
		if _, err := v.Sub(c.keys...); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%v: %v", c.keys, err)
		}
	}
}

// TestSelfOverlap writes to a View whose items share memory: the last one wins.
func TestSelfOverlap(t *testing.T) {
	mem := make([]byte, 4)
	v, err := FromMemory(mem, Write).CastStrides("B", 0, []int{2, 3}, []int{1, 1})
	if err != nil {
		t.Fatal(err)
	}
	src, _ := FromMemory([]byte{1, 2, 3, 4, 5, 6}, Read).Cast("B", []int{2, 3})
	if err := v.Assign(src); err != nil || !bytes.Equal(mem, []byte{1, 4, 5, 6}) {
		t.Error(mem, err)
	}
	clear(mem)
	if err := FromContiguous(v.Buffer(), []byte{1, 2, 3, 4, 5, 6}, OrderF); err != nil || !bytes.Equal(mem, []byte{1, 3, 5, 6}) {
		t.Error(mem, err)
	}
}

// TestTooLarge copies arrays of which a few bytes are repeated to more than any memory.
func TestTooLarge(t *testing.T) {
	for _, c := range [][2][]int{
		{{1 << 30, 2}, {0, 1}},
		{{1 << 16, 1 << 15}, {0, 0}},
		{{math.MaxInt32, 64, 64}, {0, 0, 1}},
	} {
		v, err := FromMemory(make([]byte, 64), Read).CastStrides("B", 0, c[0], c[1])
		if err != nil {
			continue // on 32 bits
		}
		if _, err := v.ToBytes(OrderC); !errors.Is(err, ErrMemory) {
			t.Errorf("bytes of shape %v: %v", c[0], err)
		}
		if _, err := v.ToList(); !errors.Is(err, ErrMemory) {
			t.Errorf("a list of shape %v: %v", c[0], err)
		}
		if _, err := GetContiguous(v, Read, OrderC); !errors.Is(err, ErrMemory) {
			t.Errorf("contiguous of shape %v: %v", c[0], err)
		}
	}
}
