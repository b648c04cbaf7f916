package stridecopy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages are the documents whose claims are compared with the tree.
var pages = []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "SAFETY.md", "examples/README.md", "memoryview/README.md"}

var (
	codePattern = regexp.MustCompile("`[^`\n]*`")
	linkPattern = regexp.MustCompile(`\]\(([^)#:]+)\)`)
	testPattern = regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`")
	filePattern = regexp.MustCompile("`((?:asm|copy|cpu|memoryview|gen|bench|examples|\\.ci)/[\\w./-]+)`")
	goPattern   = regexp.MustCompile("(?s)```go\n(.*?)```")
)

// TestPages checks that files and tests named in the documents exist.
func TestPages(t *testing.T) {
	tests := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(s.text, -1) {
				tests[string(m[1])] = true
			}
		}
	}
	readme := read(t, "README.md")
	for name := range tests {
		if strings.HasPrefix(name, "Fuzz") && !strings.Contains(readme, "`"+name+"`") {
			t.Errorf("README.md does not name %s", name)
		}
	}
	for _, page := range pages {
		text := read(t, page)
		for _, m := range linkPattern.FindAllStringSubmatch(codePattern.ReplaceAllString(text, ""), -1) {
			exists(t, page, filepath.Join(filepath.Dir(page), m[1]))
		}
		for _, m := range filePattern.FindAllStringSubmatch(text, -1) {
			exists(t, page, m[1])
		}
		for _, m := range testPattern.FindAllStringSubmatch(text, -1) {
			if !tests[m[1]] {
				t.Errorf("%s: there is no test %s", page, m[1])
			}
		}
	}
}

// TestReadmeExample checks that the first program of a README is in the examples that
// the tests of its package run.
func TestReadmeExample(t *testing.T) {
	for page, file := range map[string]string{
		"README.md":            "copy/example_test.go",
		"memoryview/README.md": "memoryview/example_test.go",
	} {
		program := goPattern.FindStringSubmatch(read(t, page))
		if program == nil {
			t.Fatalf("%s has no program", page)
		}
		body := program[1]
		if _, inMain, ok := strings.Cut(body, "func main() {\n"); ok {
			body = strings.TrimSuffix(inMain, "}\n")
		}
		example := read(t, file)
		for _, line := range strings.Split(body, "\n") {
			code, comment, _ := strings.Cut(line, "//")
			if !strings.Contains(example, strings.TrimRight(code, " ")) {
				t.Errorf("%s: not in the example: %s", page, line)
			}
			if output, ok := strings.CutPrefix(comment, " ["); ok && !strings.Contains(example, "// Output: ["+output) {
				t.Errorf("%s: not the output of the example: %s", page, output)
			}
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func exists(t *testing.T, page, name string) {
	t.Helper()
	if matches, err := filepath.Glob(name); err != nil || len(matches) == 0 {
		t.Errorf("%s: there is no %s", page, name)
	}
}
