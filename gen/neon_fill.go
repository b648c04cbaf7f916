package main

import (
	"fmt"

	"github.com/stridecopy/stridecopy/gen/arm64"
)

func neonFillKernels() []neonKernel {
	var ks []neonKernel
	for _, size := range []int{1, 2, 4, 8, 16} {
		ks = append(ks, neonKernel{kernel{
			name: fmt.Sprintf("fillB%dNEON", size), op: "Fill", size: size, twin: "fillGeneric", loop: fillLoop(size),
		}, func(e *neon) { e.fill(size) }})
	}
	return ks
}

// fill repeats the item over a vector and stores it over the row; a last store
// that does not fit is slid back, which is the same pattern since rows are whole
// items. Rows shorter than a vector are stored by the bits of their width.
func (e *neon) fill(size int) {
	width := e.in("Width", 0)
	e.nest(func(d, s arm64.R) {
		to, rest := e.take(), e.take()
		pairs, again, vectors, short, done := e.NewLabel("pairs"), e.NewLabel("again"), e.NewLabel("vectors"), e.NewLabel("short"), e.NewLabel("done")
		if size == 16 {
			e.LdQ(s, 0, 0)
		} else {
			e.Ld1R(size, s, 0)
		}
		e.Mov(d, to)
		e.SubsI(32, width, rest)
		e.Bcc(arm64.LT, vectors)
		e.B(pairs)
		e.Label(again)
		e.StpQ(0, 0, to, 0)
		e.AddI(32, to, to)
		e.SubI(32, rest, rest)
		e.Label(pairs)
		e.CmpI(rest, 0)
		e.Bcc(arm64.GT, again)
		e.Add(rest, to, to)
		e.StpQ(0, 0, to, 0)
		e.B(done)
		e.Label(vectors)
		e.CmpI(width, 16)
		e.Bcc(arm64.LT, short)
		e.StQ(0, to, 0)
		if size < 16 { // else the row is one item
			e.AddI(16, rest, rest) // width - 16
			e.Add(rest, to, to)
			e.StQ(0, to, 0)
		}
		e.B(done)
		e.Label(short)
		e.fillShort(size, width, to)
		e.Label(done)
	})
}

// fillShort stores width < 16 bytes of the pattern in V0.
func (e *neon) fillShort(size int, width, to arm64.R) {
	if size == 16 {
		return
	}
	g := e.take()
	e.MovLane(0, g)
	for n := 8; n >= size; n /= 2 {
		skip := e.NewLabel("skip")
		e.TstI(width, n)
		e.Bcc(arm64.EQ, skip)
		e.St(n, g, to, 0)
		e.AddI(n, to, to)
		e.Label(skip)
	}
}
