package memoryview

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// ggufOf writes what its arguments are, one behind the other: numbers in the given
// byte order, and strings with their length.
func ggufOf(order binary.AppendByteOrder, parts ...any) []byte {
	b := []byte("GGUF")
	for _, part := range parts {
		switch x := part.(type) {
		case uint8:
			b = append(b, x)
		case uint32:
			b = order.AppendUint32(b, x)
		case uint64:
			b = order.AppendUint64(b, x)
		case float32:
			b = order.AppendUint32(b, math.Float32bits(x))
		case string:
			b = append(order.AppendUint64(b, uint64(len(x))), x...)
		case []byte:
			b = append(b, x...)
		default:
			panic(fmt.Sprintf("%T", part))
		}
	}
	return b
}

// ggufSample is a file with metadata of many types, an alignment of 64, and three
// arrays.
func ggufSample(order binary.AppendByteOrder) []byte {
	b := ggufOf(order, uint32(3), uint64(3), uint64(6),
		"general.architecture", uint32(8), "llama",
		"general.alignment", uint32(4), uint32(64),
		"flag", uint32(7), uint8(1),
		"scale", uint32(6), float32(0.5),
		"tokens", uint32(9), uint32(8), uint64(2), "a", "bc",
		"nested", uint32(9), uint32(9), uint64(2), uint32(4), uint64(1), uint32(7), uint32(0), uint64(3), uint8(1), uint8(2), uint8(3),
		"w", uint32(2), uint64(3), uint64(2), uint32(25), uint64(0),
		"q", uint32(2), uint64(64), uint64(2), uint32(2), uint64(64),
		"s", uint32(0), uint32(30), uint64(192),
	)
	b = append(b, make([]byte, -len(b)&63)...)
	for i := range 6 {
		b = order.AppendUint16(b, uint16(i+1))
	}
	b = append(b, make([]byte, 52)...)
	for i := range 72 {
		b = append(b, byte(i))
	}
	b = append(b, make([]byte, 56)...)
	return append(b, 0x3f, 0x80)
}

