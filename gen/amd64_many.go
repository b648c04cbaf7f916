package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// emitManyAVX2 is emitAVX2 for so many windows that the index vectors fill the frame and
// the offsets of the windows stay in memory. It makes one destination window after the
// other in a loop, as many as the box has.
func (p shuffle) emitManyAVX2(e *emitter) {
	perm := e.GP64()
	e.MOVQ(e.in("Perm", 0), perm)
	index := p.repeated(e, perm)
	x := boxesAVX2{e: e}
	x.inputs(p.nsrc)
	out, pick := e.YMM(), e.YMM()
	x.turns(func(apart, last string) {}, func() {
		t, w, table := e.GP64(), e.GP64(), e.GP64()
		for from, in := range x.in {
			e.MOVQ(at(perm, permAt("SrcAt")+8*from), t)
			e.VMOVDQU(atIndex(x.s, t, 0), in.AsX())
			e.VINSERTI128(operand.U8(1), atIndex(x.s2, t, 0), in, in)
		}
		e.MOVQ(index, table)
		e.XORQ(w, w)
		loop := e.label("window")
		e.Label(loop)
		for from, in := range x.in {
			if from == 0 {
				e.VPSHUFB(at(table, 0), in, out)
				continue
			}
			e.VPSHUFB(at(table, 32*from), in, pick)
			e.VPOR(pick, out, out)
		}
		e.MOVQ(operand.Mem{Base: perm, Index: w, Scale: 8, Disp: permAt("DstAt")}, t)
		e.VMOVDQU(out.AsX(), atIndex(x.d, t, 0))
		e.VEXTRACTI128(operand.U8(1), out, atIndex(x.d2, t, 0))
		e.ADDQ(operand.I32(32*p.nsrc), table)
		e.INCQ(w)
		e.CMPQ(w, at(perm, permAt("NDst")))
		e.JL(operand.LabelRef(loop))
	})
	e.VZEROUPPER()
}

// repeated copies the index vectors to the frame, each repeated for both lanes, from a place
// on where none of them lies in two cache lines. It returns where the frame says which.
func (p shuffle) repeated(e *emitter, perm reg.GPVirtual) operand.Mem {
	place, frame := e.AllocLocal(8), e.AllocLocal(32*p.nsrc*p.ndst+32)
	from, to, first, count := e.GP64(), frame, e.GP64(), e.GP64()
	to.Index, to.Scale = e.GP64(), 1
	e.MOVQ(at(perm, permAt("Index")), from)
	e.LEAQ(frame, first)
	e.MOVQ(first, to.Index)
	e.NEGQ(to.Index)
	e.ANDQ(operand.I32(31), to.Index)
	e.ADDQ(to.Index, first)
	e.MOVQ(first, place)
	e.IMUL3Q(operand.I32(p.nsrc), at(perm, permAt("NDst")), count)
	loop := e.label("index")
	e.Label(loop)
	y := e.YMM()
	e.VBROADCASTI128(at(from, 0), y)
	e.VMOVDQU(y, to)
	e.ADDQ(operand.I32(16), from)
	e.ADDQ(operand.I32(32), to.Index)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(loop))
	return place
}
