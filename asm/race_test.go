//go:build race

package asm_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

const raceEnabled = true

// racing is set in the process that races: there a test fails when the detector
// reports something, which is what the process that started it wants to see.
const racing = "STRIDECOPY_TEST_RACING"

// TestRaceDetector plants races on the source and on the destination of every
// kernel and shows that they are reported, and that accesses to the gaps between
// its rows are not.
func TestRaceDetector(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestRacing$", "-test.v")
	cmd.Env = append(os.Environ(), racing+"=1", "GORACE=suppress_equal_stacks=0 suppress_equal_addresses=0")
	text, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(text), "WARNING: DATA RACE") {
		t.Fatalf("no race was reported (%v):\n%s", err, text)
	}
	count := map[string]int{}
	eachRace(func(name string, _ *asm.Kernel, _ int, side string) {
		verdict := "FAIL"
		if side == "gaps" {
			verdict = "PASS"
		}
		count[verdict]++
		if !strings.Contains(string(text), "--- "+verdict+": TestRacing/"+name+" ") {
			t.Errorf("%s: want %s", name, verdict)
		}
	})
	t.Logf("%d planted races, %d patterns without one", count["FAIL"], count["PASS"])
}

// eachRace walks what TestRacing does: every kernel of this machine on dense and
// on strided blocks, with another goroutine on either side or in the gaps.
func eachRace(f func(name string, k *asm.Kernel, gap int, side string)) {
	for _, k := range asm.Kernels() {
		if !cpu.Detect().Has(k.Needs) {
			continue
		}
		for _, side := range []string{"source", "destination"} {
			f(k.Name+"/dense/"+side, &k, 0, side)
			f(k.Name+"/strided/"+side, &k, 24, side)
		}
		f(k.Name+"/strided/gaps", &k, 24, "gaps")
	}
}

func TestRacing(t *testing.T) {
	if os.Getenv(racing) == "" {
		t.Skip("runs in a process that TestRaceDetector starts")
	}
	eachRace(func(name string, k *asm.Kernel, gap int, side string) {
		t.Run(name, func(t *testing.T) { race(k, gap, side) })
	})
}

// race runs a kernel while another goroutine writes to bytes that the kernel reads,
// reads bytes that it writes, or writes to all that it has no business with. The
// detector remembers four accesses to a word, so that of a kernel that moves single
// bytes it misses some: many bytes are touched.
func race(k *asm.Kernel, gap int, side string) {
	var s simple
	s.set(k, gap)
	b := s.block()
	dst, src := make([]byte, simpleBytes), make([]byte, simpleBytes)
	var ds, ss []int // offsets of the bytes that the kernel writes and reads
	each(k.Op, s.size, &b, func(d, s, n int) {
		for i := range n {
			ds, ss = append(ds, d+i), append(ss, s+i)
		}
	})
	done := make(chan byte)
	go func() {
		var read byte
		for n := 0; n < len(ds); n += 1 + len(ds)/24 {
			switch side {
			case "source":
				src[ss[n]]++
			case "destination":
				read += dst[ds[n]]
			}
		}
		if side == "gaps" {
			touchOthers(dst, ds)
			touchOthers(src, ss)
		}
		done <- read
	}()
	asm.Call(k.ID, dst, 0, src, 0, s.size, &b)
	<-done
}

// touchOthers writes to all bytes of b but those at the offsets used.
func touchOthers(b []byte, used []int) {
	skip := make([]bool, len(b))
	for _, at := range used {
		skip[at] = true
	}
	for at := range b {
		if !skip[at] {
			b[at] = 1
		}
	}
}
