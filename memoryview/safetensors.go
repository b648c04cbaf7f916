package memoryview

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	strided "github.com/stridecopy/stridecopy/copy"
)

// safetensorsTypes are the types of items, by the name that files give them. What
// PEP 3118 has no code for is shown as the integers of the same size. Items are
// little-endian.
var safetensorsTypes = map[string]string{
	"BOOL": "?", "U8": "B", "I8": "b", "F8_E4M3": "B", "F8_E5M2": "B", "F8_E8M0": "B", "U16": "<H", "I16": "<h", "F16": "<e", "BF16": "<H",
	"U32": "<I", "I32": "<i", "F32": "<f", "U64": "<Q", "I64": "<q", "F64": "<d", "C64": "<Zf",
}

// maxSafetensorsHeader is the limit of the format's own library, in bytes.
const maxSafetensorsHeader = 100_000_000

// safetensorsEntry is what the header says about one array.
type safetensorsEntry struct {
	Dtype   *string  `json:"dtype"`
	Shape   []uint64 `json:"shape"`
	Offsets []uint64 `json:"data_offsets"`
}

// FromSafetensors reads the header of a .safetensors file. obj is an exporter of the
// file's bytes, as for [FromNpy]. Arrays are listed in the order of the header. As
// the format demands, they must fill the file without holes or overlaps.
//
// The error matches [ErrFile] if obj is no such file, or has types of less than a
// byte, or is that of [GetBuffer].
func FromSafetensors(obj any) (*Tensors, error) {
	t := &Tensors{obj: obj}
	err := withBytes(obj, func(file []byte) error {
		if len(file) < 8 {
			return safetensorsError("truncated header: %d bytes", len(file))
		}
		length := binary.LittleEndian.Uint64(file)
		if length > uint64(len(file)-8) || length > maxSafetensorsHeader {
			return safetensorsError("a header of %d bytes in a file of %d", length, len(file))
		}
		start := 8 + int(length)
		if err := t.readSafetensors(file[8:start], start); err != nil {
			return err
		}
		return checkFilled(t.list, start, len(file))
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// readSafetensors reads the header's JSON; the data begins at byte start of the
// file.
func (t *Tensors) readSafetensors(header []byte, start int) error {
	if !utf8.Valid(header) {
		return safetensorsError("the header is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(header))
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return safetensorsError("the header is no JSON object: %v", err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return safetensorsError("%w", err)
		}
		if err := t.readEntry(d, key.(string), start); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return safetensorsError("%w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return safetensorsError("the header goes on behind its object")
	}
	return nil
}

// readEntry reads the value of one key of the header.
func (t *Tensors) readEntry(d *json.Decoder, name string, start int) error {
	if name == "__metadata__" {
		if t.metadata != nil {
			return safetensorsError("the key %q stands twice", name)
		}
		if err := d.Decode(&t.metadata); err != nil {
			return safetensorsError("%s: %w", name, err)
		}
		return nil
	}
	var e safetensorsEntry
	if err := d.Decode(&e); err != nil {
		return safetensorsError("%q: %w", name, err)
	}
	if e.Dtype == nil || e.Shape == nil || len(e.Offsets) != 2 {
		return safetensorsError("%q lacks a dtype, a shape or two data_offsets", name)
	}
	format, ok := safetensorsTypes[*e.Dtype]
	if !ok {
		return safetensorsError("%q: unknown dtype %q", name, *e.Dtype)
	}
	itemSize, err := SizeOfItem(format)
	if err != nil {
		return err
	}
	shape := make([]int, len(e.Shape))
	for axis, n := range e.Shape {
		shape[axis] = int(min(n, math.MaxInt))
	}
	size, ok := sizeOfShape(itemSize, shape)
	if !ok || e.Offsets[0] > math.MaxInt-uint64(start) || e.Offsets[1]-e.Offsets[0] != uint64(size) || e.Offsets[1] < e.Offsets[0] {
		return safetensorsError("%q: data_offsets %d for shape %d of %s", name, e.Offsets, e.Shape, *e.Dtype)
	}
	l := strided.C(itemSize, shape...)
	l.Offset = start + int(e.Offsets[0])
	if !t.add(Tensor{name, *e.Dtype, nativeScalar(format), l}) {
		return safetensorsError("%q stands twice", name)
	}
	return nil
}

// checkFilled reports whether the arrays fill the bytes from start to end of a file.
func checkFilled(list []Tensor, start, end int) error {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b Tensor) int {
		// An array without items lies before the one that begins at the same byte.
		return cmp.Or(cmp.Compare(a.Layout.Offset, b.Layout.Offset), cmp.Compare(a.bytes(), b.bytes()))
	})
	for _, x := range sorted {
		if x.Layout.Offset != start {
			return safetensorsError("%q begins at byte %d of the file, the one before ends at %d", x.Name, x.Layout.Offset, start)
		}
		start += x.bytes()
		if start > end {
			return safetensorsError("%q ends at byte %d of %d", x.Name, start, end)
		}
	}
	if start != end {
		return safetensorsError("%d bytes belong to no array", end-start)
	}
	return nil
}

// bytes returns the size of the array, which has been proven to fit an int.
func (x *Tensor) bytes() int {
	size, _ := sizeOfShape(x.Layout.ItemSize, x.Layout.Shape)
	return size
}

func safetensorsError(format string, args ...any) error {
	return fmt.Errorf("%w: safetensors: "+format, append([]any{ErrFile}, args...)...)
}
