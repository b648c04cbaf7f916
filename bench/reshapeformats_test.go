package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/memoryview"
)

// viewOf returns a View of bytes.
func viewOf(t *testing.T, mem []byte, format string, shape ...int) *memoryview.View {
	t.Helper()
	itemSize, err := memoryview.SizeOfItem(format)
	if err != nil {
		t.Fatal(err)
	}
	v, err := memoryview.ArrayView(mem, format, strided.C(itemSize, shape...))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// writeArray writes a file with one array.
func writeArray(t *testing.T, path string, x memoryview.Named) {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch filepath.Ext(path) {
	case ".npy":
		if x.Type != "" {
			b.Write(memoryview.AppendNpyHeader(nil, x.Type, false, x.View.Buffer().Shape))
			b.Write(x.View.Buffer().Buf.Mem)
		} else {
			_, err = memoryview.WriteNpy(&b, x.View)
		}
	case ".npz":
		err = memoryview.WriteNpz(&b, x)
	case ".safetensors":
		err = memoryview.WriteSafetensors(&b, nil, x)
	case ".gguf":
		err = memoryview.WriteGGUF(&b, nil, x)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	writeFile(t, "", path, b.Bytes())
}

// reshaped runs the command and returns what it printed.
func reshaped(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	failure := reshape(args, out, out)
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text), failure
}

// An array of every kind of file is sliced, permuted, rearranged and written to
// every kind of file.
func TestReshapeFormats(t *testing.T) {
	for format, order := range map[string]binary.AppendByteOrder{"<i": binary.LittleEndian, ">i": binary.BigEndian} {
		var mem, want []byte
		for i := range 2 * 4 * 3 {
			mem = order.AppendUint32(mem, uint32(i))
		}
		for _, i := range []uint32{9, 10, 11, 6, 7, 8, 21, 22, 23, 18, 19, 20} { // a[:, 2:][:, ::-1]
			want = binary.LittleEndian.AppendUint32(want, i)
		}
		// h w c -> c (w h) of that
		var rearranged []byte
		for c := range 3 {
			for _, row := range []int{0, 2, 1, 3} {
				rearranged = append(rearranged, want[4*(3*row+c):][:4]...)
			}
		}
		for _, from := range fileFormats {
			for _, to := range fileFormats {
				dir := t.TempDir()
				in, out := filepath.Join(dir, "in."+from), filepath.Join(dir, "out."+to)
				writeArray(t, in, memoryview.Named{Name: "in", View: viewOf(t, mem, format, 2, 4, 3)})
				text, err := reshaped(t, "-slice", ":, :1:-1", "-perm", "1,0,2", "-rearrange", "w h c -> c (w h)", in, out)
				if err != nil {
					t.Fatalf("%s to %s: %v", from, to, err)
				}
				if !strings.Contains(text, "[2 4 3]") || !strings.Contains(text, "[3 4]") || !strings.Contains(text, "48 B") {
					t.Errorf("%s to %s: %s", from, to, text)
				}
				if left := files(t, dir); left != "in."+from+" out."+to {
					t.Errorf("the folder holds %s", left)
				}
				a, err := openArray(place{path: out, format: to})
				if err != nil {
					t.Fatalf("%s to %s: %v", from, to, err)
				}
				if to != "npy" && a.name != "in" {
					t.Errorf("%s to %s: the array is called %q", from, to, a.name)
				}
				if to == "npz" && a.view.Offset%64 != 0 {
					t.Errorf("the items begin at byte %d of the file", a.view.Offset)
				}
				if a.descr[0] == '>' {
					a = a.swapped()
				}
				got := make([]byte, 48)
				if err := strided.Gather(got, a.bytes, a.view); err != nil || !bytes.Equal(got, rearranged) || !slices.Equal(a.shape, []int{3, 4}) {
					t.Errorf("%s to %s: %v, %x, want %x; %v", from, to, a.shape, got, rearranged, err)
				}
				a.close()
			}
		}
	}
}

// What becomes of types that the two kinds of file name differently, or one of them
// lacks.
func TestReshapeKinds(t *testing.T) {
	for _, c := range []struct{ from, kind, format, to, want string }{
		{"safetensors", "BF16", "<H", "gguf", "BF16"},
		{"gguf", "BF16", "<H", "safetensors", "BF16"},
		{"gguf", "BF16", "<H", "npy", "<u2"},
		{"safetensors", "F8_E4M3", "B", "safetensors", "F8_E4M3"},
		{"safetensors", "F8_E4M3", "B", "npz", "|u1"},
		{"safetensors", "F8_E4M3", "B", "gguf", "cannot be F8_E4M3"},
		{"safetensors", "U32", "<I", "gguf", "cannot be U32"},
		{"safetensors", "BOOL", "?", "npy", "|b1"},
		{"npy", "|b1", "?", "safetensors", "BOOL"},
		{"npy", "<u4", "<I", "gguf", "GGUF has no type"},
		{"npy", "<M8[ns]", "<q", "npy", "<M8[ns]"},
		{"npz", "<M8[ns]", "<q", "npy", "<M8[ns]"},
		{"npy", "<M8[ns]", "<q", "npz", "<M8[ns]"},
		{"npy", "<M8[ns]", "<q", "gguf", "I64"},
		{"npy", ">c8", ">Zf", "safetensors", "C64"},
		{"npy", "[('a', '<i2'), ('b', '|u1')]", "T{<h:a:B:b:}", "npz", "[('a', '<i2'), ('b', '|u1')]"},
		{"npy", "[('a', '<i2'), ('b', '|u1')]", "T{<h:a:B:b:}", "safetensors", "have no dtype"},
		{"npy", "|S3", "3s", "gguf", "GGUF has no type"},
		{"gguf", "Q4_0", "18s", "gguf", "Q4_0 packs several numbers in blocks of 18 bytes"},
		{"gguf", "Q8_0", "34s", "npy", "Q8_0 packs several numbers in blocks of 34 bytes"},
	} {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "in."+c.from), filepath.Join(dir, "out."+c.to)
		itemSize, err := memoryview.SizeOfItem(c.format)
		if err != nil {
			t.Fatal(err)
		}
		mem := make([]byte, 2*itemSize)
		for i := range mem {
			mem[i] = byte(i)
		}
		writeArray(t, in, memoryview.Named{Name: "x", View: viewOf(t, mem, c.format, 2), Type: c.kind})
		_, err = reshaped(t, "-slice", "::-1", in, out)
		if err != nil {
			if !strings.Contains(err.Error(), c.want) || files(t, dir) != "in."+c.from {
				t.Errorf("%s of %s to %s: %v, want %s; %s", c.kind, c.from, c.to, err, c.want, files(t, dir))
			}
			continue
		}
		a, err := openArray(place{path: out, format: c.to})
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 2*itemSize)
		if err := strided.Gather(got, a.bytes, a.view); err != nil {
			t.Fatal(err)
		}
		want := append(slices.Clone(mem[itemSize:]), mem[:itemSize]...)
		if c.kind == ">c8" { // four numbers of 4 bytes
			want = []byte{11, 10, 9, 8, 15, 14, 13, 12, 3, 2, 1, 0, 7, 6, 5, 4}
		}
		if a.kind != c.want || !bytes.Equal(got, want) {
			t.Errorf("%s of %s to %s: %s, want %s; %x, want %x", c.kind, c.from, c.to, a.kind, c.want, got, want)
		}
		a.close()
	}
}

