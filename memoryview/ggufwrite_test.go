package memoryview

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
)

// ggufMetadata has a value of every type.
var ggufMetadata = map[string]any{
	"general.architecture": "llama", "general.alignment": uint32(64), "empty": "",
	"u8": uint8(1), "i8": int8(-1), "u16": uint16(2), "i16": int16(-2), "u32": uint32(3), "i32": int32(-3), "u64": uint64(math.MaxUint64), "i64": int64(math.MinInt64),
	"f32": float32(0.1), "f64": 0.1, "yes": true, "no": false,
	"tokens": []string{"a", "", "bc"}, "scores": []float32{1, -2.5}, "flags": []bool{true, false}, "none": []uint16{}, "nested": []any{[]int32{1, 2}, []string{"x"}, []any{[]uint8{}}},
}

func TestWriteGGUF(t *testing.T) {
	for _, format := range []string{"b", "<h", ">h", "e", ">i", "l", ">q", "f", "<d", ">d", "3s"} {
		size, err := SizeOfItem(format)
		if err != nil {
			t.Fatal(err)
		}
		x := Named{Name: "x"}
		if format == "3s" {
			size, format, x.Type = 18, "18s", "Q4_0"
		}
		mem := make([]byte, 6*size)
		for i := range mem {
			mem[i] = byte(i % 5)
		}
		if x.View, err = ArrayView(NewByteArray(mem), format, strided.Layout{ItemSize: size, Shape: []int{3, 2}, Strides: []int{size, 3 * size}}); err != nil {
			t.Fatal(err)
		}
		odd := Named{"bytes", FromMemory([]byte("odd"), Read), "I8"}
		one, err := OfArray(&[1]uint16{0x3f80})
		if err != nil {
			t.Fatal(err)
		}
		scale, err := one.Sub(0)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := WriteGGUF(&file, ggufMetadata, odd, x, Named{"scale", scale, "BF16"}); err != nil {
			t.Fatalf("%q: %v", format, err)
		}
		g, err := FromGGUF(file.Bytes())
		if err != nil || file.Len()%64 != 0 {
			t.Fatalf("%q: %d bytes, %v", format, file.Len(), err)
		}
		if values, err := g.MetadataValues(); err != nil || !reflect.DeepEqual(values, ggufMetadata) {
			t.Errorf("%v, %v", values, err)
		}
		if m := g.Metadata(); len(m) != 15 || m["f32"] != "0.1" || m["i64"] != "-9223372036854775808" || m["yes"] != "true" {
			t.Errorf("%v", m)
		}
		list := g.List()
		if len(list) != 3 || list[0].Name != "bytes" || list[2].Type != "BF16" || len(list[2].Layout.Shape) != 0 {
			t.Fatalf("%+v", list)
		}
		back, err := g.View("x")
		if err != nil {
			t.Fatal(err)
		}
		a, err := back.AsNative()
		if err != nil {
			t.Fatal(err)
		}
		b, err := x.View.AsNative()
		if err != nil {
			t.Fatal(err)
		}
		got, err := a.ToBytes(OrderC)
		want, err2 := b.ToBytes(OrderC)
		if err != nil || err2 != nil || !bytes.Equal(got, want) || fmt.Sprint(back.buf.Shape) != "[3 2]" {
			t.Errorf("%q: %x, %v; want %x, %v", format, got, err, want, err2)
		}

		// The file that was read is written once more, and is the same.
		values, err := g.MetadataValues()
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		var tensors []Named
		for _, x := range list {
			v, err := g.View(x.Name)
			if err != nil {
				t.Fatal(err)
			}
			tensors = append(tensors, Named{x.Name, v, x.Type})
		}
		if err := WriteGGUF(&again, values, tensors...); err != nil || !bytes.Equal(again.Bytes(), file.Bytes()) {
			t.Errorf("%q: written again: %d bytes of %d, %v", format, again.Len(), file.Len(), err)
		}
	}
}

