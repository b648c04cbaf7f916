package main

import (
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var rowsLoop = []string{
	"for o := range b.Outer.N {",
	"\tfor i := range b.Inner.N {",
	"\t\td, s := o*b.Outer.Dst+i*b.Inner.Dst, o*b.Outer.Src+i*b.Inner.Src",
	"\t\tcopy(dst[d:d+b.Width], src[s:s+b.Width])",
	"\t}",
	"}",
}

func rowsKernels() []kernel {
	rows := kernel{op: "Rows", twin: "rowsGeneric", loop: rowsLoop}
	plain, stream := rows, rows
	plain.name, plain.isa, plain.emit = "rowsAVX2", "cpu.AVX2", func(e *emitter) { e.rows(wordsAVX2) }
	sse := rows
	sse.name, sse.isa, sse.emit = "rowsSSE2", "cpu.SSE2", func(e *emitter) { e.rows(wordsSSE2) }
	stream.name, stream.isa, stream.emit = "rowsStreamAVX2", "cpu.AVX2", (*emitter).rowsStream
	stream.stream = true
	long := rows
	long.name, long.isa, long.emit = "rowsStringSSE2", "cpu.SSE2", (*emitter).rowsString
	long.strings = true
	whole := rows
	whole.name, whole.isa, whole.emit = "rowsWholeAVX512", "cpu.AVX512", (*emitter).rowsWhole
	whole.i, whole.whole = wordsAVX512.vector, true
	return []kernel{plain, sse, stream, long, whole, packKernel()}
}

// rowsString copies each row by REP MOVSB. The microcode of some processors writes whole
// lines to the second-level cache without reading them first, which no loop of stores does.
func (e *emitter) rowsString() {
	e.outer(func() {
		e.inner(func(d, s reg.GPVirtual) {
			e.MOVQ(d, reg.RDI)
			e.MOVQ(s, reg.RSI)
			e.MOVQ(e.in("Width", 0), reg.RCX)
			moved := []operand.Op{reg.RDI, reg.RSI, reg.RCX}
			e.Instruction(&ir.Instruction{Opcode: "REP"})
			e.Instruction(&ir.Instruction{Opcode: "MOVSB", Inputs: moved, Outputs: moved})
		})
	})
}

// words is how a kernel moves short rows: vectors of falling size, each used for
// rows of its own size up to twice that, as two moves that may overlap.
type words struct {
	vector int // bytes of the widest vector
	alloc  func(e *emitter) reg.Register
	load   func(e *emitter, m operand.Mem, r reg.Register)
	store  func(e *emitter, r reg.Register, m operand.Mem)
	clean  func(e *emitter) // before returning
}

var wordsAVX2 = words{
	vector: 32,
	alloc:  func(e *emitter) reg.Register { return e.YMM() },
	load:   func(e *emitter, m operand.Mem, r reg.Register) { e.VMOVDQU(m, r) },
	store:  func(e *emitter, r reg.Register, m operand.Mem) { e.VMOVDQU(r, m) },
	clean:  func(e *emitter) { e.VZEROUPPER() },
}

var wordsAVX512 = words{
	vector: 64,
	alloc:  func(e *emitter) reg.Register { return e.ZMM() },
	load:   func(e *emitter, m operand.Mem, r reg.Register) { e.VMOVDQU64(m, r) },
	store:  func(e *emitter, r reg.Register, m operand.Mem) { e.VMOVDQU64(r, m) },
	clean:  func(e *emitter) { e.VZEROUPPER() },
}

// wordsAVX are the lower halves of the AVX2 vectors, moved by instructions of the same
// encoding: some processors wait a hundred cycles where the two kinds alternate.
var wordsAVX = words{
	vector: 16,
	alloc:  func(e *emitter) reg.Register { return e.XMM() },
	load:   func(e *emitter, m operand.Mem, r reg.Register) { e.VMOVDQU(m, r) },
	store:  func(e *emitter, r reg.Register, m operand.Mem) { e.VMOVDQU(r, m) },
}

var wordsSSE2 = words{
	vector: 16,
	alloc:  func(e *emitter) reg.Register { return e.XMM() },
	load:   func(e *emitter, m operand.Mem, r reg.Register) { e.MOVOU(m, r) },
	store:  func(e *emitter, r reg.Register, m operand.Mem) { e.MOVOU(r, m) },
	clean:  func(e *emitter) {},
}

// wordsGeneral are moves of 8, 4 or 2 bytes through general registers.
func wordsGeneral(bytes int) words {
	return words{
		vector: bytes,
		alloc:  func(e *emitter) reg.Register { return e.GP64() },
		load: func(e *emitter, m operand.Mem, r reg.Register) {
			switch bytes {
			case 8:
				e.MOVQ(m, r)
			case 4:
				e.MOVL(m, r.(reg.GPVirtual).As32())
			case 2:
				e.MOVWLZX(m, r.(reg.GPVirtual).As32())
			}
		},
		store: func(e *emitter, r reg.Register, m operand.Mem) { e.storeItem(bytes, r, m) },
	}
}

// inner emits the Inner loop of the block: body sees the pointers of the turn's
// first items and must leave them alone.
func (e *emitter) inner(body func(d, s reg.GPVirtual)) {
	d, s, count := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(e.dst, d)
	e.MOVQ(e.src, s)
	e.MOVQ(e.in("Inner", 0), count)
	loop := e.label("inner")
	e.Label(loop)
	body(d, s)
	e.ADDQ(e.in("Inner", 8), d)
	e.ADDQ(e.in("Inner", 16), s)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(loop))
}

