package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gatherRows emits loops for short rows that come to lie side by side: each is moved as a
// whole vector, and what that stores beyond the row is the place of the next one, which is
// stored later. That takes one store for a row of which exact moves take two. Only the last
// row of the Inner loop is moved exactly, so the source rows have to be so far apart that a
// vector at any other does not reach beyond the last.
func (e *emitter) gatherRows(width reg.GPVirtual, w words) {
	none := e.label("exact")
	e.CMPQ(width, e.in("Inner", 8))
	e.JNE(operand.LabelRef(none))
	general := func(n int) [2]words { return [2]words{wordsGeneral(n), wordsGeneral(n / 2)} }
	classes := [][2]words{{wordsSSE2, wordsGeneral(8)}, general(8), general(4)} // for whole rows, and for halves of the last
	if w.vector == 32 {
		classes[0][0] = wordsAVX
		classes = append([][2]words{{w, wordsAVX}}, classes...)
	}
	for _, c := range classes {
		next, reach := e.label("narrower"), e.GP64()
		e.CMPQ(width, operand.I32(c[0].vector))
		e.JAE(operand.LabelRef(none))
		e.CMPQ(width, operand.I32(c[0].vector/2))
		e.JBE(operand.LabelRef(next))
		e.MOVQ(width, reach)
		e.ADDQ(e.in("Inner", 16), reach)
		e.CMPQ(reach, operand.I32(c[0].vector))
		e.JLT(operand.LabelRef(none))
		e.outer(func() { e.wholeVectors(width, c[0], c[1]) })
		w.clean(e)
		e.RET()
		e.Label(next)
	}
	e.Label(none)
}

// wholeVectors emits the Inner loop of gatherRows, four rows a turn.
func (e *emitter) wholeVectors(width reg.GPVirtual, whole, half words) {
	d, s, count := e.innerStart()
	ss, ss3, ds3 := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(e.in("Inner", 16), ss)
	e.LEAQ(operand.Mem{Base: ss, Index: ss, Scale: 2}, ss3)
	e.LEAQ(operand.Mem{Base: width, Index: width, Scale: 2}, ds3)
	four, rest, one, last := e.label("four"), e.label("rest"), e.label("one"), e.label("last")
	e.SUBQ(operand.I32(5), count)
	e.JLT(operand.LabelRef(rest))
	e.Label(four)
	load := func(m operand.Mem) reg.Register {
		r := whole.alloc(e)
		whole.load(e, m, r)
		return r
	}
	e.four(load, s, ss, ss3, func(r reg.Register, m operand.Mem) { whole.store(e, r, m) }, d, width, ds3)
	e.SUBQ(operand.I32(4), count)
	e.JGE(operand.LabelRef(four))
	e.Label(rest)
	e.ADDQ(operand.I32(4), count)
	e.JZ(operand.LabelRef(last))
	e.Label(one)
	whole.store(e, load(at(s, 0)), at(d, 0))
	e.ADDQ(ss, s)
	e.ADDQ(width, d)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(one))
	e.Label(last)
	e.twoMoves(width, half, half, d, s)
}
