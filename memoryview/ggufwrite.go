package memoryview

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"math/bits"
	"reflect"
	"slices"
	"unicode/utf8"
)

// Limits and defaults of the format, in bytes.
const (
	ggufAlign     = 32
	maxGGUFTensor = 64    // of the name of an array
	maxGGUFKey    = 65535 // of the name of a value
)

// WriteGGUF writes Views to w as a GGUF file of version 3, little-endian, in the
// order given. The type of a Named is one of the format, such as BF16 or Q4_0; without
// it, signed whole numbers and floats are written as what they are. A type that packs
// numbers in blocks is for items that are such blocks, as [FromGGUF] shows them.
//
// The metadata are strings, bools, sized integers and floats, slices of them, and
// []any of slices. A program that loads a file expects each value to have one certain
// type, so that int is refused. A "general.alignment", of type uint32, is that of the
// arrays in the file; it is 32 bytes otherwise.
//
// The error matches [ErrValue] if a name stands twice, is empty or too long, a string
// is not UTF-8, or the format has no such type, shape or value, or is that of
// [View.AsNative] or w.
func WriteGGUF(w io.Writer, metadata map[string]any, tensors ...Named) error {
	header, err := AppendGGUFHeader(nil, metadata, describe(tensors)...)
	if err != nil {
		return err
	}
	if _, err := writeAll(w, header, 0); err != nil {
		return err
	}
	align, err := ggufAlignment(metadata)
	if err != nil {
		return err
	}
	for _, x := range tensors {
		if err := x.writeLittleEndian(w); err != nil {
			return err
		}
		if _, err := writeAll(w, make([]byte, -x.View.buf.Len&(align-1)), 0); err != nil {
			return err
		}
	}
	return nil
}

// AppendGGUFHeader appends the header of a GGUF file to dst, for whoever makes the
// items piece by piece. They follow in the order of the tensors, each in C order and
// little-endian, and behind each array, the last one too, zeros up to a multiple of
// the alignment. Of a Tensor the name, the type and format as in [WriteGGUF], and the
// item size and shape of the layout count. The header, without what was in dst, has
// a length that is a multiple of the alignment.
//
// Metadata and errors are those of WriteGGUF.
func AppendGGUFHeader(dst []byte, metadata map[string]any, tensors ...Tensor) ([]byte, error) {
	align, err := ggufAlignment(metadata)
	if err != nil {
		return nil, err
	}
	b := append([]byte("GGUF"), 3, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(tensors)))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(metadata)))
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		if key == "" || len(key) > maxGGUFKey || !utf8.ValidString(key) {
			return nil, raise(ErrValue, "%.100q cannot be a key", key)
		}
		if b, err = appendGGUFValue(appendGGUFString(b, key), metadata[key]); err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
	}
	offset, seen := 0, map[string]bool{}
	for i := range tensors {
		x := &tensors[i]
		if x.Name == "" || len(x.Name) > maxGGUFTensor || seen[x.Name] || !utf8.ValidString(x.Name) {
			return nil, raise(ErrValue, "the name %.100q stands twice, is empty or longer than %d bytes, or is no text", x.Name, maxGGUFTensor)
		}
		seen[x.Name] = true
		if b, err = x.appendGGUFInfo(b, offset); err != nil {
			return nil, err
		}
		size := x.bytes()
		if offset += size + -size&(align-1); offset < 0 {
			return nil, raise(ErrValue, "the size of the file overflows")
		}
	}
	b = append(b, make([]byte, -len(b)&(align-1))...)
	return append(dst, b...), nil
}

// ggufAlignment returns the bytes that arrays are aligned to.
func ggufAlignment(metadata map[string]any) (int, error) {
	value, ok := metadata["general.alignment"]
	if !ok {
		return ggufAlign, nil
	}
	n, ok := value.(uint32)
	if !ok || bits.OnesCount32(n) != 1 || n > 1<<30 {
		return 0, raise(ErrValue, "general.alignment is %v, want a power of two as a uint32", value)
	}
	return int(n), nil
}

