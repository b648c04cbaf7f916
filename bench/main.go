// Command bench times the copies of this module against the memory system and
// against the loop that one writes by hand, and reshapes arrays in files.
//
//	go run ./bench [flags]                 time the representative cases
//	go run ./bench -all                    time all cases
//	go run ./bench -peers                  rival libraries in the same run
//	go run ./bench -html page.html         a page about the results
//	go run ./bench compare old new         what changed between two -json files
//	go run ./bench pauses                  what copies add to the collector's pauses
//	go run ./bench reshape [flags] in out  slice, permute and rearrange an array in a file
//
// Each case is verified whole against a reference loop before it is timed; a
// wrong result makes the exit status 1.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands are the first words that do something else than time the cases.
var commands = []struct {
	name, about string
	run         func(args []string, stdout, stderr *os.File) error
}{
	{"compare", "what changed between two -json files", compare},
	{"pauses", "what copies add to the pauses of the garbage collector", pauses},
	{"reshape", "slice, permute and rearrange an array in a file", reshape},
}

func run(args []string, stdout, stderr *os.File) int {
	command := benchmark
	for _, c := range commands {
		if len(args) > 0 && args[0] == c.name {
			command, args = c.run, args[1:]
			break
		}
	}
	err := command(args, stdout, stderr)
	var bad usageError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.As(err, &bad):
		fmt.Fprintln(stderr, "bench:", err)
		return exitUsage
	}
	fmt.Fprintln(stderr, "bench:", err)
	return exitFailed
}

// A usageError is a mistake in the command line.
type usageError struct{ error }

// parseFlags parses args. A wish for help comes back as it is, it is no mistake.
func parseFlags(f *flag.FlagSet, args []string) error {
	err := f.Parse(args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	return usageError{err}
}

// options are the flags of the benchmark.
type options struct {
	cases, family, filter, levels string
	json, html, svg               string // files to write
	all, cold, peers              bool
	budget                        time.Duration
	workers                       int
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.cases, "cases", "", "`file` of cases in JSON (default: the built-in ones)")
	f.StringVar(&o.json, "json", "", "write the results to a `file`")
	f.StringVar(&o.html, "html", "", "write a page about the results to a `file`; times every level and number of workers unless -cpu is given")
	f.StringVar(&o.svg, "svg", "", "write a picture of the results to a `file`")
	f.StringVar(&o.family, "family", "", "comma-separated `list` of families to run")
	f.StringVar(&o.filter, "filter", "", "run the cases whose name matches a regular `expression`")
	f.StringVar(&o.levels, "cpu", "", "comma-separated `list` of levels to time: none, sse2, avx2, avx512, neon (default: the best)")
	f.BoolVar(&o.all, "all", false, "run all built-in cases, not only the representative ones")
	f.BoolVar(&o.cold, "cold", false, "time copies into memory that was never touched, too")
	f.BoolVar(&o.peers, "peers", false, "run rival libraries beside ours: those of bench/peers, and NumPy where python3 has it")
	f.DurationVar(&o.budget, "budget", 60*time.Millisecond, "`time` to spend on each thing timed, in each case")
	f.IntVar(&o.workers, "workers", 1, "goroutines that a copy may use")
	f.Usage = func() { usage(f) }
	if err := parseFlags(f, args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, usageError{fmt.Errorf("unexpected argument %q; the first word may be a command: %s", f.Arg(0), commandNames())}
	case o.budget <= 0:
		return o, usageError{fmt.Errorf("-budget %v is not positive", o.budget)}
	case o.workers < 1:
		return o, usageError{fmt.Errorf("-workers %d is below 1", o.workers)}
	}
	return o, nil
}

// usage prints what the program does, its commands and its flags.
func usage(f *flag.FlagSet) {
	w := f.Output()
	fmt.Fprint(w, "usage: bench [flags]\n       bench COMMAND [-h] ...\n\nTimes the copies of stridecopy, or does what a command says:\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-9s %s\n", c.name, c.about)
	}
	fmt.Fprint(w, "\nFlags:\n")
	f.PrintDefaults()
}

func commandNames() string {
	var names []string
	for _, c := range commands {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

// variants returns what to time of ours, and the levels that were asked for in
// vain.
func (o *options) variants() (all []variant, missing []string, err error) {
	if o.html != "" && o.levels == "" {
		return everyVariant(o.workers), nil, nil
	}
	all, missing, err = parseLevels(o.levels, o.workers)
	if err != nil {
		err = usageError{err}
	}
	return all, missing, err
}

// choose returns the cases that the options select.
func (o *options) choose() ([]Case, error) {
	re, err := regexp.Compile(o.filter)
	if err != nil {
		return nil, usageError{fmt.Errorf("-filter: %w", err)}
	}
	cases, err := loadCases(o.cases)
	if err != nil {
		return nil, err
	}
	if o.cases == "" && !o.all {
		cases = onlyRepresentative(cases)
	}
	var families []string
	if o.family != "" {
		families = strings.Split(o.family, ",")
	}
	known := familiesOf(cases)
	for _, family := range families {
		if !slices.Contains(known, family) {
			return nil, usageError{fmt.Errorf("-family: there is no family %q; there are %s", family, strings.Join(known, ", "))}
		}
	}
	if cases = selectCases(cases, families, re); len(cases) == 0 {
		return nil, errors.New("no case is selected")
	}
	return cases, nil
}

func benchmark(args []string, stdout, stderr *os.File) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	cases, err := o.choose()
	if err != nil {
		return err
	}
	variants, missing, err := o.variants()
	if err != nil {
		return err
	}
	for _, word := range missing {
		fmt.Fprintf(stderr, "bench: this machine lacks level %s; left out\n", word)
	}
	out, err := openOutputs(&o, stderr)
	if err != nil {
		return err
	}
	defer out.close()
	memory, err := newArena(cases, o.peers)
	if err != nil {
		return err
	}
	defer memory.close()
	r := &runner{arena: memory, budget: o.budget, cold: o.cold, variants: variants, rivals: new(rivals)}
	if o.peers {
		r.rivals = startRivals(memory, out.peers)
		defer r.rivals.stop()
		defer interrupts.add(func() { r.rivals.stop(); memory.close() })()
	}
	t := newReport(r, stdout, terminal(stderr))
	t.header(r, len(cases))
	for i := range cases {
		t.working(i, len(cases), cases[i].Name)
		results, err := r.run(&cases[i])
		if err != nil {
			t.failed(err)
		}
		for _, result := range results {
			t.row(result)
		}
	}
	t.notes(r.notes)
	t.summary()
	if err := out.write(newDocument(r, t, args)); err != nil {
		return err
	}
	if t.broken > 0 {
		return fmt.Errorf("%d of %d cases failed", t.broken, len(cases))
	}
	return nil
}
