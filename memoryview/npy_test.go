package memoryview

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	strided "github.com/stridecopy/stridecopy/copy"
)

// npyCases are arrays that NumPy 1.24.2 wrote, of every kind that it can write.
type npyCase struct {
	Name, Descr string
	File        []byte // the file
	C           []byte // its items in C order
	Fortran     bool
	Shape       []int
	ItemSize    int
	Canonical   bool // written with the version that NumPy itself chooses
}

func npyCases(tb testing.TB) (cases []npyCase) {
	f, err := os.Open("testdata/npy/cases.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var c npyCase
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

func TestNpyOfNumPy(t *testing.T) {
	for _, c := range npyCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			h, err := ParseNpyHeader(c.File)
			if err != nil {
				t.Fatal(err)
			}
			if h.Descr != c.Descr || h.FortranOrder != c.Fortran || !slices.Equal(h.Shape, c.Shape) || h.ItemSize != c.ItemSize {
				t.Errorf("header %+v, want %+v", h, c)
			}
			got := make([]byte, len(c.C))
			if err := strided.Gather(got, c.File, h.Layout()); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, c.C) {
				t.Errorf("items %x, want %x", got, c.C)
			}
			if written := AppendNpyHeader(nil, h.Descr, h.FortranOrder, h.Shape); c.Canonical && !bytes.Equal(written, c.File[:h.DataOffset]) {
				t.Errorf("written header %q, NumPy's is %q", written, c.File[:h.DataOffset])
			}
			r := iotest.OneByteReader(bytes.NewReader(c.File))
			if read, err := ReadNpyHeader(r); err != nil || fmt.Sprint(read) != fmt.Sprint(h) {
				t.Errorf("ReadNpyHeader: %+v, %v; want %+v", read, err, h)
			}
			for n := range h.DataOffset {
				if _, err := ParseNpyHeader(c.File[:n]); !errors.Is(err, ErrFile) {
					t.Fatalf("cut to %d bytes: %v", n, err)
				}
				if _, err := ReadNpyHeader(bytes.NewReader(c.File[:n])); !errors.Is(err, ErrFile) {
					t.Fatalf("read from %d bytes: %v", n, err)
				}
			}
		})
	}
}

func TestNpyFormat(t *testing.T) {
	for descr, want := range map[string]string{
		"|b1": "?", "|u1": "B", "|S5": "5s", "|V7": "7x", "|S1": "1s", "=f4": "f", "f4": "f", "<f16": "16x", "|S0": "",
		"[('n', '|u1'), ('v', '<f4', (2, 3)), ('s', '|S3')]":       "T{B:n:(2,3)<f:v:3s:s:}",
		"[('q', [('x', '>f8'), ('y', '<c8')], (2,)), ('', '|V3')]": "T{(2)T{>d:x:<Zf:y:}:q:3x}",
		"[(('title', 'nm'), '<i4'), ('a:b', '>M8[ns]')]":           "T{<i:nm:>q}",
		"[('a', ('<f4', (2,)))]":                                   "T{(2)<f:a:}",
	} {
		h, err := ParseNpyHeader(AppendNpyHeader(nil, descr, false, nil))
		if want == "" {
			if !errors.Is(err, ErrFile) {
				t.Errorf("%s: %v, want an error", descr, err)
			}
		} else if err != nil || h.Format != want {
			t.Errorf("%s: %q, %v; want %q", descr, h.Format, err, want)
		}
	}
	little, _ := ParseNpyHeader(AppendNpyHeader(nil, "<U4", false, nil))
	big, _ := ParseNpyHeader(AppendNpyHeader(nil, ">U4", false, nil))
	want := []string{"4w", ">4w"}
	if nativeOrder == '>' {
		want = []string{"<4w", "4w"}
	}
	if little.Format != want[0] || big.Format != want[1] {
		t.Errorf("<U4 is %q and >U4 is %q", little.Format, big.Format)
	}
}

