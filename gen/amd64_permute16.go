package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A shuffle is the form of a box of up to four 16-byte windows on either side.
// PSHUFB picks any bytes of one window and writes zero where another window
// supplies the byte, so a destination window is the OR of one shuffle of each
// source window.
type shuffle struct{ nsrc, ndst int }

// shuffleWindows is the largest number of windows of a shuffle on either side.
const shuffleWindows = 4

func shuffleKernels() []kernel {
	var ks []kernel
	add := func(isa, suffix string, emit func(p shuffle, e *emitter)) {
		for s := 1; s <= shuffleWindows; s++ {
			for d := 1; d <= shuffleWindows; d++ {
				p := shuffle{s, d}
				ks = append(ks, kernel{
					name: fmt.Sprintf("permute%dx%d%s", s, d, suffix), op: "Permute", i: s, j: d, vector: 16,
					twin: "permuteGeneric", isa: isa, loop: permuteLoop(16),
					emit: func(e *emitter) { emit(p, e) },
				})
			}
		}
	}
	add("cpu.AVX2", "AVX2", shuffle.emitAVX2)
	add("cpu.SSSE3", "SSSE3", shuffle.emitSSSE3)
	return ks
}

// index returns the places of the index vectors: the first room of them in
// registers that load fills, the others in memory.
func (p shuffle) index(e *emitter, perm reg.GPVirtual, room int, load func(m operand.Mem) operand.Op) []operand.Op {
	index := make([]operand.Op, p.nsrc*p.ndst)
	for n := range index {
		m := at(perm, permAt("Index")+16*n)
		index[n] = m
		if n < room {
			index[n] = load(m)
		}
	}
	return index
}

// window returns the operand of a window of the box at base.
func window(e *emitter, perm, base reg.GPVirtual, field string, w int) operand.Mem {
	t := e.GP64()
	e.MOVQ(at(perm, permAt(field)+8*w), t)
	return atIndex(base, t, 0)
}

// emitAVX2 works on two boxes at a time, one in each lane.
func (p shuffle) emitAVX2(e *emitter) {
	perm := e.GP64()
	e.MOVQ(e.in("Perm", 0), perm)
	index := p.index(e, perm, 16-2-p.nsrc, func(m operand.Mem) operand.Op {
		y := e.YMM()
		e.VBROADCASTI128(m, y)
		return y
	})
	// The registers are shared by both loops: the allocator takes a vector whose
	// low lane is loaded first for one that lives from the start.
	src := make([]reg.VecVirtual, p.nsrc)
	for w := range src {
		src[w] = e.YMM()
	}
	e.outer(func() {
		d, s, count := e.GP64(), e.GP64(), e.GP64()
		pair, single, done := e.label("pair"), e.label("single"), e.label("done")
		e.MOVQ(e.dst, d)
		e.MOVQ(e.src, s)
		e.MOVQ(e.in("Inner", 0), count)
		e.SUBQ(operand.I32(2), count)
		e.JLT(operand.LabelRef(single))
		e.Label(pair)
		d2, s2 := e.GP64(), e.GP64()
		e.MOVQ(e.in("Inner", 8), d2)
		e.MOVQ(e.in("Inner", 16), s2)
		e.ADDQ(d, d2)
		e.ADDQ(s, s2)
		p.boxesAVX2(e, perm, index, src, []reg.GPVirtual{d, d2}, []reg.GPVirtual{s, s2})
		e.MOVQ(d2, d)
		e.MOVQ(s2, s)
		e.ADDQ(e.in("Inner", 8), d)
		e.ADDQ(e.in("Inner", 16), s)
		e.SUBQ(operand.I32(2), count)
		e.JGE(operand.LabelRef(pair))
		e.Label(single)
		e.INCQ(count)
		e.JNZ(operand.LabelRef(done))
		p.boxesAVX2(e, perm, index, src, []reg.GPVirtual{d}, []reg.GPVirtual{s})
		e.Label(done)
	})
	e.VZEROUPPER()
}

// boxesAVX2 moves the boxes, one or two, at the given addresses through the
// registers src.
func (p shuffle) boxesAVX2(e *emitter, perm reg.GPVirtual, index []operand.Op, src []reg.VecVirtual, d, s []reg.GPVirtual) {
	for w := range src {
		m := window(e, perm, s[0], "SrcAt", w)
		e.VMOVDQU(m, src[w].AsX())
		if len(s) > 1 {
			m.Base = s[1]
			e.VINSERTI128(operand.U8(1), m, src[w], src[w])
		}
	}
	for w := range p.ndst {
		out := e.YMM()
		for from, x := range src {
			pick := out
			if from > 0 {
				pick = e.YMM()
			}
			n := index[w*p.nsrc+from]
			if m, ok := n.(operand.Mem); ok {
				e.VBROADCASTI128(m, pick)
				n = pick
			}
			e.VPSHUFB(n, x, pick)
			if from > 0 {
				e.VPOR(pick, out, out)
			}
		}
		m := window(e, perm, d[0], "DstAt", w)
		e.VMOVDQU(out.AsX(), m)
		if len(d) > 1 {
			m.Base = d[1]
			e.VEXTRACTI128(operand.U8(1), out, m)
		}
	}
}

// emitSSSE3 works on one box at a time.
func (p shuffle) emitSSSE3(e *emitter) {
	perm := e.GP64()
	e.MOVQ(e.in("Perm", 0), perm)
	index := p.index(e, perm, 16-3-p.nsrc, func(m operand.Mem) operand.Op {
		x := e.XMM()
		e.MOVOU(m, x)
		return x
	})
	e.outer(func() {
		e.inner(func(d, s reg.GPVirtual) {
			src := make([]reg.VecVirtual, p.nsrc)
			for w := range src {
				src[w] = e.XMM()
				e.MOVOU(window(e, perm, s, "SrcAt", w), src[w])
			}
			for w := range p.ndst {
				var out reg.VecVirtual
				for from, x := range src {
					n := index[w*p.nsrc+from]
					if m, ok := n.(operand.Mem); ok { // an operand in memory would have to be aligned
						t := e.XMM()
						e.MOVOU(m, t)
						n = t
					}
					pick := e.XMM()
					e.MOVOA(x, pick)
					e.PSHUFB(n, pick)
					if from == 0 {
						out = pick
					} else {
						e.POR(pick, out)
					}
				}
				e.MOVOU(out, window(e, perm, d, "DstAt", w))
			}
		})
	})
}
