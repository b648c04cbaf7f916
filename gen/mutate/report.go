package main

import (
	"fmt"
	"os"
	"text/tabwriter"
)

// A report counts mutants by kernel and way.
type report struct {
	kernels   []string
	count     map[[2]string]tally // by kernel and way; the kernel "" holds the sums
	survivors []string
}

type tally struct{ killed, all int }

func newReport(kernels []string) *report {
	return &report{kernels: kernels, count: map[[2]string]tally{}}
}

func (r *report) add(kernel, way string, c change, killed bool) {
	for _, key := range [][2]string{{kernel, way}, {"", way}} {
		n := r.count[key]
		n.all++
		if killed {
			n.killed++
		}
		r.count[key] = n
	}
	if !killed {
		r.survivors = append(r.survivors, fmt.Sprintf("%s, %s: %v", kernel, way, c))
	}
}

// print writes killed/all for every kernel and way, then the mutants that survived.
func (r *report) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "kernel")
	for _, way := range ways {
		fmt.Fprint(w, "\t", way.name)
	}
	row := func(label, kernel string) {
		fmt.Fprint(w, "\n", label)
		for _, way := range ways {
			n := r.count[[2]string{kernel, way.name}]
			fmt.Fprintf(w, "\t%d/%d", n.killed, n.all)
		}
	}
	for _, k := range r.kernels {
		row(k, k)
	}
	row("all", "")
	fmt.Fprintln(w)
	w.Flush()
	for _, s := range r.survivors {
		fmt.Println("survived:", s)
	}
}