func TestReshapePlaces(t *testing.T) {
	for arg, want := range map[string]place{
		"a.npy": {"a.npy", "", "npy"}, "A.NPZ": {"A.NPZ", "", "npz"}, `C:\x.gguf`: {`C:\x.gguf`, "", "gguf"}, `C:\x.gguf:w`: {`C:\x.gguf`, "w", "gguf"},
		"m.safetensors:a.b:c": {"m.safetensors", "a.b:c", "safetensors"}, "a.npz:b.npz": {"a.npz", "b.npz", "npz"}, "d.npz/x.gguf:t": {"d.npz/x.gguf", "t", "gguf"}, "a:b.npy": {"a:b.npy", "", "npy"},
	} {
		if got, err := parsePlace(arg); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", arg, got, err, want)
		}
	}
	for _, arg := range []string{"", "a", "a.txt", "npy", "a.npz:", "a.npy:x", "a.txt:x", "a.safetensor:x"} {
		if got, err := parsePlace(arg); err == nil {
			t.Errorf("%q: %+v", arg, got)
		}
	}
}

// A file without the array that is asked for, and files that are none.
func TestReshapeContainerErrors(t *testing.T) {
	dir := t.TempDir()
	a := memoryview.Named{Name: "first", View: viewOf(t, []byte("abcdef"), "b", 2, 3)}
	b := memoryview.Named{Name: "second", View: viewOf(t, []byte("ab"), "b", 2)}
	for name, write := range map[string]func(io.Writer, ...memoryview.Named) error{
		"two.npz":         memoryview.WriteNpz,
		"two.safetensors": func(w io.Writer, x ...memoryview.Named) error { return memoryview.WriteSafetensors(w, nil, x...) },
		"two.gguf":        func(w io.Writer, x ...memoryview.Named) error { return memoryview.WriteGGUF(w, nil, x...) },
	} {
		var file bytes.Buffer
		if err := write(&file, a, b); err != nil {
			t.Fatal(err)
		}
		writeFile(t, dir, name, file.Bytes())
		ext := filepath.Ext(name)
		writeFile(t, dir, "cut"+ext, file.Bytes()[:file.Len()/2])
		writeFile(t, dir, "empty"+ext, nil)
		writeFile(t, dir, "text"+ext, bytes.Repeat([]byte("no such file "), 20))
		if err := write(&file); err != nil {
			t.Fatal(err)
		}
	}
	writeArray(t, filepath.Join(dir, "one.npy"), memoryview.Named{View: viewOf(t, []byte("abcdef"), "b", 2, 3)})
	before := files(t, dir)
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"one.npy out.npz:", exitUsage, "behind the colon"},
		{"one.npy:a out.npz", exitUsage, "behind the colon"},
		{"one.npy out.txt", exitUsage, "does not end in"},
		{"-sizes h=2 one.npy out.npy", exitUsage, "there is none"},
		{"-rearrange a_b -sizes h one.npy out.npy", exitUsage, `"h" is no size`},
		{"-rearrange a_b -sizes =2 one.npy out.npy", exitUsage, `"=2" is no size`},
		{"-rearrange a_b -sizes h=x one.npy out.npy", exitUsage, `"h=x" is no size`},
		{"-rearrange a_b_c->a_b_c one.npy out.npy", exitFailed, "src has rank 2"},
		{"-rearrange a one.npy out.npy", exitFailed, "-> is missing"},
		{"-rearrange ->a one.npy out.npy", exitFailed, "src has rank 2"},
		{"-slice 0 -rearrange a->a(b) -sizes b=-1 one.npy out.npy", exitFailed, "b has size -1"},
		{"-slice 0 -rearrange a->a(b) one.npy out.npy", exitFailed, "its size is not known"},
		{"-slice 0 -rearrange a->a(b) -sizes c=1 one.npy out.npy", exitFailed, `no axis "c"`},
		{fmt.Sprintf("-slice 0 -rearrange a->a(bc) -sizes b=%d,c=4 one.npy out.npy", math.MaxInt/2), exitFailed, "overflows"},
		{"-slice 0 -rearrange a->abcd -sizes b=1,c=1,d=1 one.npy out.gguf", exitOK, "out.gguf:one [3 1 1 1]"},
		{"-slice 0 -rearrange a->abcde -sizes b=1,c=1,d=1,e=1 one.npy out.gguf", exitFailed, "more than 4 axes"},
		{"one.npy out.safetensors:__metadata__", exitFailed, "cannot be used"},
		{"one.npy one.npy", exitFailed, "is the input"},
		{"two.npz:first two.npz:second", exitFailed, "is the input"},
		{"two.npz out.npy", exitFailed, "holds 2 arrays, name one as two.npz:NAME\n  first\n  second\n"},
		{"two.safetensors out.npy", exitFailed, "holds 2 arrays"},
		{"two.gguf out.npy", exitFailed, "holds 2 arrays"},
		{"two.npz:third out.npy", exitFailed, `no array is called "third"`},
		{"two.safetensors:third out.npy", exitFailed, `no array is called "third"`},
		{"two.gguf:third out.npy", exitFailed, `no array is called "third"`},
		{"two.gguf:first nowhere/out.npz", exitFailed, "no such file"},
		{"-slice 2 two.gguf:first out.npz", exitFailed, "out of bounds"},
		{"cut.npz out.npy", exitFailed, "npz"}, {"cut.safetensors out.npy", exitFailed, "safetensors"}, {"cut.gguf out.npy", exitFailed, "gguf"},
		{"empty.npz out.npy", exitFailed, "npz"}, {"empty.safetensors out.npy", exitFailed, "truncated"}, {"empty.gguf out.npy", exitFailed, "gguf"},
		{"text.npz out.npy", exitFailed, "npz"}, {"text.safetensors out.npy", exitFailed, "header"}, {"text.gguf out.npy", exitFailed, "GGUF"},
	} {
		args := strings.Fields(c.args)
		for i := range args { // letters are axes, blanks would split the arguments
			if i > 0 && args[i-1] == "-rearrange" {
				args[i] = strings.Join(strings.Split(strings.ReplaceAll(args[i], "_", ""), ""), " ")
				args[i] = strings.ReplaceAll(args[i], "- >", "->")
			}
		}
		run := command(t, dir, append([]string{"reshape"}, args...)...)
		out, _ := run.CombinedOutput()
		if status := run.ProcessState.ExitCode(); status != c.status || !strings.Contains(string(out), c.says) {
			if runtime.GOOS != "windows" || status != c.status { // words of errors differ there
				t.Errorf("reshape %s: status %d, want %d; %s", c.args, status, c.status, out)
			}
		}
		if c.status == exitOK {
			os.Remove(filepath.Join(dir, "out.gguf"))
		}
		if after := files(t, dir); after != before {
			t.Fatalf("reshape %s left %s", c.args, after)
		}
	}
}