func TestGGUF(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		file := NewByteArray(ggufSample(order))
		g, err := FromGGUF(file)
		if err != nil {
			t.Fatal(err)
		}
		var listed []string
		for _, x := range g.List() {
			listed = append(listed, fmt.Sprint(x.Name, " ", x.Type, x.Layout.Shape, x.Layout.ItemSize, x.Layout.Offset%64))
		}
		if want := []string{"w I16[2 3] 2 0", "q Q4_0[2 2] 18 0", "s BF16[] 2 0"}; !slices.Equal(listed, want) {
			t.Errorf("%q", listed)
		}
		if m := g.Metadata(); len(m) != 4 || m["general.architecture"] != "llama" || m["general.alignment"] != "64" || m["flag"] != "true" || m["scale"] != "0.5" {
			t.Errorf("%v", m)
		}
		w, err := g.View("w")
		if err != nil {
			t.Fatal(err)
		}
		native, err := w.AsNative()
		if err != nil {
			t.Fatal(err)
		}
		if list, err := native.ToList(); err != nil || fmt.Sprint(list) != "[[1 2 3] [4 5 6]]" || w.buf.ReadOnly {
			t.Errorf("%v, %v", list, err)
		}
		q, err := g.View("q")
		if err != nil {
			t.Fatal(err)
		}
		block, err := q.Sub(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := block.ToBytes(OrderC); err != nil || q.buf.Format != "18s" || !bytes.Equal(b, file.Bytes()[q.buf.Buf.Offset+36:][:18]) || b[0] != 36 {
			t.Errorf("%q: %v, %v", q.buf.Format, b, err)
		}
		rows, err := q.Permute(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := rows.Assign(rows); err != nil {
			t.Error(err)
		}
		s, err := g.View("s")
		if err != nil || s.buf.NDim != 0 || s.buf.ItemSize != 2 {
			t.Errorf("%+v, %v", s, err)
		}
	}
}

func TestGGUFHostile(t *testing.T) {
	le := binary.LittleEndian
	good := ggufSample(le)
	for n := range len(good) {
		if _, err := FromGGUF(good[:n]); !errors.Is(err, ErrFile) {
			t.Fatalf("cut to %d of %d bytes: %v", n, len(good), err)
		}
	}
	// tensor is a file with one array and no metadata, and 1 KiB of data.
	tensor := func(parts ...any) []byte {
		return append(ggufOf(le, append([]any{uint32(3), uint64(1), uint64(0)}, parts...)...), make([]byte, 1024)...)
	}
	pair := func(parts ...any) []byte {
		return append(ggufOf(le, append([]any{uint32(3), uint64(0), uint64(1)}, parts...)...), make([]byte, 1024)...)
	}
	two := func(shift uint64, name string) []byte {
		return append(ggufOf(le, uint32(2), uint64(2), uint64(0), "a", uint32(1), uint64(64), uint32(24), uint64(0), name, uint32(1), uint64(64), uint32(24), shift), make([]byte, 1024)...)
	}
	const max = uint64(math.MaxUint64)
	for name, b := range map[string][]byte{
		"good": tensor("a", uint32(1), uint64(256), uint32(24), uint64(0)), "no arrays": pair("k", uint32(0), uint8(1)), "two arrays": two(64, "b"), "an empty one": tensor("a", uint32(2), uint64(0), uint64(5), uint32(0), uint64(0)),
	} {
		if _, err := FromGGUF(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "another magic": []byte("GGML\x03\x00\x00\x00"), "version 0": ggufOf(le, uint32(0)), "version 1": ggufOf(le, uint32(1), uint32(0), uint32(0)), "version 4": ggufOf(le, uint32(4), uint64(0), uint64(0)),
		"all counts": ggufOf(le, uint32(3), max, max), "long name": tensor(le.AppendUint64(nil, max)), "type": tensor("a", uint32(1), uint64(1), uint32(99), uint64(0)), "removed type": tensor("a", uint32(1), uint64(32), uint32(4), uint64(0)),
		"5 axes": tensor("a", uint32(5), uint64(1), uint64(1), uint64(1), uint64(1), uint64(1), uint32(24), uint64(0)), "many axes": tensor("a", uint32(math.MaxUint32)),
		"half a block": tensor("a", uint32(1), uint64(16), uint32(2), uint64(0)), "block of one": tensor("a", uint32(0), uint32(2), uint64(0)),
		"overflow": tensor("a", uint32(2), uint64(1)<<40, uint64(1)<<40, uint32(0), uint64(0)), "all": tensor("a", uint32(1), max, uint32(24), uint64(0)), "empty overflow": tensor("a", uint32(2), uint64(0), max, uint32(0), uint64(0)),
		"far": tensor("a", uint32(1), uint64(1), uint32(24), uint64(1)<<62), "farther": tensor("a", uint32(1), uint64(1), uint32(24), max-31), "behind the end": tensor("a", uint32(1), uint64(32), uint32(24), uint64(1024)),
		"unaligned": tensor("a", uint32(1), uint64(1), uint32(24), uint64(1)), "too long": tensor("a", uint32(1), uint64(1100), uint32(24), uint64(0)), "overlap": two(32, "b"), "twice": two(64, "a"),
		"value type": pair("k", uint32(13)), "array of a type": pair("k", uint32(9), uint32(77), uint64(1)), "long array": pair("k", uint32(9), uint32(12), max), "long list": pair("k", uint32(9), uint32(8), max),
		"deep": pair(append([]any{"k", uint32(9)}, slices.Repeat([]any{uint32(9), uint64(1)}, 50)...)...), "key twice": ggufOf(le, uint32(3), uint64(0), uint64(2), "k", uint32(0), uint8(1), "k", uint32(0), uint8(1)),
		"alignment 0": pair("general.alignment", uint32(4), uint32(0)), "alignment 48": pair("general.alignment", uint32(4), uint32(48)), "alignment text": pair("general.alignment", uint32(8), "x"), "alignment huge": pair("general.alignment", uint32(4), uint32(math.MaxUint32)),
	} {
		if g, err := FromGGUF(b); !errors.Is(err, ErrFile) {
			t.Errorf("%s: %+v, %v", name, g, err)
		}
	}
	if _, err := FromGGUF(1.5); !errors.Is(err, ErrType) {
		t.Error(err)
	}
}

// Every type can be listed, and the blocks of a type are as long as its name says.
// TestGGUFKeyTwice repeats a key with values of both kinds, single ones and arrays, in
// a file that is opened and in one that changes afterwards.
func TestGGUFKeyTwice(t *testing.T) {
	single, array := []any{uint32(0), uint8(1)}, []any{uint32(9), uint32(0), uint64(1), uint8(1)}
	for _, first := range [][]any{single, array} {
		for _, second := range [][]any{single, array} {
			file := ggufOf(binary.LittleEndian, slices.Concat([]any{uint32(3), uint64(0), uint64(2), "k"}, first, []any{"l"}, second)...)
			g, err := FromGGUF(file)
			if err != nil {
				t.Fatal(err)
			}
			if values, err := g.MetadataValues(); err != nil || len(values) != 2 {
				t.Errorf("%v, %v", values, err)
			}
			file[bytes.IndexByte(file, 'l')] = 'k'
			if values, err := g.MetadataValues(); !errors.Is(err, ErrFile) {
				t.Errorf("values %v and %v: %v, %v", first, second, values, err)
			}
			if _, err := FromGGUF(file); !errors.Is(err, ErrFile) {
				t.Errorf("values %v and %v: %v", first, second, err)
			}
		}
	}
}

func TestGGUFTypes(t *testing.T) {
	for id, kind := range ggufTypes {
		dims := uint64(kind.block * 3)
		file := append(ggufOf(binary.LittleEndian, uint32(3), uint64(1), uint64(0), "a", uint32(1), dims, id, uint64(0)), make([]byte, 32+3*kind.size)...)
		g, err := FromGGUF(file)
		if err != nil {
			t.Errorf("%s: %v", kind.name, err)
			continue
		}
		v, err := g.View("a")
		if err != nil || v.buf.ItemSize != kind.size || v.buf.Shape[0] != 3 {
			t.Errorf("%s: %+v, %v", kind.name, v, err)
		}
		var bits int
		if n, _ := fmt.Sscanf(strings.TrimLeft(kind.name, "BFIMTXQ"), "%d", &bits); n == 1 && (kind.size*8 < bits*kind.block || kind.size*8 > (bits+3)*kind.block) {
			t.Errorf("%s: %d bytes for %d numbers", kind.name, kind.size, kind.block)
		}
	}
}

// FuzzGGUF: no bytes make the reader panic, every array of a file that it accepts can
// be read, and its header can be written again.
func FuzzGGUF(f *testing.F) {
	f.Add(ggufSample(binary.LittleEndian))
	f.Add(ggufSample(binary.BigEndian))
	header, err := AppendGGUFHeader(nil, ggufMetadata)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(header)
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := FromGGUF(b)
		if err != nil {
			if !errors.Is(err, ErrFile) {
				t.Fatal(err)
			}
			return
		}
		values, err := g.MetadataValues()
		if err != nil {
			t.Fatal(err)
		}
		header, err := AppendGGUFHeader(nil, values, g.List()...)
		if err != nil && !errors.Is(err, ErrValue) { // a name that is too long, for one
			t.Fatal(err)
		}
		if again, err2 := FromGGUF(append(header, make([]byte, len(b)+64*len(g.List()))...)); err == nil && (err2 != nil || len(again.List()) != len(g.List()) || !maps.Equal(again.Metadata(), g.Metadata())) {
			t.Fatalf("%+v became %+v, %v", g, again, err2)
		}
		total := 0
		for _, x := range g.List() {
			v, err := g.View(x.Name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.ToBytes(OrderC); err != nil {
				t.Fatal(err)
			}
			total += v.buf.Len
		}
		if total > len(b) {
			t.Fatalf("%d bytes of %d", total, len(b))
		}
	})
}

func ExampleFromGGUF() {
	file := ggufSample(binary.LittleEndian) // or a Mapping
	tensors, err := FromGGUF(file)
	if err != nil {
		panic(err)
	}
	for _, x := range tensors.List() {
		fmt.Println(x.Name, x.Type, x.Layout.Shape, "of", x.Layout.ItemSize, "bytes")
	}
	fmt.Println(tensors.Metadata()["general.architecture"])
	// Output:
	// w I16 [2 3] of 2 bytes
	// q Q4_0 [2 2] of 18 bytes
	// s BF16 [] of 2 bytes
	// llama
}
