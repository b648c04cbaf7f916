package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"text/tabwriter"
)

const compareUsage = `usage: bench compare OLD.json NEW.json

Compares two files that -json wrote: the time of every case that both have, and
how far it could differ by chance. The exit status is 1 where a case became
slower by more than that. OLD.json and NEW.json may be lists of files, separated
by commas, of repeated runs: best taken in turns, one of each.
`

// compare tells what changed between two runs.
func compare(args []string, stdout, stderr *os.File) error {
	f := flag.NewFlagSet("compare", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, compareUsage) }
	if err := parseFlags(f, args); err != nil {
		return err
	}
	if f.NArg() != 2 {
		f.Usage()
		return usageError{fmt.Errorf("%d files named, want two", f.NArg())}
	}
	before, err := readRuns(f.Arg(0))
	if err != nil {
		return err
	}
	after, err := readRuns(f.Arg(1))
	if err != nil {
		return err
	}
	changes := match(before, after)
	if len(changes) == 0 {
		return errors.New("the files have no case in common")
	}
	return printChanges(stdout, changes, len(before), len(after))
}

// repeats are the results of one case at one level in one or more runs.
type repeats struct {
	Result          // the fastest
	slowest float64 // ns_min of the slowest, where there are several
	spread  float64 // how much slower it can be without a reason, as a fraction
}

// readRuns reads a list of files and brings the results of each case together.
func readRuns(paths string) ([]repeats, error) {
	var all []repeats
	index := map[string]int{}
	for run, path := range strings.Split(paths, ",") {
		results, err := readResults(path)
		if err != nil {
			return nil, err
		}
		for _, r := range results {
			i, known := index[key(&r)]
			switch {
			case !known:
				index[key(&r)] = len(all)
				all = append(all, repeats{Result: r, spread: r.NsMedian/r.NsMin - 1})
			case run > 0:
				all[i].merge(r)
			}
		}
	}
	return all, nil
}

// merge adds a run. The spread of the minima of several runs is a better measure
// than that of the samples of one.
func (p *repeats) merge(r Result) {
	slowest := max(p.slowest, p.NsMin, r.NsMin)
	if r.NsMin < p.NsMin {
		p.Result = r
	}
	p.slowest = slowest
	p.spread = slowest/p.NsMin - 1
}

// key tells results apart.
func key(r *Result) string { return fmt.Sprintf("%s %s %d", r.Name, r.Features, r.Workers) }

func readResults(path string) ([]Result, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var results []Result
	if err := json.Unmarshal(text, &results); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, r := range results {
		if r.Name == "" || !(r.NsMin > 0) || r.NsMedian < r.NsMin {
			return nil, fmt.Errorf("%s: the result %q has no times", path, r.Name)
		}
	}
	return results, nil
}

// A change is one case in two runs.
type change struct {
	old, new *repeats
	ratio    float64 // new time over old: below 1 is faster
	noise    float64 // by how much the ratio may differ from 1 for no reason
}

func match(before, after []repeats) (changes []change) {
	known := map[string]*repeats{}
	for i := range before {
		known[key(&before[i].Result)] = &before[i]
	}
	for i := range after {
		r := &after[i]
		if old := known[key(&r.Result)]; old != nil {
			changes = append(changes, change{old, r, r.NsMin / old.NsMin, noise(old, r)})
		}
	}
	return changes
}

// noise is what the repeats within the two runs, and the repeats of the two things
// in them that no change of this module touches, differ by; but never less than
// what page placement alone does.
func noise(old, new *repeats) float64 {
	const least = 0.05
	drift := func(a, b float64) float64 {
		if a == 0 || b == 0 {
			return 0
		}
		return math.Abs(math.Log(b / a))
	}
	return max(least, old.spread, new.spread, drift(old.CopyNs, new.CopyNs), drift(old.NaiveNs, new.NaiveNs))
}

func (c *change) verdict() string {
	switch {
	case c.ratio > 1+c.noise:
		return "slower"
	case c.ratio < 1/(1+c.noise):
		return "faster"
	}
	return "~"
}

// printChanges prints the table of changes.
func printChanges(w io.Writer, changes []change, before, after int) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "case\told ns\tnew ns\tratio\tnoise\t\t")
	slower, sum := 0, 0.0
	for _, c := range changes {
		sum += math.Log(c.ratio)
		verdict := c.verdict()
		if verdict == "slower" {
			slower++
		}
		name := c.new.Name
		if c.new.Features != "" {
			name += " " + c.new.Features
		}
		if c.new.Workers > 1 {
			name += fmt.Sprintf(" %dw", c.new.Workers)
		}
		fmt.Fprintf(table, "%s\t%.1f\t%.1f\t%.2f\t±%.0f%%\t%s\t\n", name, c.old.NsMin, c.new.NsMin, c.ratio, 100*c.noise, verdict)
	}
	fmt.Fprintf(table, "geometric mean of %d\t\t\t%.3f\t\t\t\n", len(changes), math.Exp(sum/float64(len(changes))))
	if err := table.Flush(); err != nil {
		return err
	}
	if left := before + after - 2*len(changes); left > 0 {
		fmt.Fprintf(w, "%d results stand in one of the files only\n", left)
	}
	if slower > 0 {
		return fmt.Errorf("%d of %d cases became slower by more than the noise", slower, len(changes))
	}
	return nil
}
