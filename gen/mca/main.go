// Command mca says how fast the kernels should be on processors that are not here,
// by the scheduling models of LLVM. It builds the test binary of package asm for
// amd64 and arm64, disassembles every kernel, takes the loop that stores the most
// bytes a turn, and prints a table of cycles for 64 bytes stored.
//
//	go run ./gen/mca >asm/MODEL.md
//
// It needs llvm-objdump and llvm-mca; flag -llvm is what stands behind their names.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
)

// A core is a processor model, with the instruction sets of kernels that it runs.
type core struct {
	name string // as -mcpu names it
	runs []string
}

// A target is one architecture with the cores to ask about.
type target struct {
	goarch, triple string
	syntax         syntax
	cores          []core
	notes          []string // why kernels are far from their bounds
}

var targets = []target{
	{"arm64", "aarch64", arm64Syntax, []core{
		{"neoverse-n1", []string{"NEON"}},
		{"neoverse-n2", []string{"NEON"}},
		{"neoverse-v1", []string{"NEON"}},
		{"neoverse-v2", []string{"NEON"}},
	}, []string{
		"Transposes: 16/n items of n bytes in a vector take log2(16/n) rounds of ZIP, one for each vector and round. N1 and N2 have two pipes for them, V1 and V2 four, and every vector that is stored takes a turn in one of two of these. For bytes on N1 that is 16 + 8 operations for 64 bytes, or 12 cycles; the rest is waiting, since a tile is longer than the window of 128 operations.",
		"Transposes of 3, 6 and 12 bytes: besides, two look-ups on either side for a row of 24 bytes.",
		"Small transposes: besides, an address and half a load of the table for every 16 bytes.",
		"Deinterleaving and interleaving: loads and stores of two to four vectors that do it on their way; behind the stroke they count as so many plain ones, which the models hold for no cheaper. The same boxes by table look-ups are permute2x2, 3x3 and 4x4; those by rounds of UZP or ZIP, without loads and stores of several vectors, would take up to 6.6 cycles for two windows and 8.1 for four on N1, 4.1 and 6.1 on N2, 2.8 and 3.1 on V1 and V2. Where V2 takes twice its bound to interleave, such a store holds its two pipes twice as long as the data needs; for four windows of 1 to 4 bytes ZIP would be better there, and worse on N1 and N2.",
		"The models of Apple's processors are all that of one from 2013, and are left out.",
		"Permutations: a table look-up goes through the same two pipes as stores on all four cores, so that one for each vector stored doubles the bound. On V1 it takes two turns, and look-ups in three or four vectors take more than one everywhere. With one destination window a box, the loop over boxes shows.",
	}},
	{"amd64", "x86_64", amd64Syntax, []core{
		{"haswell", []string{"SSE2", "SSSE3", "AVX2"}},
		{"skylake-avx512", []string{"SSE2", "SSSE3", "AVX2", "AVX512"}},
		{"icelake-server", []string{"SSE2", "SSSE3", "AVX2", "AVX512", "VBMI"}},
		{"znver3", []string{"SSE2", "SSSE3", "AVX2"}},
		{"znver4", []string{"SSE2", "SSSE3", "AVX2", "AVX512", "VBMI"}},
	}, []string{
		"Transposes: Haswell and Skylake have one port for shuffles, and log2(16/n) of them for every vector of items of n bytes: bytes take 8 cycles with AVX2 and 16 with SSE2, which moves half as much a shuffle. Ice Lake has a second port for some, Zen two for all; Zen 4 runs 512-bit shuffles in two halves.",
		"Transposes of sizes that are no power of two: besides, a permutation of bytes of every row on either side.",
		"Streaming transposes and merging ones, and those of rows at equal steps: besides, the addresses of rows, which are too many for the registers, and requests to fetch ahead.",
		"Rows and fills: Ice Lake can store twice a cycle, for which turns of one or two stores are too short. Streams go at the pace of memory anyway.",
		"Permutations of 16-byte windows: one shuffle for every pair of a source and a destination window, on the same ports, and one OR for all but the first. Those of 64-byte windows: VPERMI2B takes one port, twice where a window has two sources or more.",
		"Left out: kernels that pass through a buffer, in several loops, those of single items, which are one load and one store for each, and the one that leaves the loop to the processor.",
	}},
}

// leftOut matches the kernels that pass through a buffer, as no loop of theirs stands
// for the whole, those of single items, which are nothing but loads and stores, and the
// one whose loop is an instruction.
var leftOut = regexp.MustCompile(`^(transpose(B[12](Stream)?AVX512|HalfB[12]AVX2)|items\w+|rowsString\w+)$`)

func main() {
	llvm := flag.String("llvm", "-19", "suffix of the names of LLVM's tools")
	flag.Parse()
	if err := run(*llvm); err != nil {
		fmt.Fprintln(os.Stderr, "mca:", err)
		os.Exit(1)
	}
}

func run(llvm string) error {
	var tables []table
	for _, t := range targets {
		kernels, err := disassemble(t, "llvm-objdump"+llvm)
		if err != nil {
			return err
		}
		tab := table{target: t, kernels: kernels}
		for _, c := range t.cores {
			column, err := ask(t, c, kernels, "llvm-mca"+llvm)
			if err != nil {
				return err
			}
			for i, other := range tab.columns {
				if same(column, other) {
					return fmt.Errorf("%s and %s are one model", t.cores[i].name, c.name)
				}
			}
			tab.columns = append(tab.columns, column)
		}
		tables = append(tables, tab)
	}
	return write(os.Stdout, tables)
}
