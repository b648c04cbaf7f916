package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// turns is the number of turns that the model runs.
const turns = 200

// An answer is what a model says of one loop, in cycles for 64 bytes stored: the
// whole loop, and only its loads and stores of data.
type answer struct{ whole, moves float64 }

// ask returns a core's answers by kernel; a kernel that the core cannot run has
// none.
func ask(t target, c core, kernels []loop, mca string) (map[string]answer, error) {
	var input bytes.Buffer
	region := func(name string, body []string) {
		fmt.Fprintf(&input, "# LLVM-MCA-BEGIN %s\n", name)
		for _, line := range body {
			fmt.Fprintln(&input, line)
		}
		fmt.Fprintf(&input, "# LLVM-MCA-END\n")
	}
	stored := map[string]int{}
	for _, k := range kernels {
		if !slices.Contains(c.runs, k.isa()) {
			continue
		}
		stored[k.kernel] = k.stored
		var all []string
		for _, i := range k.body {
			all = append(all, i.text)
		}
		region(k.kernel+"/whole", all)
		region(k.kernel+"/moves", t.syntax.data(k.body))
	}
	cmd := exec.Command(mca, "-mtriple="+t.triple, "-mcpu="+c.name, fmt.Sprint("-iterations=", turns), "-json")
	cmd.Stdin = &input
	out, err := cmd.Output()
	if err != nil {
		if failed := new(exec.ExitError); errors.As(err, &failed) {
			err = fmt.Errorf("%w\n%s", err, failed.Stderr)
		}
		return nil, fmt.Errorf("%s for %s: %w", mca, c.name, err)
	}
	a, err := answers(out, stored)
	if err == nil && len(a) != len(stored) {
		err = fmt.Errorf("%s for %s: %d answers for %d kernels", mca, c.name, len(a), len(stored))
	}
	return a, err
}

// answers reads the report of llvm-mca.
func answers(report []byte, stored map[string]int) (map[string]answer, error) {
	var r struct {
		CodeRegions []struct {
			Name        string
			SummaryView struct{ TotalCycles float64 }
		}
	}
	if err := json.Unmarshal(report, &r); err != nil {
		return nil, err
	}
	out := map[string]answer{}
	for _, region := range r.CodeRegions {
		name, part, _ := strings.Cut(region.Name, "/")
		cycles := region.SummaryView.TotalCycles / turns * 64 / float64(stored[name])
		a := out[name]
		if part == "whole" {
			a.whole = cycles
		} else {
			a.moves = cycles
		}
		out[name] = a
	}
	return out, nil
}

// same reports whether two cores agree on every kernel that both run: then they
// are one model under two names.
func same(a, b map[string]answer) bool {
	common := 0
	for name, x := range a {
		y, both := b[name]
		if both && x != y {
			return false
		}
		if both {
			common++
		}
	}
	return common > 0
}
