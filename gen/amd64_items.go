package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func itemsKernels() []kernel {
	var ks []kernel
	for _, size := range []int{1, 2, 4, 8, 16} {
		ks = append(ks, kernel{
			name: fmt.Sprintf("itemsB%dSSE2", size), op: "Items", size: size, twin: "itemsGeneric", isa: "cpu.SSE2",
			loop: []string{
				"for o := range b.Outer.N {",
				"\tfor i := range b.Inner.N {",
				"\t\td, s := o*b.Outer.Dst+i*b.Inner.Dst, o*b.Outer.Src+i*b.Inner.Src",
				fmt.Sprintf("\t\tcopy(dst[d:d+%d], src[s:s+%d])", size, size),
				"\t}",
				"}",
			},
			emit: func(e *emitter) { e.items(size) },
		})
	}
	return ks
}

// items copies single items, one a turn: unrolled by four it was no faster, neither
// for items that lie near nor for columns of a matrix.
func (e *emitter) items(size int) {
	e.outer(func() {
		ds, ss, d, s, count := e.GP64(), e.GP64(), e.GP64(), e.GP64(), e.GP64()
		e.MOVQ(e.dst, d)
		e.MOVQ(e.src, s)
		e.MOVQ(e.in("Inner", 0), count)
		e.MOVQ(e.in("Inner", 8), ds)
		e.MOVQ(e.in("Inner", 16), ss)
		loop := e.label("item")
		e.Label(loop)
		e.storeItem(size, e.loadItem(size, at(s, 0)), at(d, 0))
		e.ADDQ(ss, s)
		e.ADDQ(ds, d)
		e.DECQ(count)
		e.JNZ(operand.LabelRef(loop))
	})
}

func (e *emitter) loadItem(size int, m operand.Mem) reg.Register {
	if size == 16 {
		x := e.XMM()
		e.MOVOU(m, x)
		return x
	}
	g := e.GP64()
	switch size {
	case 1:
		e.MOVBLZX(m, g.As32())
	case 2:
		e.MOVWLZX(m, g.As32())
	case 4:
		e.MOVL(m, g.As32())
	case 8:
		e.MOVQ(m, g)
	}
	return g
}

func (e *emitter) storeItem(size int, r reg.Register, m operand.Mem) {
	switch size {
	case 1:
		e.MOVB(r.(reg.GPVirtual).As8(), m)
	case 2:
		e.MOVW(r.(reg.GPVirtual).As16(), m)
	case 4:
		e.MOVL(r.(reg.GPVirtual).As32(), m)
	case 8:
		e.MOVQ(r, m)
	case 16:
		e.MOVOU(r, m)
	}
}
