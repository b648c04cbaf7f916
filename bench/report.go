package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"

	"github.com/stridecopy/stridecopy/cpu"
)

// A report prints rows as they come and a summary at the end. Progress goes to a
// terminal only, on one line that the next row replaces.
type report struct {
	out      io.Writer
	progress io.Writer // nil where there is no terminal
	width    int       // characters of the progress line on the screen
	recorded *recordedPeers
	levels   bool // more than one: rows name theirs
	results  []Result
	broken   int
}

const rowFormat = "%-38s %8s %8.1f %7.2f %9.1f %8.1f %9s  %s\n"

func (t *report) header(r *runner, cases int) {
	fmt.Fprintf(t.out, "stridecopy %s %s/%s, %s, level %s, %d worker(s)\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, cpu.Brand(), words(r.levels), r.workers)
	fmt.Fprintf(t.out, "%d cases, %v for each thing timed, %d MiB of buffers; GB/s counts every byte twice (read and written)\n\n",
		cases, r.budget, r.size()>>20)
	fmt.Fprintf(t.out, "%-38s %8s %8s %7s %9s %8s %9s  %s\n",
		"case", "payload", "GB/s", "/dense", "naive", "x naive", "/best*", "kernel")
}

func words(levels []level) string {
	var list []string
	for _, l := range levels {
		list = append(list, l.word)
	}
	return strings.Join(list, ",")
}

// working shows what is being timed.
func (t *report) working(done, all int, name string) {
	if t.progress != nil {
		t.clear()
		t.width, _ = fmt.Fprintf(t.progress, "[%d/%d] %s ...", done, all, name)
	}
}

func (t *report) clear() {
	if t.width > 0 {
		fmt.Fprintf(t.progress, "\r%s\r", strings.Repeat(" ", t.width))
		t.width = 0
	}
}

func (t *report) row(r Result) {
	t.clear()
	t.results = append(t.results, r)
	versus := ""
	if ratio, _ := t.recorded.versus(&r); ratio > 0 {
		versus = fmt.Sprintf("%.2f", ratio)
	}
	name := r.Name
	if t.levels {
		name += " " + r.Features
	}
	fmt.Fprintf(t.out, rowFormat, name, size(r.Payload), r.gigabytes(r.NsMin), r.DenseNs/r.NsMin,
		r.gigabytes(r.NaiveNs), r.NaiveNs/r.NsMin, versus, r.Kernel)
}

func (t *report) failed(err error) {
	t.clear()
	t.broken++
	fmt.Fprintf(t.out, "FAILED %v\n", err)
}

// summary prints geometric means by family, and by level where there are several.
func (t *report) summary() {
	if len(t.results) == 0 {
		return
	}
	fmt.Fprintf(t.out, "\n%-24s %6s %8s %8s %8s %9s %14s\n", "family (geometric mean)", "cases", "GB/s", "/dense", "x naive", "/best*", "behind best*")
	groups, order := map[string]*means{}, []string{}
	add := func(group string, r *Result) {
		if t.levels {
			group += " " + r.Features
		}
		if groups[group] == nil {
			groups[group] = new(means)
			order = append(order, group)
		}
		groups[group].add(r, t.recorded)
	}
	for i := range t.results {
		add(t.results[i].Family, &t.results[i])
	}
	for i := range t.results {
		add("all", &t.results[i])
	}
	for _, group := range order {
		groups[group].print(t.out, group)
	}
	p := t.recorded
	fmt.Fprintf(t.out, "\n* recorded, not measured now: our share of memcpy over that of the fastest of %d rival programs in %s on %s\n  (%s; %s)\n",
		p.programs(), p.Recorded, p.Machine, p.System, p.Versions)
	if t.broken > 0 {
		fmt.Fprintf(t.out, "\n%d case(s) FAILED\n", t.broken)
	}
}

// means are running sums of logarithms.
type means struct {
	n, versusN, behind           int
	speed, dense, naive, versusL float64
}

func (m *means) add(r *Result, p *recordedPeers) {
	m.n++
	m.speed += math.Log(r.gigabytes(r.NsMin))
	m.dense += math.Log(r.DenseNs / r.NsMin)
	m.naive += math.Log(r.NaiveNs / r.NsMin)
	if ratio, _ := p.versus(r); ratio > 0 {
		m.versusN++
		m.versusL += math.Log(ratio)
		if ratio < 1 {
			m.behind++
		}
	}
}

func (m *means) print(w io.Writer, name string) {
	n := float64(m.n)
	fmt.Fprintf(w, "%-24s %6d %8.1f %8.2f %8.1f", name, m.n, math.Exp(m.speed/n), math.Exp(m.dense/n), math.Exp(m.naive/n))
	if m.versusN > 0 {
		fmt.Fprintf(w, " %9.2f %14s", math.Exp(m.versusL/float64(m.versusN)), fmt.Sprintf("%d of %d", m.behind, m.versusN))
	}
	fmt.Fprintln(w)
}

// size writes a number of bytes as people do.
func size(bytes int) string {
	switch {
	case bytes >= 10<<20:
		return fmt.Sprintf("%d MiB", (bytes+1<<19)>>20)
	case bytes >= 10<<10:
		return fmt.Sprintf("%d KiB", (bytes+1<<9)>>10)
	}
	return fmt.Sprintf("%d B", bytes)
}

// terminal returns f where it is one, for progress lines, and nil elsewhere.
func terminal(f *os.File) io.Writer {
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return f
	}
	return nil
}