// pairs is inner for short rows: two a turn, with the steps in registers. With last
// there may be one more turn, the block's Last.
func (e *emitter) pairs(move func(d, s reg.GPVirtual), last bool) {
	d, s, count, dstStep, srcStep := e.GP64(), e.GP64(), e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(e.dst, d)
	e.MOVQ(e.src, s)
	e.MOVQ(e.in("Inner", 0), count)
	e.MOVQ(e.in("Inner", 8), dstStep)
	e.MOVQ(e.in("Inner", 16), srcStep)
	pair, single, alone, done := e.label("pair"), e.label("single"), e.label("alone"), e.label("done")
	e.SUBQ(operand.I32(2), count)
	e.JLT(operand.LabelRef(single))
	e.Label(pair)
	for range 2 {
		move(d, s)
		e.ADDQ(dstStep, d)
		e.ADDQ(srcStep, s)
	}
	e.SUBQ(operand.I32(2), count)
	e.JGE(operand.LabelRef(pair))
	e.Label(single)
	e.INCQ(count)
	if !last {
		e.JNZ(operand.LabelRef(done))
		move(d, s)
		e.Label(done)
		return
	}
	none := e.label("none")
	e.JNZ(operand.LabelRef(none))
	e.Label(alone)
	move(d, s)
	e.ADDQ(dstStep, d)
	e.ADDQ(srcStep, s)
	e.Label(none) // count is 1 after the last turn of all, and less before
	e.TESTQ(count, count)
	e.JG(operand.LabelRef(done))
	e.MOVQ(e.in("Last", 0), count)
	e.TESTQ(count, count)
	e.JZ(operand.LabelRef(done))
	e.ADDQ(e.in("Last", 8), d)
	e.ADDQ(e.in("Last", 16), s)
	e.JMP(operand.LabelRef(alone))
	e.Label(done)
}

// rows emits the loops once for every class of widths, so that the width is tested
// once a call.
func (e *emitter) rows(w words) {
	width := e.GP64()
	e.MOVQ(e.in("Width", 0), width)
	e.gatherRows(width, w)
	long := e.label("long")
	e.CMPQ(width, operand.I32(2*w.vector))
	e.JA(operand.LabelRef(long))
	e.eachShort(width, w, func(move func(d, s reg.GPVirtual)) {
		e.outer(func() { e.pairs(move, false) })
	})
	e.Label(long)
	e.outer(func() {
		e.inner(func(d, s reg.GPVirtual) { e.longRow(width, w, d, s) })
	})
	w.clean(e)
}

