package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func fillKernels() []kernel {
	var ks []kernel
	for _, size := range []int{1, 2, 4, 8, 16} {
		ks = append(ks, kernel{
			name: fmt.Sprintf("fillB%dAVX2", size), op: "Fill", size: size, twin: "fillGeneric", isa: "cpu.AVX2",
			loop: fillLoop(size), emit: func(e *emitter) { e.fill(size) },
		})
	}
	return ks
}

func fillLoop(size int) []string {
	return []string{
		"for o := range b.Outer.N {",
		"\tfor i := range b.Inner.N {",
		"\t\td, s := o*b.Outer.Dst+i*b.Inner.Dst, o*b.Outer.Src+i*b.Inner.Src",
		fmt.Sprintf("\t\tfor k := 0; k < b.Width; k += %d {", size),
		fmt.Sprintf("\t\t\tcopy(dst[d+k:d+k+%d], src[s:s+%d])", size, size),
		"\t\t}",
		"\t}",
		"}",
	}
}

// fill broadcasts the item to a vector and stores it over the row; a last vector
// that does not fit is slid back, which is the same pattern since rows are whole
// items. Rows shorter than a vector are stored by halves.
func (e *emitter) fill(size int) {
	width := e.GP64()
	e.MOVQ(e.in("Width", 0), width)
	e.outer(func() {
		e.inner(func(d, s reg.GPVirtual) {
			v, n := e.YMM(), e.GP64()
			short, loop, last, done := e.label("short"), e.label("vectors"), e.label("last"), e.label("done")
			broadcast(e, size, at(s, 0), v)
			e.MOVQ(width, n)
			e.SUBQ(operand.I32(32), n)
			e.JB(operand.LabelRef(short))
			k := e.GP64()
			e.XORQ(k, k)
			e.CMPQ(k, n)
			e.JGE(operand.LabelRef(last))
			e.Label(loop)
			e.VMOVDQU(v, atIndex(d, k, 0))
			e.ADDQ(operand.I32(32), k)
			e.CMPQ(k, n)
			e.JL(operand.LabelRef(loop))
			e.Label(last)
			e.VMOVDQU(v, atIndex(d, n, 0))
			e.JMP(operand.LabelRef(done))
			e.Label(short)
			e.fillShort(size, d, width, v)
			e.Label(done)
		})
	})
	e.VZEROUPPER()
}

// fillShort stores width < 32 bytes of the pattern by the bits of width.
func (e *emitter) fillShort(size int, d, width reg.GPVirtual, v reg.VecVirtual) {
	to, g := e.GP64(), e.GP64()
	e.MOVQ(d, to)
	e.VMOVQ(v.AsX(), g)
	for _, bytes := range []int{16, 8, 4, 2, 1} {
		if bytes < size {
			break
		}
		skip := e.label("skip")
		e.TESTQ(operand.I32(bytes), width)
		e.JZ(operand.LabelRef(skip))
		switch bytes {
		case 16:
			e.VMOVDQU(v.AsX(), at(to, 0))
		case 8:
			e.MOVQ(g, at(to, 0))
		case 4:
			e.MOVL(g.As32(), at(to, 0))
		case 2:
			e.MOVW(g.As16(), at(to, 0))
		case 1:
			e.MOVB(g.As8(), at(to, 0))
		}
		e.ADDQ(operand.I32(bytes), to)
		e.Label(skip)
	}
}

func broadcast(e *emitter, size int, from operand.Mem, to reg.VecVirtual) {
	switch size {
	case 1:
		e.VPBROADCASTB(from, to)
	case 2:
		e.VPBROADCASTW(from, to)
	case 4:
		e.VPBROADCASTD(from, to)
	case 8:
		e.VPBROADCASTQ(from, to)
	case 16:
		e.VBROADCASTI128(from, to)
	}
}
