// Command mutate asks whether the kernel tests would notice a broken kernel. In a
// copy of packages asm and cpu it breaks each assembly kernel in four ways, runs
// the tests of that kernel alone, and prints a table of kernels and mutants. It
// exits with status 1 where a mutant survives.
//
//	go run ./gen/mutate [-places 3] [-run RE] [-goarch arm64 -exec qemu-aarch64-static -short]
//
// The ways are:
//
//	lane    a shuffle takes the wrong half, operand or constant, or a store the wrong register
//	few     a store is missing, or an extent counts one too few
//	wide    a store goes one byte too far
//	over    a load touches one byte too many
//
// All kernels are broken at once, each at one place, and the tests of one kernel
// call no other, so that one compilation serves them all.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

type options struct {
	places int            // mutants of each kernel and way
	only   *regexp.Regexp // kernels
	goarch string
	runner string // command that runs test binaries
	short  bool
	limit  time.Duration // for the tests of one kernel
}

func main() {
	var o options
	flag.IntVar(&o.places, "places", 3, "mutants of each kernel and way, at most")
	flag.StringVar(&o.goarch, "goarch", "amd64", "architecture of the kernels")
	flag.StringVar(&o.runner, "exec", "", "command that runs test binaries")
	flag.BoolVar(&o.short, "short", false, "run the short tests")
	flag.DurationVar(&o.limit, "limit", 30*time.Second, "time for the tests of one kernel; a mutant that takes longer is killed")
	only := flag.String("run", "", "regular expression of the kernels to break")
	flag.Parse()
	o.only = regexp.MustCompile(*only)
	survivors, err := run(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
	}
	if err != nil || survivors > 0 {
		os.Exit(1)
	}
}

func run(o options) (survivors int, err error) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	l := &lab{options: o, dir: dir}
	if err := l.setUp(); err != nil {
		return 0, err
	}
	r := newReport(l.kernels)
	for _, way := range ways {
		for place := range o.places {
			if err := l.round(r, way, place); err != nil {
				return 0, err
			}
		}
	}
	r.print()
	return len(r.survivors), nil
}

// A lab is the copy of the packages in which kernels are broken.
type lab struct {
	options
	dir     string
	text    []function // the assembly file, cut into functions
	kernels []string   // kernels that this machine runs and that are asked for
}

func (l *lab) source() string { return filepath.Join(l.dir, "asm", "zkernels_"+l.goarch+".s") }
func (l *lab) binary() string { return filepath.Join(l.dir, "asm.test") }

// setUp copies the packages and runs the tests of every kernel unbroken.
func (l *lab) setUp() error {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	root := strings.TrimSpace(string(out))
	for _, pkg := range []string{"asm", "cpu"} {
		if err := os.CopyFS(filepath.Join(l.dir, pkg), os.DirFS(filepath.Join(root, pkg))); err != nil {
			return err
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(l.dir, name), text, 0o644); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(l.source())
	if err != nil {
		return err
	}
	l.text = functions(string(text))
	if err := l.compile(); err != nil {
		return err
	}
	for _, f := range l.text {
		if f.name == "" || !l.only.MatchString(f.name) {
			continue
		}
		switch l.test(f.name) {
		case failed:
			return fmt.Errorf("%s fails its tests as it is", f.name)
		case passed:
			l.kernels = append(l.kernels, f.name)
		case skipped:
			fmt.Printf("%s: not on this machine\n", f.name)
		}
	}
	return nil
}

func (l *lab) compile() error {
	cmd := exec.Command("go", "test", "-c", "-o", l.binary(), "./asm")
	cmd.Dir = l.dir
	cmd.Env = append(os.Environ(), "GOARCH="+l.goarch, "GOWORK=off", "GOFLAGS=-vet=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

type outcome int

const (
	passed outcome = iota
	failed
	skipped
)

// test runs the tests of one kernel.
func (l *lab) test(kernel string) outcome {
	args := append(strings.Fields(l.runner), l.binary(), "-test.v",
		"-test.run=^TestKernels$/^"+kernel+"$", "-test.timeout="+l.limit.String(), fmt.Sprintf("-test.short=%v", l.short))
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = filepath.Join(l.dir, "asm")
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return failed
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	case strings.Contains(string(out), "--- SKIP: TestKernels/"+kernel+" "):
		return skipped
	case !strings.Contains(string(out), "--- PASS: TestKernels/"+kernel+" "):
		fmt.Fprintf(os.Stderr, "mutate: there is no test of %s\n", kernel)
		os.Exit(1)
	}
	return passed
}

// round breaks every kernel in one way, at the place of that number in an order
// that is random but always the same.
func (l *lab) round(r *report, w way, place int) error {
	var b strings.Builder
	broken := map[string]change{}
	for _, f := range l.text {
		changes := w.changes(f.lines)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
		if f.name != "" && place < len(changes) {
			broken[f.name] = changes[place]
			f.lines = changes[place].apply(f.lines)
		}
		b.WriteString(strings.Join(f.lines, "\n"))
	}
	if err := os.WriteFile(l.source(), []byte(b.String()), 0o644); err != nil {
		return err
	}
	if err := l.compile(); err != nil {
		return err
	}
	for _, name := range l.kernels {
		if c, ok := broken[name]; ok {
			r.add(name, w.name, c, l.test(name) == failed)
		}
	}
	return nil
}
