package memoryview

import (
	"errors"
	"fmt"
	"testing"
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
