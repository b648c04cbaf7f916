package memoryview

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
)

// safetensorsOf returns a file with the given header and bytes of data.
func safetensorsOf(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	for i := range data {
		b = append(b, byte(i))
	}
	return b
}

const safetensorsSample = `{"__metadata__":{"format":"pt"},"w":{"dtype":"U16","shape":[2,3],"data_offsets":[0,12]},` +
	`"none":{"dtype":"F32","shape":[0,7],"data_offsets":[12,12]},"half":{"dtype":"BF16","shape":[],"data_offsets":[12,14]},"b":{"shape":[2],"dtype":"BOOL","data_offsets":[14,16]}}  `

func TestSafetensors(t *testing.T) {
	file := NewByteArray(safetensorsOf(safetensorsSample, 16))
	s, err := FromSafetensors(file)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, x := range s.List() {
		listed = append(listed, fmt.Sprint(x.Name, x.Type, x.Layout.Shape, x.Layout.ItemSize))
	}
	if want := []string{"wU16[2 3] 2", "noneF32[0 7] 4", "halfBF16[] 2", "bBOOL[2] 1"}; !slices.Equal(listed, want) || s.Metadata()["format"] != "pt" {
		t.Errorf("%v, %v", listed, s.Metadata())
	}
	for name, want := range map[string]string{"w": "[[256 770 1284] [1798 2312 2826]]", "none": "[]", "half": "3340", "b": "[true true]"} {
		v, err := s.View(name)
		if err != nil {
			t.Fatal(err)
		}
		if v.buf.ReadOnly {
			t.Errorf("%s is read-only", name)
		}
		native, err := v.AsNative()
		if err != nil {
			t.Fatal(err)
		}
		if list, err := native.ToList(); err != nil || fmt.Sprint(list) != want {
			t.Errorf("%s: %v, %v; want %s", name, list, err, want)
		}
		if err := errors.Join(v.Release(), native.Release()); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.View("x"); !errors.Is(err, ErrIndex) {
		t.Error(err)
	}
	if err := file.Resize(100); err != nil {
		t.Fatal(err)
	}
	if _, err := s.View("w"); !errors.Is(err, ErrValue) {
		t.Errorf("after the file was cut: %v", err)
	}
}

func TestSafetensorsHostile(t *testing.T) {
	entry := func(dtype, shape, offsets string) string {
		return `{"a":{"dtype":"` + dtype + `","shape":` + shape + `,"data_offsets":` + offsets + `}}`
	}
	if _, err := FromSafetensors(safetensorsOf(entry("U8", "[16]", "[0,16]"), 16)); err != nil {
		t.Fatal(err)
	}
	if _, err := FromSafetensors(safetensorsOf("{}", 0)); err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{
		"", "{", "[]", "null", "{]", `{"a"}`, `{"a":1}`, `{"a":{}}`, `{"a":null}`, "{}", entry("U8", "[16]", "[0,16]") + "x", entry("U8", "[16]", "[0,16]") + "{}",
		entry("U9", "[16]", "[0,16]"), entry("F4", "[32]", "[0,16]"), entry("", "[16]", "[0,16]"), entry("U8", "16", "[0,16]"), entry("U8", "[-16]", "[0,16]"), entry("U8", "[16.5]", "[0,16]"), entry("U8", "null", "[0,16]"),
		entry("U8", "[16]", "[0]"), entry("U8", "[16]", "[0,16,16]"), entry("U8", "[16]", "[16,0]"), entry("U8", "[16]", "[0,17]"), entry("U8", "[15]", "[0,15]"), entry("U8", "[15]", "[1,16]"), entry("U8", "[17]", "[0,17]"),
		entry("U16", "[16]", "[0,16]"), entry("U8", "[9223372036854775807]", "[0,9223372036854775807]"), entry("U8", "[18446744073709551615]", "[0,18446744073709551615]"), entry("U8", "[4294967296,4294967296]", "[0,0]"),
		entry("U8", "[0,9223372036854775807,2]", "[0,0]"), entry("U8", "[18446744073709551616]", "[0,16]"), entry("U8", "[16]", "[9223372036854775807,9223372036854775823]"), entry("U8", "[0]", "[18446744073709551615,18446744073709551615]"),
		`{"a":{"dtype":"U8","shape":[16],"data_offsets":[0,16]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`, `{"a":{"dtype":"U8","shape":[16],"data_offsets":[0,16]},"b":{"dtype":"U8","shape":[8],"data_offsets":[8,16]}}`,
		`{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[7],"data_offsets":[9,16]}}`, `{"__metadata__":{"a":1}}`, `{"__metadata__":{},"__metadata__":{}}`, "{\"\xff\":1}",
	} {
		if s, err := FromSafetensors(safetensorsOf(header, 16)); !errors.Is(err, ErrFile) {
			t.Errorf("%.100q: %+v, %v", header, s, err)
		}
	}
	for _, b := range [][]byte{nil, make([]byte, 7), make([]byte, 8), bytes.Repeat([]byte{255}, 100), append(binary.LittleEndian.AppendUint64(nil, 3), "{}"...)} {
		if _, err := FromSafetensors(b); !errors.Is(err, ErrFile) {
			t.Errorf("%x: %v", b, err)
		}
	}
}

func TestWriteSafetensors(t *testing.T) {
	for _, format := range []string{"?", "b", "B", "<h", ">H", "h", "<e", ">i", "I", "l", ">Q", "f", ">d", "Zf", ">Zf"} {
		size, err := SizeOfItem(format)
		if err != nil {
			t.Fatal(err)
		}
		mem := make([]byte, 6*size)
		for i := range mem {
			mem[i] = byte(i % 5)
			if format == "?" {
				mem[i] %= 2
			}
		}
		v, err := FromBuffer(&Buffer{Buf: Pointer{Mem: mem}, Len: len(mem), ItemSize: size, NDim: 2, Format: format, Shape: []int{3, 2}, Strides: []int{size, 3 * size}})
		if err != nil {
			t.Fatal(err)
		}
		byteView := FromMemory([]byte("odd"), Read)
		var file bytes.Buffer
		if err := WriteSafetensors(&file, map[string]string{"k": "v"}, Named{"bytes", byteView, "F8_E4M3"}, Named{"x", v, ""}); err != nil {
			t.Fatalf("%q: %v", format, err)
		}
		s, err := FromSafetensors(file.Bytes())
		if err != nil {
			t.Fatalf("%q: %v", format, err)
		}
		back, err := s.View("x")
		if err != nil {
			t.Fatal(err)
		}
		if back.buf.Buf.Offset%size != 0 || s.Metadata()["k"] != "v" {
			t.Errorf("%q: at byte %d, %v", format, back.buf.Buf.Offset, s.Metadata())
		}
		a, err := back.AsNative()
		if err != nil {
			t.Fatal(err)
		}
		b, err := v.AsNative()
		if err != nil {
			t.Fatal(err)
		}
		got, err := a.ToBytes(OrderC)
		want, err2 := b.ToBytes(OrderC)
		if err != nil || err2 != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: %x, %v; want %x, %v", format, got, err, want, err2)
		}
		if odd, err := s.View("bytes"); err != nil || odd.buf.Len != 3 {
			t.Errorf("%+v, %v", odd, err)
		}
	}
}