// A header of more than 64 KiB is of version 2; its digest is that of NumPy's.
func TestNpyLongHeader(t *testing.T) {
	var fields []string
	for i := range 3000 {
		fields = append(fields, fmt.Sprintf("('field%04d', '<f4')", i))
	}
	header := AppendNpyHeader(nil, "["+strings.Join(fields, ", ")+"]", false, []int{1})
	sum := sha256.Sum256(header)
	if got := hex.EncodeToString(sum[:]); got != "3e2bb1537264077117fe99b6dfa185e4a21f4aced90c39e0624327ec0442a1d2" {
		t.Errorf("digest %s of %q ...", got, header[:100])
	}
	if h, err := ParseNpyHeader(header); err != nil || h.ItemSize != 12000 || h.DataOffset != len(header) {
		t.Errorf("item size %d, data at %d, %v", h.ItemSize, h.DataOffset, err)
	}
}

func npyFile(version byte, text string) []byte {
	b := append([]byte(npyMagic), version, 0, byte(len(text)), byte(len(text)>>8))
	if version > 1 {
		b = append(b, byte(len(text)>>16), byte(len(text)>>24))
	}
	return append(b, text...)
}

func TestNpyHostile(t *testing.T) {
	const max = "9223372036854775807"
	header := func(descr, order, shape string) string {
		return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + "}"
	}
	good := header("'<f4'", "False", "(2, 3)")
	if _, err := ParseNpyHeader(npyFile(1, good)); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"", "{", "{}", "[]", "None", good + "x", good + "\x00", good[:len(good)-1], strings.Replace(good, "fortran", "Fortran", 1),
		"{'descr': '<f4', 'descr': '<f4', 'shape': ()}", "{'descr': '<f4', 'fortran_order': False}",
		header("'<f4'", "0", "()"), header("'<f4'", "true", "()"), header("'<f4'", "False", "3"), header("'<f4'", "False", "(3)"),
		header("'<f4'", "False", "[3]"), header("'<f4'", "False", "(-1,)"), header("'<f4'", "False", "(1,,)"), header("'<f4'", "False", "(1 2)"),
		header("'<f4'", "False", "("+max+",)"), header("'<f4'", "False", "("+max+"0,)"), header("'|u1'", "True", "("+max+",)"),
		header("'<f4'", "False", "(0, "+max+")"), header("'<f4'", "False", "(4294967296, 4294967296)"), header("'<f4'", "False", "("+strings.Repeat("1,", 65)+")"),
		header("'|O'", "False", "()"), header("'O'", "False", "()"), header("'|O8'", "False", "()"), header("[('a', '|O')]", "False", "()"),
		header("[('a', [('b', 'O')])]", "False", "()"), header("'|T16'", "False", "()"), header("''", "False", "()"), header("'<'", "False", "()"),
		header("'<f5'", "False", "()"), header("'<f'", "False", "()"), header("'<f+4'", "False", "()"), header("'<f-4'", "False", "()"), header("'<f04'", "False", "()"),
		header("'|S'", "False", "()"), header("'|S0'", "False", "()"), header("'|S-1'", "False", "()"), header("'|S"+max+"9'", "False", "()"), header("'<U"+max+"'", "False", "()"),
		header("'<M8[ns'", "False", "()"), header("'<f4[ns]'", "False", "()"), header("'<f4", "False", "()"), header("'<f4\\'", "False", "()"),
		header("[]", "False", "()"), header("[('a',)]", "False", "()"), header("['<f4']", "False", "()"), header("('<f4', (2,))", "False", "()"), header("{}", "False", "()"),
		header("[('a', '<f4', ("+max+",))]", "False", "()"), header("[('a', '|S"+max+"'), ('b', '|S"+max+"')]", "False", "()"), header("[('a', '<f4', -1)]", "False", "()"),
		header(strings.Repeat("[('a', ", 100)+"'<f4'"+strings.Repeat(")]", 100), "False", "()"), header(strings.Repeat("[('a', (", 1000), "False", "()"),
		header("__import__('os').system('true')", "False", "()"),
	} {
		for _, version := range []byte{1, 2, 3} {
			if h, err := ParseNpyHeader(npyFile(version, text)); !errors.Is(err, ErrFile) {
				t.Errorf("version %d, %.100q: %+v, %v", version, text, h, err)
			}
		}
	}
	for name, b := range map[string][]byte{
		"nil":          nil,
		"not npy":      []byte("PK\x03\x04 this is a zip archive"),
		"version 0":    npyFile(0, good),
		"version 4":    npyFile(4, good),
		"not UTF-8":    npyFile(3, header("[('\xff', '<f4')]", "False", "()")),
		"4 GiB header": append([]byte(npyMagic), 2, 0, 0xff, 0xff, 0xff, 0xff, '{'),
		"2 MiB header": append([]byte(npyMagic), 3, 0, 0, 0, 0x20, 0),
	} {
		_, err := ParseNpyHeader(b)
		_, err2 := ReadNpyHeader(bytes.NewReader(b))
		if !errors.Is(err, ErrFile) || !errors.Is(err2, ErrFile) {
			t.Errorf("%s: %v, %v", name, err, err2)
		}
	}
	broken := errors.New("broken")
	if _, err := ReadNpyHeader(iotest.ErrReader(broken)); err != broken {
		t.Errorf("error of the reader: %v", err)
	}
}

