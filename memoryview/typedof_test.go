package memoryview

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"unsafe"

	strided "github.com/stridecopy/stridecopy/copy"
)

type (
	ofPoint struct{ X, Y float32 }
	ofMixed struct {
		A   int8
		B   int64
		_   [3]byte
		C   [2][3]complex64
		D   [2]ofPoint
		E   struct{}
		F   [0]*int
		G   bool
		Sub struct {
			H uint16
			I uint8
		}
		_ [5]uint8
	}
	ofNamed uint32
)

func TestOfFormats(t *testing.T) {
	check := func(t *testing.T, typ reflect.Type, want string) {
		t.Helper()
		for range 2 { // derived, and cached
			got, err := formatOf(typ)
			if err != nil || want != "" && got != want {
				t.Errorf("%v: %q, %v; want %q", typ, got, err, want)
			}
			f, err := parseFormat(got)
			if err != nil || f.size != int(typ.Size()) {
				t.Fatalf("%v: %q: %+v, %v; want %d bytes", typ, got, f, err, typ.Size())
			}
			if typ.Kind() == reflect.Struct {
				checkOffsets(t, typ, f.members[0].record)
			}
		}
	}
	word := map[int]string{4: "iI", 8: "qQ"}[int(unsafe.Sizeof(0))]
	for _, c := range []struct {
		typ  reflect.Type
		want string
	}{
		{reflect.TypeFor[bool](), "?"}, {reflect.TypeFor[int8](), "b"}, {reflect.TypeFor[uint8](), "B"}, {reflect.TypeFor[int16](), "h"}, {reflect.TypeFor[uint16](), "H"},
		{reflect.TypeFor[int32](), "i"}, {reflect.TypeFor[ofNamed](), "I"}, {reflect.TypeFor[int64](), "q"}, {reflect.TypeFor[uint64](), "Q"},
		{reflect.TypeFor[int](), word[:1]}, {reflect.TypeFor[uint](), word[1:]}, {reflect.TypeFor[uintptr](), word[1:]},
		{reflect.TypeFor[float32](), "f"}, {reflect.TypeFor[float64](), "d"}, {reflect.TypeFor[complex64](), "Zf"}, {reflect.TypeFor[complex128](), "Zd"},
		{reflect.TypeFor[[3]float32](), "(3)f"}, {reflect.TypeFor[[2][3]ofNamed](), "(2,3)I"},
		{reflect.TypeFor[ofPoint](), "T{=f:X:f:Y:}"}, {reflect.TypeFor[[2]ofPoint](), "(2)T{=f:X:f:Y:}"},
		{reflect.TypeFor[struct {
			A uint8
			B uint16
			_ uint8
		}](), "T{=B:A:xH:B:2x}"},
		{reflect.TypeFor[ofMixed](), ""},
	} {
		check(t, c.typ, c.want)
	}
}

// checkOffsets compares a record with the struct it describes, field by field.
func checkOffsets(t *testing.T, typ reflect.Type, record *format) {
	t.Helper()
	for _, m := range record.members {
		field, ok := typ.FieldByName(m.name)
		if !ok || int(field.Offset) != m.offset || int(field.Type.Size()) != m.total()*m.size {
			t.Errorf("%v: member %+v of field %+v", typ, m, field)
			continue
		}
		if field.Type.Kind() == reflect.Struct {
			checkOffsets(t, field.Type, m.record)
		}
	}
	named := 0
	for i := range typ.NumField() {
		if f := typ.Field(i); f.Name != "_" && f.Type.Size() > 0 {
			named++
		}
	}
	if named != len(record.members) {
		t.Errorf("%v: %d members", typ, len(record.members))
	}
}

func refused[T any](t *testing.T, pointers bool) {
	t.Helper()
	_, err := Of([]T{})
	_, err2 := OfArray(new(T))
	for _, err := range []error{err, err2} {
		if !errors.Is(err, ErrType) || errors.Is(err, strided.ErrPointers) != pointers {
			t.Errorf("%T: %v", *new(T), err)
		}
	}
}

func TestOfRefuses(t *testing.T) {
	refused[string](t, true)
	refused[*int](t, true)
	refused[[]byte](t, true)
	refused[any](t, true)
	refused[error](t, true)
	refused[func()](t, true)
	refused[chan int](t, true)
	refused[map[int]int](t, true)
	refused[unsafe.Pointer](t, true)
	refused[[2]string](t, true)
	refused[struct{ A, B *int }](t, true)
	refused[struct{ A struct{ _ [2][]int } }](t, true)
	refused[struct{}](t, false)
	refused[struct{ _ [0]int }](t, false)
	if _, err := OfArray[int](nil); !errors.Is(err, ErrValue) {
		t.Errorf("nil: %v", err)
	}
}

func TestOf(t *testing.T) {
	points := []ofPoint{{1, 2}, {3, 4}, {5, 6}}
	v, err := Of(points)
	if err != nil {
		t.Fatal(err)
	}
	if base, ok := v.Base().([]ofPoint); !ok || &base[0] != &points[0] || v.buf.ReadOnly || v.buf.ItemSize != 8 || v.buf.Shape[0] != 3 {
		t.Errorf("%+v", v.buf)
	}
	back, err := v.Sub(Slice{Step: -1})
	if err != nil {
		t.Fatal(err)
	}
	reversed := make([]ofPoint, 3)
	w, err := Of(reversed)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Assign(back); err != nil || fmt.Sprint(reversed) != "[{5 6} {3 4} {1 2}]" {
		t.Errorf("%v, %v", reversed, err)
	}
	empty, err := Of([]float32(nil))
	if err != nil || empty.buf.Len != 0 || empty.buf.Shape[0] != 0 {
		t.Errorf("nil slice: %+v, %v", empty, err)
	}
}

