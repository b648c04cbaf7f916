package memoryview

import (
	"encoding/binary"
	"math"
	"strings"
)

// A structFormat is a format in the syntax of Python's struct module.
type structFormat struct {
	members []structMember
	size    int // bytes, without padding at the end
	order   binary.ByteOrder
}

// A structMember is a code with its count.
type structMember struct {
	char   byte
	count  int // values; for s, p and x bytes
	offset int // bytes from the start of the item
	size   int // bytes of one value
}

// parseStruct parses a format. The error matches [ErrStruct], or
// [ErrUnicodeEncode] if the format is not ASCII.
func parseStruct(format string) (*structFormat, error) {
	if i := strings.IndexFunc(format, func(r rune) bool { return r >= 128 }); i >= 0 {
		return nil, errNotASCII(i)
	}
	f := &structFormat{order: hostOrder}
	native, codes := f.byteOrder(format)
	for codes = skipSpace(codes); codes != ""; codes = skipSpace(codes) {
		count, rest, err := structCount(codes)
		if err != nil {
			return nil, err
		}
		if rest == "" {
			return nil, raise(ErrStruct, "repeat count given without format specifier")
		}
		if err := f.add(rest[0], count, native); err != nil {
			return nil, err
		}
		codes = rest[1:]
	}
	return f, nil
}

// byteOrder takes the order character from the front, if there is one.
func (f *structFormat) byteOrder(format string) (native bool, codes string) {
	if format == "" {
		return true, ""
	}
	switch format[0] {
	case '@':
		return true, format[1:]
	case '=':
		return false, format[1:]
	case '<':
		f.order = binary.LittleEndian
		return false, format[1:]
	case '>', '!':
		f.order = binary.BigEndian
		return false, format[1:]
	}
	return true, format
}

func skipSpace(s string) string { return strings.TrimLeft(s, " \t\n\v\f\r") }

// structCount takes a count from the front; without one it is 1.
func structCount(s string) (count int, rest string, err error) {
	if s[0] < '0' || s[0] > '9' {
		return 1, s, nil
	}
	for s != "" && s[0] >= '0' && s[0] <= '9' {
		digit := int(s[0] - '0')
		if count > (math.MaxInt-digit)/10 {
			return 0, "", errStructSize
		}
		count, s = count*10+digit, s[1:]
	}
	return count, s, nil
}

var errStructSize = raise(ErrStruct, "total struct size too long")

// add appends a member, aligned to its size if the format is native.
func (f *structFormat) add(char byte, count int, native bool) error {
	size, ok := structSize(char, native)
	if !ok {
		return raise(ErrStruct, "bad char in struct format")
	}
	if native && f.size%size != 0 {
		pad := size - f.size%size
		if f.size > math.MaxInt-pad {
			return errStructSize
		}
		f.size += pad
	}
	if count > (math.MaxInt-f.size)/size {
		return errStructSize
	}
	f.members = append(f.members, structMember{char, count, f.size, size})
	f.size += count * size
	return nil
}

// structSize returns the bytes of one value of a code.
func structSize(char byte, native bool) (int, bool) {
	switch char {
	case 'x', 's', 'p':
		return 1, true
	case 'n', 'N', 'P':
		return 8, native
	case 'l', 'L':
		if !native {
			return 4, true
		}
	}
	size := typeOf(char).size
	return size, size > 0
}

// SizeFromFormat returns the bytes of an item of a format in the syntax of Python's
// struct module. It is PyBuffer_SizeFromFormat. The error matches [ErrStruct], or
// [ErrUnicodeEncode] if the format is not ASCII.
func SizeFromFormat(format string) (int, error) {
	f, err := parseStruct(format)
	if err != nil {
		return 0, err
	}
	return f.size, nil
}

// unpack returns the value of an item: that of the only member, or a [Tuple].
func (f *structFormat) unpack(item []byte) (any, error) {
	if f.size > len(item) {
		return nil, raise(ErrStruct, "unpack_from requires a buffer of at least %d bytes for unpacking %d bytes at offset 0 (actual buffer size is %d)", f.size, f.size, len(item))
	}
	values := Tuple{}
	for _, m := range f.members {
		at := item[m.offset:]
		switch m.char {
		case 'x':
		case 's':
			values = append(values, at[:m.count:m.count])
		case 'p':
			values = append(values, pascal(at[:m.count:m.count]))
		default:
			t := typeOf(m.char)
			for i := range m.count {
				values = append(values, t.decode(at[i*m.size:(i+1)*m.size], f.order))
			}
		}
	}
	if len(values) == 1 {
		return values[0], nil
	}
	return values, nil
}

// pascal returns the bytes of a string that begins with its length.
func pascal(field []byte) []byte {
	if len(field) == 0 {
		return field
	}
	return field[1 : 1+min(int(field[0]), len(field)-1)]
}