// rowsWhole is rows for those of a line and more, by vectors of a line.
func (e *emitter) rowsWhole() {
	w, width := wordsAVX512, e.GP64()
	e.MOVQ(e.in("Width", 0), width)
	class := func(most int, last words, before ...int) {
		next := e.label("longer")
		e.CMPQ(width, operand.I32(most))
		e.JA(operand.LabelRef(next))
		e.outer(func() { e.pairs(func(d, s reg.GPVirtual) { e.moves(width, w, last, d, s, before...) }, false) })
		w.clean(e)
		e.RET()
		e.Label(next)
	}
	class(64, w)
	class(96, wordsAVX2, 0)
	class(128, w, 0)
	class(192, w, 0, 64)
	class(256, w, 0, 64, 128)
	e.outer(func() {
		e.inner(func(d, s reg.GPVirtual) { e.longRow(width, w, d, s) })
	})
	w.clean(e)
}

// eachShort emits, for every class of widths up to two vectors, a test of width
// and the code that loops makes of a move of that class, ending in a return.
func (e *emitter) eachShort(width reg.GPVirtual, w words, loops func(move func(d, s reg.GPVirtual))) {
	class := func(least int, move func(d, s reg.GPVirtual)) {
		next := e.label("shorter")
		e.CMPQ(width, operand.I32(least))
		e.JB(operand.LabelRef(next))
		loops(move)
		w.clean(e)
		e.RET()
		e.Label(next)
	}
	// Where a shorter last move is enough it crosses fewer lines.
	both := func(w words) func(d, s reg.GPVirtual) {
		return func(d, s reg.GPVirtual) { e.twoMoves(width, w, w, d, s) }
	}
	half := w
	if w.vector == 32 {
		half = wordsAVX
		class(49, both(w))
		class(33, func(d, s reg.GPVirtual) { e.twoMoves(width, w, half, d, s) })
		class(32, func(d, s reg.GPVirtual) { e.moves(width, w, w, d, s) })
	}
	class(25, both(half))
	class(16, func(d, s reg.GPVirtual) { e.twoMoves(width, half, wordsGeneral(8), d, s) })
	for _, n := range []int{8, 4, 2} {
		class(n, both(wordsGeneral(n)))
	}
	class(0, func(d, s reg.GPVirtual) {
		t := e.GP32()
		e.MOVBLZX(at(s, 0), t)
		e.MOVB(t.As8(), at(d, 0))
	})
}

// twoMoves copies a row by a move of its first bytes and one of its last. Both are
// loaded before either is stored.
func (e *emitter) twoMoves(width reg.GPVirtual, first, last words, d, s reg.GPVirtual) {
	e.moves(width, first, last, d, s, 0)
}

// moves copies a row by moves of its last bytes and of those at the given ones.
func (e *emitter) moves(width reg.GPVirtual, first, last words, d, s reg.GPVirtual, before ...int) {
	to := operand.Mem{Base: d, Index: width, Scale: 1, Disp: -last.vector}
	from := to
	from.Base = s
	var heads []reg.Register
	for _, at0 := range before {
		head := first.alloc(e)
		first.load(e, at(s, at0), head)
		heads = append(heads, head)
	}
	tail := last.alloc(e)
	last.load(e, from, tail)
	for n, at0 := range before {
		first.store(e, heads[n], at(d, at0))
	}
	last.store(e, tail, to)
}

// longRow copies a row of more than two vectors: four vectors a turn, then single
// ones, then the last, which may overlap. All but the first and the last are stored to
// multiples of their size, since a store that crosses a line takes the time of two.
func (e *emitter) longRow(width reg.GPVirtual, w words, d, s reg.GPVirtual) {
	at4, rest := e.GP64(), e.GP64()
	four, single, one, last := e.label("four"), e.label("single"), e.label("one"), e.label("last")
	var v [4]reg.Register
	for k := range v {
		v[k] = w.alloc(e)
	}
	begun := e.label("begun")
	e.XORQ(at4, at4)
	e.MOVQ(width, rest)
	e.TESTQ(operand.I32(w.vector-1), d)
	e.JZ(operand.LabelRef(begun))
	w.load(e, at(s, 0), v[0])
	w.store(e, v[0], at(d, 0))
	e.SUBQ(d, at4)
	e.ANDQ(operand.I32(w.vector-1), at4)
	e.SUBQ(at4, rest)
	e.Label(begun)
	e.SUBQ(operand.I32(4*w.vector), rest)
	e.JLE(operand.LabelRef(single))
	e.Label(four)
	for k := range v {
		w.load(e, atIndex(s, at4, k*w.vector), v[k])
	}
	for k := range v {
		w.store(e, v[k], atIndex(d, at4, k*w.vector))
	}
	e.ADDQ(operand.I32(4*w.vector), at4)
	e.SUBQ(operand.I32(4*w.vector), rest)
	e.JG(operand.LabelRef(four))
	e.Label(single)
	e.ADDQ(operand.I32(3*w.vector), rest)
	e.JLE(operand.LabelRef(last))
	e.Label(one)
	w.load(e, atIndex(s, at4, 0), v[0])
	w.store(e, v[0], atIndex(d, at4, 0))
	e.ADDQ(operand.I32(w.vector), at4)
	e.SUBQ(operand.I32(w.vector), rest)
	e.JG(operand.LabelRef(one))
	e.Label(last)
	w.load(e, operand.Mem{Base: s, Index: width, Scale: 1, Disp: -w.vector}, v[1])
	w.store(e, v[1], operand.Mem{Base: d, Index: width, Scale: 1, Disp: -w.vector})
}

