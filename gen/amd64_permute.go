package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// permuteKernels are one family for everything that is short: interleaving,
// batches of small matrices, steps of a few items, reversal, whole small tensors.
func permuteKernels() []kernel {
	var ks []kernel
	add := func(kind string, p permutation) {
		ks = append(ks, kernel{
			name: fmt.Sprintf("permute%s%dx%dVBMI", kind, p.nsrc, p.ndst), op: "Permute", i: p.nsrc, j: p.ndst, vector: 64,
			masked: p.masked, whole: p.whole, twin: "permuteGeneric", isa: "cpu.AVX512|cpu.VBMI", loop: permuteLoop(64), emit: p.emitVBMI,
		})
	}
	plain := func(kind string, most int, whole bool) {
		for s := 1; s <= most; s++ {
			add(kind, permutation{nsrc: s, ndst: s, whole: whole})
		}
		for s := 2; s <= most; s++ {
			add(kind, permutation{nsrc: s, ndst: 1, whole: whole})
		}
	}
	plain("", permWindows, false)
	plain("Whole", fewWindows, true)
	for s := 1; s <= fewWindows; s++ {
		for d := 1; d <= fewWindows; d++ {
			add("Masked", permutation{nsrc: s, ndst: d, masked: true})
		}
	}
	return ks
}

// fewWindows is the most windows on a side of kernels that have two loops.
const fewWindows = 4

func permuteLoop(vector int) []string {
	return []string{
		"for o := range b.Outer.N {",
		"\tfor i := range b.Inner.N + b.Last.N {",
		"\t\td, s := o*b.Outer.Dst+i*b.Inner.Dst, o*b.Outer.Src+i*b.Inner.Src",
		"\t\tif i == b.Inner.N {",
		"\t\t\td, s = d+b.Last.Dst, s+b.Last.Src",
		"\t\t}",
		"\t\tfor w := range b.Perm.NDst {",
		fmt.Sprintf("\t\t\tfor k := range %d {", vector),
		"\t\t\t\tif b.Perm.DstMask[w]>>k&1 != 0 {",
		"\t\t\t\t\tfrom, n := b.Perm.source(w, k)",
		"\t\t\t\t\tdst[d+b.Perm.DstAt[w]+k] = src[s+b.Perm.SrcAt[from]+n]",
		"\t\t\t\t}",
		"\t\t\t}",
		"\t\t}",
		"\t}",
		"}",
	}
}

// A permutation is the form of a box: its windows of one vector on either side.
type permutation struct {
	nsrc, ndst int
	masked     bool
	whole      bool // loads windows as one, and stores those so that lie at line edges
}

// emitVBMI loads every source window once, and builds each destination window from
// the windows in pairs: VPERMI2B picks any bytes of two registers, and the pairs
// are merged under masks. Index vectors stay in registers while there are any.
func (p permutation) emitVBMI(e *emitter) {
	x := p.begin(e)
	boxes := e.boxes
	if p.nsrc+p.ndst <= 4 { // the registers suffice for the steps of the loop
		boxes = func(box func(d, s reg.GPVirtual)) { e.pairs(box, true) }
	}
	near := func(d, s reg.GPVirtual) { x.box(d, s, false) }
	if !p.far() {
		e.outer(func() { boxes(near) })
		e.VZEROUPPER()
		return
	}
	state := x.nearOrFar()
	e.outer(func() {
		plain, next := e.label("plain"), e.label("next")
		t := e.GP64()
		e.MOVQ(state, t)
		if !p.masked {
			e.ORQ(e.dst, t)
		}
		e.TESTQ(operand.I32(63), t)
		e.JNZ(operand.LabelRef(plain))
		boxes(func(d, s reg.GPVirtual) { x.box(d, s, true) })
		e.JMP(operand.LabelRef(next))
		e.Label(plain)
		boxes(near)
		e.Label(next)
	})
	if !p.masked && !p.whole {
		e.fence()
	}
	e.VZEROUPPER()
}

// A permuter is a permutation at work, with what it keeps in registers.
type permuter struct {
	permutation
	*emitter
	perm         reg.GPVirtual
	index        []operand.Op
	k            *maskPool
	srcAt, dstAt []reg.GPVirtual
	later        [2]operand.Mem // frame: how far ahead a masked one fetches, destination and source
}