func TestWriteSafetensorsErrors(t *testing.T) {
	v := FromMemory([]byte("ab"), Read)
	record, err := Of([]ofPoint{{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	for name, tensors := range map[string][]Named{
		"twice": {{"a", v, ""}, {"a", v, ""}}, "metadata": {{"__metadata__", v, ""}}, "not UTF-8": {{"\xff", v, ""}}, "type": {{"a", v, "U16"}}, "no type": {{"a", v, "U9"}}, "record": {{"a", record, ""}},
	} {
		var out bytes.Buffer
		if err := WriteSafetensors(&out, map[string]string{}, tensors...); !errors.Is(err, ErrValue) || out.Len() > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("broken")
	for limit := range 2 {
		writes := 0
		if err := WriteSafetensors(writerFunc(func(p []byte) (int, error) {
			if writes++; writes > limit {
				return 0, broken
			}
			return len(p), nil
		}), nil, Named{"a", v, ""}); !errors.Is(err, broken) {
			t.Error(err)
		}
	}
	if err := v.Release(); err != nil {
		t.Fatal(err)
	}
	if err := WriteSafetensors(io.Discard, nil, Named{"a", v, ""}); !errors.Is(err, ErrValue) {
		t.Error(err)
	}
}

// FuzzSafetensors: no bytes make the reader panic, and the arrays of a file that it
// accepts can all be read and together have the size of the file's data.
func FuzzSafetensors(f *testing.F) {
	f.Add(safetensorsOf(safetensorsSample, 16))
	f.Add(safetensorsOf(`{"a":{"dtype":"U8","shape":[16],"data_offsets":[0,16]}}`, 16))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := FromSafetensors(b)
		if err != nil {
			if !errors.Is(err, ErrFile) {
				t.Fatal(err)
			}
			return
		}
		total := 8 + int(binary.LittleEndian.Uint64(b))
		for _, x := range s.List() {
			v, err := s.View(x.Name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.ToBytes(OrderC); err != nil {
				t.Fatal(err)
			}
			total += v.buf.Len
		}
		if total != len(b) {
			t.Fatalf("%d bytes of %d", total, len(b))
		}
	})
}

func ExampleFromSafetensors() {
	weights, err := OfArray(&[2][3]float32{{1, 2, 3}, {4, 5, 6}})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	if err := WriteSafetensors(&file, nil, Named{Name: "w", View: weights}); err != nil {
		panic(err)
	}

	tensors, err := FromSafetensors(file.Bytes()) // or a Mapping
	if err != nil {
		panic(err)
	}
	for _, x := range tensors.List() {
		fmt.Println(x.Name, x.Type, x.Layout.Shape)
	}
	w, err := tensors.View("w")
	if err != nil {
		panic(err)
	}
	column, err := w.Sub(Slice{}, 1)
	if err != nil {
		panic(err)
	}
	native, err := column.AsNative()
	if err != nil {
		panic(err)
	}
	list, err := native.ToList()
	fmt.Println(list, err)
	// Output:
	// w F32 [2 3]
	// [2 5] <nil>
}

func ExampleWriteSafetensors() {
	bits, err := Of([]uint16{0x3f80, 0x4000}) // 1 and 2 as bfloat16
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	err = WriteSafetensors(&file, map[string]string{"format": "pt"}, Named{Name: "scale", View: bits, Type: "BF16"})
	fmt.Printf("%s %v\n", bytes.TrimRight(file.Bytes()[8:file.Len()-4], " "), err)
	// Output: {"__metadata__":{"format":"pt"},"scale":{"data_offsets":[0,4],"dtype":"BF16","shape":[2]}} <nil>
}

// An array is changed in the file's own memory; a Mapping opened for writing changes
// the file itself.
func ExampleTensors_View() {
	file := NewByteArray(safetensorsOf(`{"b":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]}}`, 4))
	tensors, err := FromSafetensors(file)
	if err != nil {
		panic(err)
	}
	v, err := tensors.View("b")
	if err != nil {
		panic(err)
	}
	if err := v.SetAt(7, 1, 0); err != nil {
		panic(err)
	}
	fmt.Println(file.Bytes()[file.Len()-4:], v.Release())
	// Output: [0 1 7 3] <nil>
}
