package memoryview

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"

	strided "github.com/stridecopy/stridecopy/copy"
)

// ErrFile is matched by every error about the content of a file: a header that is
// not of the format, or damaged, or that asks for more than the format allows.
var ErrFile = errors.New("memoryview: malformed file")

// NpyHeader describes the array in a .npy file, NumPy's format for one array.
type NpyHeader struct {
	// Descr is NumPy's description of the item, verbatim: without its quotes where
	// it is a string ("<f4", "|S5", "<M8[ns]"), and as the text of a Python list
	// where the item is a record ("[('x', '<f4'), ('n', '|u1', (2, 3))]").
	Descr string
	// Format is the same item in the syntax of PEP 3118. Dates and times become the
	// integers that they are; items that no format describes become padding.
	Format       string
	FortranOrder bool  // the first axis varies fastest, not the last
	Shape        []int // items along each axis; empty for a single item
	ItemSize     int   // bytes of one item, at least 1
	DataOffset   int   // bytes before the first item: the length of the header
}

const (
	npyMagic     = "\x93NUMPY"
	npyAlign     = 64      // the data begins at a multiple of this
	maxNpyHeader = 1 << 20 // bytes; NumPy itself refuses to read more than 10,000
)

// Layout returns the layout of the array in its file, header included: its offset
// is DataOffset. Its Check method tells whether a file is long enough.
func (h NpyHeader) Layout() strided.Layout {
	l := strided.C(h.ItemSize, h.Shape...)
	if h.FortranOrder {
		l = strided.Fortran(h.ItemSize, h.Shape...)
	}
	l.Offset = h.DataOffset
	return l
}

// ParseNpyHeader reads the header at the start of a .npy file; b may end anywhere
// behind it. It knows the versions 1.0, 2.0 and 3.0, and any item of a fixed size
// without pointers. Errors match [ErrFile].
func ParseNpyHeader(b []byte) (NpyHeader, error) {
	if len(b) < len(npyMagic) || string(b[:len(npyMagic)]) != npyMagic {
		return NpyHeader{}, npyError("the file does not begin with %q", npyMagic)
	}
	start, err := npyPrefix(b)
	if err != nil {
		return NpyHeader{}, err
	}
	if len(b) < start {
		return NpyHeader{}, npyError("truncated header: %d bytes of at least %d", len(b), start)
	}
	length, err := npyLength(b, start)
	if err != nil {
		return NpyHeader{}, err
	}
	if len(b)-start < length {
		return NpyHeader{}, npyError("truncated header: %d bytes of %d", len(b), start+length)
	}
	text := string(b[start : start+length])
	if b[6] < 3 {
		text = latin1ToUTF8(text)
	} else if !utf8.ValidString(text) {
		return NpyHeader{}, npyError("the header of a version 3.0 file is not UTF-8")
	}
	h, err := parseNpyDict(text)
	if err != nil {
		return NpyHeader{}, err
	}
	h.DataOffset = start + length
	return h, h.checkSize()
}

// ReadNpyHeader reads the header of a .npy file from r and leaves r at the first
// byte of the data. Errors match [ErrFile] or are those of r.
func ReadNpyHeader(r io.Reader) (NpyHeader, error) {
	b := make([]byte, 12)
	if err := npyReadFull(r, b[:8]); err != nil {
		return NpyHeader{}, err
	}
	if string(b[:len(npyMagic)]) != npyMagic {
		return NpyHeader{}, npyError("the file does not begin with %q", npyMagic)
	}
	start, err := npyPrefix(b)
	if err != nil {
		return NpyHeader{}, err
	}
	b = b[:start]
	if err := npyReadFull(r, b[8:]); err != nil {
		return NpyHeader{}, err
	}
	length, err := npyLength(b, start)
	if err != nil {
		return NpyHeader{}, err
	}
	b = append(b, make([]byte, length)...)
	if err := npyReadFull(r, b[start:]); err != nil {
		return NpyHeader{}, err
	}
	return ParseNpyHeader(b)
}

// npyPrefix returns the number of bytes before the header's text.
func npyPrefix(b []byte) (int, error) {
	if len(b) < 8 {
		return 0, npyError("truncated header: %d bytes", len(b))
	}
	if b[6] < 1 || b[6] > 3 || b[7] != 0 {
		return 0, npyError("version %d.%d is not one of 1.0, 2.0, 3.0", b[6], b[7])
	}
	if b[6] == 1 {
		return 10, nil
	}
	return 12, nil
}

