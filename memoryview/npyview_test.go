package memoryview

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
)

func TestFromNpy(t *testing.T) {
	for _, c := range npyCases(t) {
		v, err := FromNpy(c.File)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if got, err := v.ToBytes(OrderC); err != nil || !bytes.Equal(got, c.C) || fmt.Sprint(v.buf.Shape) != fmt.Sprint(c.Shape) || v.buf.ItemSize != c.ItemSize || !v.buf.ReadOnly {
			t.Errorf("%s: %+v, %v", c.Name, v.buf, err)
		}
		var out bytes.Buffer
		n, err := WriteNpy(&out, v)
		if err != nil || n != int64(out.Len()) {
			t.Errorf("%s: %d bytes of %d, %v", c.Name, out.Len(), n, err)
			continue
		}
		again, err := FromNpy(out.Bytes())
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if got, err := again.ToBytes(OrderC); err != nil || !bytes.Equal(got, c.C) || again.buf.Format != v.buf.Format || fmt.Sprint(again.buf.Shape) != fmt.Sprint(c.Shape) {
			t.Errorf("%s: %+v became %+v, %v", c.Name, v.buf, again.buf, err)
		}
		if len(c.C) > 0 {
			if _, err := FromNpy(c.File[:len(c.File)-1]); !errors.Is(err, ErrFile) || !errors.Is(err, strided.ErrBounds) {
				t.Errorf("%s: truncated: %v", c.Name, err)
			}
		}
	}
	if _, err := FromNpy("not memory"); !errors.Is(err, ErrType) {
		t.Error(err)
	}
}

func TestNpyDescr(t *testing.T) {
	asLittleEndian(t)
	for format, want := range map[string]string{
		"f": "<f4", ">f": ">f4", "l": "<i8", "<l": "<i4", "P": "<u8", "?": "|b1", "c": "|S1", "5s": "|S5", "0p": "|V0", "3p": "|V3", "3w": "<U3", ">w": ">U1", "2u": "|V4", "g": "|V16", "Zg": "|V32", ">Zd": ">c16", "7x": "|V7", "": "|V0",
		"bh": "[('f0', '|i1'), ('', '|V1'), ('f1', '<i2')]", "2h": "[('f0', '<i2', (2,))]", "h:a:": "[('a', '<i2')]", "hx": "[('f0', '<i2'), ('', '|V1')]",
		"T{>h:a:(2,3)2f:b:T{B:c:x}:d:3x}": "[('a', '>i2'), ('b', '>f4', (2, 3, 2)), ('d', [('c', '|u1'), ('', '|V1')]), ('', '|V3')]",
		"B:it's \\:":                      `[('it\'s \\', '|u1')]`,
	} {
		if got, err := NpyDescr(format); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", format, got, err, want)
		}
	}
	if _, err := NpyDescr("O"); !errors.Is(err, ErrNotImplemented) {
		t.Error(err)
	}
}

func TestWriteNpyErrors(t *testing.T) {
	v := FromMemory([]byte("abc"), Read)
	broken := errors.New("broken")
	for limit := range 2 {
		writes := 0
		if _, err := WriteNpy(writerFunc(func(p []byte) (int, error) {
			if writes++; writes > limit {
				return 0, broken
			}
			return len(p), nil
		}), v); err != broken {
			t.Errorf("write %d fails: %v", limit, err)
		}
	}
	for name, b := range map[string]Buffer{
		"no bytes": {Buf: Pointer{Mem: []byte{}}, NDim: 1, Shape: []int{3}, Format: "0s"},
		"size":     {Buf: Pointer{Mem: []byte{1, 2, 3, 4}}, Len: 4, ItemSize: 4, Format: "B"},
		"pointers": {Buf: Pointer{Mem: []byte{1, 2, 3, 4, 5, 6, 7, 8}}, Len: 8, ItemSize: 8, Format: "O"},
	} {
		w, err := FromBuffer(&b)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := WriteNpy(&bytes.Buffer{}, w); n != 0 || !errors.Is(err, ErrValue) && !errors.Is(err, ErrNotImplemented) {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	if err := v.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteNpy(&bytes.Buffer{}, v); !errors.Is(err, ErrValue) {
		t.Errorf("released: %v", err)
	}
}

// A .npy file is mapped, a column of it is changed in place, and its transpose is
// written to another file.
func ExampleFromNpy() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "matrix.npy")
	file := append(AppendNpyHeader(nil, "|u1", false, []int{2, 3}), 1, 2, 3, 4, 5, 6)
	if err := os.WriteFile(name, file, 0o600); err != nil {
		panic(err)
	}

	m, err := MapFile(name, true)
	if err != nil {
		panic(err)
	}
	defer m.Close()
	v, err := FromNpy(m)
	if err != nil {
		panic(err)
	}
	defer v.Release()
	if err := v.SetItem(Tuple{1, 2}, 60); err != nil {
		panic(err)
	}
	transposed, err := v.Permute()
	if err != nil {
		panic(err)
	}
	defer transposed.Release()
	list, err := transposed.ToList()
	fmt.Println(list, err)
	// Output: [[1 4] [2 5] [3 60]] <nil>
}

func ExampleWriteNpy() {
	v, err := Of([]int8{1, 2, 3})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	n, err := WriteNpy(&file, v)
	h, _ := ParseNpyHeader(file.Bytes())
	fmt.Println(n, h.Descr, h.Shape, err)
	// Output: 131 |i1 [3] <nil>
}

func ExampleNpyDescr() {
	descr, err := NpyDescr("T{>f:x:>f:y:(3)B:rgb:}")
	fmt.Println(descr, err)
	// Output: [('x', '>f4'), ('y', '>f4'), ('rgb', '|u1', (3,))] <nil>
}
