package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packBytes is asm.PackBytes.
const packBytes = 4096

func packKernel() kernel {
	return kernel{
		name: "rowsMergeAVX2", op: "Rows", i: 17, stream: true, merge: true, twin: "rowsGeneric", isa: "cpu.AVX2",
		loop: []string{
			"for o := range b.Outer.N {",
			"\tfor i := range b.Inner.N { // rows that touch: b.Inner.Dst == b.Width",
			"\t\td, s := o*b.Outer.Dst+i*b.Inner.Dst, o*b.Outer.Src+i*b.Inner.Src",
			"\t\tcopy(dst[d:d+b.Width], src[s:s+b.Width])",
			"\t}",
			"}",
		},
		emit: (*emitter).pack,
	}
}

// pack gathers the rows of the Inner loop in the frame, at the place in a cache line
// where the destination begins, and then streams them as one run of whole lines with
// exact stores at its two ends.
func (e *emitter) pack() {
	frame := e.AllocLocal(packBytes + 2*64 + 64)
	width, stage, ahead := e.GP64(), e.GP64(), e.GP64()
	e.LEAQ(frame, stage)
	e.ADDQ(operand.I32(63), stage)
	e.ANDQ(operand.I32(-64), stage)
	e.MOVQ(e.in("Width", 0), width)
	e.MOVQ(e.in("Ahead", 0), ahead)
	e.outerFrame(func(src operand.Mem) {
		to, from, count := e.GP64(), e.GP64(), e.GP64()
		e.MOVQ(e.dst, to)
		e.ANDQ(operand.I32(63), to)
		e.ADDQ(stage, to)
		e.MOVQ(src, from)
		e.MOVQ(e.in("Inner", 0), count)
		loop := e.label("item")
		e.Label(loop)
		e.packItem(width, to, from, ahead)
		e.ADDQ(width, to)
		e.ADDQ(e.in("Inner", 16), from)
		e.DECQ(count)
		e.JNZ(operand.LabelRef(loop))
		e.flush(stage, to)
	})
	e.SFENCE()
	e.VZEROUPPER()
}

// packItem copies width > 16 bytes and fetches the lines of the item that lies ahead
// bytes further.
func (e *emitter) packItem(width, to, from, ahead reg.GPVirtual) {
	short, done, loop, last := e.label("short"), e.label("done"), e.label("words"), e.label("last")
	k, head, tail := e.GP64(), e.YMM(), e.YMM()
	e.PREFETCHT1(atIndex(from, ahead, 0))
	e.CMPQ(width, operand.I32(32))
	e.JL(operand.LabelRef(short))
	e.MOVQ(width, k)
	e.SUBQ(operand.I32(32), k)
	e.VMOVDQU(atIndex(from, k, 0), tail)
	e.VMOVDQU(tail, atIndex(to, k, 0))
	at64 := e.GP64()
	e.XORQ(at64, at64)
	e.CMPQ(at64, k)
	e.JGE(operand.LabelRef(done))
	e.Label(loop)
	e.VMOVDQU(atIndex(from, at64, 0), head)
	e.VMOVDQU(head, atIndex(to, at64, 0))
	e.ADDQ(operand.I32(32), at64)
	e.TESTQ(operand.I32(32), at64)
	e.JNZ(operand.LabelRef(last))
	next := e.GP64()
	e.LEAQ(atIndex(from, at64, 0), next)
	e.PREFETCHT1(atIndex(next, ahead, 0))
	e.Label(last)
	e.CMPQ(at64, k)
	e.JL(operand.LabelRef(loop))
	e.JMP(operand.LabelRef(done))
	e.Label(short)
	e.VMOVDQU(at(from, 0), head.AsX())
	e.VMOVDQU(operand.Mem{Base: from, Index: width, Scale: 1, Disp: -16}, tail.AsX())
	e.VMOVDQU(head.AsX(), at(to, 0))
	e.VMOVDQU(tail.AsX(), operand.Mem{Base: to, Index: width, Scale: 1, Disp: -16})
	e.Label(done)
}

// flush writes what lies in the frame, from the phase of the destination up to end.
func (e *emitter) flush(stage, end reg.GPVirtual) {
	from, n, rest := e.GP64(), e.GP64(), e.GP64()
	lines, tail, loop := e.label("lines"), e.label("tail"), e.label("line")
	to := e.dst
	e.MOVQ(to, from)
	e.ANDQ(operand.I32(63), from)
	e.MOVQ(from, n) // bytes of the first line that are not ours
	e.ADDQ(stage, from)
	e.MOVQ(end, rest)
	e.SUBQ(from, rest)
	e.TESTQ(n, n)
	e.JZ(operand.LabelRef(lines))
	e.NEGQ(n)
	e.ADDQ(operand.I32(64), n)
	e.CMPQ(n, rest)
	e.CMOVQGT(rest, n)
	e.SUBQ(n, rest)
	e.exactShort(n, to, from)
	e.Label(lines)
	e.MOVQ(rest, n)
	e.ANDQ(operand.I32(63), n)
	e.SHRQ(operand.U8(6), rest)
	e.JZ(operand.LabelRef(tail))
	e.Label(loop)
	a, b := e.YMM(), e.YMM()
	e.VMOVDQU(at(from, 0), a)
	e.VMOVDQU(at(from, 32), b)
	e.VMOVNTDQ(a, at(to, 0))
	e.VMOVNTDQ(b, at(to, 32))
	e.ADDQ(operand.I32(64), from)
	e.ADDQ(operand.I32(64), to)
	e.DECQ(rest)
	e.JNZ(operand.LabelRef(loop))
	e.Label(tail)
	e.exactShort(n, to, from)
}