// npyLength returns the length of the header's text, which begins at start.
func npyLength(b []byte, start int) (int, error) {
	length := uint32(binary.LittleEndian.Uint16(b[8:]))
	if start == 12 {
		length = binary.LittleEndian.Uint32(b[8:])
	}
	if length > maxNpyHeader {
		return 0, npyError("a header of %d bytes is above the limit of %d", length, maxNpyHeader)
	}
	return int(length), nil
}

func npyReadFull(r io.Reader, b []byte) error {
	n, err := io.ReadFull(r, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return npyError("truncated header: %d bytes are missing", len(b)-n)
	}
	return err
}

// checkSize refuses arrays that no memory can hold, so that whoever computes with
// the shape later needs not check again.
func (h NpyHeader) checkSize() error {
	if h.ItemSize < 1 {
		return npyError("descr %s: items of %d bytes", h.Descr, h.ItemSize)
	}
	if len(h.Shape) > strided.MaxRank {
		return npyError("rank %d is above %d", len(h.Shape), strided.MaxRank)
	}
	size := h.ItemSize
	for _, n := range h.Shape {
		var ok bool
		if size, ok = mulSize(size, max(n, 1)); !ok {
			return npyError("the size of shape %v with items of %d bytes overflows", h.Shape, h.ItemSize)
		}
	}
	if size > math.MaxInt-h.DataOffset {
		return npyError("%d bytes of data behind a header of %d overflow", size, h.DataOffset)
	}
	return nil
}

// mulSize returns a*b, both not negative, and whether it fits an int.
func mulSize(a, b int) (int, bool) {
	hi, lo := bits.Mul(uint(a), uint(b))
	return int(lo), hi == 0 && lo <= uint(math.MaxInt)
}

func npyError(format string, args ...any) error {
	return fmt.Errorf("%w: npy: "+format, append([]any{ErrFile}, args...)...)
}

// AppendNpyHeader appends the header of a .npy file to dst, byte for byte as NumPy
// writes it: the lowest version that can hold it, padded with spaces so that the
// data begins at a multiple of 64 bytes. descr is in the form of [NpyHeader], the
// shape is in items; neither is checked.
func AppendNpyHeader(dst []byte, descr string, fortranOrder bool, shape []int) []byte {
	quoted := descr
	if !strings.HasPrefix(descr, "[") {
		quoted = "'" + descr + "'"
	}
	order := "False"
	if fortranOrder {
		order = "True"
	}
	text := "{'descr': " + quoted + ", 'fortran_order': " + order + ", 'shape': " + pythonTuple(shape) + ", }"
	text += strings.Repeat(" ", npyGrowth(shape, fortranOrder))

	latin1, isLatin1 := utf8ToLatin1(text)
	version, prefix := byte(1), 10
	if isLatin1 {
		text = latin1
	} else {
		version, prefix = 3, 12
	}
	pad := npyAlign - (prefix+len(text)+1)%npyAlign
	if version == 1 && len(text)+1+pad > 0xffff {
		version, prefix = 2, 12
		pad = npyAlign - (prefix+len(text)+1)%npyAlign
	}
	dst = append(dst, npyMagic...)
	dst = append(dst, version, 0)
	if length := len(text) + pad + 1; version == 1 {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(length))
	} else {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(length))
	}
	dst = append(dst, text...)
	dst = append(dst, strings.Repeat(" ", pad)...)
	return append(dst, '\n')
}

// npyGrowth returns the spaces that NumPy leaves so that the extent which grows
// when items are appended to a file can take any 64-bit value in place.
func npyGrowth(shape []int, fortranOrder bool) int {
	if len(shape) == 0 {
		return 0
	}
	axis := 0
	if fortranOrder {
		axis = len(shape) - 1
	}
	return 21 - len(strconv.Itoa(shape[axis]))
}

func pythonTuple(shape []int) string {
	b := []byte{'('}
	for axis, n := range shape {
		if axis > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	if len(shape) == 1 {
		b = append(b, ',')
	}
	return string(append(b, ')'))
}

func latin1ToUTF8(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// utf8ToLatin1 returns s with a byte for each rune, and whether all have one.
func utf8ToLatin1(s string) (string, bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return "", false
		}
		b = append(b, byte(r))
	}
	return string(b), true
}
