package memoryview

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
)

func TestValues(t *testing.T) {
	b := Buffer{Buf: Pointer{Mem: []byte{0, 1, 'a', 0, 2, 'b', 0, 3, 'c', 0, 4, 'd'}}, Len: 12, ItemSize: 3, NDim: 2, Format: "T{>H:n:1s:s:}", Shape: []int{2, 2}, Strides: []int{3, 6}}
	v, err := FromBuffer(&b)
	if err != nil {
		t.Fatal(err)
	}
	all, err := v.Values()
	if want := "[[[1 [97]] [3 [99]]] [[2 [98]] [4 [100]]]]"; err != nil || fmt.Sprint(all) != want {
		t.Errorf("%v, %v; want %s", all, err, want)
	}
	if one, err := v.Value(-1, 0); err != nil || fmt.Sprint(one) != "[2 [98]]" {
		t.Errorf("%v, %v", one, err)
	}
	for name, c := range map[string]struct {
		indices []int
		want    error
	}{"out": {[]int{0, 2}, ErrIndex}, "few": {[]int{0}, ErrNotImplemented}, "many": {[]int{0, 0, 0}, ErrType}} {
		if got, err := v.Value(c.indices...); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for format, want := range map[string]error{"O": ErrNotImplemented, "y": ErrStruct, "q": ErrStruct, "": nil} {
		wrong := b
		wrong.Format, wrong.EmptyFormat = format, format == ""
		w, err := FromBuffer(&wrong)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Value(0, 0)
		_, err2 := w.Values()
		if !errors.Is(err, want) || !errors.Is(err2, want) {
			t.Errorf("%q: %v, %v", format, err, err2)
		}
	}
	outside := b
	outside.Buf.Offset = 1
	if w, err := FromBuffer(&outside); err == nil {
		_, err := w.Value(1, 1)
		_, err2 := w.Values()
		if !errors.Is(err, ErrBuffer) || !errors.Is(err2, ErrBuffer) {
			t.Errorf("an item outside: %v, %v", err, err2)
		}
	}
	if err := v.Release(); err != nil {
		t.Fatal(err)
	}
	_, err = v.Value(0, 0)
	_, err2 := v.Values()
	if !errors.Is(err, ErrValue) || !errors.Is(err2, ErrValue) {
		t.Errorf("released: %v, %v", err, err2)
	}
}

// TestListsAreBounded makes lists of arrays that describe more of them than they have
// memory, and of ordinary ones.
func TestListsAreBounded(t *testing.T) {
	for _, c := range []struct {
		format         string
		shape, strides []int
		want           error
	}{
		{"B", []int{2000, 2000, 0}, nil, ErrMemory},
		{"B", []int{1 << 20, 1 << 20, 0}, nil, ErrMemory},
		{"B", []int{math.MaxInt / 2, 0}, nil, ErrMemory},
		{"B", []int{1 << 25}, []int{0}, ErrMemory},
		{"B", append([]int{1 << 20}, slices.Repeat([]int{1}, 50)...), make([]int, 51), ErrMemory},
		{"4096B", []int{1 << 20}, []int{0}, ErrMemory},
		{"B", []int{0, math.MaxInt / 2}, nil, nil},
		{"B", []int{1000, 1000, 0}, nil, nil},
		{"d", []int{1000, 1000}, []int{0, 0}, nil},
		{"B", []int{1 << 12, 1, 1}, nil, nil},
	} {
		size, err := SizeOfItem(c.format)
		if err != nil {
			t.Fatal(err)
		}
		l := strided.C(size, c.shape...)
		if c.strides != nil {
			l.Strides = c.strides
		}
		v, err := ArrayView(make([]byte, 4096), c.format, l)
		if err != nil && strconv.IntSize == 32 {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Values(); !errors.Is(err, c.want) {
			t.Errorf("Values of %s, shape %v: %v", c.format, c.shape, err)
		}
		if _, err := v.ToList(); !errors.Is(err, c.want) && len(c.format) == 1 {
			t.Errorf("ToList of %s, shape %v: %v", c.format, c.shape, err)
		}
	}
	rows := Buffer{Buf: Pointer{Table: make([]Pointer, 1)}, ItemSize: 1, NDim: 3, Shape: []int{1 << 20, 1 << 20, 0}, Strides: []int{0, 0, 1}, Suboffsets: []int{-1, 0, -1}}
	v, err := FromBuffer(&rows)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.ToList(); !errors.Is(err, ErrMemory) {
		t.Errorf("rows of nothing: %v", err)
	}
}

func ExampleView_Value() {
	type pixel struct {
		RGB   [3]uint8
		Depth float32
	}
	v, err := Of([]pixel{{[3]uint8{1, 2, 3}, 0.5}, {[3]uint8{4, 5, 6}, 1.5}})
	if err != nil {
		panic(err)
	}
	item, err := v.Value(-1)
	fmt.Println(item, err)
	// Output: [[4 5 6] 1.5] <nil>
}

func ExampleView_Values() {
	file := append(AppendNpyHeader(nil, ">i2", false, []int{2}), 1, 0, 2, 0)
	v, err := FromNpy(file)
	if err != nil {
		panic(err)
	}
	list, err := v.Values()
	fmt.Println(list, err)
	// Output: [256 512] <nil>
}
