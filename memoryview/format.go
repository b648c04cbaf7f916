package memoryview

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	strided "github.com/stridecopy/stridecopy/copy"
)

// SizeFromFormat returns the bytes of one item of a format in the syntax of
// Python's struct module, as PyBuffer_SizeFromFormat does: without padding at the
// end. The error matches [ErrStruct] where the format is none, also if it is one of
// PEP 3118 that struct does not know, and [ErrUnicodeEncode] if it is not ASCII.
func SizeFromFormat(format string) (int, error) {
	f, err := parseStruct(format)
	if err != nil {
		return 0, err
	}
	return f.size, nil
}

// SizeOfItem returns the bytes of one item of a format in the full syntax of PEP
// 3118, which goes beyond [SizeFromFormat]: records T{...} with :names:, sub-arrays
// (2,3)f, complex numbers Zf Zd Zg, long doubles g of 16 bytes, characters u of 2
// and w of 4, byte orders anywhere and ^ for native sizes without alignment.
//
// The error matches [ErrStruct] where the format is none, and [ErrNotImplemented]
// and [strided.ErrPointers] where its items hold pointers: O, & and X.
func SizeOfItem(format string) (int, error) {
	f, err := parseFormat(format)
	if err != nil {
		return 0, err
	}
	return f.size, nil
}

// A format is a parsed format string: what one item consists of.
type format struct {
	members []member // in the order of their offsets; padding is no member
	size    int      // bytes
	align   int      // bytes, of the members that are aligned; 1 if none is
}

// A member is an element of a format, or several equal ones in a row.
type member struct {
	name   string // empty if it has none
	code   byte   // the format character; C for complex numbers, T for a record
	part   byte   // of C: the float that it has two of
	order  binary.ByteOrder
	offset int     // bytes from the start of the item or the record
	size   int     // bytes of one element; those of a whole string for s p u w
	count  int     // elements in a row
	shape  []int   // of the sub-array of such rows; nil if there is none
	record *format // of T
}

// total returns the number of elements, sub-array included.
func (m *member) total() int {
	n := m.count
	for _, extent := range m.shape {
		n *= extent
	}
	return n
}

// parseStruct parses the syntax of Python's struct module, and nothing beyond.
func parseStruct(s string) (*format, error) {
	if err := checkASCII(s); err != nil {
		return nil, err
	}
	p := formatParser{text: s, order: '@'}
	if s != "" && strings.IndexByte("@=<>!", s[0]) >= 0 {
		p.setOrder(s[0])
	}
	return p.members()
}

// parseFormat parses the syntax of PEP 3118.
func parseFormat(s string) (*format, error) {
	p := formatParser{text: s, order: '@', pep: true}
	f, err := p.members()
	if err != nil {
		return nil, fmt.Errorf("%w, at byte %d of format %.100q", err, p.pos, s)
	}
	return f, nil
}

// A formatParser reads a format string from left to right.
type formatParser struct {
	text  string
	pos   int
	order byte // @ ^ = < >, what holds at pos
	pep   bool // PEP 3118, not struct only
	depth int  // of records around pos
}

// maxFormatDepth bounds the recursion that a hostile format can cause.
const maxFormatDepth = 64

var (
	errBadChar   = raise(ErrStruct, "bad char in struct format")
	errNoCode    = raise(ErrStruct, "repeat count given without format specifier")
	errTooLong   = raise(ErrStruct, "total struct size too long")
	errNull      = raise(ErrStruct, "embedded null character")
	errEndless   = raise(ErrStruct, "a record, shape or name in the format does not end")
	errDepth     = raise(ErrStruct, "records in the format are nested deeper than %d", maxFormatDepth)
	errRank      = raise(ErrStruct, "a sub-array in the format has more than %d dimensions", strided.MaxRank)
	errNoBytes   = raise(ErrStruct, "many elements of no bytes in the format")
	errIsPointer = raise(ErrNotImplemented, "items that hold pointers cannot be read: %w", strided.ErrPointers)
)

// members reads elements up to the end of the text, or of the record that pos is
// in, and lays them out.
func (p *formatParser) members() (*format, error) {
	f := &format{align: 1}
	for {
		c := p.skipSpace()
		switch {
		case c == 0 && p.pos < len(p.text):
			return nil, errNull
		case c == 0 && p.depth > 0:
			return nil, errEndless
		case c == 0:
			return f, nil
		case c == '}' && p.depth > 0:
			p.pos++
			return f, nil
		case p.pep && strings.IndexByte("@^=<>!", c) >= 0:
			p.setOrder(c)
			continue
		}
		m, align, err := p.element()
		if err != nil {
			return nil, err
		}
		if err := f.add(m, align); err != nil {
			return nil, err
		}
	}
}

// add places m behind what f has, at a multiple of align.
func (f *format) add(m member, align int) error {
	pad := -f.size & (align - 1)
	if pad > math.MaxInt-f.size {
		return errTooLong
	}
	m.offset = f.size + pad
	n, most := m.size, 1
	for _, extent := range append([]int{m.count}, m.shape...) {
		var ok, ok2 bool
		n, ok = mulSize(n, extent)
		most, ok2 = mulSize(most, max(extent, 1))
		if !ok || !ok2 {
			return errTooLong
		}
	}
	if n > math.MaxInt-m.offset {
		return errTooLong
	}
	if n == 0 && most > 1 {
		return errNoBytes // a short format must not make an endless list
	}
	f.size, f.align = m.offset+n, max(f.align, align)
	if m.code != 'x' && m.count > 0 {
		f.members = append(f.members, m)
	}
	return nil
}

