package arm64

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/printer"
)

// disassemble assembles the file and returns the disassembler's lines of the
// instructions that went as words.
func disassemble(t *testing.T, f *File) []string {
	t.Helper()
	source, err := f.Print(printer.Config{Name: "gen", Pkg: "words"})
	if err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("go", args...)
		cmd.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	dir := t.TempDir()
	object, text := filepath.Join(dir, "words.o"), filepath.Join(dir, "words.s")
	if err := os.WriteFile(text, source, 0o600); err != nil {
		t.Fatal(err)
	}
	include := filepath.Join(strings.TrimSpace(run("env", "GOROOT")), "pkg", "include")
	run("tool", "asm", "-p", "words", "-I", include, "-o", object, text)
	isWord := map[string]bool{}
	for n, line := range strings.Split(string(source), "\n") {
		if strings.Contains(line, "WORD") {
			isWord[fmt.Sprintf("words.s:%d", n+1)] = true
		}
	}
	var words []string
	// The fields of a line: place, address, code, instruction.
	for _, line := range strings.Split(hostObjdump(t, object), "\n") {
		fields := strings.Fields(line)
		if len(fields) > 3 && isWord[fields[0]] {
			words = append(words, strings.Join(fields[3:], " "))
		}
	}
	return words
}

// hostObjdump runs the disassembler as a program of this machine.
func hostObjdump(t *testing.T, object string) string {
	t.Helper()
	out, err := exec.Command("go", "tool", "objdump", object).CombinedOutput()
	if err != nil {
		t.Fatalf("go tool objdump: %v\n%s", err, out)
	}
	return string(out)
}

// TestWords shows every instruction that is encoded here to Go's disassembler.
func TestWords(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to assemble and disassemble with")
	}
	f, err := NewFile("arm64")
	if err != nil {
		t.Fatal(err)
	}
	fn, err := f.Func("words", "func()")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, disp := range []int{0, 16, 32, 1008, -16, -1024} {
		for _, base := range []R{0, 12, 25} {
			for _, v := range [][2]V{{0, 1}, {31, 0}, {7, 30}} {
				fn.StnpQ(v[0], v[1], base, disp)
				want = append(want, fmt.Sprintf("VSTNP %s, V%d, V%d", at(base, disp).Asm(), v[1], v[0]))
			}
		}
	}
	fn.Ret()
	got := disassemble(t, f)
	if len(got) != len(want) {
		t.Fatalf("the disassembler knows %d of %d words", len(got), len(want))
	}
	for k := range want {
		if got[k] != want[k] {
			t.Errorf("word %d is %q, want %q", k, got[k], want[k])
		}
	}
}

// TestWordsOfKernels makes sure that the kernels hold no word but those.
func TestWordsOfKernels(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("..", "..", "asm", "zkernels_arm64.s"))
	if err != nil {
		t.Fatal(err)
	}
	known := regexp.MustCompile(`WORD\s+\$0x[0-9a-f]{8} // STNP Q`)
	for n, line := range strings.Split(string(source), "\n") {
		if strings.Contains(line, "WORD") && !known.MatchString(line) {
			t.Errorf("line %d: %s is not checked", n+1, line)
		}
	}
}

func TestForeignRegisters(t *testing.T) {
	for _, r := range []R{16, 17, 18, 26, 27, 28, 29, 30, 31} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("R%d was handed to a kernel", r)
				}
			}()
			_ = r.Asm()
		}()
	}
}
