package memoryview

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"
	"unicode/utf8"
)

// WriteSafetensors writes Views to w as a .safetensors file: larger items first, as
// the format's own library does, so that all are aligned. The type of a Named is a
// dtype of the format; without it whole numbers, floats, bool and Zf are written as
// what they are. metadata may be nil.
//
// The error matches [ErrValue] if a name stands twice, items have no dtype or a string
// is not UTF-8, or is that of [View.AsNative] or w.
func WriteSafetensors(w io.Writer, metadata map[string]string, tensors ...Named) error {
	tensors = slices.Clone(tensors)
	slices.SortStableFunc(tensors, func(a, b Named) int { return b.View.buf.ItemSize - a.View.buf.ItemSize })
	header, err := AppendSafetensorsHeader(nil, metadata, describe(tensors)...)
	if err != nil {
		return err
	}
	if _, err := writeAll(w, header, 0); err != nil {
		return err
	}
	for _, x := range tensors {
		if err := x.writeLittleEndian(w); err != nil {
			return err
		}
	}
	return nil
}

// AppendSafetensorsHeader appends the header of a .safetensors file to dst, for
// whoever makes the items piece by piece. They follow without gaps in the order of
// the tensors, each in C order and little-endian. Of a Tensor the name, the type and
// format as in [WriteSafetensors], and the item size and shape of the layout count.
// The data begins at a multiple of 8 bytes, metadata may be nil.
//
// The error matches [ErrValue] if a name stands twice, items have no dtype or a string
// is not UTF-8, or is that of [SizeOfItem].
func AppendSafetensorsHeader(dst []byte, metadata map[string]string, tensors ...Tensor) ([]byte, error) {
	entries := map[string]any{}
	for key, text := range metadata {
		if !utf8.ValidString(key) || !utf8.ValidString(text) {
			return nil, raise(ErrValue, "the metadata %.100q: %.100q are not UTF-8", key, text)
		}
	}
	if metadata != nil {
		entries["__metadata__"] = metadata
	}
	offset := 0
	for i := range tensors {
		x := &tensors[i]
		dtype, err := x.safetensorsType()
		if err != nil {
			return nil, err
		}
		if _, twice := entries[x.Name]; twice || x.Name == "__metadata__" || !utf8.ValidString(x.Name) {
			return nil, raise(ErrValue, "the name %q stands twice or cannot be used", x.Name)
		}
		size, ok := sizeOfShape(x.Layout.ItemSize, x.Layout.Shape)
		if !ok || offset+size < offset {
			return nil, raise(ErrValue, "%q: shape %v of items of %d bytes overflows", x.Name, x.Layout.Shape, x.Layout.ItemSize)
		}
		entries[x.Name] = map[string]any{"dtype": dtype, "shape": append([]int{}, x.Layout.Shape...), "data_offsets": [2]int{offset, offset + size}}
		offset += size
	}
	text, err := json.Marshal(entries)
	if err != nil {
		return nil, err
	}
	text = append(text, bytes.Repeat([]byte{' '}, -len(text)&7)...)
	return append(binary.LittleEndian.AppendUint64(dst, uint64(len(text))), text...), nil
}

// safetensorsType returns the dtype of the items: the one that is asked for, or the
// one of their format.
func (x *Tensor) safetensorsType() (string, error) {
	f, err := parseFormat(x.Format)
	if err != nil {
		return "", err
	}
	if x.Type != "" {
		size, err := SizeOfItem(safetensorsTypes[x.Type])
		if err != nil || size != x.Layout.ItemSize || f.size != size {
			return "", raise(ErrValue, "%q: items of %d bytes and format %q cannot be %s", x.Name, x.Layout.ItemSize, x.Format, x.Type)
		}
		return x.Type, nil
	}
	descr, err := NpyDescr(x.Format)
	if err != nil {
		return "", err
	}
	for _, dtype := range []string{"BOOL", "U8", "I8", "U16", "I16", "F16", "U32", "I32", "F32", "U64", "I64", "F64", "C64"} {
		if d, _ := NpyDescr(safetensorsTypes[dtype]); d[1:] == descr[1:] && f.size == x.Layout.ItemSize {
			return dtype, nil
		}
	}
	return "", raise(ErrValue, "%q: items of %d bytes and format %q have no dtype", x.Name, x.Layout.ItemSize, x.Format)
}
