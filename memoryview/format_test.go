package memoryview

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
)

// A formatCase is what CPython's struct module (struct.jsonl) or NumPy
// (pep3118.jsonl) on a little-endian 64-bit Unix makes of a format.
type formatCase struct {
	Format, Err string
	Size        int64
	Item        string   // hex
	Values      []string // of the item; see pythonValue
}

func formatCases(tb testing.TB, name string) (cases []formatCase) {
	f, err := os.Open("testdata/format/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var c formatCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			tb.Fatal(err)
		}
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		tb.Fatal("no cases")
	}
	return cases
}

// pythonValue writes a value as the test data has it.
func pythonValue(v any) string {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) {
			return "nan"
		}
		return fmt.Sprintf("f%016x", math.Float64bits(v))
	case []byte:
		return "b" + hex.EncodeToString(v)
	}
	return fmt.Sprint(v)
}

// asLittleEndian makes native items those of a little-endian machine.
func asLittleEndian(t *testing.T) {
	saved := hostOrder
	hostOrder = binary.LittleEndian
	t.Cleanup(func() { hostOrder = saved })
}

func TestStructOfCPython(t *testing.T) {
	asLittleEndian(t)
	for _, c := range formatCases(t, "struct.jsonl") {
		size, err := SizeFromFormat(c.Format)
		if c.Err == "" && c.Size > int64(math.MaxInt) {
			c.Err = errTooLong.Error()
		}
		if c.Err != "" {
			if !errors.Is(err, ErrStruct) || err.Error() != c.Err {
				t.Errorf("%q: %d, %v; want %s", c.Format, size, err, c.Err)
			}
			continue
		}
		if err != nil || int64(size) != c.Size {
			t.Errorf("%q: %d, %v; want %d", c.Format, size, err, c.Size)
			continue
		}
		if n, err := SizeOfItem(c.Format); err != nil || n != size {
			t.Errorf("%q: SizeOfItem: %d, %v; want %d", c.Format, n, err, size)
		}
		if c.Values == nil {
			continue
		}
		item, err := hex.DecodeString(c.Item)
		if err != nil {
			t.Fatal(err)
		}
		for _, parse := range []func(string) (*format, error){parseStruct, parseFormat} {
			f, err := parse(c.Format)
			if err != nil {
				t.Fatal(err)
			}
			values, err := f.values(item)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]string, len(values))
			for i, v := range values {
				got[i] = pythonValue(v)
			}
			if fmt.Sprint(got) != fmt.Sprint(c.Values) {
				t.Errorf("%q: %v, want %v", c.Format, got, c.Values)
			}
			if _, err := f.values(item[:max(0, len(item)-1)]); len(item) > 0 && !errors.Is(err, ErrStruct) {
				t.Errorf("%q: an item that is too short: %v", c.Format, err)
			}
		}
	}
}

func TestPEP3118OfNumPy(t *testing.T) {
	for _, c := range formatCases(t, "pep3118.jsonl") {
		if size, err := SizeOfItem(c.Format); err != nil || int64(size) != c.Size {
			t.Errorf("%q: %d, %v; want %d", c.Format, size, err, c.Size)
		}
	}
}

func TestSizeFromFormatIsExact(t *testing.T) {
	for format, want := range map[string]string{
		"\u00e9":                `'ascii' codec can't encode character '\xe9' in position 0: ordinal not in range(128)`,
		"i\u20acb":              `'ascii' codec can't encode character '\u20ac' in position 1: ordinal not in range(128)`,
		"bi\u20ac\u00e9i\u00e9": `'ascii' codec can't encode characters in position 2-3: ordinal not in range(128)`,
		"\U0001f600":            `'ascii' codec can't encode character '\U0001f600' in position 0: ordinal not in range(128)`,
	} {
		if _, err := SizeFromFormat(format); !errors.Is(err, ErrUnicodeEncode) || !errors.Is(err, ErrValue) || err.Error() != want {
			t.Errorf("%q: %v, want %s", format, err, want)
		}
	}
}

func TestFormatValue(t *testing.T) {
	asLittleEndian(t)
	item := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	for format, want := range map[string]any{
		"":                               Tuple{},
		"T{}":                            Tuple{},
		"B":                              uint64(1),
		">H":                             uint64(0x0102),
		"<H>H=H":                         Tuple{uint64(0x0201), uint64(0x0304), uint64(0x0605)},
		"2B":                             Tuple{uint64(1), uint64(2)},
		"T{B:a:xH:b:}":                   Tuple{uint64(1), uint64(0x0403)},
		"T{b:a:T{<h:b:(2,2)b:c:}:d:}:e:": Tuple{int64(1), Tuple{int64(0x0302), []any{[]any{int64(4), int64(5)}, []any{int64(6), int64(7)}}}},
		"(2)2b":                          []any{[]any{int64(1), int64(2)}, []any{int64(3), int64(4)}},
		"(2,1)>h":                        []any{[]any{int64(0x0102)}, []any{int64(0x0304)}},
		"(0)h":                           []any{},
		"3s":                             []byte{1, 2, 3},
		"3p":                             []byte{2},
		"1p":                             []byte{},
		"0p":                             []byte{},
		"2u":                             "\u0201\u0403",
		"(2)1s":                          []any{[]byte{1}, []byte{2}},
		"Q:with a \u00fc:x":              uint64(0x0807060504030201),
	} {
		f, err := parseFormat(format)
		if err != nil {
			t.Errorf("%q: %v", format, err)
			continue
		}
		if got, err := f.unpack(item); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %#v, %v; want %#v", format, got, err, want)
		}
	}
	text := []byte{'a', 0, 0, 0, 0x0, 0xf6, 1, 0, 0, 0, 0, 0}
	floats := []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}
	for format, want := range map[string]any{"3w": "a\U0001f600", "w": "a"} {
		f, _ := parseFormat(format)
		if got, err := f.unpack(text); err != nil || got != want {
			t.Errorf("%q: %#v, %v; want %#v", format, got, err, want)
		}
	}
	if f, err := parseFormat("Zf"); err != nil {
		t.Error(err)
	} else if got, err := f.unpack(floats); err != nil || got != complex(1, -2) {
		t.Errorf("Zf: %v, %v", got, err)
	}
	for _, format := range []string{"g", "Zg", "T{Bg}", "(1)g", "(1)2g"} {
		if f, err := parseFormat(format); err != nil {
			t.Error(err)
		} else if _, err := f.unpack(make([]byte, f.size)); !errors.Is(err, ErrNotImplemented) {
			t.Errorf("%q: %v, want an error", format, err)
		}
	}
}