// appendGGUFInfo appends the description of an array at the given offset of the data.
func (x *Tensor) appendGGUFInfo(dst []byte, offset int) ([]byte, error) {
	id, err := x.ggufType()
	if err != nil {
		return nil, err
	}
	l := &x.Layout
	if _, ok := sizeOfShape(l.ItemSize, l.Shape); !ok || len(l.Shape) > maxGGUFDims {
		return nil, raise(ErrValue, "%q: shape %v of items of %d bytes overflows, or has more than %d axes", x.Name, l.Shape, l.ItemSize, maxGGUFDims)
	}
	block := ggufTypes[id].block
	if block > 1 && len(l.Shape) == 0 {
		return nil, raise(ErrValue, "%q: a block of %s needs an axis", x.Name, x.Type)
	}
	dst = appendGGUFString(dst, x.Name)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(l.Shape)))
	for i, n := range slices.Backward(l.Shape) {
		extent := uint64(n)
		if i == len(l.Shape)-1 {
			extent *= uint64(block)
		}
		if extent > math.MaxInt64 {
			return nil, raise(ErrValue, "%q: %d blocks of %d numbers overflow", x.Name, n, block)
		}
		dst = binary.LittleEndian.AppendUint64(dst, extent)
	}
	dst = binary.LittleEndian.AppendUint32(dst, id)
	return binary.LittleEndian.AppendUint64(dst, uint64(offset)), nil
}

// ggufType returns the number of the type of the items: the one that is asked for, or
// the one of their format.
func (x *Tensor) ggufType() (uint32, error) {
	f, err := parseFormat(x.Format)
	if err != nil {
		return 0, err
	}
	descr, err := NpyDescr(x.Format)
	if err != nil {
		return 0, err
	}
	for id, t := range ggufTypes {
		if t.size != f.size || t.size != x.Layout.ItemSize {
			continue
		}
		if x.Type == t.name {
			return id, nil
		}
		if x.Type == "" && t.name != "BF16" && t.formatOfItem != "" {
			if d, _ := NpyDescr(t.formatOfItem); d[1:] == descr[1:] {
				return id, nil
			}
		}
	}
	if x.Type == "" {
		return 0, raise(ErrValue, "%q: GGUF has no type for items of %d bytes and format %q", x.Name, x.Layout.ItemSize, x.Format)
	}
	return 0, raise(ErrValue, "%q: items of %d bytes and format %q cannot be %s", x.Name, x.Layout.ItemSize, x.Format, x.Type)
}

// appendGGUFValue appends the type of a value and the value.
func appendGGUFValue(dst []byte, value any) ([]byte, error) {
	kind, ok := ggufKind(reflect.TypeOf(value))
	if !ok {
		return nil, raise(ErrValue, "a value of type %T", value)
	}
	return appendGGUFContent(binary.LittleEndian.AppendUint32(dst, kind), value, 1)
}

// appendGGUFContent appends a value without its type, in so many arrays.
func appendGGUFContent(dst []byte, value any, depth int) ([]byte, error) {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.String {
		if !utf8.ValidString(v.String()) {
			return nil, raise(ErrValue, "the string %.100q is not UTF-8", v.String())
		}
		return appendGGUFString(dst, v.String()), nil
	}
	if v.Kind() != reflect.Slice {
		return binary.Append(dst, binary.LittleEndian, value)
	}
	kind, ok := ggufKind(v.Type().Elem())
	if !ok || depth > maxGGUFDepth {
		return nil, raise(ErrValue, "an array of type %T in arrays %d deep", value, depth)
	}
	dst = binary.LittleEndian.AppendUint32(dst, kind)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(v.Len()))
	if kind != ggufString && kind != ggufArray {
		return binary.Append(dst, binary.LittleEndian, value)
	}
	for i := range v.Len() {
		x := v.Index(i).Interface()
		if kind == ggufArray && (x == nil || reflect.TypeOf(x).Kind() != reflect.Slice) {
			return nil, raise(ErrValue, "a value of type %T among arrays", x)
		}
		var err error
		if dst, err = appendGGUFContent(dst, x, depth+1); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// ggufKind returns the number of the type of values of type t; values of any type
// have to be arrays.
func ggufKind(t reflect.Type) (uint32, bool) {
	if t == nil {
		return 0, false
	}
	switch t.Kind() {
	case reflect.String:
		return ggufString, true
	case reflect.Slice, reflect.Interface:
		return ggufArray, true
	}
	for kind, number := range ggufNumbers {
		if number.Kind() == t.Kind() {
			return kind, true
		}
	}
	return 0, false
}

func appendGGUFString(dst []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint64(dst, uint64(len(s))), s...)
}
