package main

import (
	"bufio"
	"fmt"
	"io"
)

// A table is the answers of all cores of a target.
type table struct {
	target  target
	kernels []loop
	columns []map[string]answer // by core
}

const heading = `# Kernels by model

Cycles for 64 bytes stored, in the loop that does most of a kernel's work, as the
scheduling models of LLVM see it with all data in the first-level cache. Behind the
stroke stands the load/store bound: the same loop with nothing but its loads and
stores of data. A star marks a kernel at more than one and a half times the bound;
what it is bound by follows each table. These are models, not measurements.

Written by

	go run ./gen/mca >asm/MODEL.md
`

func write(to io.Writer, tables []table) error {
	w := bufio.NewWriter(to)
	fmt.Fprint(w, heading)
	for _, t := range tables {
		t.write(w)
	}
	return w.Flush()
}

func (t table) write(w io.Writer) {
	fmt.Fprintf(w, "\n## %s\n\n| kernel | bytes a turn |", t.target.goarch)
	for _, c := range t.target.cores {
		fmt.Fprintf(w, " %s |", c.name)
	}
	fmt.Fprintf(w, "\n| --- | ---: |")
	for range t.target.cores {
		fmt.Fprint(w, " ---: |")
	}
	for _, k := range t.kernels {
		fmt.Fprintf(w, "\n| %s | %d |", k.kernel, k.stored)
		for _, column := range t.columns {
			a, ok := column[k.kernel]
			star := ""
			switch {
			case !ok:
				fmt.Fprint(w, " - |")
				continue
			case a.whole > 1.5*a.moves:
				star = "*"
			}
			fmt.Fprintf(w, " %s%.1f / %.1f |", star, a.whole, a.moves)
		}
	}
	fmt.Fprintln(w)
	for _, note := range t.target.notes {
		fmt.Fprintf(w, "\n- %s", note)
	}
	fmt.Fprintln(w)
}