// Blocks of every type come back, with as many numbers as before.
func TestWriteGGUFTypes(t *testing.T) {
	for _, kind := range ggufTypes {
		format := kind.formatOfItem
		if format == "" {
			format = fmt.Sprint(kind.size, "s")
		}
		x := Tensor{Name: "a", Type: kind.name, Format: format, Layout: strided.C(kind.size, 2, 3)}
		file, err := AppendGGUFHeader(nil, nil, x)
		if err != nil {
			t.Errorf("%s: %v", kind.name, err)
			continue
		}
		g, err := FromGGUF(append(file, make([]byte, 6*kind.size)...))
		if err != nil || g.List()[0].Type != kind.name || fmt.Sprint(g.List()[0].Layout.Shape) != "[2 3]" {
			t.Errorf("%s: %+v, %v", kind.name, g, err)
		}
	}
}

func TestWriteGGUFErrors(t *testing.T) {
	v := FromMemory([]byte("ab"), Read)
	five, err := v.CastOrder("b", []int{1, 1, 1, 1, 2}, OrderC)
	if err != nil {
		t.Fatal(err)
	}
	unsigned, err := Of([]uint32{1})
	if err != nil {
		t.Fatal(err)
	}
	for name, tensors := range map[string][]Named{
		"no name": {{"", v, "I8"}}, "long name": {{strings.Repeat("n", 65), v, "I8"}}, "no text": {{"\xff", v, "I8"}}, "twice": {{"a", v, "I8"}, {"a", v, "I8"}},
		"5 axes": {{"a", five, ""}}, "no type": {{"a", v, ""}}, "unsigned": {{"a", unsigned, ""}}, "unknown type": {{"a", v, "I7"}}, "size": {{"a", v, "I16"}}, "no block": {{"a", v, "Q4_0"}},
	} {
		var out bytes.Buffer
		if err := WriteGGUF(&out, nil, tensors...); !errors.Is(err, ErrValue) || out.Len() > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	deep := []any{}
	for range 20 {
		deep = []any{deep}
	}
	for _, value := range []any{nil, 1, uint(1), 1i, struct{}{}, map[string]string{}, &deep, []int{1}, []any{1}, []any{nil}, []any{"a"}, []error{nil}, [2]uint8{}, deep} {
		if _, err := AppendGGUFHeader(nil, map[string]any{"k": value}); !errors.Is(err, ErrValue) {
			t.Errorf("%T: %v", value, err)
		}
	}
	for _, align := range []any{64, uint64(64), "64", uint32(0), uint32(48), uint32(1 << 31)} {
		metadata := map[string]any{"general.alignment": align}
		if _, err := AppendGGUFHeader(nil, metadata); !errors.Is(err, ErrValue) {
			t.Errorf("alignment %v: %v", align, err)
		}
	}
	for _, key := range []string{"", "\xff", strings.Repeat("k", 65536)} {
		if _, err := AppendGGUFHeader(nil, map[string]any{key: "v"}); !errors.Is(err, ErrValue) {
			t.Errorf("key %.10q: %v", key, err)
		}
	}
	block := Tensor{Name: "a", Type: "TQ1_0", Format: "54s", Layout: strided.C(54)}
	for _, shape := range [][]int{{}, {math.MaxInt / 54}, {math.MaxInt, 2}, {-1}} {
		if strconv.IntSize == 32 && len(shape) == 1 && shape[0] > 0 {
			continue // so few blocks can be counted
		}
		block.Layout.Shape = shape
		if _, err := AppendGGUFHeader(nil, nil, block); !errors.Is(err, ErrValue) {
			t.Errorf("blocks of shape %v: %v", shape, err)
		}
	}
	half := Tensor{Format: "b", Layout: strided.C(1, math.MaxInt/2+1)}
	first, second := half, half
	first.Name, second.Name = "a", "b"
	if _, err := AppendGGUFHeader(nil, nil, first, second); !errors.Is(err, ErrValue) {
		t.Errorf("a file longer than memory: %v", err)
	}
	if _, err := AppendSafetensorsHeader(nil, nil, first, second); !errors.Is(err, ErrValue) {
		t.Errorf("a file longer than memory: %v", err)
	}
	broken := errors.New("broken")
	for limit := range 3 {
		writes := 0
		if err := WriteGGUF(writerFunc(func(p []byte) (int, error) {
			if writes++; writes > limit {
				return 0, broken
			}
			return len(p), nil
		}), nil, Named{"a", v, "I8"}); !errors.Is(err, broken) {
			t.Errorf("write %d: %v", limit, err)
		}
	}
	if err := errors.Join(five.Release(), v.Release()); err != nil {
		t.Fatal(err)
	}
	if err := WriteGGUF(io.Discard, nil, Named{"a", v, "I8"}); !errors.Is(err, ErrValue) {
		t.Error(err)
	}
}

// One array is opened in a file of every kind, sliced, permuted, written to the same
// kind and to every other, and read again.
func TestWriteBack(t *testing.T) {
	numbers := make([]float32, 2*3*4)
	for i := range numbers {
		numbers[i] = float32(i)
	}
	array, err := Of(numbers)
	if err != nil {
		t.Fatal(err)
	}
	array, err = array.CastOrder("f", []int{2, 3, 4}, OrderC)
	if err != nil {
		t.Fatal(err)
	}
	type kind struct {
		write func(io.Writer, *View) error
		open  func([]byte) (*View, error)
	}
	kinds := map[string]kind{
		"npy": {func(w io.Writer, v *View) error { _, err := WriteNpy(w, v); return err }, func(b []byte) (*View, error) { return FromNpy(b) }},
		"npz": {func(w io.Writer, v *View) error { return WriteNpz(w, Named{Name: "a", View: v}) }, func(b []byte) (*View, error) {
			z, err := FromNpz(b)
			if err != nil || len(z.Names()) != 1 {
				return nil, fmt.Errorf("%v, %w", z, err)
			}
			return z.View(z.Names()[0])
		}},
		"safetensors": {func(w io.Writer, v *View) error { return WriteSafetensors(w, nil, Named{Name: "a", View: v}) }, func(b []byte) (*View, error) {
			s, err := FromSafetensors(b)
			if err != nil || len(s.List()) != 1 {
				return nil, fmt.Errorf("%v, %w", s, err)
			}
			return s.View(s.List()[0].Name)
		}},
		"gguf": {func(w io.Writer, v *View) error { return WriteGGUF(w, nil, Named{Name: "a", View: v}) }, func(b []byte) (*View, error) {
			g, err := FromGGUF(b)
			if err != nil || len(g.List()) != 1 {
				return nil, fmt.Errorf("%v, %w", g, err)
			}
			return g.View(g.List()[0].Name)
		}},
	}
	for from, in := range kinds {
		for to, out := range kinds {
			var first, second bytes.Buffer
			if err := in.write(&first, array); err != nil {
				t.Fatal(from, err)
			}
			v, err := in.open(first.Bytes())
			if err != nil {
				t.Fatal(from, err)
			}
			v, err = v.Sub(Ellipsis, Slice{nil, nil, -2})
			if err != nil {
				t.Fatal(err)
			}
			if v, err = v.Permute(2, 0, 1); err != nil {
				t.Fatal(err)
			}
			if err := out.write(&second, v); err != nil {
				t.Fatalf("%s to %s: %v", from, to, err)
			}
			back, err := out.open(second.Bytes())
			if err != nil {
				t.Fatalf("%s to %s: %v", from, to, err)
			}
			if back, err = back.AsNative(); err != nil {
				t.Fatal(err)
			}
			if list, err := back.ToList(); err != nil || fmt.Sprint(list) != "[[[3 7 11] [15 19 23]] [[1 5 9] [13 17 21]]]" {
				t.Errorf("%s to %s: %v, %v", from, to, list, err)
			}
		}
	}
}

func ExampleWriteGGUF() {
	weights, err := OfArray(&[2][3]float32{{1, 2, 3}, {4, 5, 6}})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	metadata := map[string]any{"general.architecture": "tiny", "tiny.block_count": uint32(1)}
	if err := WriteGGUF(&file, metadata, Named{Name: "w", View: weights}); err != nil {
		panic(err)
	}

	tensors, err := FromGGUF(file.Bytes())
	if err != nil {
		panic(err)
	}
	for _, x := range tensors.List() {
		fmt.Println(x.Name, x.Type, x.Layout.Shape)
	}
	fmt.Println(tensors.Metadata()["tiny.block_count"])
	// Output:
	// w F32 [2 3]
	// 1
}

// A file that is larger than the memory is written as its items are made.
func ExampleAppendGGUFHeader() {
	const rows, cols = 3, 20
	header, err := AppendGGUFHeader(nil, nil, Tensor{Name: "w", Format: "b", Layout: strided.C(1, rows, cols)})
	if err != nil {
		panic(err)
	}
	file := bytes.NewBuffer(header) // any io.Writer
	for row := range rows {
		file.Write(bytes.Repeat([]byte{byte(row)}, cols))
	}
	file.Write(make([]byte, -rows*cols&31)) // arrays end at multiples of 32 bytes

	tensors, err := FromGGUF(file.Bytes())
	if err != nil {
		panic(err)
	}
	w, err := tensors.View("w")
	if err != nil {
		panic(err)
	}
	item, err := w.At(2, 19)
	fmt.Println(item, file.Len()-len(header), err)
	// Output: 2 64 <nil>
}

func ExampleAppendSafetensorsHeader() {
	header, err := AppendSafetensorsHeader(nil, nil, Tensor{Name: "w", Format: "<f", Layout: strided.C(4, 2, 3)})
	if err != nil {
		panic(err)
	}
	file := append(header, make([]byte, 2*3*4)...) // the items, of any origin

	tensors, err := FromSafetensors(file)
	if err != nil {
		panic(err)
	}
	fmt.Println(tensors.List()[0].Type, tensors.List()[0].Layout.Shape)
	// Output: F32 [2 3]
}

// A file is written again with all its metadata, and one array transposed.
func ExampleTensors_MetadataValues() {
	weights, err := OfArray(&[2][3]int8{{1, 2, 3}, {4, 5, 6}})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	if err := WriteGGUF(&file, map[string]any{"tokens": []string{"a", "b"}}, Named{Name: "w", View: weights}); err != nil {
		panic(err)
	}

	tensors, err := FromGGUF(file.Bytes())
	if err != nil {
		panic(err)
	}
	metadata, err := tensors.MetadataValues()
	if err != nil {
		panic(err)
	}
	w, err := tensors.View("w")
	if err != nil {
		panic(err)
	}
	transposed, err := w.Permute()
	if err != nil {
		panic(err)
	}
	var second bytes.Buffer
	err = WriteGGUF(&second, metadata, Named{Name: "w", View: transposed})
	fmt.Println(metadata["tokens"], second.Len() > 0, err)
	// Output: [a b] true <nil>
}

func ExampleTensors_List() {
	file := safetensorsOf(safetensorsSample, 16) // or a Mapping
	tensors, err := FromSafetensors(file)
	if err != nil {
		panic(err)
	}
	for _, x := range tensors.List() {
		fmt.Println(x.Name, x.Type, x.Layout.Shape)
	}
	fmt.Println(tensors.Metadata())
	// Output:
	// w U16 [2 3]
	// none F32 [0 7]
	// half BF16 []
	// b BOOL [2]
	// map[format:pt]
}
