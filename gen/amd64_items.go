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

// items copies single items, four a turn: all are loaded before any is stored, so
// that four misses are under way even where the stores wait.
func (e *emitter) items(size int) {
	const unroll = 4
	e.outer(func() {
		d, s, count := e.GP64(), e.GP64(), e.GP64()
		ds, ss, ds3, ss3 := e.GP64(), e.GP64(), e.GP64(), e.GP64()
		four, single, one, done := e.label("four"), e.label("single"), e.label("one"), e.label("done")
		e.MOVQ(e.dst, d)
		e.MOVQ(e.src, s)
		e.MOVQ(e.in("Inner", 0), count)
		e.MOVQ(e.in("Inner", 8), ds)
		e.MOVQ(e.in("Inner", 16), ss)
		e.LEAQ(operand.Mem{Base: ds, Index: ds, Scale: 2}, ds3)
		e.LEAQ(operand.Mem{Base: ss, Index: ss, Scale: 2}, ss3)
		e.SUBQ(operand.I32(unroll), count)
		e.JL(operand.LabelRef(single))
		e.Label(four)
		var v [unroll]reg.Register
		for k := range v {
			v[k] = e.loadItem(size, nth(s, ss, ss3, k))
		}
		for k := range v {
			e.storeItem(size, v[k], nth(d, ds, ds3, k))
		}
		e.LEAQ(operand.Mem{Base: s, Index: ss, Scale: unroll}, s)
		e.LEAQ(operand.Mem{Base: d, Index: ds, Scale: unroll}, d)
		e.SUBQ(operand.I32(unroll), count)
		e.JGE(operand.LabelRef(four))
		e.Label(single)
		e.ADDQ(operand.I32(unroll), count)
		e.JZ(operand.LabelRef(done))
		e.Label(one)
		e.storeItem(size, e.loadItem(size, at(s, 0)), at(d, 0))
		e.ADDQ(ss, s)
		e.ADDQ(ds, d)
		e.DECQ(count)
		e.JNZ(operand.LabelRef(one))
		e.Label(done)
	})
}

// nth is the operand of item k of four that lie step bytes apart.
func nth(base, step, step3 reg.GPVirtual, k int) operand.Mem {
	switch k {
	case 0:
		return at(base, 0)
	case 3:
		return atIndex(base, step3, 0)
	}
	return operand.Mem{Base: base, Index: step, Scale: uint8(k)}
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
