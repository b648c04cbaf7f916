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
	add := func(nsrc, ndst int, masked bool) {
		p := permutation{nsrc, ndst, masked}
		name := fmt.Sprintf("permute%dx%dVBMI", nsrc, ndst)
		if masked {
			name = fmt.Sprintf("permuteMasked%dx%dVBMI", nsrc, ndst)
		}
		ks = append(ks, kernel{
			name: name, op: "Permute", i: nsrc, j: ndst, vector: 64, masked: masked,
			twin: "permuteGeneric", isa: "cpu.AVX512|cpu.VBMI", loop: permuteLoop(64), emit: p.emitVBMI,
		})
	}
	for s := 1; s <= permWindows; s++ {
		add(s, s, false)
	}
	for s := 2; s <= permWindows; s++ {
		add(s, 1, false)
	}
	for s := 1; s <= 4; s++ {
		for d := 1; d <= 4; d++ {
			add(s, d, true)
		}
	}
	return ks
}

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
}

// emitVBMI loads every source window once, and builds each destination window from
// the windows in pairs: VPERMI2B picks any bytes of two registers, and the pairs
// are merged under masks. Index vectors stay in registers while there are any.
func (p permutation) emitVBMI(e *emitter) {
	perm := e.GP64()
	e.MOVQ(e.in("Perm", 0), perm)
	table := e.GP64()
	e.MOVQ(at(perm, permAt("Index")), table)
	pairs := (p.nsrc + 1) / 2
	index := make([]operand.Op, p.ndst*pairs)
	room := 32 - p.nsrc - 2
	for n := range index {
		m := at(table, 64*n)
		index[n] = m
		if n < room {
			z := e.ZMM()
			e.VMOVDQU64(m, z)
			index[n] = z
		}
	}
	k := newMaskPool(e, perm)
	if p.masked {
		k.keep("SrcMask", p.nsrc)
		k.keep("DstMask", p.ndst)
	}
	if pairs > 1 {
		k.keep("Blend", p.ndst*pairs)
	}
	srcAt := e.offsets(perm, "SrcAt", min(p.nsrc, 3))
	dstAt := e.offsets(perm, "DstAt", min(p.ndst, 3))
	box := func(stream bool) func(d, s reg.GPVirtual) {
		return func(d, s reg.GPVirtual) {
			window := func(base reg.GPVirtual, kept []reg.GPVirtual, field string, w int) operand.Mem {
				if w < len(kept) {
					return atIndex(base, kept[w], 0)
				}
				t := e.GP64()
				e.MOVQ(at(perm, permAt(field)+8*w), t)
				return atIndex(base, t, 0)
			}
			src := make([]reg.VecVirtual, p.nsrc)
			for w := range src {
				src[w] = e.ZMM()
				m := window(s, srcAt, "SrcAt", w)
				if p.masked {
					e.VMOVDQU8_Z(m, k.get("SrcMask", w), src[w])
				} else {
					e.VMOVDQU64(m, src[w].AsY())
					m.Disp += 32
					e.VINSERTI64X4(operand.U8(1), m, src[w], src[w])
				}
			}
			for w := range p.ndst {
				out := p.combine(e, k, index[w*pairs:(w+1)*pairs], src, w*pairs)
				p.store(e, k, out, window(d, dstAt, "DstAt", w), w, stream)
			}
		}
	}
	boxes := e.boxes
	if p.nsrc+p.ndst <= 4 { // the registers suffice for the steps of the loop
		boxes = func(box func(d, s reg.GPVirtual)) { e.pairs(box, true) }
	}
	if !p.streams() {
		e.outer(func() { boxes(box(false)) })
		e.VZEROUPPER()
		return
	}
	edges := e.AllocLocal(8)
	p.edges(e, perm, edges)
	e.outer(func() {
		plain, next := e.label("plain"), e.label("next")
		t := e.GP64()
		e.MOVQ(edges, t)
		e.ORQ(e.dst, t)
		e.TESTQ(operand.I32(63), t)
		e.JNZ(operand.LabelRef(plain))
		boxes(box(true))
		e.JMP(operand.LabelRef(next))
		e.Label(plain)
		boxes(box(false))
		e.Label(next)
	})
	e.fence()
	e.VZEROUPPER()
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

// streams reports whether the kernel can store past the caches: forms without masks,
// and few windows, since those of many serve small boxes of which few are large.
func (p permutation) streams() bool { return !p.masked && max(p.nsrc, p.ndst) <= 4 }

// edges stores a word whose lower six bits are zero if the block asks for stores past
// the caches and all windows lie at line edges wherever the first does.
func (p permutation) edges(e *emitter, perm reg.GPVirtual, to operand.Mem) {
	t := e.GP64()
	e.MOVQ(e.in("Stream", 0), t)
	e.XORQ(operand.I32(1), t)
	e.ORQ(e.in("Inner", 8), t)
	e.ORQ(e.in("Last", 8), t)
	for w := range p.ndst {
		e.ORQ(at(perm, permAt("DstAt")+8*w), t)
	}
	e.MOVQ(t, to)
}

// store writes destination window w.
func (p permutation) store(e *emitter, k *maskPool, out reg.VecVirtual, m operand.Mem, w int, stream bool) {
	switch {
	case stream:
		e.VMOVNTDQ(out, m)
	case p.masked:
		e.VMOVDQU8(out, k.get("DstMask", w), m)
	default:
		// In halves: rows often lie at multiples of 32 bytes, where stores of 64
		// would all cross lines.
		e.VMOVDQU64(out.AsY(), m)
		m.Disp += 32
		e.VEXTRACTI64X4(operand.U8(1), out, m)
	}
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
