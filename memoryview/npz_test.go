package memoryview

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

func npzFile(tb testing.TB, name string) []byte {
	b, err := os.ReadFile("testdata/npz/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// NumPy wrote the files: a, b and c by savez and by savez_compressed.
func TestNpzOfNumPy(t *testing.T) {
	for _, name := range []string{"stored.npz", "compressed.npz"} {
		file := NewByteArray(npzFile(t, name))
		z, err := FromNpz(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := z.Names(); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("%s: %v", name, got)
		}
		for array, want := range map[string]string{"a": "[[0 1 2] [3 4 5]]", "b": "[[0 1 2 3] [4 5 6 7] [8 9 10 11]]"} {
			v, err := z.View(array)
			if err != nil {
				t.Fatal(err)
			}
			if v.buf.ReadOnly != (name == "compressed.npz") {
				t.Errorf("%s: %s: read-only %t", name, array, v.buf.ReadOnly)
			}
			native, err := v.AsNative()
			if err != nil {
				t.Fatal(err)
			}
			if list, err := native.ToList(); err != nil || fmt.Sprint(list) != want {
				t.Errorf("%s: %s: %v, %v", name, array, list, err)
			}
		}
		c, err := z.View("c")
		if err != nil || c.buf.NDim != 0 || c.buf.Format != "T{<d:x:3s:s:}" || c.buf.ItemSize != 11 {
			t.Errorf("%s: c: %+v, %v", name, c.buf, err)
		}
		if _, err := z.View("d"); !errors.Is(err, ErrIndex) {
			t.Errorf("%s: d: %v", name, err)
		}
		if h, err := z.Header("c"); err != nil || h.Descr != "[('x', '<f8'), ('s', '|S3')]" || h.ItemSize != 11 {
			t.Errorf("%s: c: %+v, %v", name, h, err)
		}
		if _, err := z.Header("d"); !errors.Is(err, ErrIndex) {
			t.Errorf("%s: d: %v", name, err)
		}
	}
}

func TestNpzZeroCopy(t *testing.T) {
	file := NewByteArray(npzFile(t, "stored.npz"))
	z, err := FromNpz(file)
	if err != nil {
		t.Fatal(err)
	}
	v, err := z.View("b")
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Resize(0); !errors.Is(err, ErrBuffer) {
		t.Errorf("resized under a View: %v", err)
	}
	w, err := Of([]byte("changed, in Fortran order"))
	if err != nil {
		t.Fatal(err)
	}
	cast, err := w.CastStrides(v.buf.Format, 0, []int{3, 4}, []int{2, 6})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Assign(cast); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(file.Bytes(), []byte("changed, in Fortran orde")) {
		t.Error("the file was not written")
	}
	if err := v.Release(); err != nil {
		t.Fatal(err)
	}
	if err := file.Resize(300); err != nil {
		t.Fatal(err)
	}
	if _, err := z.Header("b"); !errors.Is(err, ErrFile) {
		t.Errorf("after the file was cut: %v", err)
	}
	if _, err := z.View("b"); !errors.Is(err, ErrFile) {
		t.Errorf("after the file was cut: %v", err)
	}
}

func TestWriteNpz(t *testing.T) {
	var arrays []Named
	for i := range 5 {
		v, err := Of(slices.Repeat([]int64{int64(i), -1}, i))
		if err != nil {
			t.Fatal(err)
		}
		arrays = append(arrays, Named{Name: strings.Repeat("n", i+1), View: v})
	}
	arrays[4].Type = "<M8[ns]"
	var file bytes.Buffer
	if err := WriteNpz(&file, arrays...); err != nil {
		t.Fatal(err)
	}
	z, err := FromNpz(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range arrays {
		v, err := z.View(a.Name)
		if err != nil {
			t.Fatal(err)
		}
		if equal, err := v.Equal(a.View); nativeOrder == '<' && (!equal || err != nil) || v.buf.Buf.Offset%npyAlign != 0 {
			t.Errorf("%s: %t, %v, at byte %d", a.Name, equal, err, v.buf.Buf.Offset)
		}
	}
	if !bytes.Contains(file.Bytes(), []byte("'<M8[ns]'")) {
		t.Error("the type was not written")
	}
	v := arrays[1].View
	for name, arrays := range map[string][]Named{"empty": {{View: v}}, "twice": {{Name: "a", View: v}, {Name: "a", View: v}}, "type": {{Name: "a", View: v, Type: "<f4"}}} {
		if err := WriteNpz(io.Discard, arrays...); !errors.Is(err, ErrValue) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("broken")
	if err := WriteNpz(writerFunc(func([]byte) (int, error) { return 0, broken }), arrays...); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// zipOf writes members of the given content.
func zipOf(t *testing.T, method uint16, members ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: members[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, members[i+1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestNpzHostile(t *testing.T) {
	good := string(AppendNpyHeader(nil, "|u1", false, []int{3})) + "abc"
	for name, b := range map[string][]byte{
		"empty": nil, "no zip": []byte(good), "twice": zipOf(t, zip.Store, "a.npy", good, "a.npy", good), "cut": npzFile(t, "stored.npz")[:700],
	} {
		if _, err := FromNpz(b); !errors.Is(err, ErrFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	huge := string(AppendNpyHeader(nil, "|u1", false, []int{math.MaxInt - 1000}))
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		file := zipOf(t, method, "good.npy", good, "no array.txt", "text", "text.npy", "text", "short.npy", good[:len(good)-1], "huge.npy", huge)
		z, err := FromNpz(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(z.Names()) != 4 {
			t.Error(z.Names())
		}
		if v, err := z.View("good"); err != nil || v.buf.Len != 3 {
			t.Errorf("%+v, %v", v, err)
		}
		if _, err := z.Header("text"); !errors.Is(err, ErrFile) {
			t.Errorf("text: %v", err)
		}
		for _, name := range []string{"text", "short", "huge"} {
			if _, err := z.View(name); !errors.Is(err, ErrFile) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	damaged := zipOf(t, zip.Deflate, "a.npy", good)
	damaged[bytes.Index(damaged, []byte("a.npy"))+10] ^= 0x55
	if z, err := FromNpz(damaged); err != nil {
		t.Error(err)
	} else if _, err := z.View("a"); !errors.Is(err, ErrFile) {
		t.Errorf("damaged: %v", err)
	}
	if _, err := FromNpz(42); !errors.Is(err, ErrType) {
		t.Error(err)
	}
}

// TestNpzMany finds every one of many members.
func TestNpzMany(t *testing.T) {
	var list, names []string
	for i := range 5000 {
		names = append(names, fmt.Sprintf("%08d", i))
		list = append(list, names[i]+".npy", "")
	}
	z, err := FromNpz(zipOf(t, zip.Store, list...))
	if err != nil || !slices.Equal(z.Names(), names) {
		t.Fatalf("error %v, or other names", err)
	}
	for _, name := range names {
		if m, err := z.member(name); err != nil || m.name != name {
			t.Fatalf("%q: %q, error %v", name, m.name, err)
		}
	}
}

// FuzzNpz: no bytes make the reader panic, and every View that it gives lies inside
// the file.
func FuzzNpz(f *testing.F) {
	f.Add(npzFile(f, "stored.npz"))
	f.Add(npzFile(f, "compressed.npz"))
	f.Fuzz(func(t *testing.T, b []byte) {
		z, err := FromNpz(b)
		if err != nil {
			if !errors.Is(err, ErrFile) {
				t.Fatal(err)
			}
			return
		}
		for _, name := range z.Names() {
			if _, err := z.Header(name); err != nil && !errors.Is(err, ErrFile) {
				t.Fatal(err)
			}
			v, err := z.View(name)
			if err != nil {
				if !errors.Is(err, ErrFile) && !errors.Is(err, ErrValue) {
					t.Fatal(err)
				}
				continue
			}
			if _, err := v.ToBytes(OrderC); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func ExampleFromNpz() {
	v, err := Of([]uint8{1, 2, 3, 4})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	if err := WriteNpz(&file, Named{Name: "weights", View: v}); err != nil {
		panic(err)
	}

	z, err := FromNpz(file.Bytes())
	if err != nil {
		panic(err)
	}
	weights, err := z.View("weights")
	if err != nil {
		panic(err)
	}
	list, err := weights.ToList()
	fmt.Println(z.Names(), list, err)
	// Output: [weights] [1 2 3 4] <nil>
}

func ExampleWriteNpz() {
	times, err := Of([]int64{0, 60, 120})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	err = WriteNpz(&file, Named{Name: "t", View: times, Type: "<M8[s]"})
	fmt.Println(bytes.Contains(file.Bytes(), []byte("<M8[s]")), err)
	// Output: true <nil>
}

func ExampleNpz_View() {
	file, err := os.ReadFile("testdata/npz/compressed.npz")
	if err != nil {
		panic(err)
	}
	z, err := FromNpz(file)
	if err != nil {
		panic(err)
	}
	for _, name := range z.Names() {
		v, err := z.View(name)
		if err != nil {
			panic(err)
		}
		values, err := v.Values()
		fmt.Println(name, values, err)
	}
	// Output:
	// a [[0 1 2] [3 4 5]] <nil>
	// b [[0 1 2 3] [4 5 6 7] [8 9 10 11]] <nil>
	// c [0 [0 0 0]] <nil>
}

func ExampleNpz_Header() {
	file, err := os.ReadFile("testdata/npz/stored.npz")
	if err != nil {
		panic(err)
	}
	z, err := FromNpz(file)
	if err != nil {
		panic(err)
	}
	for _, name := range z.Names() {
		h, err := z.Header(name)
		fmt.Println(name, h.Descr, h.Shape, err)
	}
	// Output:
	// a <f4 [2 3] <nil>
	// b >i2 [3 4] <nil>
	// c [('x', '<f8'), ('s', '|S3')] [] <nil>
}
