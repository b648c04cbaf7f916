package memoryview

import (
	"encoding/binary"
	"math"
	"reflect"
)

// A ggufReader reads a header from the front; after an error it gives zeros.
type ggufReader struct {
	file   []byte
	pos    int
	order  binary.ByteOrder
	arrays bool            // of the metadata are wanted, too
	keys   map[string]bool // of the metadata, as far as read
	err    error
}

func (r *ggufReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = ggufError(format, args...)
	}
}

// take returns the next n bytes, or as many zeros as a number has.
func (r *ggufReader) take(n uint64) []byte {
	if n > uint64(len(r.file)-r.pos) {
		r.fail("truncated header: %d bytes at %d of %d", n, r.pos, len(r.file))
	}
	if r.err != nil {
		return make([]byte, min(n, 8))
	}
	b := r.file[r.pos : r.pos+int(n)]
	r.pos += int(n)
	return b
}

func (r *ggufReader) u32() uint32 { return r.order.Uint32(r.take(4)) }
func (r *ggufReader) u64() uint64 { return r.order.Uint64(r.take(8)) }
func (r *ggufReader) str() string { return string(r.take(r.u64())) }

// begin reads up to the metadata: how many arrays and pairs the header describes.
func (r *ggufReader) begin() (tensors, pairs uint64) {
	r.order, r.keys = binary.LittleEndian, map[string]bool{}
	if string(r.take(4)) != "GGUF" {
		r.fail("the file does not begin with GGUF")
	}
	version := r.u32()
	if version&0xffff == 0 { // the bytes of a small number, turned around
		r.order = binary.BigEndian
		version = version>>24 | version>>8&0xff00
	}
	if version != 2 && version != 3 {
		r.fail("version %d is not 2 or 3", version)
	}
	return r.u64(), r.u64()
}

// pair reads a key of the metadata, which must be new, and its value.
func (r *ggufReader) pair() (key string, value any) {
	key = r.str()
	if r.keys[key] {
		r.fail("the key %q stands twice", key)
	}
	r.keys[key] = true
	return key, r.value(r.u32(), 0)
}

// The numbers of the types of metadata that are no numbers themselves.
const (
	ggufString = 8
	ggufArray  = 9
)

// ggufNumbers are the types of the numbers in metadata.
var ggufNumbers = map[uint32]reflect.Type{
	0: reflect.TypeFor[uint8](), 1: reflect.TypeFor[int8](), 2: reflect.TypeFor[uint16](), 3: reflect.TypeFor[int16](),
	4: reflect.TypeFor[uint32](), 5: reflect.TypeFor[int32](), 10: reflect.TypeFor[uint64](), 11: reflect.TypeFor[int64](),
	6: reflect.TypeFor[float32](), 12: reflect.TypeFor[float64](), 7: reflect.TypeFor[bool](),
}

// value reads a value of the given type. Unless they are wanted arrays are passed
// over: they are nil.
func (r *ggufReader) value(kind uint32, depth int) any {
	if t, ok := ggufNumbers[kind]; ok {
		x := reflect.New(t)
		r.decode(x.Interface(), r.take(uint64(t.Size())))
		return x.Elem().Interface()
	}
	switch {
	case kind == ggufString:
		return r.str()
	case kind != ggufArray || depth == maxGGUFDepth:
		r.fail("a value of type %d in arrays %d deep", kind, depth)
		return nil
	}
	return r.array(r.u32(), r.u64(), depth)
}

// array reads n values of the given type: as a slice of numbers or strings, or a
// []any of arrays.
func (r *ggufReader) array(kind uint32, n uint64, depth int) any {
	if t, ok := ggufNumbers[kind]; ok {
		size := uint64(t.Size())
		b := r.take(min(n, math.MaxUint64/size) * size)
		if !r.arrays || r.err != nil {
			return nil
		}
		x := reflect.MakeSlice(reflect.SliceOf(t), int(n), int(n))
		r.decode(x.Interface(), b)
		return x.Interface()
	}
	texts, lists := []string{}, []any{}
	for ; n > 0 && r.err == nil; n-- {
		if kind == ggufString {
			if text := r.take(r.u64()); r.arrays {
				texts = append(texts, string(text))
			}
		} else if list := r.value(kind, depth+1); r.arrays {
			lists = append(lists, list)
		}
	}
	switch {
	case !r.arrays || r.err != nil:
		return nil
	case kind == ggufString:
		return texts
	}
	return lists
}

// decode sets the number that x points to, or the numbers of the slice x.
func (r *ggufReader) decode(x any, b []byte) {
	if _, err := binary.Decode(b, r.order, x); err != nil {
		r.fail("%w", err)
	}
}
