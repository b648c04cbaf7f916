package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func itemsKernels() []kernel {
	var ks []kernel
	for _, size := range []int{1, 2, 4, 8} {
		ks = append(ks, itemsKernel(size, "AVX2", func(e *emitter) { e.items(size, e.gather) }))
	}
	for _, size := range []int{1, 2, 4, 8, 16} {
		ks = append(ks, itemsKernel(size, "SSE2", func(e *emitter) { e.items(size, nil) }))
	}
	return ks
}

func itemsKernel(size int, isa string, emit func(e *emitter)) kernel {
	return kernel{
		name: fmt.Sprintf("itemsB%d%s", size, isa), op: "Items", size: size, twin: "itemsGeneric", isa: "cpu." + isa,
		loop: itemsLoop(size), emit: emit,
	}
}

func itemsLoop(size int) []string {
	return []string{
		"for o := range b.Outer.N {",
		"\tfor i := range b.Inner.N {",
		"\t\td, s := o*b.Outer.Dst+i*b.Inner.Dst, o*b.Outer.Src+i*b.Inner.Src",
		fmt.Sprintf("\t\tcopy(dst[d:d+%d], src[s:s+%d])", size, size),
		"\t}",
		"}",
	}
}

// items copies single items, four a turn: one a turn is a taken branch for each, which
// at some places of the loop in memory takes two cycles. Where items come to touch, gather
// moves those that it can, if there is one.
func (e *emitter) items(size int, gather func(size int, ss, ss3 reg.GPVirtual)) {
	paced, done := e.label("paced"), e.label("done")
	ds, ss := e.GP64(), e.GP64()
	e.MOVQ(e.in("Inner", 8), ds)
	e.MOVQ(e.in("Inner", 16), ss)
	e.CMPQ(e.in("Pause", 0), operand.Imm(0))
	e.JNE(operand.LabelRef(paced))
	ds3, ss3 := e.GP64(), e.GP64()
	e.LEAQ(operand.Mem{Base: ds, Index: ds, Scale: 2}, ds3)
	e.LEAQ(operand.Mem{Base: ss, Index: ss, Scale: 2}, ss3)
	if gather != nil {
		apart := e.label("apart")
		e.CMPQ(ds, operand.I32(size))
		e.JNE(operand.LabelRef(apart))
		gather(size, ss, ss3)
		e.Label(apart)
	}
	e.outer(func() {
		d, s, count := e.innerStart()
		four, rest, one, next := e.label("four"), e.label("rest"), e.label("one"), e.label("next")
		e.SUBQ(operand.I32(4), count)
		e.JLT(operand.LabelRef(rest))
		e.align(32)
		e.Label(four)
		e.four(func(m operand.Mem) reg.Register { return e.loadItem(size, m) }, s, ss, ss3,
			func(r reg.Register, m operand.Mem) { e.storeItem(size, r, m) }, d, ds, ds3)
		e.SUBQ(operand.I32(4), count)
		e.JGE(operand.LabelRef(four))
		e.Label(rest)
		e.ADDQ(operand.I32(4), count)
		e.JZ(operand.LabelRef(next))
		e.Label(one)
		e.item(size, d, s, ds, ss)
		e.DECQ(count)
		e.JNZ(operand.LabelRef(one))
		e.Label(next)
	})
	e.JMP(operand.LabelRef(done))
	e.Label(paced)
	e.pacedItems(size, ds, ss)
	e.Label(done)
	if gather != nil && size >= 4 {
		e.VZEROUPPER()
	}
}

// gather fills vectors with items that lie ss bytes apart: a core stores one item a cycle,
// or one vector. Two that lie near are loaded at once. Of 8 bytes, others fill a vector in no
// less time than they take alone, and are left.
func (e *emitter) gather(size int, ss, ss3 reg.GPVirtual) {
	for _, p := range nearItems {
		if p.size == size {
			other := e.label("other")
			e.CMPQ(ss, operand.I32(p.step))
			e.JNE(operand.LabelRef(other))
			e.vectors(size, p.items(), ss, func(s reg.GPVirtual) reg.VecVirtual {
				x := p.load(e, s)
				e.ADDQ(operand.I32(p.items()*p.step), s)
				return x
			})
			e.Label(other)
		}
	}
	if size < 8 {
		e.vectors(size, 16/size, ss, func(s reg.GPVirtual) reg.VecVirtual { return e.insert(size, s, ss, ss3) })
	}
}

// nearItems are the items and steps of which a load takes as many as fill half a vector.
var nearItems = []nearItem{
	{size: 4, step: 8, vector: 32, second: 28, pick: 0b11_01_10_00},
	{size: 4, step: 12, vector: 16, second: 24, pick: 0b11_00_11_00},
	{size: 8, step: 16, vector: 32, second: 24, pick: 0b1010},
	{size: 8, step: 24, vector: 32, second: 48, pick: 0b1100},
}

// A nearItem says how items at a step are loaded: one vector from the first on, and one from
// second bytes behind that, so that it ends where the last item does. VSHUFPS or VSHUFPD
// picks those of every lane.
type nearItem struct{ size, step, vector, second, pick int }

func (p nearItem) items() int { return p.vector / p.size }

// load returns a vector of the items from s on.
func (p nearItem) load(e *emitter, s reg.GPVirtual) reg.VecVirtual {
	x, shuffle := e.YMM(), e.VSHUFPS
	if p.vector == 16 {
		x = e.XMM()
	}
	if p.size == 8 {
		shuffle = e.VSHUFPD
	}
	e.VMOVUPS(at(s, 0), x)
	shuffle(operand.U8(p.pick), at(s, p.second), x, x)
	if p.vector == 32 { // the lanes hold the first and third quarter, and the second and last
		e.VPERMQ(operand.U8(0b11_01_10_00), x, x)
	}
	return x
}

