package memoryview

import (
	"reflect"
	"sync"
	"unsafe"

	strided "github.com/stridecopy/stridecopy/copy"
)

// Of returns a View of the memory of s, one dimension, which may be written. Its
// format is that of T in PEP 3118: a native character for a number, (2,3)f for an
// array, T{...} with the names of its fields for a struct, wherever the fields lie.
// The exporter, [View.Base], is s.
//
// T is any type of a size above 0 that holds no pointers; for others the error
// matches [ErrType], and [strided.ErrPointers] if there is a pointer.
func Of[T any](s []T) (*View, error) {
	t := reflect.TypeFor[T]()
	format, err := formatOf(t)
	if err != nil {
		return nil, err
	}
	mem := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(t.Size()))
	return newView(s, mem, format, strided.C(int(t.Size()), len(s)))
}

// OfArray returns a View of the variable that p points to, which may be written. An
// array becomes the dimensions of the View, arrays of arrays included; anything
// else is a View without dimensions. The format is that of the elements, as that of
// [Of]. The exporter, [View.Base], is p.
//
// The error matches [ErrValue] if p is nil, and else is that of [Of].
func OfArray[T any](p *T) (*View, error) {
	if p == nil {
		return nil, raise(ErrValue, "a nil *%v has no memory", reflect.TypeFor[T]())
	}
	t := reflect.TypeFor[T]()
	size, shape := t.Size(), []int{}
	for ; t.Kind() == reflect.Array; t = t.Elem() {
		shape = append(shape, t.Len())
	}
	format, err := formatOf(t)
	if err != nil {
		return nil, err
	}
	mem := unsafe.Slice((*byte)(unsafe.Pointer(p)), size)
	return newView(p, mem, format, strided.C(int(t.Size()), shape...))
}

// formats caches the format strings of types, and the errors of those that have
// none.
var formats sync.Map // reflect.Type to string or error

func formatOf(t reflect.Type) (string, error) {
	found, ok := formats.Load(t)
	if !ok {
		found = deriveFormat(t)
		formats.Store(t, found)
	}
	if err, bad := found.(error); bad {
		return "", err
	}
	return found.(string), nil
}

func deriveFormat(t reflect.Type) any {
	if t.Size() == 0 {
		return raise(ErrType, "%v has no bytes", t)
	}
	format, err := appendType(nil, t, true)
	if err != nil {
		return raise(ErrType, "%v: %w", t, err)
	}
	return string(format)
}

// appendType appends the format of t. Structs are written in standard sizes with
// all padding explicit, since the alignment of Go is not that of C everywhere: the
// outermost one says so.
func appendType(dst []byte, t reflect.Type, outermost bool) ([]byte, error) {
	switch t.Kind() {
	case reflect.Array:
		shape := []int{}
		for ; t.Kind() == reflect.Array; t = t.Elem() {
			shape = append(shape, t.Len())
		}
		return appendType(appendShape(dst, shape), t, outermost)
	case reflect.Struct:
		dst = append(dst, "T{"...)
		if outermost {
			dst = append(dst, '=')
		}
		return appendFields(dst, t)
	case reflect.Bool:
		return append(dst, '?'), nil
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		return append(dst, "bh-i---q"[t.Size()-1]), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint, reflect.Uintptr:
		return append(dst, "BH-I---Q"[t.Size()-1]), nil
	case reflect.Float32:
		return append(dst, 'f'), nil
	case reflect.Float64:
		return append(dst, 'd'), nil
	case reflect.Complex64:
		return append(dst, "Zf"...), nil
	case reflect.Complex128:
		return append(dst, "Zd"...), nil
	}
	return nil, raise(ErrType, "%w: %v", strided.ErrPointers, t)
}

// appendFields appends the fields of a struct and the bytes between and behind them.
// Fields without a name, or without bytes, are padding.
func appendFields(dst []byte, t reflect.Type) (_ []byte, err error) {
	end := 0
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Type.Size() == 0 {
			continue
		}
		before := len(dst)
		dst = appendPadding(dst, int(field.Offset)-end)
		if dst, err = appendType(dst, field.Type, false); err != nil {
			return nil, raise(ErrType, "field %s: %w", field.Name, err)
		}
		if field.Name == "_" {
			dst = dst[:before]
			continue
		}
		end = int(field.Offset + field.Type.Size())
		dst = append(dst, ":"+field.Name+":"...)
	}
	return append(appendPadding(dst, int(t.Size())-end), '}'), nil
}