func (p permutation) begin(e *emitter) *permuter {
	x := &permuter{permutation: p, emitter: e, perm: e.GP64()}
	e.MOVQ(e.in("Perm", 0), x.perm)
	table := e.GP64()
	e.MOVQ(at(x.perm, permAt("Index")), table)
	x.index = make([]operand.Op, p.ndst*p.sources())
	room := 32 - p.nsrc - 2
	for n := range x.index {
		m := at(table, 64*n)
		x.index[n] = m
		if n < room {
			z := e.ZMM()
			e.VMOVDQU64(m, z)
			x.index[n] = z
		}
	}
	x.k = newMaskPool(e, x.perm)
	if p.masked {
		x.k.keep("SrcMask", p.nsrc)
		x.k.keep("DstMask", p.ndst)
	}
	if p.sources() > 1 {
		x.k.keep("Blend", p.ndst*p.sources())
	}
	x.srcAt = e.offsets(x.perm, "SrcAt", min(p.nsrc, 3))
	x.dstAt = e.offsets(x.perm, "DstAt", min(p.ndst, 3))
	return x
}

// sources is the number of pairs of source windows.
func (p permutation) sources() int { return (p.nsrc + 1) / 2 }

// box moves a box, far from the caches or not.
func (x *permuter) box(d, s reg.GPVirtual, far bool) {
	if far && x.masked {
		x.fetch(x.later[0], d, x.dstAt, "DstAt", x.ndst)
		x.fetch(x.later[1], s, x.srcAt, "SrcAt", x.nsrc)
	}
	src := make([]reg.VecVirtual, x.nsrc)
	for w := range src {
		src[w] = x.ZMM()
		m := x.window(s, x.srcAt, "SrcAt", w)
		switch {
		case x.masked:
			x.VMOVDQU8_Z(m, x.k.get("SrcMask", w), src[w])
		case x.whole:
			x.VMOVDQU64(m, src[w])
		default:
			x.VMOVDQU64(m, src[w].AsY())
			m.Disp += 32
			x.VINSERTI64X4(operand.U8(1), m, src[w], src[w])
		}
	}
	for w := range x.ndst {
		first := w * x.sources()
		out := x.combine(x.emitter, x.k, x.index[first:first+x.sources()], src, first)
		x.store(out, x.window(d, x.dstAt, "DstAt", w), w, far)
	}
}

// window is window w of a box on one side.
func (x *permuter) window(base reg.GPVirtual, kept []reg.GPVirtual, field string, w int) operand.Mem {
	if w < len(kept) {
		return atIndex(base, kept[w], 0)
	}
	t := x.GP64()
	x.MOVQ(at(x.perm, permAt(field)+8*w), t)
	return atIndex(base, t, 0)
}

// fetch fetches the windows of a later box on one side.
func (x *permuter) fetch(later operand.Mem, base reg.GPVirtual, kept []reg.GPVirtual, field string, n int) {
	t := x.GP64()
	x.MOVQ(later, t)
	x.ADDQ(base, t)
	for w := range n {
		x.PREFETCHT0(x.window(t, kept, field, w))
	}
}

// far reports whether the kernel has another loop for what lies beyond the caches. Loads and
// stores under masks that miss the first-level cache wait for each other on Zen 5, and
// nothing is fetched ahead of them: that loop does. Without masks it stores past the
// caches, with few windows, since boxes of many are small and few of them are large. That
// of whole windows is for destination windows that all lie at line edges.
func (p permutation) far() bool { return p.masked || max(p.nsrc, p.ndst) <= fewWindows }

// fetchBoxes is how many boxes ahead the windows are fetched.
const fetchBoxes = 32

// nearOrFar stores a word whose lower six bits are zero if the block asks for the loop for
// what lies beyond the caches, as one for whole windows always does, and, without masks, all
// windows lie at line edges wherever the first does.
func (x *permuter) nearOrFar() operand.Mem {
	state, t := x.AllocLocal(8), x.GP64()
	if x.masked {
		for side, step := range []int{8, 16} {
			x.later[side] = x.AllocLocal(8)
			x.IMUL3Q(operand.I32(fetchBoxes), x.in("Inner", step), t)
			x.MOVQ(t, x.later[side])
		}
	}
	if x.whole {
		x.XORQ(t, t)
	} else {
		x.MOVQ(x.in("Stream", 0), t)
		x.XORQ(operand.I32(1), t)
	}
	if !x.masked {
		x.ORQ(x.in("Inner", 8), t)
		x.ORQ(x.in("Last", 8), t)
		for w := range x.ndst {
			x.ORQ(at(x.perm, permAt("DstAt")+8*w), t)
		}
	}
	x.MOVQ(t, state)
	return state
}

