package memoryview

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
)

func TestByteArray(t *testing.T) {
	var a ByteArray
	if n, err := a.Write([]byte("abc")); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	v, err := FromObject(&a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write([]byte("d")); !errors.Is(err, ErrBuffer) || err.Error() != "Existing exports of data: object cannot be re-sized" {
		t.Errorf("written while exported: %v", err)
	}
	if _, err := a.Write(nil); err != nil {
		t.Errorf("nothing written while exported: %v", err)
	}
	for n, want := range map[int]error{0: ErrBuffer, 4: ErrBuffer, 3: nil, -1: ErrValue} {
		if err := a.Resize(n); !errors.Is(err, want) {
			t.Errorf("Resize(%d) while exported: %v", n, err)
		}
	}
	if err := v.SetItem(1, 'X'); err != nil || string(a.Bytes()) != "aXc" {
		t.Errorf("%q, %v", a.Bytes(), err)
	}
	if err := v.Release(); err != nil {
		t.Fatal(err)
	}
	if err := a.Resize(5); err != nil || string(a.Bytes()) != "aXc\x00\x00" || a.Len() != 5 {
		t.Errorf("%q, %v", a.Bytes(), err)
	}
	if err := a.Resize(1); err != nil || string(a.Bytes()) != "a" {
		t.Errorf("%q, %v", a.Bytes(), err)
	}
	if err := a.Resize(3); err != nil || string(a.Bytes()) != "a\x00\x00" {
		t.Errorf("%q, %v", a.Bytes(), err)
	}
	if err := a.Resize(maxAlloc + 1); !errors.Is(err, ErrMemory) {
		t.Errorf("a huge Resize: %v", err)
	}
	var b Buffer
	if err := GetBuffer(&a, &b, Read); !errors.Is(err, ErrSystem) {
		t.Errorf("Read as a request: %v", err)
	}
	if _, err := a.Write([]byte("still free")); err != nil {
		t.Error(err)
	}
}

// TestByteArrayCapacity grows a ByteArray of the first bytes of a longer slice.
func TestByteArrayCapacity(t *testing.T) {
	buf := []byte("0123456789")
	written, resized := NewByteArray(buf[:3]), NewByteArray(buf[:3])
	if _, err := written.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	if err := resized.Resize(5); err != nil {
		t.Fatal(err)
	}
	if string(buf) != "0123456789" || string(written.Bytes()) != "012abc" || string(resized.Bytes()) != "012\x00\x00" {
		t.Errorf("%q, %q, %q", buf, written.Bytes(), resized.Bytes())
	}
}

func TestByteArrayConcurrent(t *testing.T) {
	a := NewByteArray(nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 100 {
				if v, err := FromObject(a); err != nil {
					t.Error(err)
				} else if err := v.Release(); err != nil {
					t.Error(err)
				}
				if _, err := a.Write([]byte("x")); err != nil && !errors.Is(err, ErrBuffer) {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	if _, err := a.Write([]byte("x")); err != nil {
		t.Error(err)
	}
}

func TestArrayView(t *testing.T) {
	a := NewByteArray([]byte("0123456789"))
	v, err := ArrayView(a, "2s", strided.Layout{ItemSize: 2, Offset: 8, Shape: []int{2, 2}, Strides: []int{-4, -2}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.ToBytes(OrderC); err != nil || string(got) != "89674523" || v.buf.ReadOnly {
		t.Errorf("%q, %v", got, err)
	}
	if err := a.Resize(0); !errors.Is(err, ErrBuffer) {
		t.Errorf("resized under a View: %v", err)
	}
	if err := v.Release(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		obj    any
		format string
		l      strided.Layout
		want   error
	}{
		"outside":     {a, "H", strided.C(2, 6), ErrValue},
		"before":      {a, "H", strided.Layout{ItemSize: 2, Shape: []int{2}, Strides: []int{-2}}, ErrValue},
		"size":        {a, "H", strided.C(4, 2), ErrValue},
		"no size":     {a, "", strided.C(0, 2), ErrValue},
		"format":      {a, "iy", strided.C(4, 2), ErrStruct},
		"pointers":    {a, "O", strided.C(8, 1), ErrNotImplemented},
		"no exporter": {7, "B", strided.C(1, 1), ErrType},
		"huge":        {a, "H", strided.Layout{ItemSize: 2, Shape: []int{1 << 30, 1 << 30}, Strides: []int{0, 0}}, ErrValue},
		"rank":        {a, "B", strided.C(1, make([]int, 65)...), ErrValue},
	} {
		if _, err := ArrayView(c.obj, c.format, c.l); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.Resize(0); err != nil {
		t.Errorf("an error has kept a buffer: %v", err)
	}
	if v, err := ArrayView([]byte("x"), "c", strided.C(1)); err != nil || !v.buf.ReadOnly || v.buf.NDim != 0 {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err := ArrayView([]byte(nil), "c", strided.C(1, 3, 0)); err != nil || v.buf.Len != 0 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestMappingExports(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, writable := range []bool{false, true} {
		m, err := MapFile(name, writable)
		if err != nil {
			t.Fatal(err)
		}
		v, err := FromObject(m)
		if err != nil {
			t.Fatal(err)
		}
		if v.buf.ReadOnly == writable {
			t.Errorf("writable %t: read-only %t", writable, v.buf.ReadOnly)
		}
		if err := m.Close(); !errors.Is(err, ErrBuffer) {
			t.Errorf("closed under a View: %v", err)
		}
		if got, err := v.ToBytes(OrderC); err != nil || string(got) != "content" {
			t.Errorf("%q, %v", got, err)
		}
		if err := v.SetItem(0, 'C'); errors.Is(err, ErrType) == writable || writable && err != nil {
			t.Errorf("writable %t: %v", writable, err)
		}
		if err := v.Release(); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := FromObject(m); !errors.Is(err, ErrValue) {
			t.Errorf("closed: %v", err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "Content" {
		t.Errorf("%q, %v", got, err)
	}
}

func ExampleByteArray() {
	var a ByteArray
	fmt.Fprint(&a, "grow")
	v, err := FromObject(&a)
	if err != nil {
		panic(err)
	}
	_, err = a.Write([]byte("th"))
	fmt.Println(err)
	if err := v.Release(); err != nil {
		panic(err)
	}
	_, err = a.Write([]byte("th"))
	fmt.Println(string(a.Bytes()), a.Len(), err)
	// Output:
	// Existing exports of data: object cannot be re-sized
	// growth 6 <nil>
}

func ExampleNewByteArray() {
	a := NewByteArray([]byte("abc"))
	err := a.Resize(5)
	fmt.Printf("%q %v\n", a.Bytes(), err)
	// Output: "abc\x00\x00" <nil>
}

func ExampleArrayView() {
	file := []byte("HEADER\x01\x02\x03\x04\x05\x06")
	v, err := ArrayView(file, "B", strided.Layout{ItemSize: 1, Offset: 6, Shape: []int{2, 3}})
	if err != nil {
		panic(err)
	}
	list, err := v.ToList()
	fmt.Println(list, err)
	// Output: [[1 2 3] [4 5 6]] <nil>
}

func ExampleByteArray_Resize() {
	a := NewByteArray([]byte("stride"))
	fmt.Println(a.Resize(3), string(a.Bytes()), a.Len())
	// Output: <nil> str 3
}
