package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
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
	levels   bool     // several: rows name theirs
	workers  bool     // several numbers of them: rows name theirs
	cold     bool     // copies to fresh memory are timed too
	rivals   []string // programs that run beside ours
	results  []Result
	broken   int
}

// A column of the table; text is what stands in the row of a result.
type column struct {
	title string
	width int // characters; 0 for the last column, negative to start at the left
	text  func(r *Result) string
}

// columns returns those that have something to say in this run.
func (t *report) columns() []column {
	speed := func(ns func(*Result) float64) func(*Result) string {
		return func(r *Result) string { return number("%.1f", r.gigabytes(ns(r))) }
	}
	times := func(format string, ns func(*Result) float64) func(*Result) string {
		return func(r *Result) string { return number(format, ns(r)/r.NsMin) }
	}
	naive := func(r *Result) float64 { return r.NaiveNs }
	all := []column{
		{"case", -38, func(r *Result) string { return t.label(r.Name, r) }},
		{"payload", 8, func(r *Result) string { return size(r.Payload) }},
		{"GB/s", 7, speed(func(r *Result) float64 { return r.NsMin })},
		{"predicted", 9, speed(func(r *Result) float64 { return r.Predicted })},
		{"/dense", 7, times("%.2f", func(r *Result) float64 { return r.DenseNs })},
	}
	if t.cold {
		all = append(all, column{"cold", 7, speed(func(r *Result) float64 { return r.ColdNs })})
	}
	all = append(all, column{"naive", 7, speed(naive)}, column{"x naive", 8, times("%.1f", naive)})
	for _, rival := range t.rivals {
		all = append(all, column{"x " + rival, len(rival) + 3, times("%.1f", func(r *Result) float64 { return r.Rivals[rival] })})
	}
	return append(all,
		column{"/best*", 7, func(r *Result) string { ratio, _ := t.recorded.versus(r); return number("%.2f", ratio) }},
		column{"  kernel", 0, func(r *Result) string { return "  " + r.Kernel }})
}

// number is empty for a 0, which stands for what was not measured.
func number(format string, v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf(format, v)
}

func (t *report) line(text func(c *column) string) {
	var line strings.Builder
	for _, c := range t.columns() {
		fmt.Fprintf(&line, "%*s ", c.width, text(&c))
	}
	fmt.Fprintln(t.out, strings.TrimRight(line.String(), " "))
}

// label names a row or group, with its level and workers where they differ.
func (t *report) label(name string, r *Result) string {
	if t.levels {
		name += " " + r.Features
	}
	if t.workers && r.Workers > 1 {
		name += fmt.Sprintf(" x%d", r.Workers)
	}
	return name
}

// newReport makes the report of a run.
func newReport(r *runner, out io.Writer, progress io.Writer) *report {
	t := &report{out: out, progress: progress, recorded: loadRecorded(), cold: r.cold, rivals: r.rivals.names}
	for _, v := range r.variants {
		t.levels = t.levels || v.word != r.variants[0].word
		t.workers = t.workers || v.workers != r.variants[0].workers
	}
	return t
}

func (t *report) header(r *runner, cases int) {
	fmt.Fprintln(t.out, machine(r.variants))
	fmt.Fprintf(t.out, "%d cases, %v for each thing timed, %s of buffers; GB/s counts every byte twice (read and written)\n\n",
		cases, r.budget, size(r.size()))
	t.notes(r.rivals.about)
	t.line(func(c *column) string { return c.title })
}

// machine says in a line what runs where.
func machine(variants []variant) string {
	var words []string
	for _, v := range variants {
		words = append(words, fmt.Sprintf("%s with %d worker(s)", v.word, v.workers))
	}
	return fmt.Sprintf("stridecopy, %s %s/%s, %s, %s",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, cpu.Brand(), strings.Join(words, ", "))
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
	t.line(func(c *column) string { return c.text(&r) })
}

func (t *report) failed(err error) {
	t.clear()
	t.broken++
	fmt.Fprintf(t.out, "FAILED %v\n", err)
}

// notes prints what was seen beside the figures.
func (t *report) notes(notes []string) {
	for _, note := range notes {
		fmt.Fprintln(t.out, "note:", note)
	}
}

// summary prints geometric means by family, and by level where there are several.
func (t *report) summary() {
	if len(t.results) == 0 {
		return
	}
	fmt.Fprintf(t.out, "\n%-24s %6s %8s %8s %8s %9s %14s\n", "family (geometric mean)", "cases", "GB/s", "/dense", "x naive", "/best*", "behind best*")
	groups, order := map[string]*means{}, []string{}
	add := func(group string, r *Result) {
		group = t.label(group, r)
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
	t.furthestBehind()
	t.predictions()
	t.footnotes()
	if t.broken > 0 {
		fmt.Fprintf(t.out, "\n%d case(s) FAILED\n", t.broken)
	}
}

// footnotes says what the columns hold.
func (t *report) footnotes() {
	fmt.Fprintf(t.out, `
predicted: GB/s by the plan's own model, for one worker
/dense: our speed over that of our own dense copy of as many bytes
x naive: our speed over that of a plain Go loop
* recorded, not measured now: our share of memcpy over that of the fastest of %s;
  memcpy is glibc's for them, for ours our dense copy, or below 1 MiB Go's builtin copy where that is faster;
  they had one thread, so that results of several workers are not compared
`, t.recorded)
}

// furthestBehind names the cases that lose most against the recorded peers.
func (t *report) furthestBehind() {
	const most = 12
	losses := slices.Clone(t.results)
	ratio := func(r Result) float64 { v, _ := t.recorded.versus(&r); return v }
	losses = slices.DeleteFunc(losses, func(r Result) bool { v := ratio(r); return v == 0 || v >= 1 })
	slices.SortStableFunc(losses, func(a, b Result) int { return cmp.Compare(ratio(a), ratio(b)) })
	for k, r := range losses[:min(most, len(losses))] {
		if k == 0 {
			fmt.Fprintf(t.out, "\nfurthest behind best*:\n")
		}
		_, best := t.recorded.versus(&r)
		fmt.Fprintf(t.out, "%-38s %5.2f of %s\n", t.label(r.Name, &r), ratio(r), best)
	}
}

// predictions says how often the plans predicted their time within a factor of two.
func (t *report) predictions() {
	near, all := 0, 0
	for _, r := range t.results {
		if r.Workers > 1 {
			continue
		}
		all++
		if r.Predicted <= 2*r.NsMin && r.NsMin <= 2*r.Predicted {
			near++
		}
	}
	fmt.Fprintf(t.out, "\npredicted within a factor of two: %d of %d cases\n", near, all)
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
