package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

const asmDir = "../asm"

// TestDrift compares what the generator writes now with the files in the tree.
func TestDrift(t *testing.T) {
	files, err := render()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(asmDir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		// A checkout may have changed the line ends.
		got = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))
		if bytes.Equal(got, want) {
			continue
		}
		line, have, should := firstDifference(string(got), string(want))
		t.Errorf("%s:%d: have %q, the generator writes %q; run go generate ./asm", name, line, have, should)
	}
	left, err := filepath.Glob(filepath.Join(asmDir, "z*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		if files[filepath.Base(path)] == nil {
			t.Errorf("%s: the generator does not write it", path)
		}
	}
}

// TestWriteAllOrNothing writes files of which one cannot be written: the others stay as
// they were, and nothing else is left.
func TestWriteAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	files := map[string][]byte{}
	for _, name := range strings.Fields("a b c d e f g h") {
		files[name] = []byte("old")
	}
	holds := func(want string) {
		t.Helper()
		for name := range files {
			if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
				t.Errorf("%s: %q, %v; want %q", name, got, err, want)
			}
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != len(files) {
			t.Errorf("left %v, %v", left, err)
		}
	}
	if err := write(dir, files); err != nil {
		t.Fatal(err)
	}
	holds("old")
	for name := range files {
		files[name] = []byte("new")
	}
	files["no/such/folder"] = nil
	if err := write(dir, files); err == nil {
		t.Error("no error")
	}
	delete(files, "no/such/folder")
	holds("old")
	if err := write(dir, files); err != nil {
		t.Fatal(err)
	}
	holds("new")
}

// firstDifference returns the number of the first line that differs and both
// versions of it.
func firstDifference(a, b string) (int, string, string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for n := 0; ; n++ {
		switch {
		case n == len(as):
			return n + 1, "the end", bs[n]
		case n == len(bs):
			return n + 1, as[n], "the end"
		case as[n] != bs[n]:
			return n + 1, as[n], bs[n]
		}
	}
}

// TestRenderIsDeterministic renders twice.
func TestRenderIsDeterministic(t *testing.T) {
	a, err := render()
	if err != nil {
		t.Fatal(err)
	}
	b, err := render()
	if err != nil {
		t.Fatal(err)
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

func TestCheckNeeds(t *testing.T) {
	for _, tc := range []struct {
		declared string
		used     []string
		fault    string // part of the error, empty for none
	}{
		{"cpu.SSE2", []string{"SSE", "SSE2"}, ""},
		{"cpu.AVX2", []string{"AVX", "SSE2"}, ""},
		{"cpu.AVX512|cpu.VBMI", []string{"AVX", "AVX512F", "AVX512VBMI"}, ""},
		{"cpu.SSE2", []string{"AVX", "SSE2"}, "uses cpu.AVX2"},
		{"cpu.AVX2", []string{"AVX2", "AVX512VL"}, "uses cpu.AVX512"},
		{"cpu.AVX512", []string{"AVX512F", "AVX512VBMI"}, "uses cpu.VBMI"},
		{"cpu.AVX512|cpu.VBMI", []string{"AVX512F", "AVX512BW"}, "uses none"},
		{"cpu.AVX2", []string{"SSE2"}, "uses none"},
		{"cpu.AVX2", []string{"AVX2", "FMA3"}, "no feature"},
	} {
		err := checkNeeds(tc.declared, tc.used)
		if tc.fault == "" && err != nil || tc.fault != "" && (err == nil || !strings.Contains(err.Error(), tc.fault)) {
			t.Errorf("%s with %v: %v, want %q", tc.declared, tc.used, err, tc.fault)
		}
	}
}

// TestCheckReturns compiles small functions that return with and without cleaning up.
func TestCheckReturns(t *testing.T) {
	for _, tc := range []struct {
		name string
		ok   bool
		emit func(c *build.Context)
	}{
		{"clean", true, func(c *build.Context) { c.VPXOR(reg.Y0, reg.Y0, reg.Y0); c.VZEROUPPER(); c.RET() }},
		{"narrow", true, func(c *build.Context) { c.PXOR(reg.X0, reg.X0); c.RET() }},
		{"dirty", false, func(c *build.Context) { c.VPXOR(reg.Y0, reg.Y0, reg.Y0); c.RET() }},
		{"dirtyZ", false, func(c *build.Context) { c.VPXORQ(reg.Z0, reg.Z0, reg.Z0); c.RET() }},
		{"oneOfTwo", false, func(c *build.Context) {
			c.RET()
			c.VPXOR(reg.Y0, reg.Y0, reg.Y0)
			c.VZEROUPPER()
			c.RET()
		}},
	} {
		if err := checkReturns(compiled(t, tc.emit)); (err == nil) != tc.ok {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// TestCheckEncodings compiles functions whose vectors are moved in one way and in two.
func TestCheckEncodings(t *testing.T) {
	for _, tc := range []struct {
		name string
		ok   bool
		emit func(c *build.Context)
	}{
		{"sse", true, func(c *build.Context) { c.PXOR(reg.X0, reg.X0); c.RET() }},
		{"avx", true, func(c *build.Context) { c.VPXOR(reg.X0, reg.X0, reg.X0); c.INCQ(reg.RAX); c.RET() }},
		{"both", false, func(c *build.Context) { c.VPXOR(reg.Y0, reg.Y0, reg.Y0); c.PXOR(reg.X0, reg.X0); c.RET() }},
	} {
		if err := checkEncodings(compiled(t, tc.emit)); (err == nil) != tc.ok {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func compiled(t *testing.T, emit func(c *build.Context)) *ir.Function {
	t.Helper()
	c := build.NewContext()
	c.Function("f")
	c.SignatureExpr("func()")
	emit(c)
	f, err := c.Result()
	if err != nil {
		t.Fatal(err)
	}
	if err := pass.Compile.Execute(f); err != nil {
		t.Fatal(err)
	}
	return f.Functions()[0]
}
