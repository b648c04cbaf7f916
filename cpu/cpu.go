// Package cpu names the instruction-set levels that kernels may need, detects
// once which of them this process may use, and parses and restricts them.
//
// A [Features] value is a set. Words name levels, and a level means everything
// up to it: "avx2" is SSE2, SSSE3 and AVX2. Nothing here is mutable; restricting
// features is done by passing a smaller set on.
//
// To keep one plan of package strided from features, pass what to leave out:
// Options{Without: cpu.AVX512 | cpu.VBMI}, or ^cpu.Features(0) for pure Go.
//
// The environment variable STRIDECOPY_CPU holds one word and can only remove
// features. It is read once. The build tag purego removes all of them.
package cpu

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

// Features is a set of instruction-set features. The groups follow the needs of
// kernels rather than single CPUID bits.
type Features uint32

// The features that kernels are written for.
const (
	SSE2   Features = 1 << iota // baseline of amd64
	SSSE3                       // PSHUFB
	AVX2                        // AVX2 with operating-system support
	AVX512                      // AVX-512 F, BW, DQ and VL
	VBMI                        // AVX-512 VBMI: byte permutations of whole lines
	NEON                        // baseline of arm64
)

// levels are the words in rising order, each with everything it includes.
var levels = []struct {
	word string
	set  Features
}{
	{"none", 0},
	{"sse2", SSE2 | SSSE3},
	{"avx2", SSE2 | SSSE3 | AVX2},
	{"avx512", SSE2 | SSSE3 | AVX2 | AVX512 | VBMI},
	{"neon", NEON},
}

var names = []struct {
	bit  Features
	name string
}{{SSE2, "sse2"}, {SSSE3, "ssse3"}, {AVX2, "avx2"}, {AVX512, "avx512"}, {VBMI, "vbmi"}, {NEON, "neon"}}

// Has reports whether f contains every feature of need.
func (f Features) Has(need Features) bool { return f&need == need }

// String lists the features of f, separated by commas, or says "none".
func (f Features) String() string {
	var words []string
	for _, n := range names {
		if f.Has(n.bit) {
			words = append(words, n.name)
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ",")
}

// Parse returns the union of the levels named in a comma-separated list of the
// words none, sse2, avx2, avx512 and neon.
func Parse(list string) (Features, error) {
	var f Features
	for _, word := range strings.Split(list, ",") {
		set, ok := lookup(strings.TrimSpace(word))
		if !ok {
			return 0, fmt.Errorf("cpu: unknown level %q (want none, sse2, avx2, avx512 or neon)", word)
		}
		f |= set
	}
	return f, nil
}

func lookup(word string) (Features, bool) {
	for _, l := range levels {
		if l.word == word {
			return l.set, true
		}
	}
	return 0, false
}

// Detect returns the features that this process may use: what the processor and
// the operating system support, less what STRIDECOPY_CPU takes away. An unknown
// word there is ignored. The answer is computed once; Detect is safe for
// concurrent use.
func Detect() Features { return detected() }

var detected = sync.OnceValue(func() Features {
	f := detect()
	if set, ok := lookup(os.Getenv("STRIDECOPY_CPU")); ok {
		f &= set
	}
	return f
})

// Levels returns the distinct sets that the words select on a machine that has
// the features have, strongest first; the last is empty. Tests and benchmarks
// walk it.
func Levels(have Features) []Features {
	var out []Features
	for i := len(levels) - 1; i >= 0; i-- {
		set := levels[i].set & have
		if set != 0 && (len(out) == 0 || out[len(out)-1] != set) {
			out = append(out, set)
		}
	}
	return append(out, 0)
}

// Level names the highest word whose level f reaches: "avx512", "avx2",
// "sse2", "neon" or "none".
func (f Features) Level() string {
	switch {
	case f.Has(NEON):
		return "neon"
	case f.Has(AVX512):
		return "avx512"
	case f.Has(AVX2):
		return "avx2"
	case f.Has(SSE2):
		return "sse2"
	}
	return "none"
}
