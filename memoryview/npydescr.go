package memoryview

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A npyParser reads the text of a .npy header: a Python dictionary of literals.
// It is the grammar of these headers and no more; it evaluates nothing.
type npyParser struct {
	text   string
	pos    int
	depth  int    // nesting of records and sub-arrays
	format []byte // the item in PEP 3118 syntax, as far as it was read
}

// nativeOrder is the byte order mark of this machine.
var nativeOrder = func() byte {
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		return '<'
	}
	return '>'
}()

// maxNpyDepth bounds the recursion that a hostile header can cause.
const maxNpyDepth = 64

// parseNpyDict reads the whole text of a header.
func parseNpyDict(text string) (h NpyHeader, err error) {
	p := npyParser{text: text}
	seen := map[string]bool{}
	_, err = p.list('{', '}', func() error {
		key, err := p.str()
		if err == nil {
			err = p.expect(':')
		}
		if err != nil {
			return err
		}
		if seen[key] {
			return p.errorf("key %q stands twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			return p.descr(&h)
		case "fortran_order":
			h.FortranOrder, err = p.boolean()
		case "shape":
			h.Shape, err = p.shape()
		default:
			err = p.errorf("unknown key %q", key)
		}
		return err
	})
	switch {
	case err != nil:
		return NpyHeader{}, err
	case len(seen) != 3:
		return NpyHeader{}, p.errorf("the header lacks one of the keys descr, fortran_order and shape")
	case p.peek() != 0 || p.pos < len(p.text):
		return NpyHeader{}, p.errorf("the header goes on behind its dictionary")
	}
	if n, err := SizeOfItem(h.Format); err != nil || n != h.ItemSize {
		h.Format = string(appendPadding(nil, h.ItemSize))
	}
	return h, nil
}

// descr reads the value of the key descr.
func (p *npyParser) descr(h *NpyHeader) (err error) {
	first := p.peek()
	start := p.pos
	switch first {
	case '\'', '"':
		if h.Descr, err = p.str(); err == nil {
			h.ItemSize, err = p.scalar(h.Descr)
		}
		h.Format = nativeScalar(string(p.format))
		return err
	case '[':
		h.ItemSize, err = p.item()
		h.Descr, h.Format = p.text[start:p.pos], string(p.format)
		return err
	}
	return p.errorf("descr is neither a string nor a list")
}

// item reads the description of an item, writes it to p.format, and returns its
// size: a string, a list of fields, or a pair of an item and a sub-array's shape.
func (p *npyParser) item() (size int, err error) {
	if p.depth++; p.depth > maxNpyDepth {
		return 0, p.errorf("the item is nested deeper than %d", maxNpyDepth)
	}
	defer func() { p.depth-- }()
	switch p.peek() {
	case '[':
		p.format = append(p.format, "T{"...)
		_, err = p.list('[', ']', func() error {
			n, err := p.field()
			if err == nil && n > math.MaxInt-size {
				err = p.errorf("the size of the record overflows")
			}
			size += n
			return err
		})
		p.format = append(p.format, '}')
		return size, err
	case '(':
		p.pos++
		size, err = p.withShape()
		if err == nil {
			err = p.expect(')')
		}
		return size, err
	}
	descr, err := p.str()
	if err != nil {
		return 0, err
	}
	return p.scalar(descr)
}

// field reads (name, item) or (name, item, shape), where the name may be a pair of
// a title and a name.
func (p *npyParser) field() (size int, err error) {
	if err := p.expect('('); err != nil {
		return 0, err
	}
	name, err := p.fieldName()
	if err == nil {
		err = p.expect(',')
	}
	if err == nil {
		size, err = p.withShape()
	}
	if err == nil {
		err = p.expect(')')
	}
	if name != "" && !strings.Contains(name, ":") {
		p.format = append(p.format, ":"+name+":"...)
	}
	return size, err
}

func (p *npyParser) fieldName() (string, error) {
	if p.peek() != '(' {
		return p.str()
	}
	p.pos++
	_, err := p.str()
	if err == nil {
		err = p.expect(',')
	}
	if err != nil {
		return "", err
	}
	name, err := p.str()
	if err != nil {
		return "", err
	}
	return name, p.expect(')')
}

// withShape reads an item and, if a comma follows, the shape of the sub-array of
// such items. In a format the shape stands before the item.
func (p *npyParser) withShape() (size int, err error) {
	at := len(p.format)
	size, err = p.item()
	if err != nil || p.peek() != ',' {
		return size, err
	}
	p.pos++
	if p.peek() == ')' { // a comma may end the tuple, too
		return size, nil
	}
	shape, err := p.shape()
	if err != nil || len(shape) == 0 {
		return size, err
	}
	for _, n := range shape {
		var ok bool
		if size, ok = mulSize(size, n); !ok {
			return 0, p.errorf("the size of a sub-array of shape %v overflows", shape)
		}
	}
	p.format = slices.Insert(p.format, at, appendShape(nil, shape)...)
	return size, nil
}

// scalar writes the format of one of NumPy's scalar types, named as in dtype.str,
// and returns its size.
func (p *npyParser) scalar(descr string) (size int, err error) {
	order, rest := byte('|'), descr
	if rest != "" && strings.IndexByte("<>=|", rest[0]) >= 0 {
		order, rest = rest[0], rest[1:]
	}
	if rest == "" {
		return 0, p.errorf("descr %q names no type", descr)
	}
	kind, digits := rest[0], rest[1:]
	if kind == 'M' || kind == 'm' { // a unit may follow: M8[ns], M8[25us]
		if unit := strings.IndexByte(digits, '['); unit >= 0 && strings.HasSuffix(digits, "]") {
			digits = digits[:unit]
		}
	}
	if kind == 'O' {
		return 0, p.errorf("descr %q: Python objects cannot be read", descr)
	}
	size, err = strconv.Atoi(digits)
	if err != nil || digits[0] < '0' || digits[0] > '9' {
		return 0, p.errorf("descr %q is not a type of a fixed size", descr)
	}
	code, count := "", size // a code and how often it stands
	switch kind {
	case 'S', 'a':
		code = "s"
	case 'V':
		code = "x"
	case 'U':
		code = "w"
		var ok bool
		if size, ok = mulSize(size, 4); !ok {
			return 0, p.errorf("descr %q: the size overflows", descr)
		}
	default:
		code, count = npyCodes[rest[:1]+digits], 1
		switch {
		case code == "":
			return 0, p.errorf("descr %q is not a type of a fixed size", descr)
		case code == "x": // longer than any float that Go has
			count = size
		}
	}
	if (order == '<' || order == '>') && code != "x" && code != "s" && size > 1 {
		p.format = append(p.format, order)
	}
	if count != 1 || code == "s" {
		p.format = strconv.AppendInt(p.format, int64(count), 10)
	}
	p.format = append(p.format, code...)
	return size, nil
}

// npyCodes maps NumPy's kind and size to the code of the same item in a format.
var npyCodes = map[string]string{
	"b1": "?", "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q",
	"f2": "e", "f4": "f", "f8": "d", "f12": "x", "f16": "x",
	"c8": "Zf", "c16": "Zd", "c24": "x", "c32": "x", "M8": "q", "m8": "q",
}

// nativeScalar drops a byte order mark that says what is true of this machine
// anyway: memoryview reads items of native formats only.
func nativeScalar(format string) string {
	if format != "" && format[0] == nativeOrder {
		return format[1:]
	}
	return format
}

// shape reads a tuple of extents.
func (p *npyParser) shape() ([]int, error) {
	shape := []int{}
	commas, err := p.list('(', ')', func() error {
		p.peek()
		start := p.pos
		for p.pos < len(p.text) && p.text[p.pos] >= '0' && p.text[p.pos] <= '9' {
			p.pos++
		}
		n, err := strconv.Atoi(p.text[start:p.pos])
		if err != nil {
			return p.errorf("%.30q is not an extent", p.text[start:])
		}
		if p.pos < len(p.text) && p.text[p.pos] == 'L' { // a long integer of Python 2
			p.pos++
		}
		shape = append(shape, n)
		return nil
	})
	if err == nil && len(shape) == 1 && commas == 0 {
		err = p.errorf("the shape is a number and not a tuple")
	}
	return shape, err
}

func (p *npyParser) boolean() (bool, error) {
	p.peek()
	for _, word := range []string{"True", "False"} {
		if strings.HasPrefix(p.text[p.pos:], word) {
			p.pos += len(word)
			return word == "True", nil
		}
	}
	return false, p.errorf("neither True nor False")
}

// pythonEscapes are the escapes in names that can also be written without one.
var pythonEscapes = strings.NewReplacer(`\\`, `\`, `\'`, "'", `\"`, `"`, `\n`, "\n", `\r`, "\r")

// str reads a string.
func (p *npyParser) str() (string, error) {
	quote := p.peek()
	if quote != '\'' && quote != '"' {
		return "", p.errorf("a string is missing")
	}
	p.pos++
	for start := p.pos; p.pos < len(p.text); p.pos++ {
		switch p.text[p.pos] {
		case quote:
			p.pos++
			return pythonEscapes.Replace(p.text[start : p.pos-1]), nil
		case '\\':
			p.pos++
		}
	}
	p.pos = len(p.text) // a backslash at the end has led behind it
	return "", p.errorf("a string does not end")
}

// list reads elements between two brackets, with commas between them and perhaps
// one behind the last, and returns the number of commas.
func (p *npyParser) list(open, end byte, element func() error) (commas int, err error) {
	if err := p.expect(open); err != nil {
		return 0, err
	}
	for p.peek() != end {
		if err := element(); err != nil {
			return 0, err
		}
		if p.peek() != ',' {
			break
		}
		p.pos++
		commas++
	}
	return commas, p.expect(end)
}

// expect skips one byte behind white space, which must be c.
func (p *npyParser) expect(c byte) error {
	if p.peek() != c {
		return p.errorf("%q is missing", c)
	}
	p.pos++
	return nil
}

// peek skips white space and returns the byte behind it, or 0 at the end.
func (p *npyParser) peek() byte {
	for ; p.pos < len(p.text); p.pos++ {
		if c := p.text[p.pos]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

func (p *npyParser) errorf(format string, args ...any) error {
	return npyError("byte %d of the header's text: "+format, append([]any{p.pos}, args...)...)
}