func TestOfArray(t *testing.T) {
	a := [2][3]int16{{1, 2, 3}, {4, 5, 6}}
	v, err := OfArray(&a)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.SetItem(Tuple{1, 0}, 40); err != nil || a[1][0] != 40 {
		t.Errorf("%v, %v", a, err)
	}
	list, err := v.ToList()
	if fmt.Sprint(list) != "[[1 2 3] [40 5 6]]" || err != nil {
		t.Errorf("%v, %v", list, err)
	}
	var x float64
	scalar, err := OfArray(&x)
	if err != nil || scalar.buf.NDim != 0 {
		t.Fatal(scalar, err)
	}
	if err := scalar.SetItem(Tuple{}, 2.5); err != nil || x != 2.5 {
		t.Errorf("%v, %v", x, err)
	}
	none, err := OfArray(new([0]int))
	if err != nil || none.buf.Len != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}

func ExampleOf() {
	type pixel struct {
		R, G, B uint8
		Depth   float32
	}
	v, err := Of(make([]pixel, 4))
	if err != nil {
		panic(err)
	}
	fmt.Println(v.Buffer().Format, v.Buffer().Shape, v.Buffer().ItemSize)
	_, err = Of([]string{"a"})
	fmt.Println(errors.Is(err, strided.ErrPointers))
	// Output:
	// T{=B:R:B:G:B:B:xf:Depth:} [4] 8
	// true
}

// The memory of a C array is a slice of what it holds. Here Go plays the part of C.
func ExampleOf_c() {
	c := unsafe.Pointer(&[6]int32{1, 2, 3, 4, 5, 6}) // int *c, of 2 rows and 3 columns

	v, err := Of(unsafe.Slice((*int32)(c), 6))
	if err != nil {
		panic(err)
	}
	m, err := v.CastOrder("i", []int{2, 3}, OrderC)
	if err != nil {
		panic(err)
	}
	columns, err := m.Permute()
	if err != nil {
		panic(err)
	}
	list, err := columns.ToList()
	fmt.Println(list, err)
	// Output: [[1 4] [2 5] [3 6]] <nil>
}

func ExampleOfArray() {
	a := [2][2]uint8{{1, 2}, {3, 4}}
	v, err := OfArray(&a)
	if err != nil {
		panic(err)
	}
	columns, err := v.ToBytes(OrderF)
	fmt.Println(v.Buffer().Shape, columns, err)
	// Output: [2 2] [1 3 2 4] <nil>
}

// TestGridArray compares arrays with their Views, for strides of every sign.
func TestGridArray(t *testing.T) {
	numbers := make([]int32, 60)
	for i := range numbers {
		numbers[i] = int32(i)
	}
	all, err := Of(numbers)
	if err != nil {
		t.Fatal(err)
	}
	if all, err = all.CastOrder("i", []int{3, 4, 5}, OrderC); err != nil {
		t.Fatal(err)
	}
	for _, keys := range [][]any{
		{}, {1}, {Slice{nil, nil, -1}}, {Ellipsis, Slice{3, 0, -2}}, {Slice{nil, nil, -1}, Slice{nil, nil, -3}, Slice{nil, nil, -1}}, {2, 3, 4}, {Slice{1, 1, nil}}, {Slice{2, nil, nil}, NewAxis},
	} {
		v, err := all.Sub(keys...)
		if err != nil {
			t.Fatal(err)
		}
		want, err := v.ToBytes(OrderC)
		if err != nil {
			t.Fatal(err)
		}
		g, err := As[int32](v)
		if err != nil {
			t.Fatal(err)
		}
		a, err := g.Array()
		if err != nil {
			t.Fatal(err)
		}
		c, err := a.Contiguous()
		if err != nil || !bytes.Equal(bytesOf(c.Data), want) || !slices.Equal(c.Shape, g.Shape()) {
			t.Errorf("%v: %+v, %v", keys, a, err)
		}
		if len(a.Data) > 0 && !v.buf.ReadOnly {
			a.Data[a.Offset]++
			if g.buf.Len > 0 && g.At(make([]int, len(a.Shape))...) != a.Data[a.Offset] {
				t.Errorf("%v: the memory is another", keys)
			}
			a.Data[a.Offset]--
		}
		g.Release()
	}
	halves, err := all.CastStrides("i", 0, []int{3}, []int{6})
	if err != nil {
		t.Fatal(err)
	}
	if g, err := As[int32](halves); err == nil || g != nil {
		t.Error("misaligned items are taken")
	}
	halves, err = all.CastStrides("Zf", 0, []int{3}, []int{12})
	if err != nil {
		t.Fatal(err)
	}
	g, err := As[complex64](halves)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := g.Array(); !errors.Is(err, ErrBuffer) {
		t.Errorf("%+v, %v", a, err)
	}
}
