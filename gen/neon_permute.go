package main

import (
	"fmt"

	"github.com/stridecopy/stridecopy/gen/arm64"
)

func neonPermuteKernels() []neonKernel {
	var ks []neonKernel
	for s := 1; s <= shuffleWindows; s++ {
		for d := 1; d <= shuffleWindows; d++ {
			ks = append(ks, neonKernel{kernel{
				name: fmt.Sprintf("permute%dx%dNEON", s, d), op: "Permute", i: s, j: d, vector: 16,
				twin: "permuteGeneric", loop: permuteLoop(16),
			}, func(e *neon) { e.permute(s, d) }})
		}
	}
	return ks
}

// Vectors of permute.
const (
	vSource arm64.V = 0  // source windows, one table for TBL
	vIndex  arm64.V = 4  // what to look up for each destination window
	vOut    arm64.V = 8  // destination windows
	vTemp   arm64.V = 12 // while the index vectors are made
)

// permute looks every destination window up in the table that the source windows
// make together.
func (e *neon) permute(nsrc, ndst int) {
	perm := e.in("Perm", 0)
	for w := range ndst {
		e.scope(func() { e.tableIndex(perm, w, nsrc) })
	}
	from, to := e.windows(perm, "SrcAt", rSrc, nsrc), e.windows(perm, "DstAt", rDst, ndst)
	e.boxes(func(d, s arm64.R) {
		e.eachWindow(s, from, func(p arm64.R, w int) { e.LdQ(p, 0, vSource+arm64.V(w)) })
		e.eachWindow(d, to, func(p arm64.R, w int) {
			e.Tbl(vIndex+arm64.V(w), vSource, nsrc, vOut+arm64.V(w))
			e.StQ(vOut+arm64.V(w), p, 0)
		})
	})
}

// windows moves base on to the first of n windows and returns the offsets of the
// others from there.
func (e *neon) windows(perm arm64.R, field string, base arm64.R, n int) []arm64.R {
	off := make([]arm64.R, n)
	for w := range off {
		off[w] = e.take()
		e.Ld(8, perm, permAt(field)+8*w, off[w])
		if w > 0 {
			e.Sub(off[0], off[w], off[w])
		}
	}
	e.Add(off[0], base, base)
	return off[1:]
}

// eachWindow calls move with the address of each window, of which the first is at base.
func (e *neon) eachWindow(base arm64.R, off []arm64.R, move func(p arm64.R, w int)) {
	move(base, 0)
	for w, off := range off {
		e.scope(func() {
			p := e.take()
			e.Add(off, base, p)
			move(p, w+1)
		})
	}
}

// tableIndex makes one index vector of those of all source windows: 16 more for
// every window before, and the smallest, since the windows that do not supply the
// byte have an index of 128 or more there.
func (e *neon) tableIndex(perm arm64.R, w, nsrc int) {
	index, next, offset := vIndex+arm64.V(w), vTemp, vTemp+1
	p := e.take()
	first := 16 * w * nsrc
	e.Ld(8, perm, permAt("Index"), p)
	e.LdQ(p, first, index)
	for from := 1; from < nsrc; from++ {
		e.LdQ(p, first+16*from, next)
		e.MovB(16*from, offset)
		e.AddB(offset, next, next)
		e.MinB(next, index, index)
	}
}
