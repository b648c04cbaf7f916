package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// halfTileSSE2 moves 16 source rows of 8 one-byte items: rows k and k+8 are
// interleaved while they are loaded, which is the first of four rounds, and the
// other three are those of eight whole vectors.
func halfTileSSE2(e *emitter, t *tile, p tilePointers) {
	net := newNet(e, func() reg.VecVirtual { return e.XMM() }, t.i, 16)
	for k := range t.i {
		net.load(k, func(r reg.VecVirtual) {
			below := e.XMM()
			e.MOVQ(e.row(p.src, p.srcOff, k, 0), r)
			e.MOVQ(e.row(p.src, p.srcOff, k+t.i, 0), below)
			e.PUNPCKLBW(below, r)
		})
	}
	net.transpose(t.size)
	for i := range t.i {
		e.MOVOU(net.reg(i), e.row(p.dst, p.dstOff, i, 0))
	}
}

// lowTileSSE2 moves 8 source rows of 16 one-byte items: three of the four rounds of
// sixteen rows leave two destination rows in each vector.
func lowTileSSE2(e *emitter, t *tile, p tilePointers) {
	net := newNet(e, func() reg.VecVirtual { return e.XMM() }, t.j, 16)
	for k := range t.j {
		net.load(k, func(r reg.VecVirtual) { e.MOVOU(e.source(p, k, 0), r) })
	}
	net.transpose(t.size)
	for k := range t.j {
		e.MOVQ(net.reg(k), e.row(p.dst, p.dstOff, 2*k, 0))
		e.MOVHPS(net.reg(k), e.row(p.dst, p.dstOff, 2*k+1, 0))
	}
}

// smallTileSSE2 moves rows of 8 bytes, of which the first half is interleaved with the
// second while they are loaded. The other rounds leave in each vector as many destination
// rows as there is room for.
func smallTileSSE2(e *emitter, t *tile, p tilePointers) {
	net := newNet(e, func() reg.VecVirtual { return e.XMM() }, t.j/2, 16)
	for k := range t.j / 2 {
		net.load(k, func(r reg.VecVirtual) {
			below := e.XMM()
			e.MOVQ(e.source(p, k, 0), r)
			e.MOVQ(e.source(p, k+t.j/2, 0), below)
			unpackSSE(e, t.size, false, below, r)
		})
	}
	net.transpose(t.size)
	perVector := 2 * t.i / t.j
	for i := range t.i {
		r, to := net.reg(i/perVector), e.row(p.dst, p.dstOff, i, 0)
		switch {
		case perVector == 4:
			e.MOVSS(r, to)
			e.PSRLO(operand.U8(4), r)
		case i%2 == 0:
			e.MOVQ(r, to)
		default:
			e.MOVHPS(r, to)
		}
	}
}

func fillKernelsSSE2() []kernel {
	var ks []kernel
	for _, size := range []int{1, 2, 4, 8, 16} {
		ks = append(ks, kernel{
			name: fmt.Sprintf("fillB%dSSE2", size), op: "Fill", size: size, twin: "fillGeneric", isa: "cpu.SSE2",
			loop: fillLoop(size), emit: func(e *emitter) { e.fillSSE2(size) },
		})
	}
	return ks
}

// fillSSE2 repeats the item over a vector and stores it over the row, the last time
// slid back. Rows shorter than a vector are stored by the bits of their width.
func (e *emitter) fillSSE2(size int) {
	width := e.GP64()
	e.MOVQ(e.in("Width", 0), width)
	e.outer(func() {
		e.inner(func(d, s reg.GPVirtual) {
			x, g, n, k := e.XMM(), e.GP64(), e.GP64(), e.GP64()
			short, loop, last, done := e.label("short"), e.label("vectors"), e.label("last"), e.label("done")
			e.repeatSSE2(size, s, g, x)
			e.MOVQ(width, n)
			e.SUBQ(operand.I32(16), n)
			if size < 16 {
				e.JB(operand.LabelRef(short))
			}
			e.XORQ(k, k)
			e.CMPQ(k, n)
			e.JGE(operand.LabelRef(last))
			e.Label(loop)
			e.MOVOU(x, atIndex(d, k, 0))
			e.ADDQ(operand.I32(16), k)
			e.CMPQ(k, n)
			e.JL(operand.LabelRef(loop))
			e.Label(last)
			e.MOVOU(x, atIndex(d, n, 0))
			if size < 16 {
				e.JMP(operand.LabelRef(done))
				e.Label(short)
				e.bitsSSE2(size, d, width, g)
			}
			e.Label(done)
		})
	})
}

// repeatSSE2 sets g and both halves of x to repetitions of the item at s: a product
// with ones at its distance. An item of 16 bytes fills x alone.
func (e *emitter) repeatSSE2(size int, s, g reg.GPVirtual, x reg.VecVirtual) {
	ones := e.GP64()
	switch size {
	case 16:
		e.MOVOU(at(s, 0), x)
		return
	case 8:
		e.MOVQ(at(s, 0), g)
	case 4:
		e.MOVL(at(s, 0), g.As32())
		e.MOVQ(operand.U64(0x0000000100000001), ones)
	case 2:
		e.MOVWLZX(at(s, 0), g.As32())
		e.MOVQ(operand.U64(0x0001000100010001), ones)
	case 1:
		e.MOVBLZX(at(s, 0), g.As32())
		e.MOVQ(operand.U64(0x0101010101010101), ones)
	}
	if size < 8 {
		e.IMULQ(ones, g)
	}
	e.MOVQ(g, x)
	e.PUNPCKLQDQ(x, x)
}

// bitsSSE2 stores width < 16 bytes of the pattern in g.
func (e *emitter) bitsSSE2(size int, d, width, g reg.GPVirtual) {
	to := e.GP64()
	e.MOVQ(d, to)
	for n := 8; n >= size; n /= 2 {
		skip := e.label("skip")
		e.TESTQ(operand.I32(n), width)
		e.JZ(operand.LabelRef(skip))
		switch n {
		case 8:
			e.MOVQ(g, at(to, 0))
		case 4:
			e.MOVL(g.As32(), at(to, 0))
		case 2:
			e.MOVW(g.As16(), at(to, 0))
		case 1:
			e.MOVB(g.As8(), at(to, 0))
		}
		e.ADDQ(operand.I32(n), to)
		e.Label(skip)
	}
}
