package main

import "github.com/stridecopy/stridecopy/gen/arm64"

func neonRowsKernels() []neonKernel {
	rows := kernel{op: "Rows", twin: "rowsGeneric", loop: rowsLoop}
	plain := neonKernel{rows, func(e *neon) { e.rows(e.longRow) }}
	plain.name = "rowsNEON"
	stream := neonKernel{rows, func(e *neon) { e.rows(e.longRowStream) }}
	stream.name, stream.stream = "rowsStreamNEON", true
	return []neonKernel{plain, stream}
}

// rows emits the loops once for every class of widths, so that the width is tested
// once a call. A row of n to 2n bytes is moved as its first and its last n.
func (e *neon) rows(long func(width, d, s arm64.R)) {
	width := e.in("Width", 0)
	for _, n := range []int{64, 32, 16, 8, 4, 2, 1} {
		shorter := e.NewLabel("shorter")
		if n > 1 {
			e.CmpI(width, n)
			e.Bcc(arm64.LT, shorter)
		}
		if n == 64 {
			e.scope(func() { e.nest(func(d, s arm64.R) { long(width, d, s) }) })
		} else {
			e.scope(func() { e.shortRows(n, width) })
		}
		if n > 1 {
			e.Ret()
			e.Label(shorter)
		}
	}
}

// shortRows moves rows of n to 2n bytes; both moves are loaded before either is
// stored.
func (e *neon) shortRows(n int, width arm64.R) {
	if n == 1 {
		e.nest(func(d, s arm64.R) {
			a := e.take()
			e.Ld(1, s, 0, a)
			e.St(1, a, d, 0)
		})
		return
	}
	last := e.take()
	e.SubI(n, width, last)
	e.nest(func(d, s arm64.R) {
		from, to := e.take(), e.take()
		e.Add(last, s, from)
		e.Add(last, d, to)
		switch n {
		case 32:
			e.LdpQ(s, 0, 0, 1)
			e.LdpQ(from, 0, 2, 3)
			e.StpQ(0, 1, d, 0)
			e.StpQ(2, 3, to, 0)
		case 16:
			e.LdQ(s, 0, 0)
			e.LdQ(from, 0, 1)
			e.StQ(0, d, 0)
			e.StQ(1, to, 0)
		default:
			a, b := e.take(), e.take()
			e.Ld(n, s, 0, a)
			e.Ld(n, from, 0, b)
			e.St(n, a, d, 0)
			e.St(n, b, to, 0)
		}
	})
}

// line moves 64 bytes.
func (e *neon) line(from, to arm64.R, store func(a, b arm64.V, base arm64.R, disp int)) {
	e.LdpQ(from, 0, 0, 1)
	e.LdpQ(from, 32, 2, 3)
	store(0, 1, to, 0)
	store(2, 3, to, 32)
}

// longRow moves a row of 64 bytes or more: 64 bytes a turn, and the last 64 once
// more from the end.
func (e *neon) longRow(width, d, s arm64.R) {
	to, from, rest := e.take(), e.take(), e.take()
	e.Mov(d, to)
	e.Mov(s, from)
	e.SubI(64, width, rest)
	e.lines(to, from, rest, e.StpQ)
}

// longRowStream does the same with streaming stores, which start at the first line
// edge.
func (e *neon) longRowStream(width, d, s arm64.R) {
	to, from, rest := e.take(), e.take(), e.take()
	e.line(s, d, e.StpQ)
	e.AddI(64, d, to)
	e.AndI(63, to, from)
	e.Sub(from, to, to)
	e.Sub(d, to, rest) // bytes before the edge, 1 to 64
	e.Add(rest, s, from)
	e.Sub(rest, width, rest)
	e.SubI(64, rest, rest)
	e.lines(to, from, rest, e.StnpQ)
}

// lines moves 64 + rest bytes, rest from -64 up, of which the first may be moved
// twice where rest is not a multiple of 64.
func (e *neon) lines(to, from, rest arm64.R, store func(a, b arm64.V, base arm64.R, disp int)) {
	last, again := e.NewLabel("last"), e.NewLabel("line")
	e.CmpI(rest, 0)
	e.Bcc(arm64.LE, last)
	e.Label(again)
	e.line(from, to, store)
	e.AddI(64, from, from)
	e.AddI(64, to, to)
	e.SubsI(64, rest, rest)
	e.Bcc(arm64.GT, again)
	e.Label(last)
	e.Add(rest, from, from)
	e.Add(rest, to, to)
	e.line(from, to, e.StpQ)
}