// FuzzNpyHeader: no bytes can make the parser panic or allocate without bound, a
// header it accepts describes an array that Layout can check, and writing the
// header and reading it again gives the same.
func FuzzNpyHeader(f *testing.F) {
	for _, c := range npyCases(f) {
		f.Add(c.File)
	}
	f.Add(npyFile(1, "{'descr': [('a', ('<f4', (2, 3)))], 'fortran_order': True, 'shape': (10L, 0,), }  \n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseNpyHeader(b)
		read, err2 := ReadNpyHeader(bytes.NewReader(b))
		if (err == nil) != (err2 == nil) || fmt.Sprint(h) != fmt.Sprint(read) {
			t.Fatalf("Parse: %+v, %v; Read: %+v, %v", h, err, read, err2)
		}
		if err != nil {
			if !errors.Is(err, ErrFile) {
				t.Fatal(err)
			}
			return
		}
		if h.DataOffset > len(b) || h.ItemSize < 1 {
			t.Fatalf("%+v from %d bytes", h, len(b))
		}
		if lo, hi, err := h.Layout().Extent(); err != nil || lo > hi {
			t.Fatalf("%+v: extent %d to %d, %v", h, lo, hi, err)
		}
		again, err := ParseNpyHeader(AppendNpyHeader(nil, h.Descr, h.FortranOrder, h.Shape))
		if strings.ContainsAny(h.Descr, `'\`) && h.Descr[0] != '[' {
			return // a type's name in other quotes
		}
		if again.DataOffset = h.DataOffset; err != nil || fmt.Sprint(again) != fmt.Sprint(h) {
			t.Fatalf("%+v became %+v, %v", h, again, err)
		}
	})
}

func ExampleParseNpyHeader() {
	file := AppendNpyHeader(nil, "|u1", true, []int{2, 3})
	file = append(file, 1, 4, 2, 5, 3, 6) // Fortran order: column by column

	h, err := ParseNpyHeader(file)
	if err != nil {
		panic(err)
	}
	rows := make([]byte, 6)
	err = strided.Gather(rows, file, h.Layout())
	fmt.Println(h.Descr, h.Shape, rows, err)
	// Output: |u1 [2 3] [1 2 3 4 5 6] <nil>
}

func ExampleReadNpyHeader() {
	r := bytes.NewReader(append(AppendNpyHeader(nil, "<f4", false, []int{1}), 0, 0, 0x80, 0x3f))
	h, err := ReadNpyHeader(r)
	fmt.Println(h.Descr, h.Shape, r.Len(), err)
	// Output: <f4 [1] 4 <nil>
}

func ExampleAppendNpyHeader() {
	header := AppendNpyHeader(nil, "<f4", false, []int{480, 640})
	fmt.Printf("%d bytes: %.73q ...\n", len(header), header)
	// Output: 128 bytes: "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (480, 640), }" ...
}

func ExampleNpyHeader_Layout() {
	h := NpyHeader{Descr: "<f8", FortranOrder: true, Shape: []int{4, 5}, ItemSize: 8, DataOffset: 128}
	fmt.Printf("%+v\n", h.Layout())
	// Output: {ItemSize:8 Offset:128 Shape:[4 5] Strides:[8 32]}
}
