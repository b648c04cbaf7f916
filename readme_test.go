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

// TestReadmeExample checks that the program of the README is the example that the
// tests of package strided run.
func TestReadmeExample(t *testing.T) {
	program := goPattern.FindStringSubmatch(read(t, "README.md"))
	if program == nil {
		t.Fatal("README.md has no program")
	}
	example := read(t, "copy/example_test.go")
	_, body, _ := strings.Cut(program[1], "func main() {\n")
	for _, line := range strings.Split(strings.TrimSuffix(body, "}\n"), "\n") {
		code, output, _ := strings.Cut(line, "// [")
		if !strings.Contains(example, strings.TrimRight(code, " ")) {
			t.Errorf("not in the example: %s", line)
		}
		if output != "" && !strings.Contains(example, "// Output: ["+output) {
			t.Errorf("not the output of the example: %s", output)
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
