// Package stridecopy_test holds the rules of the whole module: who may import
// whom, where unsafe may live, and what every file and every exported name needs.
// They stand in the root because they belong to no package; the root has no code.
//
// The rules read the source files themselves, so that they cover every platform
// and need no go command; one of them asks it and is skipped where there is none.
package stridecopy_test

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/stridecopy/stridecopy"

// edges lists for every folder with a package what its files may import beyond the
// standard library: folders of this module, or the modules of others.
var edges = map[string][]string{
	".":           {},
	"cpu":         {"github.com/klauspost/cpuid/v2"},
	"asm":         {"cpu"},
	"asm/asmtest": {},
	"copy":        {"asm", "cpu"},
	"memoryview":  {"copy"},
	"gen":         {"gen/arm64", "github.com/mmcloughlin/avo"},
	"gen/arm64":   {"github.com/mmcloughlin/avo"},
	"gen/mca":     {},
	"gen/mutate":  {},
	"bench":       {"cpu", "asm", "copy", "memoryview"},
}

// importable are the folders whose packages are for others to import.
var importable = []string{"cpu", "asm", "copy", "memoryview"}

// unsafeFiles match the files, besides tests, that may import unsafe.
var unsafeFiles = []string{
	"asm/generic*.go", "asm/race.go", "asm/asmtest/*.go",
	"copy/typed.go",   // []T to []byte
	"copy/overlap.go", // do two slices share memory?
	"memoryview/mmap*.go", "memoryview/typed*.go",
}

// maxLines bounds the files that people write.
const maxLines = 450

// A source is one Go file of the module.
type source struct {
	name      string // path from the root, with slashes
	dir       string
	text      []byte
	file      *ast.File
	test      bool
	generated bool
}

// sources parses every Go file of this module, for whatever platform it is.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return enter(name)
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		s := source{name: filepath.ToSlash(name), test: strings.HasSuffix(name, "_test.go")}
		s.dir = path.Dir(s.name)
		if s.text, err = os.ReadFile(name); err != nil {
			return err
		}
		if s.file, err = parser.ParseFile(token.NewFileSet(), s.name, s.text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return err
		}
		s.generated = ast.IsGenerated(s.file)
		out = append(out, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 10 {
		t.Fatalf("only %d Go files: is this the root of the module?", len(out))
	}
	return out
}

// enter skips what the go command would not take for a package of this module.
func enter(dir string) error {
	base := filepath.Base(dir)
	if base == "testdata" || len(base) > 1 && base[0] == '.' {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil && dir != "." {
		return filepath.SkipDir
	}
	return nil
}

func (s source) imports() []string {
	var out []string
	for _, spec := range s.file.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		out = append(out, p)
	}
	return out
}

// standard reports whether an import path is of the standard library: its first
// element has no dot.
func standard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// inside reports whether path is the module or folder root, or lies below it.
func inside(importPath, root string) bool {
	return importPath == root || strings.HasPrefix(importPath, root+"/")
}

func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := edges[s.dir]
		if !known {
			t.Errorf("%s: a new package needs a row in the list of edges", s.name)
			continue
		}
		for _, p := range s.imports() {
			ok := standard(p)
			folder, own := strings.CutPrefix(p, module+"/")
			switch {
			case s.test:
				// Tests may use the helper, and whatever is below or beside them here.
				ok = ok || own || inside(s.dir, "gen") && inside(p, "github.com/mmcloughlin/avo")
			case own:
				ok = slices.Contains(allowed, folder)
			default:
				ok = ok || slices.ContainsFunc(allowed, func(m string) bool { return inside(p, m) })
			}
			if !ok {
				t.Errorf("%s imports %s", s.name, p)
			}
		}
	}
}

// TestDependencies asks the go command for everything that importers get.
func TestDependencies(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command here: ", err)
	}
	args := []string{"list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}"}
	for _, dir := range importable {
		args = append(args, "./"+dir)
	}
	var stderr bytes.Buffer
	cmd := exec.Command("go", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	for _, p := range strings.Fields(string(out)) {
		folder, own := strings.CutPrefix(p, module+"/")
		if own && slices.Contains(importable, folder) || inside(p, "github.com/klauspost/cpuid/v2") || inside(p, "golang.org/x/sys") {
			continue
		}
		t.Errorf("importers get %s", p)
	}
}

func TestUnsafe(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !slices.Contains(s.imports(), "unsafe") {
			continue
		}
		match := func(pattern string) bool { ok, _ := path.Match(pattern, s.name); return ok }
		if !slices.ContainsFunc(unsafeFiles, match) {
			t.Errorf("%s imports unsafe and is not on the list", s.name)
		}
	}
}

func TestFiles(t *testing.T) {
	open := regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)
	for _, s := range sources(t) {
		if formatted, err := format.Source(s.text); err != nil || !bytes.Equal(formatted, s.text) {
			t.Errorf("%s: gofmt would change it (%v)", s.name, err)
		}
		if lines := bytes.Count(s.text, []byte("\n")); lines > maxLines && !s.generated {
			t.Errorf("%s has %d lines, more than %d", s.name, lines, maxLines)
		}
		if m := open.Find(s.text); m != nil && s.name != "project_test.go" {
			t.Errorf("%s: something was left open: %s", s.name, m)
		}
	}
}
