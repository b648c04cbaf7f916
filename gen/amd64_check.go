package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/reg"
)

// extensions maps avo's names of instruction sets to the feature of package cpu
// that stands for them.
var extensions = map[string]string{
	"CMOV": "SSE2", "MMX+": "SSE2", "SSE": "SSE2", "SSE2": "SSE2",
	"SSE3": "SSSE3", "SSSE3": "SSSE3",
	"AVX": "AVX2", "AVX2": "AVX2", "BMI2": "AVX2",
	"AVX512F": "AVX512", "AVX512BW": "AVX512", "AVX512DQ": "AVX512", "AVX512VL": "AVX512",
	"AVX512VBMI": "VBMI",
}

// features lists the features in the order in which package cpu detects them: a
// processor that has one has all before it.
var features = []string{"SSE2", "SSSE3", "AVX2", "AVX512", "VBMI"}

// check reports what would make a compiled function unsafe to select or to return
// from: instructions that its row does not declare, or declares without using
// them, and returns that leave the upper halves of vector registers in use.
func check(k kernel, fn *ir.Function) error {
	if err := checkNeeds(k.isa, fn.ISA); err != nil {
		return fmt.Errorf("%s: %w", k.name, err)
	}
	if err := checkReturns(fn); err != nil {
		return fmt.Errorf("%s: %w", k.name, err)
	}
	if err := checkEncodings(fn); err != nil {
		return fmt.Errorf("%s: %w", k.name, err)
	}
	return nil
}

// checkNeeds compares a declaration such as "cpu.AVX512|cpu.VBMI" with the
// instruction sets that a function uses: none may go beyond the declared features,
// and each of those must be used, but for the one that every processor has.
func checkNeeds(declared string, used []string) error {
	uses := map[string]bool{}
	for _, isa := range used {
		f, ok := extensions[isa]
		if !ok {
			return fmt.Errorf("package cpu has no feature for instructions of %s", isa)
		}
		uses[f] = true
	}
	covered := 0
	for _, word := range strings.Split(declared, "|") {
		f := strings.TrimPrefix(word, "cpu.")
		if !uses[f] && f != "SSE2" {
			return fmt.Errorf("declares %s, but uses none of it", word)
		}
		covered = max(covered, slices.Index(features, f))
	}
	for _, f := range features[covered+1:] {
		if uses[f] {
			return fmt.Errorf("declares %s, but uses cpu.%s", declared, f)
		}
	}
	return nil
}

// checkEncodings refuses instructions of SSE on vectors in a function that has those of
// AVX: where the upper halves of registers are in use, some processors wait a hundred
// cycles before every change from one kind to the other.
func checkEncodings(fn *ir.Function) error {
	avx, sse := "", ""
	for _, i := range fn.Instructions() {
		for _, r := range i.Registers() {
			switch {
			case r.Kind() != reg.KindVector:
			case strings.HasPrefix(i.Opcode, "V"):
				avx = i.Opcode
			default:
				sse = i.Opcode
			}
		}
	}
	if avx != "" && sse != "" {
		return fmt.Errorf("mixes %s, an instruction of SSE, with %s, one of AVX", sse, avx)
	}
	return nil
}

// checkReturns demands VZEROUPPER before every return of a function that touches
// 256-bit or wider registers: without it, SSE code that runs afterwards waits for
// their upper halves.
func checkReturns(fn *ir.Function) error {
	wide, previous := false, ""
	for _, i := range fn.Instructions() {
		for _, r := range i.Registers() {
			wide = wide || r.Kind() == reg.KindVector && r.Size() > 16
		}
	}
	for n, i := range fn.Instructions() {
		if wide && i.Opcode == "RET" && previous != "VZEROUPPER" {
			return fmt.Errorf("instruction %d returns without VZEROUPPER", n)
		}
		previous = i.Opcode
	}
	return nil
}
