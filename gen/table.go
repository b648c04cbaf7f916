package main

import (
	"bytes"
	"fmt"
	"strings"
)

// kernel is one row of the kernel table, with the function that emits it.
type kernel struct {
	name    string   // symbol
	op      string   // Go name of the operation
	size    int      // bytes of an item; 0 for any
	i, j    int      // smallest extents (Transpose) or width (Rows), or source and destination windows (Permute)
	vector  int      // bytes of a vector (Permute)
	stream  bool     // stores past the caches
	merge   bool     // streams rows that begin anywhere in a line (Transpose, Rows)
	line    bool     // moves whole cache lines on both sides (Transpose)
	strings bool     // moves bytes by the processor's own loop (Rows)
	step    string   // sides whose rows it takes at equal steps only (Transpose)
	masked  bool     // loads and stores under masks (Permute), or stores the last tile of a row so (Transpose)
	fewer   bool     // takes fewer destination windows too (Permute)
	whole   bool     // moves lines as one vector where others do in halves (Permute, Rows)
	scratch int      // bytes of scratch memory for every item of I, if it needs some (Transpose)
	weave   string   // Go name of the one permutation it does; empty for any (Permute)
	run     int      // bytes of a destination row that it puts together before it stores them, if it does (Transpose)
	loop    []string // the Go loop it equals
	twin    string   // the pure-Go kernel that works like it
	isa     string   // Go expression of the features it needs, checked against the instructions
	emit    func(e *emitter)
}

// tableFile renders the declarations, the rows and the call switch of one
// architecture's kernels.
func tableFile(constraint string, ks []kernel) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\n//go:build %s\n\npackage asm\n", header, constraint)
	if len(ks) > 0 {
		fmt.Fprintf(&b, "\nimport \"github.com/stridecopy/stridecopy/cpu\"\n")
	}
	for _, k := range ks {
		fmt.Fprintf(&b, "\n// %s is\n//\n", k.name)
		for _, line := range k.loop {
			fmt.Fprintf(&b, "//\t%s\n", line)
		}
		fmt.Fprintf(&b, "//\n// It works like %s.\n//\n//go:noescape\nfunc %s(dst, src *byte, b *Block)\n", k.twin, k.name)
	}
	if len(ks) > 0 {
		fmt.Fprintf(&b, "\nconst (\n")
		for i, k := range ks {
			if i == 0 {
				fmt.Fprintf(&b, "\t%s ID = iota + numGeneric\n", idName(k.name))
			} else {
				fmt.Fprintf(&b, "\t%s\n", idName(k.name))
			}
		}
		fmt.Fprintf(&b, ")\n")
	}
	fmt.Fprintf(&b, "\nvar archKernels = []Kernel{\n")
	for _, k := range ks {
		fmt.Fprintf(&b, "\t{ID: %s, Name: %q, Op: %s, Size: %d, I: %d, J: %d", idName(k.name), k.name, k.op, k.size, k.i, k.j)
		if k.vector > 0 {
			fmt.Fprintf(&b, ", Vector: %d", k.vector)
		}
		if k.stream {
			fmt.Fprintf(&b, ", Stream: true")
		}
		if k.merge {
			fmt.Fprintf(&b, ", Merge: true")
		}
		if k.line {
			fmt.Fprintf(&b, ", Line: true")
		}
		if k.strings {
			fmt.Fprintf(&b, ", Strings: true")
		}
		if k.step != "" {
			fmt.Fprintf(&b, ", Step: %s", k.step)
		}
		if k.masked {
			fmt.Fprintf(&b, ", Masked: true")
		}
		if k.fewer {
			fmt.Fprintf(&b, ", Fewer: true")
		}
		if k.whole {
			fmt.Fprintf(&b, ", Whole: true")
		}
		if k.scratch > 0 {
			fmt.Fprintf(&b, ", Scratch: %d", k.scratch)
		}
		if k.run > 0 {
			fmt.Fprintf(&b, ", Run: %d", k.run)
		}
		if k.weave != "" {
			fmt.Fprintf(&b, ", Weave: %s", k.weave)
		}
		fmt.Fprintf(&b, ", Needs: %s},\n", k.isa)
	}
	b.WriteString("}\n\n" + callHead)
	if len(ks) > 0 {
		b.WriteString(callArch)
		for _, k := range ks {
			fmt.Fprintf(&b, "\tcase %s:\n\t\t%s(to, from, b)\n\t\treturn\n", idName(k.name), k.name)
		}
		b.WriteString("\t}\n")
	}
	b.WriteString("\tpanic(\"asm: no such kernel\")\n}\n")
	return formatted(b.Bytes())
}

// The one function that calls kernels: how it begins, and goes on where any are in assembly.
const callHead = `// Call runs kernel id on items of size bytes, in the block whose first items are
// at dst[d] and src[s]. Kernels of one size only ignore size.
func Call(id ID, dst []byte, d int, src []byte, s int, size int, b *Block) {
	if id < numGeneric {
		callGeneric(id, dst, d, src, s, size, b)
		return
	}
`

const callArch = `	// The calls are made here, since a function between would take a tenth of the time of
	// a tiny copy, and directly: through a func value every argument would escape to the heap.
	raceBlock(dst, d, src, s, size, id, b)
	to, from := &dst[d], &src[s]
	switch id {
`

func idName(name string) string { return "id" + strings.ToUpper(name[:1]) + name[1:] }