func TestFormatErrors(t *testing.T) {
	max := strconv.Itoa(math.MaxInt)
	for _, format := range []string{
		"T", "T{", "T{i", "}", "T{}}", "T[i]", "(", "(2", "(2,", "(2,)i", "()i", "(a)i", "(2;3)i", "(-1)i", "(2)", "(2)3", "(2)(3)i", "i:a", ":a:", "i:a::b:",
		"Z", "Zi", "Zff}", "y", "t", "F", "{", "\x00", "i\x00", "2", "2 i", "2<i", "=P", "<n",
		max + "i", max + "Zd", "(" + max + ",2)b", "(" + max + ")2b", max + "0b", "b" + max + "b", max + "w", max + "bh", "T{" + max + "bh}", "T{qT{" + max + "b}}",
		max + "T{}", "(2)0i", "(" + max + ")0s", "(0," + max + ")i", "(" + max + "," + max + ",0)i", "2T{0s}",
		strings.Repeat("T{", 65) + strings.Repeat("}", 65), strings.Repeat("T{", 100000), "(" + strings.Repeat("1,", 64) + "1)b",
	} {
		if n, err := SizeOfItem(format); !errors.Is(err, ErrStruct) {
			t.Errorf("%.100q: %d, %v", format, n, err)
		}
	}
	for _, format := range []string{"O", "T{i:a:O:b:}", "&i", "X{}", "(2)O"} {
		if n, err := SizeOfItem(format); !errors.Is(err, ErrNotImplemented) || !errors.Is(err, strided.ErrPointers) {
			t.Errorf("%q: %d, %v", format, n, err)
		}
		if _, err := SizeFromFormat(format); !errors.Is(err, ErrStruct) {
			t.Errorf("%q: %v from SizeFromFormat", format, err)
		}
	}
	for _, format := range []string{strings.Repeat("T{", 64) + strings.Repeat("}", 64), "(0)i", "0i", "(1,1)T{}", max + "x", max + "s", "0T{i}"} {
		if _, err := SizeOfItem(format); err != nil {
			t.Errorf("%.100q: %v", format, err)
		}
	}
}

// FuzzFormat: no string makes a parser panic or run for long; what struct syntax
// is for the exact parser is the same for the other; members lie in their item, one
// behind the other; and an item of any bytes can be read.
func FuzzFormat(f *testing.F) {
	for _, name := range []string{"struct.jsonl", "pep3118.jsonl"} {
		for _, c := range formatCases(f, name) {
			f.Add(c.Format)
		}
	}
	f.Add("T{<i:a:4x(2,3)>Zd:b:T{3s:c:2w:d:}:e:}!Q^l")
	f.Fuzz(func(t *testing.T, s string) {
		exact, exactErr := parseStruct(s)
		pep, err := parseFormat(s)
		if exactErr == nil && (err != nil || pep.size != exact.size || !reflect.DeepEqual(pep.members, exact.members)) {
			t.Fatalf("%q: struct %+v, PEP 3118 %+v, %v", s, exact, pep, err)
		}
		for _, err := range []error{exactErr, err} {
			if err != nil && !errors.Is(err, ErrStruct) && !errors.Is(err, ErrNotImplemented) && !errors.Is(err, ErrUnicodeEncode) {
				t.Fatalf("%q: %v", s, err)
			}
		}
		if err != nil {
			return
		}
		checkMembers(t, s, pep)
		if pep.size > 1<<16 {
			return
		}
		item := make([]byte, pep.size)
		for i := range item {
			item[i] = byte(i*7 + len(s))
		}
		if _, err := pep.unpack(item); err != nil && !errors.Is(err, ErrNotImplemented) {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

func checkMembers(t *testing.T, s string, f *format) {
	end := 0
	for _, m := range f.members {
		if m.offset < end || m.total()*m.size > f.size-m.offset {
			t.Fatalf("%q: member %+v of an item of %d bytes lies before %d", s, m, f.size, end)
		}
		end = m.offset + m.total()*m.size
		if m.record != nil {
			checkMembers(t, s, m.record)
		}
	}
}

func ExampleSizeFromFormat() {
	n, err := SizeFromFormat("hhl")
	fmt.Println(n, err)
	_, err = SizeFromFormat("T{h:x:h:y:}")
	fmt.Println(err)
	// Output:
	// 16 <nil>
	// bad char in struct format
}

func ExampleSizeOfItem() {
	n, err := SizeOfItem("T{<f:x:<f:y:(2,2)B:colors:}")
	fmt.Println(n, err)
	// Output: 12 <nil>
}
