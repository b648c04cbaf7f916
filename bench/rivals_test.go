package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stridecopy/stridecopy/memoryview"
)

// fakeRival is a rival process with libraries of all characters: one is right, one
// writes a byte too many, one refuses, one ends the process in the middle.
func fakeRival() {
	var dst, src []byte
	var current *Case
	out := json.NewEncoder(os.Stdout)
	names := []string{"right", "wrong", "refuses", "dies"}
	for in := json.NewDecoder(os.Stdin); ; {
		var q rivalRequest
		if in.Decode(&q) != nil {
			return
		}
		var r rivalReply
		switch q.Op {
		case "open":
			m, err := memoryview.MapFile(q.File, true)
			if err != nil {
				panic(err)
			}
			src, dst = m.Bytes(), m.Bytes()[q.DstAt:]
			r = rivalReply{Names: names, Versions: "fake 1.0", CallNs: 5}
		case "case":
			current = q.Case
			r.Names = names
		case "check":
			reference(dst, src, current, 0, current.DstOffset, current.SrcOffset)
			switch q.Rival {
			case "wrong":
				dst[0]++
			case "refuses":
				r.Error = "cannot"
			}
		case "time":
			if q.Rival == "dies" && current.Family == "small" {
				os.Stderr.WriteString("a long story\nout of luck\n")
				os.Exit(3)
			}
			r.Ns = float64(q.Runs) * 30e3
		}
		out.Encode(r)
	}
}

func TestRivals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files are not mapped here")
	}
	cases, err := parseCases("two", []byte(twoCases))
	if err != nil {
		t.Fatal(err)
	}
	a, err := newArena(cases, true)
	if err != nil {
		t.Fatal(err)
	}
	c := startable(t)
	c.Env = append(os.Environ(), "BENCH_TEST_RIVAL=1")
	process, reply, err := startRival("fake", c, a)
	if err != nil {
		t.Fatal(err)
	}
	s := &rivals{all: []*rival{process}, names: reply.Names}
	r := &runner{arena: a, budget: time.Millisecond, rivals: s}
	if r.variants, _, err = parseLevels("", 1); err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		results, err := r.run(&cases[i])
		if err != nil {
			t.Fatal(err)
		}
		got := results[0].Rivals
		if dead := cases[i].Family == "small"; dead && len(got) > 0 || !dead && (len(got) != 2 || got["right"] != 30e3) {
			t.Errorf("%s: rivals %v", cases[i].Name, got)
		}
	}
	if notes := strings.Join(r.notes, "\n"); !strings.Contains(notes, "refuses: cannot") ||
		!strings.Contains(notes, "wrong: wrong result, byte 0 differs") {
		t.Errorf("notes: %s", notes)
	}
	if process.gone == nil || !strings.Contains(process.gone.Error(), "out of luck") {
		t.Errorf("the end of the process: %v", process.gone)
	}
	s.stop()
	if err := a.close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(a.file); err == nil {
		t.Errorf("%s is left", a.file)
	}
}

func TestNumPyRival(t *testing.T) {
	if exec.Command("python3", "-c", "import numpy").Run() != nil {
		t.Skip("python3 has no numpy here")
	}
	cases, err := loadCases("")
	if err != nil {
		t.Fatal(err)
	}
	var small []Case
	for _, c := range cases {
		if c.DstBytes+c.SrcBytes < 1<<18 {
			small = append(small, c)
		}
	}
	a, err := newArena(small, true)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	process, _, err := startRival("NumPy", exec.Command("python3", "-c", numpyRival), a)
	if err != nil {
		t.Fatal(err)
	}
	defer process.stop()
	for i := range small {
		c := &small[i]
		fill(a.want, untouched)
		reference(a.want, a.src, c, 0, c.DstOffset, c.SrcOffset)
		found, notes := process.contenders(c, a.dst[:c.DstBytes], a.want[:c.DstBytes])
		if len(found) != 1 || len(notes) != 0 {
			t.Errorf("%s: %v %v", c.Name, found, notes)
		}
	}
}

func TestArenaIsPageAligned(t *testing.T) {
	for range 5 {
		for _, n := range []int{0, 1, page, page + 1} {
			b := pages(n)
			if len(b)%page != 0 || len(b) < n || len(b) == 0 {
				t.Errorf("%d bytes for %d", len(b), n)
			}
		}
	}
}

// TestArenaSkew checks that the buffers lie as far apart whether they are shared or not,
// on pages of their own.
func TestArenaSkew(t *testing.T) {
	for _, bytes := range []int{1, page, 1<<20 - 1, 1 << 20, 3<<20 + page} {
		for _, shared := range []bool{false, runtime.GOOS != "windows"} { // which maps no files
			a, err := newArena([]Case{{SrcBytes: bytes, DstBytes: 2 * bytes}}, shared)
			if err != nil {
				t.Fatal(err)
			}
			apart := int(reflect.ValueOf(a.dst).Pointer() - reflect.ValueOf(a.src).Pointer())
			if apart < len(a.src) || apart%(1<<20) != skew*page || len(a.src) < bytes || len(a.dst) < 2*bytes {
				t.Errorf("%d bytes, shared %v: buffers of %d and %d bytes, %d apart", bytes, shared, len(a.src), len(a.dst), apart)
			}
			if err := a.close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestUndo(t *testing.T) {
	var l undoList
	ran := 0
	forget := l.add(func() { ran++ })
	l.add(func() { ran += 10 })
	forget()
	for _, f := range l.undo {
		f()
	}
	if ran != 10 {
		t.Error(ran)
	}
}