// vectors emits loops that store vectors of so many items, which next makes of those from s
// on, and moves s behind them. The last vector of a loop is slid back; items that fill none
// are moved one by one. It returns from the kernel.
func (e *emitter) vectors(size, per int, ss reg.GPVirtual, next func(s reg.GPVirtual) reg.VecVirtual) {
	e.outer(func() {
		d, s, count := e.innerStart()
		loop, rest, one, done := e.label("vector"), e.label("rest"), e.label("one"), e.label("next")
		e.SUBQ(operand.I32(per), count)
		e.JLT(operand.LabelRef(rest))
		e.align(32)
		e.Label(loop)
		e.VMOVDQU(next(s), at(d, 0))
		e.ADDQ(operand.I32(per*size), d)
		e.SUBQ(operand.I32(per), count)
		e.JGE(operand.LabelRef(loop))
		e.Label(rest)
		e.ADDQ(operand.I32(per), count)
		e.JZ(operand.LabelRef(done))
		e.CMPQ(e.in("Inner", 0), operand.I8(per))
		e.JLT(operand.LabelRef(one))
		back := e.GP64()
		e.SUBQ(operand.I32(per), count) // less than nothing
		e.LEAQ(operand.Mem{Base: d, Index: count, Scale: uint8(size)}, d)
		e.MOVQ(count, back)
		e.IMULQ(ss, back)
		e.ADDQ(back, s)
		e.XORQ(count, count)
		e.JMP(operand.LabelRef(loop))
		e.Label(one)
		e.storeItem(size, e.loadItem(size, at(s, 0)), at(d, 0))
		e.ADDQ(ss, s)
		e.ADDQ(operand.I32(size), d)
		e.DECQ(count)
		e.JNZ(operand.LabelRef(one))
		e.Label(done)
	})
	if size >= 4 { // some of the kernel's loops use whole vectors
		e.VZEROUPPER()
	}
	e.RET()
}

// insert returns a vector of the items at s, s+ss and so on, and moves s behind them.
func (e *emitter) insert(size int, s, ss, ss3 reg.GPVirtual) reg.VecVirtual {
	x := e.XMM()
	for k := range 16 / size {
		if k > 0 && k%4 == 0 {
			e.LEAQ(operand.Mem{Base: s, Index: ss, Scale: 4}, s)
		}
		m, n := ofFour(s, ss, ss3, k%4), operand.U8(k)
		switch {
		case k == 0 && size == 8:
			e.VMOVQ(m, x)
		case k == 0 && size == 4:
			e.VMOVD(m, x)
		case k == 0:
			e.VMOVD(e.loadItem(size, m).(reg.GPVirtual).As32(), x)
		case size == 8:
			e.VPINSRQ(n, m, x, x)
		case size == 4:
			e.VPINSRD(n, m, x, x)
		case size == 2:
			e.VPINSRW(n, m, x, x)
		default:
			e.VPINSRB(n, m, x, x)
		}
	}
	e.LEAQ(operand.Mem{Base: s, Index: ss, Scale: uint8(min(4, 16/size))}, s)
	return x
}

// item copies one item and advances both pointers.
func (e *emitter) item(size int, d, s, ds, ss reg.GPVirtual) {
	e.storeItem(size, e.loadItem(size, at(s, 0)), at(d, 0))
	e.ADDQ(ss, s)
	e.ADDQ(ds, d)
}

// four moves what lies at four turns of a loop, whose steps and three times those are in
// registers, and advances both pointers.
func (e *emitter) four(load func(m operand.Mem) reg.Register, s, ss, ss3 reg.GPVirtual, store func(r reg.Register, m operand.Mem), d, ds, ds3 reg.GPVirtual) {
	var r [4]reg.Register
	for k := range r {
		r[k] = load(ofFour(s, ss, ss3, k))
	}
	for k := range r {
		store(r[k], ofFour(d, ds, ds3, k))
	}
	e.LEAQ(operand.Mem{Base: s, Index: ss, Scale: 4}, s)
	e.LEAQ(operand.Mem{Base: d, Index: ds, Scale: 4}, d)
}

// ofFour is the operand of item k of the four from base on.
func ofFour(base, step, three reg.GPVirtual, k int) operand.Mem {
	return []operand.Mem{at(base, 0), atIndex(base, step, 0), {Base: base, Index: step, Scale: 2}, atIndex(base, three, 0)}[k]
}

// pacedItems copies items one at a time, with a pause after each. The core would else have so
// many misses under way that they keep each other from the cache set and from the page walkers.
func (e *emitter) pacedItems(size int, ds, ss reg.GPVirtual) {
	e.outer(func() {
		d, s, count := e.innerStart()
		loop, idle, rest := e.label("item"), e.label("idle"), e.GP64()
		e.Label(loop)
		e.item(size, d, s, ds, ss)
		e.MOVQ(e.in("Pause", 0), rest)
		e.Label(idle)
		e.DECQ(rest)
		e.JNZ(operand.LabelRef(idle))
		e.DECQ(count)
		e.JNZ(operand.LabelRef(loop))
	})
}

// innerStart loads what an Inner loop starts from.
func (e *emitter) innerStart() (d, s, count reg.GPVirtual) {
	d, s, count = e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(e.dst, d)
	e.MOVQ(e.src, s)
	e.MOVQ(e.in("Inner", 0), count)
	return d, s, count
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