// The names of many arrays are not all printed.
func TestReshapeManyArrays(t *testing.T) {
	dir := t.TempDir()
	var tensors []memoryview.Named
	for i := range 30 {
		tensors = append(tensors, memoryview.Named{Name: fmt.Sprint("t", i), View: viewOf(t, []byte("a"), "b", 1)})
	}
	var file bytes.Buffer
	if err := memoryview.WriteGGUF(&file, nil, tensors...); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "in.gguf", file.Bytes())
	_, err := reshaped(t, filepath.Join(dir, "in.gguf"), filepath.Join(dir, "out.npy"))
	if err == nil || !strings.Contains(err.Error(), "t19\n  and 10 more") || strings.Contains(err.Error(), "t20") {
		t.Error(err)
	}
}

func TestReshapeDryRun(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.npy")
	writeArray(t, in, memoryview.Named{View: viewOf(t, make([]byte, 4*100*200), "f", 100, 200)})
	text, err := reshaped(t, "-dry-run", "-perm", "1,0", in, filepath.Join(dir, "out.npz:t"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"in.npy [100 200] ", " -> ", "out.npz:t [200 100] ", "78 KiB, nothing is written", "copy ", "kernel ", "expect "} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q: %s", want, text)
		}
	}
	writeArray(t, in, memoryview.Named{View: viewOf(t, make([]byte, 9<<20*4), "f", 3, 3, 1<<20)})
	if text, err = reshaped(t, "-dry-run", in, filepath.Join(dir, "out.npy")); err != nil || !strings.Contains(text, "in 3 pieces, of which the first has 12 MiB") {
		t.Errorf("%s %v", text, err)
	}
	if text, err = reshaped(t, "-dry-run", "-slice", ":0", in, filepath.Join(dir, "out.npy")); err != nil || !strings.Contains(text, "nothing to copy") {
		t.Errorf("%s %v", text, err)
	}
	if left := files(t, dir); left != "in.npy" {
		t.Errorf("left %s", left)
	}
}

// The examples of -h are command lines that can be read.
func TestReshapeHelp(t *testing.T) {
	text, err := reshaped(t, "-h")
	if err == nil || !strings.Contains(text, "weights.safetensors:layer.0.weight") {
		t.Fatalf("%v: %s", err, text)
	}
	examples := 0
	for _, line := range strings.Split(text, "\n") {
		line, ok := strings.CutPrefix(line, "    bench reshape ")
		if !ok {
			continue
		}
		var args []string
		for i, part := range strings.Split(line, "'") {
			if i%2 == 1 {
				args = append(args, part)
			} else {
				args = append(args, strings.Fields(part)...)
			}
		}
		if _, err := parseReshape(args, io.Discard); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		examples++
	}
	if examples < 6 {
		t.Errorf("%d examples", examples)
	}
}
