package memoryview

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	strided "github.com/stridecopy/stridecopy/copy"
)

// A ggufType is how a type of GGUF files stores its numbers: as items, or packed in
// blocks of several, whose bytes are then one item.
type ggufType struct {
	name         string
	block        int    // numbers in a block
	size         int    // bytes of a block
	formatOfItem string // without a byte order; empty for blocks and what PEP 3118 lacks
}

var ggufTypes = map[uint32]ggufType{
	0: {"F32", 1, 4, "f"}, 1: {"F16", 1, 2, "e"}, 28: {"F64", 1, 8, "d"}, 30: {"BF16", 1, 2, "H"},
	24: {"I8", 1, 1, "b"}, 25: {"I16", 1, 2, "h"}, 26: {"I32", 1, 4, "i"}, 27: {"I64", 1, 8, "q"},
	2: {"Q4_0", 32, 18, ""}, 3: {"Q4_1", 32, 20, ""}, 6: {"Q5_0", 32, 22, ""}, 7: {"Q5_1", 32, 24, ""}, 8: {"Q8_0", 32, 34, ""},
	10: {"Q2_K", 256, 84, ""}, 11: {"Q3_K", 256, 110, ""}, 12: {"Q4_K", 256, 144, ""}, 13: {"Q5_K", 256, 176, ""}, 14: {"Q6_K", 256, 210, ""}, 15: {"Q8_K", 256, 292, ""},
	16: {"IQ2_XXS", 256, 66, ""}, 17: {"IQ2_XS", 256, 74, ""}, 18: {"IQ3_XXS", 256, 98, ""}, 19: {"IQ1_S", 256, 50, ""}, 20: {"IQ4_NL", 32, 18, ""},
	21: {"IQ3_S", 256, 110, ""}, 22: {"IQ2_S", 256, 82, ""}, 23: {"IQ4_XS", 256, 136, ""}, 29: {"IQ1_M", 256, 56, ""},
	34: {"TQ1_0", 256, 54, ""}, 35: {"TQ2_0", 256, 66, ""}, 39: {"MXFP4", 32, 17, ""},
}

// format returns the format of an item in PEP 3118.
func (t ggufType) format(order binary.ByteOrder) string {
	switch {
	case t.formatOfItem == "":
		return strconv.Itoa(t.size) + "s"
	case t.size == 1:
		return t.formatOfItem
	case sameOrder(order, binary.BigEndian):
		return nativeScalar(">" + t.formatOfItem)
	}
	return nativeScalar("<" + t.formatOfItem)
}

const (
	maxGGUFDims  = 4
	maxGGUFDepth = 16 // of arrays of arrays in the metadata
)

// FromGGUF reads the header of a GGUF file, of version 2 or 3 and of either byte
// order. obj is an exporter of the file's bytes, as for [FromNpy]. The shapes are
// those of C order: GGUF itself names the axis that varies fastest first. Where a
// type packs numbers in blocks, an item is a block, of the format 18s, say, and the
// last axis counts blocks. The metadata are the single values of the header.
//
// The error matches [ErrFile] if obj is no such file or has a type that is not
// known, or is that of [GetBuffer].
func FromGGUF(obj any) (*Tensors, error) {
	t := &Tensors{obj: obj, metadata: map[string]string{}, values: ggufValues}
	if err := withBytes(obj, t.readGGUF); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Tensors) readGGUF(file []byte) error {
	r := ggufReader{file: file}
	tensors, pairs := r.begin()
	for ; pairs > 0 && r.err == nil; pairs-- {
		key, value := r.pair()
		if value != nil {
			t.metadata[key] = fmt.Sprint(value)
		}
	}
	for ; tensors > 0 && r.err == nil; tensors-- {
		t.readInfo(&r)
	}
	if r.err != nil {
		return r.err
	}
	return t.placeGGUF(r.pos, len(file))
}

// ggufValues returns the metadata with the types of the file.
func ggufValues(file []byte) (map[string]any, error) {
	r := ggufReader{file: file, arrays: true}
	values := map[string]any{}
	_, pairs := r.begin()
	for ; pairs > 0 && r.err == nil; pairs-- {
		key, value := r.pair()
		values[key] = value
	}
	return values, r.err
}

// readInfo reads the description of one array; its offset counts from the data,
// whose place is known later.
func (t *Tensors) readInfo(r *ggufReader) {
	name := r.str()
	dims := make([]uint64, min(r.u32(), maxGGUFDims+1))
	for i := range dims {
		dims[i] = r.u64()
	}
	id, offset := r.u32(), r.u64()
	if r.err != nil {
		return
	}
	kind, known := ggufTypes[id]
	shape := make([]int, len(dims))
	for i, n := range dims {
		shape[len(dims)-1-i] = int(min(n, math.MaxInt))
	}
	if len(dims) > 0 {
		last := len(dims) - 1
		known = known && shape[last]%kind.block == 0
		shape[last] /= max(kind.block, 1)
	} else {
		known = known && kind.block == 1
	}
	if !known || len(dims) > maxGGUFDims {
		r.fail("%q: shape %d of type %d", name, dims, id)
		return
	}
	if _, ok := sizeOfShape(kind.size, shape); !ok || offset > math.MaxInt {
		r.fail("%q: shape %d of %s at %d overflows", name, dims, kind.name, offset)
		return
	}
	l := strided.C(kind.size, shape...)
	l.Offset = int(offset)
	if !t.add(Tensor{name, kind.name, kind.format(r.order), l}) {
		r.fail("%q stands twice", name)
	}
}

// placeGGUF moves the offsets to the start of the data, behind a header that ends at
// byte end of a file of size bytes, and proves that the arrays lie there one behind
// the other.
func (t *Tensors) placeGGUF(end, size int) error {
	align := 32
	if value, ok := t.metadata["general.alignment"]; ok {
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil || n == 0 || n&(n-1) != 0 {
			return ggufError("an alignment of %s", value)
		}
		align = int(n)
	}
	if pad := -end & (align - 1); pad <= math.MaxInt-end {
		end += pad
	}
	sorted := make([]*Tensor, len(t.list))
	for i := range t.list {
		x := &t.list[i]
		if x.Layout.Offset%align != 0 || x.Layout.Offset > math.MaxInt-end {
			return ggufError("%q begins at byte %d of the data, the alignment is %d", x.Name, x.Layout.Offset, align)
		}
		x.Layout.Offset += end
		sorted[i] = x
	}
	slices.SortStableFunc(sorted, func(a, b *Tensor) int {
		return cmp.Or(cmp.Compare(a.Layout.Offset, b.Layout.Offset), cmp.Compare(a.bytes(), b.bytes()))
	})
	for _, x := range sorted {
		if x.Layout.Offset < end || x.bytes() > size-x.Layout.Offset {
			return ggufError("%q: %d bytes at %d of %d overlap another array or the end", x.Name, x.bytes(), x.Layout.Offset, size)
		}
		end = x.Layout.Offset + x.bytes()
	}
	return nil
}

func ggufError(format string, args ...any) error {
	return fmt.Errorf("%w: gguf: "+format, append([]any{ErrFile}, args...)...)
}
