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
			most := s // boxes with more windows on the destination are rare, but for what repeats
			if s == 1 {
				most = shuffleWindows
			}
			for d := 1; d <= most; d++ {
				p := shuffle{s, d}
				ks = append(ks, p.kernel(isa, suffix, func(e *emitter) { emit(p, e) }))
			}
		}
	}
	add("cpu.AVX2", "AVX2", shuffle.emitAVX2)
	for n := shuffleWindows + 1; n <= permWindows; n++ {
		one, many := shuffle{n, 1}, shuffle{n, n}
		ks = append(ks, one.kernel("cpu.AVX2", "AVX2", one.emitAVX2), many.kernel("cpu.AVX2", "AVX2", many.emitManyAVX2))
		ks[len(ks)-1].fewer = true
	}
	add("cpu.SSSE3", "SSSE3", shuffle.emitSSSE3)
	return ks
}

func (p shuffle) kernel(isa, suffix string, emit func(e *emitter)) kernel {
	return kernel{
		name: fmt.Sprintf("permute%dx%d%s", p.nsrc, p.ndst, suffix), op: "Permute", i: p.nsrc, j: p.ndst, vector: 16,
		twin: "permuteGeneric", isa: isa, loop: permuteLoop(16), emit: emit,
	}
}

// index returns the places of the index vectors: the first room of them in
// registers that load fills, the others in memory.
func (p shuffle) index(e *emitter, perm reg.GPVirtual, room int, load func(m operand.Mem) operand.Op) []operand.Op {
	table := e.GP64()
	e.MOVQ(at(perm, permAt("Index")), table)
	index := make([]operand.Op, p.nsrc*p.ndst)
	for n := range index {
		m := at(table, 16*n)
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

// emitAVX2 works on two boxes at a time, one in each lane. Where the windows of the
// two touch on the destination it stores them as one, past the caches if the block
// asks for that.
func (p shuffle) emitAVX2(e *emitter) {
	perm := e.GP64()
	e.MOVQ(e.in("Perm", 0), perm)
	p.alone(e, perm)
	edges := e.AllocLocal(8)
	x := boxesAVX2{e: e, index: p.indexAVX2(e, perm)}
	x.srcAt, x.dstAt = e.windows(perm, "SrcAt", e.src, p.nsrc), e.windows(perm, "DstAt", e.dst, p.ndst)
	x.edges(edges)
	x.inputs(p.nsrc)
	x.loops(edges, x.permute)
	e.VZEROUPPER()
}

// alone emits the move of a box that has the block to itself, as that of a tiny tensor
// does: it takes half the instructions where index vectors and steps are used but once.
func (p shuffle) alone(e *emitter, perm reg.GPVirtual) {
	many, n, t := e.label("many"), e.GP64(), e.GP64()
	e.MOVQ(e.in("Inner", 0), n)
	e.MOVQ(e.in("Outer", 0), t)
	e.DECQ(n)
	e.DECQ(t)
	e.ORQ(t, n)
	e.ORQ(e.in("Last", 0), n)
	e.JNZ(operand.LabelRef(many))
	in := make([]reg.VecVirtual, p.nsrc)
	for w := range in {
		in[w] = e.XMM()
		e.VMOVDQU(window(e, perm, e.src, "SrcAt", w), in[w])
	}
	index := p.index(e, perm, 0, nil)
	for w := range p.ndst {
		out := e.pick(index[w*p.nsrc:], in, e.XMM)
		e.VMOVDQU(out, window(e, perm, e.dst, "DstAt", w))
	}
	e.VZEROUPPER()
	e.RET()
	e.Label(many)
}

// pick makes a destination window of the source windows in, each shuffled by its index.
func (e *emitter) pick(index []operand.Op, in []reg.VecVirtual, vector func() reg.VecVirtual) reg.VecVirtual {
	out := vector()
	e.VPSHUFB(index[0], in[0], out)
	for from := 1; from < len(in); from++ {
		pick := vector()
		e.VPSHUFB(index[from], in[from], pick)
		e.VPOR(pick, out, out)
	}
	return out
}

// loops emits the loops over boxes that make loads and turns into destination windows: one
// for windows that touch and are stored past the caches, one for others that touch, and one
// for any.
func (x *boxesAVX2) loops(edges operand.Mem, make func(store func(out reg.VecVirtual, w int))) {
	e := x.e
	x.turns(func(apart, last string) {
		plain, t := e.label("plain"), e.GP64()
		e.CMPQ(x.ds, operand.I32(32))
		e.JNE(operand.LabelRef(apart))
		e.MOVQ(edges, t)
		e.ORQ(x.d, t)
		e.TESTQ(operand.I32(31), t)
		e.JNZ(operand.LabelRef(plain))
		x.pairs(e.label("stream"), func() {
			make(func(out reg.VecVirtual, w int) { e.VMOVNTDQ(out, x.dstAt.of(w, x.d)[0]) })
		})
		e.JMP(operand.LabelRef(last))
		x.pairs(plain, func() {
			make(func(out reg.VecVirtual, w int) { e.VMOVDQU(out, x.dstAt.of(w, x.d)[0]) })
		})
		e.JMP(operand.LabelRef(last))
	}, func() {
		make(func(out reg.VecVirtual, w int) {
			to := x.dstAt.of(w, x.d, x.d2)
			e.VMOVDQU(out.AsX(), to[0])
			e.VEXTRACTI128(operand.U8(1), out, to[1])
		})
	})
	e.fence()
}

// fence has what the block stored past the caches, if it asks for that, come before what is
// stored after the call. Between the turns of the block it would wait for every one of them.
func (e *emitter) fence() {
	done := e.label("fenced")
	e.CMPQ(e.in("Stream", 0), operand.I8(0))
	e.JEQ(operand.LabelRef(done))
	e.SFENCE()
	e.Label(done)
}

// turns emits the loops over boxes, in turns of two of them that apart moves: those at d
// and s and those at d2 and s2. Before it come loops for boxes that touch, if there are
// any; they go to the label apart or, when they are done, to last.
func (x *boxesAVX2) turns(touching func(apart, last string), apart func()) {
	e, pending := x.e, x.e.AllocLocal(8)
	x.ds, x.ss = e.GP64(), e.GP64()
	e.MOVQ(e.in("Inner", 8), x.ds)
	e.MOVQ(e.in("Inner", 16), x.ss)
	e.ADDQ(x.ds, x.ds)
	e.ADDQ(x.ss, x.ss)
	e.outerFrame(func(src operand.Mem) {
		x.d, x.s, x.d2, x.s2, x.count = e.dst, e.GP64(), e.GP64(), e.GP64(), e.GP64()
		count := x.count
		e.MOVQ(src, x.s)
		e.MOVQ(e.in("Inner", 8), x.d2)
		e.ADDQ(x.d, x.d2)
		e.MOVQ(e.in("Inner", 16), x.s2)
		e.ADDQ(x.s, x.s2)
		e.MOVQ(e.in("Last", 0), count)
		e.MOVQ(count, pending)
		e.MOVQ(e.in("Inner", 0), count)
		two, last, even, done := e.label("apart"), e.label("last"), e.label("even"), e.label("done")
		e.SUBQ(operand.I32(2), count)
		e.JLT(operand.LabelRef(last))
		touching(two, last)
		x.pairs(two, apart)
		// A box without a partner takes the block's Last for one, or itself.
		e.Label(last)
		e.INCQ(count)
		e.JNZ(operand.LabelRef(even))
		e.DECQ(pending)
		e.CMOVQLT(x.d, x.d2)
		e.CMOVQLT(x.s, x.s2)
		e.JLT(operand.LabelRef(two))
		e.ADDQ(e.in("Last", 8), x.d2)
		e.ADDQ(e.in("Last", 16), x.s2)
		e.JMP(operand.LabelRef(two))
		e.Label(even)
		e.DECQ(pending)
		e.JLT(operand.LabelRef(done))
		e.ADDQ(e.in("Last", 8), x.d)
		e.ADDQ(e.in("Last", 16), x.s)
		e.MOVQ(x.d, x.d2)
		e.MOVQ(x.s, x.s2)
		e.XORQ(count, count)
		e.JMP(operand.LabelRef(two))
		e.Label(done)
	})
}

// pairs emits the loop over two boxes at a time.
func (x *boxesAVX2) pairs(loop string, move func()) {
	e := x.e
	e.align(64)
	e.Label(loop)
	move()
	e.ADDQ(x.ds, x.d)
	e.ADDQ(x.ds, x.d2)
	e.ADDQ(x.ss, x.s)
	e.ADDQ(x.ss, x.s2)
	e.SUBQ(operand.I32(2), x.count)
	e.JGE(operand.LabelRef(loop))
}

// inputs sets aside registers for n source windows. They are shared by all loops: the
// allocator takes a vector whose low lane is loaded first for one that lives from the start.
func (x *boxesAVX2) inputs(n int) {
	x.in = make([]reg.VecVirtual, n)
	for w := range x.in {
		x.in[w] = x.e.YMM()
	}
}

// boxesAVX2 is what a turn works with: the registers of the source windows, and the
// addresses of two boxes.
type boxesAVX2 struct {
	e            *emitter
	index        []operand.Op
	in           []reg.VecVirtual
	dstAt, srcAt windows
	d, d2, s, s2 reg.GPVirtual
	ds, ss       reg.GPVirtual // steps of two boxes
	count        reg.GPVirtual // boxes to go, less two
}

// permute loads the windows of both boxes and makes every destination window.
func (x *boxesAVX2) permute(store func(out reg.VecVirtual, w int)) {
	e, nsrc := x.e, len(x.in)
	for w, in := range x.in {
		from := x.srcAt.of(w, x.s, x.s2)
		e.VMOVDQU(from[0], in.AsX())
		e.VINSERTI128(operand.U8(1), from[1], in, in)
	}
	for w := range len(x.index) / nsrc {
		store(e.pick(x.index[w*nsrc:], x.in, e.YMM), w)
	}
}

// indexAVX2 returns the places of the index vectors, repeated for both lanes: those
// for which there are registers, and the frame.
func (p shuffle) indexAVX2(e *emitter, perm reg.GPVirtual) []operand.Op {
	table := e.GP64()
	e.MOVQ(at(perm, permAt("Index")), table)
	room, n := 16-2-p.nsrc, p.nsrc*p.ndst
	index := make([]operand.Op, n)
	var frame operand.Mem
	if n > room {
		frame = e.AllocLocal(32 * (n - room))
	}
	for k := n - 1; k >= 0; k-- {
		y := e.YMM()
		e.VBROADCASTI128(at(table, 16*k), y)
		index[k] = y
		if k >= room {
			m := frame
			m.Disp += 32 * (k - room)
			e.VMOVDQU(y, m)
			index[k] = m
		}
	}
	return index
}

// edges stores a word whose lower five bits are zero if the block asks for stores past
// the caches and two windows that touch lie within a line wherever the first do.
func (x *boxesAVX2) edges(to operand.Mem) {
	e := x.e
	t := e.GP64()
	e.MOVQ(e.in("Stream", 0), t)
	e.XORQ(operand.I32(1), t)
	for _, off := range x.dstAt.off {
		e.ORQ(off, t)
	}
	for w := range x.dstAt.inMemory {
		e.ORQ(x.dstAt.memory(w), t)
	}
	e.MOVQ(t, to)
}

// windows are where the windows of one side lie: the offsets of all but the first from
// that or, where those are too many for registers, the window's number in memory.
type windows struct {
	e        *emitter
	off      []reg.GPVirtual
	inMemory int                     // windows
	memory   func(w int) operand.Mem // of the offset of window w from the box
}

// windows moves base to the first of n windows, if the offsets of the others fit registers.
func (e *emitter) windows(perm reg.GPVirtual, field string, base reg.GPVirtual, n int) windows {
	x := windows{e: e}
	if n > shuffleWindows {
		x.inMemory, x.memory = n, func(w int) operand.Mem { return at(perm, permAt(field)+8*w) }
		return x
	}
	x.off = make([]reg.GPVirtual, n-1)
	e.ADDQ(at(perm, permAt(field)), base)
	for w := range x.off {
		x.off[w] = e.GP64()
		e.MOVQ(at(perm, permAt(field)+8*(w+1)), x.off[w])
		e.SUBQ(at(perm, permAt(field)), x.off[w])
	}
	return x
}

// of returns the operands of window w of the boxes at each of bases.
func (x *windows) of(w int, bases ...reg.GPVirtual) (m []operand.Mem) {
	var off reg.GPVirtual
	switch {
	case x.inMemory > 0:
		off = x.e.GP64()
		x.e.MOVQ(x.memory(w), off)
	case w > 0:
		off = x.off[w-1]
	}
	for _, base := range bases {
		if off == nil {
			m = append(m, at(base, 0))
		} else {
			m = append(m, atIndex(base, off, 0))
		}
	}
	return m
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
		e.boxes(func(d, s reg.GPVirtual) {
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
