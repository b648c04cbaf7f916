package memoryview

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func TestAsNativeFormat(t *testing.T) {
	asLittleEndian(t)
	for from, want := range map[string]string{
		">f": "f", "<f": "f", "@f": "f", "f": "f", ">l": "i", "l": "l", "@n": "n", ">L": "I", "P": "P", ">q": "q", ">3w": "3w", ">2u": "2u", "5s": "5s", ">Zd": "Zd", "Zf": "Zf",
		">?": "?", "4x": "4x", "x": "x", "": "", ">hh": "=hh", "l:a:": "=q:a:", "2N": "=2Q", ">2h": "=2h", "bl": "=b7xq", "(2,3)>h": "=(2,3)h", "h3x": "=h3x", "T{}": "=T{}",
		"T{>h:a:@T{lb}:b:}:c:": "=T{h:a:6xT{qb7x}:b:}:c:", ">T{i:a:2x(3)2H:b:}": "=T{i:a:2x(3)2H:b:}",
	} {
		f, err := parseFormat(from)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.native(); got != want {
			t.Errorf("%q: %q, want %q", from, got, want)
		}
		g, err := parseFormat(f.native())
		if err != nil || g.size != f.size || len(g.swaps(nil, swap{}, hostOrder)) > 0 {
			t.Errorf("%q became %q: %+v, %v", from, f.native(), g, err)
		}
	}
}

// Items read in one byte order and after AsNative have the same values.
func TestAsNative(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	formats := []string{
		">f", "<f", "f", ">h", "<h", ">q", "<Zd", ">Zf", ">3w", "<2u", ">B", "5s", ">?h", "(2,3)>h", "(2)<2i", "T{>h:a:(2)T{<d:x:B:y:>3H:z:}:b:}", "(2)T{(3)T{>h}(2)<h}", ">i4x", "0s>h",
	}
	for _, machine := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		saved := hostOrder
		hostOrder = machine
		for _, format := range formats {
			f, err := parseFormat(format)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 30 {
				v := randomView(t, r, i%3 == 0)
				size := v.buf.ItemSize
				for k := range v.buf.Strides { // the same layout with larger items
					if v.buf.Suboffsets == nil || v.buf.Suboffsets[k] < 0 {
						v.buf.Strides[k] *= f.size
					} else {
						v.buf.Suboffsets[k] *= f.size
						for i := range v.buf.Buf.Table {
							p := &v.buf.Buf.Table[i]
							p.Offset *= f.size
							p.Mem = slices.Repeat(p.Mem, f.size)
						}
					}
				}
				if v.buf.Buf.Mem != nil {
					v.buf.Buf.Offset *= f.size
					v.buf.Buf.Mem = slices.Repeat(v.buf.Buf.Mem, f.size)
				}
				v.buf.ItemSize, v.buf.Format, v.buf.Len = f.size, format, v.buf.Len/size*f.size
				v.initFlags()
				checkAsNative(t, v, f)
			}
		}
		hostOrder = saved
	}
}

func checkAsNative(t *testing.T, v *View, f *format) {
	t.Helper()
	w, err := v.AsNative()
	if err != nil {
		t.Fatalf("%q, %v: %v", v.buf.Format, v.buf.Shape, err)
	}
	g, err := parseFormat(w.buf.Format)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v.buf.Shape, w.buf.Shape) || g.size != f.size || w.buf.ItemSize != f.size {
		t.Fatalf("%+v became %+v", v.buf, w.buf)
	}
	if len(f.swaps(nil, swap{}, hostOrder)) > 0 && (w.buf.ReadOnly || !w.c && w.buf.Len > 0) {
		t.Errorf("the copy of %+v is %+v", v.buf, w.buf)
	}
	if slices.Contains(v.buf.Shape, 0) {
		return
	}
	if err := eachIndex(v.buf.Shape, func(index []int) error {
		return sameValue(&v.buf, f, &w.buf, g, index)
	}); err != nil {
		t.Fatalf("%q, %v: %v", v.buf.Format, v.buf.Shape, err)
	}
}

func sameValue(a *Buffer, f *format, b *Buffer, g *format, index []int) error {
	var values [2]any
	for i, side := range []struct {
		b *Buffer
		f *format
	}{{a, f}, {b, g}} {
		p, err := GetPointer(side.b, index...)
		if err != nil {
			return err
		}
		item, err := p.item(side.b.ItemSize)
		if err != nil {
			return err
		}
		if values[i], err = side.f.unpack(item); err != nil {
			return err
		}
	}
	if fmt.Sprintf("%#v", values[0]) != fmt.Sprintf("%#v", values[1]) { // NaN prints as NaN
		return fmt.Errorf("item %v: %#v became %#v", index, values[0], values[1])
	}
	return nil
}

func TestAsNativeErrors(t *testing.T) {
	for format, want := range map[string]error{"y": ErrStruct, "O": ErrNotImplemented, "i": ErrValue} {
		v, err := FromBuffer(&Buffer{Buf: Pointer{Mem: make([]byte, 8)}, Len: 8, ItemSize: 8, Format: format})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.AsNative(); !errors.Is(err, want) {
			t.Errorf("%q: %v", format, err)
		}
	}
	swapped := ">q"
	if nativeOrder == '>' {
		swapped = "<q"
	}
	for _, format := range []string{swapped, "q"} {
		v, err := FromBuffer(&Buffer{Buf: Pointer{Mem: make([]byte, 8)}, Len: 8, ItemSize: 8, Format: format})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Release(); err != nil {
			t.Fatal(err)
		}
		if _, err := v.AsNative(); !errors.Is(err, ErrValue) {
			t.Errorf("%q, released: %v", format, err)
		}
	}
	outside, err := FromBuffer(&Buffer{Buf: Pointer{Mem: make([]byte, 7)}, Len: 8, ItemSize: 8, Format: swapped})
	if err == nil {
		if _, err := outside.AsNative(); !errors.Is(err, ErrBuffer) {
			t.Errorf("an item outside: %v", err)
		}
	}
}

func ExampleView_AsNative() {
	big := []byte{0, 1, 0, 2, 0, 3}
	v, err := FromBuffer(&Buffer{Buf: Pointer{Mem: big}, Len: 6, ItemSize: 2, NDim: 1, Format: ">h", Shape: []int{3}})
	if err != nil {
		panic(err)
	}
	w, err := v.AsNative()
	if err != nil {
		panic(err)
	}
	list, err := w.ToList()
	fmt.Println(w.Buffer().Format, reflect.DeepEqual(list, []any{int64(1), int64(2), int64(3)}), err)
	// Output: h true <nil>
}
