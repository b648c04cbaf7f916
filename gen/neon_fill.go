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

// fill repeats the item over a vector and stores it over the row, a line a turn; a
// last store that does not fit is slid back, which is the same pattern since rows
// are whole items. Rows shorter than a vector are stored by the bits of their width.
func (e *neon) fill(size int) {
	width := e.in("Width", 0)
	e.nest(func(d, s arm64.R) {
		to, rest := e.take(), e.take()
		lines, again, below64, below32, done := e.NewLabel("lines"), e.NewLabel("again"), e.NewLabel("below64"), e.NewLabel("below32"), e.NewLabel("done")
		if size == 16 {
			e.LdQ(s, 0, 0)
		} else {
			e.Ld1R(size, s, 0)
		}
		e.Mov(d, to)
		e.SubsI(64, width, rest)
		e.Bcc(arm64.LT, below64)
		e.B(lines)
		e.Label(again)
		e.StpQ(0, 0, to, 0)
		e.StpQ(0, 0, to, 32)
		e.AddI(64, to, to)
		e.SubI(64, rest, rest)
		e.Label(lines)
		e.CmpI(rest, 0)
		e.Bcc(arm64.GT, again)
		e.Add(rest, to, to)
		e.StpQ(0, 0, to, 0)
		e.StpQ(0, 0, to, 32)
		e.B(done)
		e.Label(below64)
		e.CmpI(width, 32)
		e.Bcc(arm64.LT, below32)
		e.StpQ(0, 0, to, 0)
		e.AddI(32, rest, rest) // width - 32
		e.Add(rest, to, to)
		e.StpQ(0, 0, to, 0)
		e.B(done)
		e.Label(below32)
		if size == 16 { // the row is one item
			e.StQ(0, to, 0)
		} else {
			e.fillShort(size, width, to)
		}
		e.Label(done)
	})
}

// fillShort stores width < 32 bytes of the pattern in V0.
func (e *neon) fillShort(size int, width, to arm64.R) {
	g, below16, done := e.take(), e.NewLabel("below16"), e.NewLabel("done")
	e.CmpI(width, 16)
	e.Bcc(arm64.LT, below16)
	e.StQ(0, to, 0)
	e.SubI(16, width, g)
	e.Add(g, to, to)
	e.StQ(0, to, 0)
	e.B(done)
	e.Label(below16)
	e.MovLane(0, g)
	for n := 8; n >= size; n /= 2 {
		skip := e.NewLabel("skip")
		e.TstI(width, n)
		e.Bcc(arm64.EQ, skip)
		e.St(n, g, to, 0)
		e.AddI(n, to, to)
		e.Label(skip)
	}
	e.Label(done)
}