// element reads one element: [shape] [order] [count] code [:name:].
func (p *formatParser) element() (m member, align int, err error) {
	if p.pep && p.text[p.pos] == '(' {
		if m.shape, err = p.shape(); err != nil {
			return m, 0, err
		}
		for c := p.skipSpace(); c != 0 && strings.IndexByte("@^=<>!", c) >= 0; c = p.skipSpace() {
			p.setOrder(c)
		}
	}
	if m.count, err = p.count(); err != nil {
		return m, 0, err
	}
	m.order = p.byteOrder()
	if align, err = p.code(&m); err != nil {
		return m, 0, err
	}
	if p.order != '@' {
		align = 1
	}
	if p.pep && p.skipSpace() == ':' {
		name, _, ok := strings.Cut(p.text[p.pos+1:], ":")
		if !ok {
			return m, 0, errEndless
		}
		m.name = name
		p.pos += len(name) + 2
	}
	return m, align, nil
}

// code reads the code of an element and returns its alignment in native mode.
func (p *formatParser) code(m *member) (align int, err error) {
	c := p.next()
	m.code = c
	if p.pep {
		switch c {
		case 'O', '&', 'X':
			return 0, errIsPointer
		case 'T':
			return p.record(m)
		case 'Z':
			m.code, m.part = 'C', p.next()
			if m.part != 'f' && m.part != 'd' && m.part != 'g' {
				return 0, errBadChar
			}
			align = p.sizeOf(m.part)
			m.size = 2 * align
			return align, nil
		}
	}
	if align = p.sizeOf(c); align == 0 {
		return 0, errBadChar
	}
	m.size = align
	switch c {
	case 's', 'p', 'u', 'w': // the count is a length
		var ok bool
		if m.size, ok = mulSize(align, m.count); !ok {
			return 0, errTooLong
		}
		m.count = 1
	}
	return align, nil
}

// record reads the rest of a T{...}. Its size is that of a C struct, a multiple of
// its alignment, where native alignment holds at its end; NumPy reads and writes it
// so.
func (p *formatParser) record(m *member) (align int, err error) {
	if p.next() != '{' {
		return 0, errBadChar
	}
	if p.depth++; p.depth > maxFormatDepth {
		return 0, errDepth
	}
	if m.record, err = p.members(); err != nil {
		return 0, err
	}
	p.depth--
	m.size = m.record.size
	if p.order == '@' {
		pad := -m.size & (m.record.align - 1)
		if pad > math.MaxInt-m.size {
			return 0, errTooLong
		}
		m.size += pad
	}
	return m.record.align, nil
}

// sizeOf returns the bytes of an element with the code c, which in native mode are
// its alignment too, or 0 if there is no such code. Native is a 64-bit Unix.
func (p *formatParser) sizeOf(c byte) int {
	native := p.order == '@' || p.order == '^'
	switch c {
	case 'x', 'c', 'b', 'B', '?', 's', 'p':
		return 1
	case 'h', 'H', 'e':
		return 2
	case 'i', 'I', 'f':
		return 4
	case 'q', 'Q', 'd':
		return 8
	case 'l', 'L':
		if native {
			return 8
		}
		return 4
	case 'n', 'N', 'P':
		if native {
			return 8
		}
	}
	if p.pep {
		switch c {
		case 'u':
			return 2
		case 'w':
			return 4
		case 'g':
			return 16
		}
	}
	return 0
}

// count reads a repeat count, which is 1 if there is none.
func (p *formatParser) count() (int, error) {
	if c := p.peek(); c < '0' || c > '9' {
		return 1, nil
	}
	n, err := p.number()
	if err == nil && p.pos == len(p.text) {
		err = errNoCode
	}
	return n, err
}

// number reads digits, as many as there are.
func (p *formatParser) number() (n int, err error) {
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		digit := int(c - '0')
		if n > (math.MaxInt-digit)/10 {
			return 0, errTooLong
		}
		n = n*10 + digit
		p.pos++
	}
	return n, nil
}

// shape reads the shape of a sub-array: (2,3).
func (p *formatParser) shape() (shape []int, err error) {
	p.pos++
	for {
		if c := p.skipSpace(); c == 0 {
			return nil, errEndless
		} else if c < '0' || c > '9' {
			return nil, errBadChar
		}
		n, err := p.number()
		if err != nil {
			return nil, err
		}
		if shape = append(shape, n); len(shape) > strided.MaxRank {
			return nil, errRank
		}
		p.skipSpace()
		switch p.next() {
		case ')':
			return shape, nil
		case ',':
			continue
		}
		return nil, errBadChar
	}
}

func (p *formatParser) setOrder(c byte) {
	if c == '!' {
		c = '>'
	}
	p.order = c
	p.pos++
}

// byteOrder returns the order of bytes that holds at pos.
func (p *formatParser) byteOrder() binary.ByteOrder {
	switch p.order {
	case '<':
		return binary.LittleEndian
	case '>':
		return binary.BigEndian
	}
	return hostOrder
}

// peek returns the byte at pos, or 0 at the end.
func (p *formatParser) peek() byte {
	if p.pos == len(p.text) {
		return 0
	}
	return p.text[p.pos]
}

// next is peek and moves on.
func (p *formatParser) next() byte {
	c := p.peek()
	if p.pos < len(p.text) {
		p.pos++
	}
	return c
}

// skipSpace moves to the next byte that is no white space and returns it.
func (p *formatParser) skipSpace() byte {
	for strings.IndexByte(" \t\n\v\f\r", p.peek()) >= 0 {
		p.pos++
	}
	return p.peek()
}
