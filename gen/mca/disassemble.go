package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const asmPackage = "github.com/stridecopy/stridecopy/asm"

// An instruction is one line of a disassembly.
type instruction struct {
	at   uint64
	text string // as the models take it
	to   uint64 // target of a branch
}

// A loop is the steady state of a kernel: its innermost loop that stores the most.
type loop struct {
	kernel string
	body   []instruction
	stored int // bytes a turn
}

// isa returns the suffix of the kernel's name.
func (l loop) isa() string {
	for _, s := range []string{"NEON", "SSE2", "SSSE3", "AVX2", "AVX512", "VBMI"} {
		if strings.HasSuffix(l.kernel, s) {
			return s
		}
	}
	return ""
}

// disassemble returns the loops of all kernels of an architecture, in the order of
// the assembly file.
func disassemble(t target, objdump string) ([]loop, error) {
	dir, err := os.MkdirTemp("", "mca")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "asm.test")
	build := exec.Command("go", "test", "-c", "-o", binary, asmPackage)
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+t.goarch, "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", build.Args, err, out)
	}
	names, err := kernelNames(t.goarch)
	if err != nil {
		return nil, err
	}
	var symbols []string
	for _, name := range names {
		symbols = append(symbols, asmPackage+"."+name+".abi0")
	}
	out, err := exec.Command(objdump, "-d", "--no-show-raw-insn", "--disassemble-symbols="+strings.Join(symbols, ","), binary).Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", objdump, err)
	}
	functions := parse(out, t.syntax)
	var loops []loop
	for _, name := range names {
		if leftOut.MatchString(name) {
			continue
		}
		l, ok := t.syntax.steady(functions[name])
		if !ok {
			return nil, fmt.Errorf("%s: no loop that stores vectors", name)
		}
		l.kernel = name
		loops = append(loops, l)
	}
	return loops, nil
}

// kernelNames reads the names of the functions in a generated assembly file.
func kernelNames(goarch string) ([]string, error) {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", asmPackage).Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "zkernels_"+goarch+".s"))
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "TEXT ·"); ok {
			name, _, _ = strings.Cut(name, "(")
			names = append(names, name)
		}
	}
	return names, nil
}

// parse splits a disassembly into functions.
func parse(text []byte, s syntax) map[string][]instruction {
	functions := map[string][]instruction{}
	name := ""
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		if _, symbol, ok := strings.Cut(line, " <"+asmPackage+"."); ok && strings.HasSuffix(line, ">:") {
			name, _, _ = strings.Cut(symbol, ".abi0")
			continue
		}
		place, text, ok := strings.Cut(line, ":")
		at, err := strconv.ParseUint(strings.TrimSpace(place), 16, 64)
		if !ok || err != nil || name == "" {
			continue
		}
		i := instruction{at: at, text: strings.TrimSpace(text)}
		i.text, _, _ = strings.Cut(i.text, s.comment)
		if head, _, ok := strings.Cut(i.text, " <"); ok { // a branch
			n := strings.LastIndex(head, "0x")
			i.text = head[:n] + "." // to itself: the models do not follow branches
			i.to, _ = strconv.ParseUint(head[n+2:], 16, 64)
		}
		functions[name] = append(functions[name], i)
	}
	return functions
}
