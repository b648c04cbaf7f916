package main

import (
	"fmt"

	"github.com/stridecopy/stridecopy/gen/arm64"
)

// A neonWeave is the box of n windows on either side that loads or stores of several
// vectors deinterleave or interleave on their way.
type neonWeave struct {
	n, size int // windows; bytes of an item
	weave   string
}

func neonWeaveKernels() []neonKernel {
	var ks []neonKernel
	for _, weave := range []string{"Deinterleave", "Interleave"} {
		for n := 2; n <= 4; n++ {
			for _, size := range []int{1, 2, 4, 8} {
				w := neonWeave{n, size, weave}
				ks = append(ks, neonKernel{kernel{
					name: fmt.Sprintf("permute%dx%d%sB%dNEON", n, n, weave, size), op: "Permute", size: size, i: n, j: n, vector: 16,
					weave: weave, twin: "permuteGeneric", loop: w.loop(),
				}, w.emit})
			}
		}
	}
	return ks
}

// loop returns the Go loop that the kernel equals.
func (w neonWeave) loop() []string {
	apart, together := fmt.Sprintf("At[w]+k*%d", w.size), fmt.Sprintf("At[0]+(k*%d+w)*%d", w.n, w.size)
	to, from := "b.Perm.Dst"+apart, "b.Perm.Src"+together
	if w.weave == "Interleave" {
		to, from = "b.Perm.Dst"+together, "b.Perm.Src"+apart
	}
	return []string{
		"for o := range b.Outer.N {",
		"\tfor i := range b.Inner.N + b.Last.N {",
		"\t\td, s := o*b.Outer.Dst+i*b.Inner.Dst, o*b.Outer.Src+i*b.Inner.Src",
		"\t\tif i == b.Inner.N {",
		"\t\t\td, s = d+b.Last.Dst, s+b.Last.Src",
		"\t\t}",
		fmt.Sprintf("\t\tfor w := range %d {", w.n),
		fmt.Sprintf("\t\t\tfor k := range %d {", 16/w.size),
		fmt.Sprintf("\t\t\t\td, s := d+%s, s+%s", to, from),
		fmt.Sprintf("\t\t\t\tcopy(dst[d:d+%d], src[s:s+%d])", w.size, w.size),
		"\t\t\t}",
		"\t\t}",
		"\t}",
		"}",
	}
}

func (w neonWeave) emit(e *neon) {
	perm := e.in("Perm", 0)
	if w.weave == "Deinterleave" {
		e.windows(perm, "SrcAt", rSrc, 1)
		to := e.windows(perm, "DstAt", rDst, w.n)
		e.boxes(func(d, s arm64.R) {
			e.LdN(w.n, w.size, s, 0)
			e.eachWindow(d, to, func(p arm64.R, k int) { e.StQ(arm64.V(k), p, 0) })
		})
		return
	}
	from := e.windows(perm, "SrcAt", rSrc, w.n)
	e.windows(perm, "DstAt", rDst, 1)
	e.boxes(func(d, s arm64.R) {
		e.eachWindow(s, from, func(p arm64.R, k int) { e.LdQ(p, 0, arm64.V(k)) })
		e.StN(w.n, w.size, 0, d)
	})
}