// rowsStream copies each row with non-temporal stores of its whole aligned lines
// and exact plain stores before and after them, since a line that is written both
// ways is written to memory twice.
func (e *emitter) rowsStream() {
	width, n, lines, ahead := e.GP64(), e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(e.in("Width", 0), width)
	e.MOVQ(e.in("Ahead", 0), ahead)
	e.outer(func() {
		e.inner(func(d, s reg.GPVirtual) {
			to, from := e.GP64(), e.GP64()
			e.MOVQ(d, to)
			e.MOVQ(s, from)
			head, tail := e.label("head"), e.label("tail")
			e.MOVQ(to, n) // bytes before the first line edge
			e.NEGQ(n)
			e.ANDQ(operand.I32(63), n)
			e.CMPQ(n, width)
			e.CMOVQGT(width, n)
			e.MOVQ(width, lines)
			e.SUBQ(n, lines)
			e.Label(head)
			e.exactShort(n, to, from)
			e.MOVQ(lines, n)
			e.ANDQ(operand.I32(63), n)
			e.SHRQ(operand.U8(6), lines)
			e.JZ(operand.LabelRef(tail))
			loop := e.label("line")
			e.Label(loop)
			a, b := e.YMM(), e.YMM()
			e.PREFETCHT0(atIndex(from, ahead, 0))
			e.VMOVDQU(at(from, 0), a)
			e.VMOVDQU(at(from, 32), b)
			e.VMOVNTDQ(a, at(to, 0))
			e.VMOVNTDQ(b, at(to, 32))
			e.ADDQ(operand.I32(64), from)
			e.ADDQ(operand.I32(64), to)
			e.DECQ(lines)
			e.JNZ(operand.LabelRef(loop))
			e.Label(tail)
			e.exactShort(n, to, from)
		})
	})
	e.SFENCE()
	e.VZEROUPPER()
}

// exactShort copies n < 64 bytes by the bits of n and advances the pointers.
func (e *emitter) exactShort(n, to, from reg.GPVirtual) { e.exactBy(e.YMM(), n, to, from) }

// exactBy is exactShort with a vector register that is free.
func (e *emitter) exactBy(y reg.VecVirtual, n, to, from reg.GPVirtual) {
	step := func(bytes int, move func()) {
		skip := e.label("skip")
		e.TESTQ(operand.I32(bytes), n)
		e.JZ(operand.LabelRef(skip))
		move()
		e.ADDQ(operand.I32(bytes), to)
		e.ADDQ(operand.I32(bytes), from)
		e.Label(skip)
	}
	g := e.GP64()
	step(1, func() { e.MOVB(at(from, 0), g.As8()); e.MOVB(g.As8(), at(to, 0)) })
	step(2, func() { e.MOVW(at(from, 0), g.As16()); e.MOVW(g.As16(), at(to, 0)) })
	step(4, func() { e.MOVL(at(from, 0), g.As32()); e.MOVL(g.As32(), at(to, 0)) })
	step(8, func() { e.MOVQ(at(from, 0), g); e.MOVQ(g, at(to, 0)) })
	step(16, func() { e.VMOVDQU(at(from, 0), y.AsX()); e.VMOVDQU(y.AsX(), at(to, 0)) })
	step(32, func() { e.VMOVDQU(at(from, 0), y); e.VMOVDQU(y, at(to, 0)) })
}
