package memoryview

import (
	"encoding/binary"
	"math"
)

// hostOrder is the byte order of native items. Only tests set it, to read the
// memory of another machine.
var hostOrder binary.ByteOrder = binary.NativeEndian

// itemKind says how the bytes of a native format are read.
type itemKind uint8

const (
	unknownItem itemKind = iota
	signedItem
	unsignedItem
	pointerItem // unsigned, but negative values may be written
	floatItem
	boolItem
	byteItem
)

// itemType is a native format: a row of the table of CPython's struct module for a
// 64-bit Unix.
type itemType struct {
	kind itemKind
	size int // bytes, and the alignment too
}

var itemTypes = [128]itemType{
	'c': {byteItem, 1}, 'b': {signedItem, 1}, 'B': {unsignedItem, 1}, '?': {boolItem, 1},
	'h': {signedItem, 2}, 'H': {unsignedItem, 2}, 'i': {signedItem, 4}, 'I': {unsignedItem, 4},
	'l': {signedItem, 8}, 'L': {unsignedItem, 8}, 'q': {signedItem, 8}, 'Q': {unsignedItem, 8},
	'n': {signedItem, 8}, 'N': {unsignedItem, 8}, 'P': {pointerItem, 8},
	'e': {floatItem, 2}, 'f': {floatItem, 4}, 'd': {floatItem, 8},
}

// typeOf returns the row of a character, of unknownItem if there is none.
func typeOf(char byte) itemType {
	if char >= 128 {
		return itemType{}
	}
	return itemTypes[char]
}

// nativeChar returns the character of a format that is a single one, alone or after
// an @. It need not be known.
func nativeChar(format string) (byte, bool) {
	if len(format) == 2 && format[0] == '@' {
		return format[1], true
	}
	if len(format) == 1 && format[0] != '@' {
		return format[0], true
	}
	return 0, false
}

// itemChar is nativeChar with CPython's error.
func (b *Buffer) itemChar() (byte, error) {
	char, ok := nativeChar(b.Format)
	if !ok {
		return 0, raise(ErrNotImplemented, "memoryview: unsupported format %s", b.Format)
	}
	return char, nil
}

// readItem returns the value of the item of a native format at p.
func readItem(p Pointer, char byte) (any, error) {
	t := typeOf(char)
	if t.kind == unknownItem {
		return nil, errUnknownItem(char)
	}
	item, err := p.item(t.size)
	if err != nil {
		return nil, err
	}
	return t.decode(item, hostOrder), nil
}

func errUnknownItem(char byte) error {
	return raise(ErrNotImplemented, "memoryview: format %c not supported", char)
}

// decode returns the value of an item of len(item) bytes, which may be another size
// than the native one.
func (t itemType) decode(item []byte, order binary.ByteOrder) any {
	switch bits := loadBits(item, order); t.kind {
	case signedItem:
		unused := 64 - 8*len(item)
		return int64(bits<<unused) >> unused
	case floatItem:
		return floatOf(bits, len(item))
	case boolItem:
		return bits != 0
	case byteItem:
		return []byte{item[0]}
	default:
		return bits
	}
}

func loadBits(item []byte, order binary.ByteOrder) uint64 {
	switch len(item) {
	case 1:
		return uint64(item[0])
	case 2:
		return uint64(order.Uint16(item))
	case 4:
		return uint64(order.Uint32(item))
	}
	return order.Uint64(item)
}

func floatOf(bits uint64, size int) float64 {
	switch size {
	case 2:
		return halfToFloat(uint16(bits))
	case 4:
		return singleToFloat(uint32(bits))
	}
	return math.Float64frombits(bits)
}

// packItem returns the bytes of value as an item of a native format.
func packItem(char byte, value any) ([]byte, error) {
	t := typeOf(char)
	if t.kind == unknownItem {
		return nil, errUnknownItem(char)
	}
	bits, err := t.encode(char, value)
	if err != nil {
		return nil, err
	}
	item := make([]byte, 8)
	switch t.size {
	case 1:
		item[0] = byte(bits)
	case 2:
		hostOrder.PutUint16(item, uint16(bits))
	case 4:
		hostOrder.PutUint32(item, uint32(bits))
	default:
		hostOrder.PutUint64(item, bits)
	}
	return item[:t.size], nil
}

func errItemType(char byte) error {
	return raise(ErrType, "memoryview: invalid type for format '%c'", char)
}

func errItemValue(char byte) error {
	return raise(ErrValue, "memoryview: invalid value for format '%c'", char)
}

// encode returns the bits of an item, as many as it has.
func (t itemType) encode(char byte, value any) (uint64, error) {
	switch t.kind {
	case floatItem:
		return encodeFloat(char, t.size, value)
	case boolItem:
		set, err := truth(value)
		if err != nil || !set {
			return 0, err
		}
		return 1, nil
	case byteItem:
		b, ok := value.([]byte)
		if !ok {
			return 0, errItemType(char)
		}
		if len(b) != 1 {
			return 0, errItemValue(char)
		}
		return uint64(b[0]), nil
	}
	return t.encodeInteger(char, value)
}

func (t itemType) encodeInteger(char byte, value any) (uint64, error) {
	toWhole := index
	if t.kind == pointerItem {
		toWhole = integer
	}
	w, ok := toWhole(value)
	if !ok {
		return 0, errItemType(char)
	}
	limit := uint64(math.MaxUint64) >> (64 - 8*t.size)
	if t.kind == signedItem || t.kind == pointerItem && w.negative {
		limit >>= 1
		if w.negative {
			limit++
		}
	} else if w.negative {
		limit = 0
	}
	if w.big != nil || w.magnitude > limit {
		return 0, errItemValue(char)
	}
	if w.negative {
		return -w.magnitude, nil
	}
	return w.magnitude, nil
}

func encodeFloat(char byte, size int, value any) (uint64, error) {
	f, ok := float(value)
	if x, is := value.(Floater); is {
		f, ok = x.Float(), true
	}
	if !ok {
		w, isWhole := index(value)
		if !isWhole {
			return 0, errItemType(char)
		}
		if f, ok = w.float64(); !ok {
			return 0, errItemValue(char)
		}
	}
	switch size {
	case 2:
		half, ok := floatToHalf(f)
		if !ok {
			return 0, errItemValue(char)
		}
		return uint64(half), nil
	case 4:
		return uint64(floatToSingle(f)), nil
	}
	return math.Float64bits(f), nil
}