// store writes destination window w.
func (x *permuter) store(out reg.VecVirtual, m operand.Mem, w int, far bool) {
	switch {
	case x.masked:
		x.VMOVDQU8(out, x.k.get("DstMask", w), m)
	case far && x.whole:
		x.VMOVDQU64(out, m)
	case far:
		x.VMOVNTDQ(out, m)
	default:
		// In halves: rows often lie at multiples of 32 bytes, where stores of 64
		// would all cross lines.
		x.VMOVDQU64(out.AsY(), m)
		m.Disp += 32
		x.VEXTRACTI64X4(operand.U8(1), out, m)
	}
}

// boxes is inner with one more turn, the block's Last, if it has that.
func (e *emitter) boxes(box func(d, s reg.GPVirtual)) {
	d, s, count := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(e.dst, d)
	e.MOVQ(e.src, s)
	e.MOVQ(e.in("Inner", 0), count)
	e.ADDQ(count, count)
	e.ADDQ(e.in("Last", 0), count) // is 1 where all turns but that one are done
	loop, done := e.label("box"), e.label("done")
	e.Label(loop)
	box(d, s)
	e.ADDQ(e.in("Inner", 8), d)
	e.ADDQ(e.in("Inner", 16), s)
	e.SUBQ(operand.I32(2), count)
	e.CMPQ(count, operand.I32(1))
	e.JG(operand.LabelRef(loop))
	e.JL(operand.LabelRef(done))
	e.ADDQ(e.in("Last", 8), d)
	e.ADDQ(e.in("Last", 16), s)
	e.JMP(operand.LabelRef(loop))
	e.Label(done)
}

// offsets loads the first n words of a field of the box.
func (e *emitter) offsets(perm reg.GPVirtual, field string, n int) []reg.GPVirtual {
	r := make([]reg.GPVirtual, n)
	for k := range r {
		r[k] = e.GP64()
		e.MOVQ(at(perm, permAt(field)+8*k), r[k])
	}
	return r
}

// combine builds one destination window; blend is the number of its first mask.
func (p permutation) combine(e *emitter, k *maskPool, index []operand.Op, src []reg.VecVirtual, blend int) reg.VecVirtual {
	out := e.ZMM()
	for h := range index {
		pick := out
		if h > 0 {
			pick = e.ZMM()
		}
		if 2*h+1 == p.nsrc { // a last window without a partner
			if h == 0 {
				e.VPERMB(src[2*h], index[h].(reg.VecVirtual), out)
				break
			}
			t := index[h]
			if m, ok := t.(operand.Mem); ok {
				z := e.ZMM()
				e.VMOVDQU64(m, z)
				t = z
			}
			e.VPERMB(src[2*h], t.(reg.VecVirtual), k.get("Blend", blend+h), out)
			break
		}
		e.VMOVDQU64(index[h], pick)
		e.VPERMI2B(src[2*h+1], src[2*h], pick)
		if h > 0 {
			e.VMOVDQU8(pick, k.get("Blend", blend+h), out)
		}
	}
	return out
}

// A maskPool keeps the first masks that a kernel uses in registers and loads the
// others where they are used.
type maskPool struct {
	e    *emitter
	perm reg.GPVirtual
	kept map[operand.Mem]reg.OpmaskVirtual
}

// keptMasks leaves one of the seven mask registers for those that are loaded.
const keptMasks = 6

func newMaskPool(e *emitter, perm reg.GPVirtual) *maskPool {
	return &maskPool{e, perm, map[operand.Mem]reg.OpmaskVirtual{}}
}

// keep loads the first n masks of a field, while there are registers.
func (p *maskPool) keep(field string, n int) {
	for w := range n {
		if len(p.kept) < keptMasks {
			m := p.place(field, w)
			p.kept[m] = p.load(m)
		}
	}
}

func (p *maskPool) place(field string, w int) operand.Mem {
	return at(p.perm, permAt(field)+8*w)
}

func (p *maskPool) load(m operand.Mem) reg.OpmaskVirtual {
	k := p.e.K()
	p.e.KMOVQ(m, k)
	return k
}

func (p *maskPool) get(field string, w int) reg.OpmaskVirtual {
	m := p.place(field, w)
	if k, ok := p.kept[m]; ok {
		return k
	}
	return p.load(m)
}
