//go:build race

package strided

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// racing is set in the process that races: there a test fails when the detector
// reports something, which is what the process that started it wants to see.
const racing = "STRIDECOPY_TEST_RACING"

// TestRaceDetector plants races on the source and on the destination of copies, which
// must be reported, and accesses to the gaps between their items, which must not.
func TestRaceDetector(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestRacing$", "-test.v")
	cmd.Env = append(os.Environ(), racing+"=1", "GORACE=suppress_equal_stacks=0 suppress_equal_addresses=0")
	text, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(text), "WARNING: DATA RACE") {
		t.Fatalf("no race was reported (%v):\n%s", err, text)
	}
	count := map[string]int{}
	for _, c := range raceCases() {
		for side, verdict := range map[string]string{"source": "FAIL", "destination": "FAIL", "gaps": "PASS"} {
			count[verdict]++
			if !strings.Contains(string(text), "--- "+verdict+": TestRacing/"+c.name+"/"+side+" ") {
				t.Errorf("%s, %s: want %s", c.name, side, verdict)
			}
		}
	}
	t.Logf("%d planted races, %d patterns without one", count["FAIL"], count["PASS"])
}

// A raceCase is a copy by one of the ways through this package.
type raceCase struct {
	name   string
	dl, sl Layout
	shared bool // the source lies one item behind the destination
	opts   Options
}

func raceCases() []raceCase {
	gappy := func(size, n, m int) Layout { // 8 bytes apart, and rows 64
		return Layout{ItemSize: size, Shape: []int{n, m}, Strides: []int{m*(size+8) + 64, size + 8}}
	}
	turned := func(l Layout) Layout {
		l, _ = l.Permute()
		return l
	}
	return []raceCase{
		{name: "tiny", dl: gappy(4, 4, 5), sl: turned(gappy(4, 5, 4))},
		{name: "dense", dl: C(4, 100, 100), sl: turned(C(4, 100, 100))},
		{name: "rows", dl: gappy(100, 20, 3), sl: gappy(100, 20, 3)},
		{name: "strided", dl: gappy(4, 60, 50), sl: turned(gappy(4, 50, 60))},
		{name: "shared", dl: gappy(4, 60, 50), sl: gappy(4, 60, 50), shared: true},
		{name: "workers", dl: gappy(8, 1000, 600), sl: turned(gappy(8, 600, 1000)), opts: Options{Workers: 2}},
	}
}

func TestRacing(t *testing.T) {
	if os.Getenv(racing) == "" {
		t.Skip("runs in a process that TestRaceDetector starts")
	}
	for _, c := range raceCases() {
		for _, side := range []string{"source", "destination", "gaps"} {
			t.Run(c.name+"/"+side, func(t *testing.T) { c.race(t, side) })
		}
	}
}

// race copies while another goroutine writes to some bytes that are read, reads some
// that are written, or writes to all that are neither.
func (c raceCase) race(t *testing.T, side string) {
	_, dhi := c.dl.interval()
	_, shi := c.sl.interval()
	dst, src := make([]byte, dhi+16), make([]byte, shi)
	if c.shared {
		src = dst
		c.sl.Offset += 12
	}
	var ds, ss []int
	eachItem(c.dl, func(at int) { ds = append(ds, at) })
	eachItem(c.sl, func(at int) { ss = append(ss, at) })
	done := make(chan byte)
	go func() {
		var read byte
		for n := 0; n < len(ds); n += 1 + len(ds)/100 {
			switch side {
			case "source":
				src[ss[n]]++
			case "destination":
				read += dst[ds[n]]
			}
		}
		if side == "gaps" {
			used := make([]bool, max(len(dst), len(src))) // in one slice on both sides
			for n := range ds {
				for k := range c.dl.ItemSize {
					used[ds[n]+k], used[ss[n]+k] = true, true
				}
			}
			for at := range used {
				if !used[at] && at < len(dst) {
					dst[at] = 1
				}
				if !used[at] && at < len(src) {
					src[at] = 1
				}
			}
		}
		done <- read
	}()
	if err := c.copy(dst, src); err != nil {
		t.Error(err)
	}
	<-done
}

func (c raceCase) copy(dst, src []byte) error {
	if c.opts.Workers == 0 {
		return Copy(dst, c.dl, src, c.sl)
	}
	p, err := NewPlan(c.dl, c.sl, c.opts)
	if err != nil {
		return err
	}
	return p.Run(dst, src)
}
