package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Line tiles take one whole cache line from each of 64/size source rows and write
// one whole line to each of 64/size destination rows. Past the caches, and where a
// pitch is a power of two, a line does not survive until it would be touched again,
// so this is what counts; the streaming form writes the lines past the caches and
// fetches the source ahead.

func lineKernels() []kernel {
	var ks []kernel
	one := func(before, after, isa string, t tile) {
		ks = append(ks, kernel{
			name: fmt.Sprintf("transpose%sB%d%s%s", before, t.size, after, isa), op: "Transpose", size: t.size, i: t.i, j: t.j,
			stream: t.stream, line: true, loop: transposeLoop(t.size), twin: "transposeGeneric", isa: "cpu." + isa,
			emit: func(e *emitter) { e.transpose(&t); e.VZEROUPPER() },
		})
	}
	for _, size := range []int{1, 2, 4, 8, 16} {
		t := tile{size: size, i: 64 / size, j: 64 / size, move: lineTile}
		if size < 4 {
			t.move = scratchTile
		}
		one("", "", "AVX512", t)
		t.stream = true
		one("", "Stream", "AVX512", t)
	}
	ks = append(ks, panelKernels()...) // before the others of AVX2, which take narrower blocks too
	for _, size := range []int{1, 2, 4, 8, 16} {
		t := tileAVX2(size, 64)
		one("Wide", "", "AVX2", t)
		if t.stream = true; size < 4 { // more half lines than there are registers
			t.i, t.move = 64/size, scratchTileAVX2
		}
		one("", "Stream", "AVX2", t)
	}
	one("Half", "", "AVX2", tile{size: 1, i: 64, j: 32, move: scratchTileAVX2})
	return ks
}

// lineTile transposes in registers: first inside the 128-bit lanes of each group of
// rows that a lane holds, then the lanes themselves.
//
//	rows 0..L-1      r[c]      a column of lanes:  A0 A1 A2 A3        A0 B0 C0 D0
//	rows L..2L-1     r[L+c]                        B0 B1 B2 B3   ->   A1 B1 C1 D1
//	rows 2L..3L-1    r[2L+c]                       C0 C1 C2 C3        A2 B2 C2 D2
//	rows 3L..4L-1    r[3L+c]                       D0 D1 D2 D3        A3 B3 C3 D3
func lineTile(e *emitter, t *tile, p tilePointers) {
	n := t.lanes()
	var group [4][]reg.VecVirtual
	for g := range group {
		s := newNet(e, func() reg.VecVirtual { return e.ZMM() }, n, 64)
		for k := range n {
			s.load(k, func(r reg.VecVirtual) { e.loadLine(t, e.source(p, g*n+k, 0), r) })
		}
		s.transpose(t.spread())
		for k := range n {
			group[g] = append(group[g], s.reg(k))
		}
	}
	const low, high, even, odd = 0x44, 0xee, 0x88, 0xdd
	pick := func(how int, x, y reg.VecVirtual) reg.VecVirtual {
		z := e.ZMM()
		e.VSHUFI32X4(operand.U8(how), y, x, z)
		return z
	}
	for c := range n {
		a, b := pick(low, group[0][c], group[1][c]), pick(low, group[2][c], group[3][c])
		e.storeLine(t, p, pick(even, a, b), c)
		e.storeLine(t, p, pick(odd, a, b), n+c)
		a, b = pick(high, group[0][c], group[1][c]), pick(high, group[2][c], group[3][c])
		e.storeLine(t, p, pick(even, a, b), 2*n+c)
		e.storeLine(t, p, pick(odd, a, b), 3*n+c)
	}
}

func (e *emitter) loadLine(t *tile, m operand.Mem, r reg.VecVirtual) {
	if t.lane > 0 {
		e.loadSpread(t, m, r)
		return
	}
	e.VMOVDQU64(m, r.AsY())
	m.Disp += 32
	e.VINSERTI64X4(operand.U8(1), m, r, r)
}

// storeLine stores destination row i of a tile. Streaming, it leaves out rows that
// the tile before has written: a line streamed twice goes to memory twice.
func (e *emitter) storeLine(t *tile, p tilePointers, v reg.VecVirtual, i int) {
	if t.keep != nil {
		t.keep(p, v, i)
		return
	}
	var row operand.Mem
	if t.pitch > 0 {
		row = at(p.dst, t.pitch*i)
	} else if !t.stream {
		row = e.row(p.dst, p.dstOff, i, 0)
	}
	if t.lane > 0 {
		e.storeSpread(t, v, row)
		return
	}
	if !t.stream {
		e.VMOVDQU64(v, row)
		return
	}
	done := e.label("written")
	e.CMPQ(p.skip, operand.I32(i))
	e.JG(operand.LabelRef(done))
	e.VMOVNTDQ(v, e.row(p.dst, p.dstOff, i, 0))
	e.Label(done)
}

// scratchTile first brings the lines of one- and two-byte items into the frame,
// since there are more of them than registers, and then transposes columns of 16
// bytes from there.
func scratchTile(e *emitter, t *tile, p tilePointers) {
	rows, n := 64/t.size, t.lanes()
	scratch := e.alignedFrame(rows * 64)
	e.copyLines(p, scratch, rows)
	column, q := e.GP64(), p
	if t.pitch > 0 {
		q.dst = e.GP64()
		e.MOVQ(p.dst, q.dst)
	} else {
		q.dstOff = e.GP64()
		e.MOVQ(p.dstOff, q.dstOff)
	}
	e.XORQ(column, column)
	loop := e.label("column")
	e.Label(loop)
	s := newNet(e, func() reg.VecVirtual { return e.ZMM() }, n, 64)
	for k := range n {
		s.load(k, func(r reg.VecVirtual) {
			e.VMOVDQU64(atIndex(scratch, column, 64*k), r.AsX())
			e.VINSERTI32X4(operand.U8(1), atIndex(scratch, column, 64*(k+n)), r, r)
			e.VINSERTI32X4(operand.U8(2), atIndex(scratch, column, 64*(k+2*n)), r, r)
			e.VINSERTI32X4(operand.U8(3), atIndex(scratch, column, 64*(k+3*n)), r, r)
		})
	}
	s.transpose(t.size)
	for i := range n {
		e.storeLine(t, q, s.reg(i), i)
	}
	if t.pitch > 0 {
		e.ADDQ(operand.I32(t.pitch*n), q.dst)
	} else {
		e.ADDQ(operand.I32(8*n), q.dstOff)
	}
	if t.stream {
		e.SUBQ(operand.I32(n), p.skip)
	}
	e.ADDQ(operand.I32(16), column)
	e.CMPQ(column, operand.I32(64))
	e.JL(operand.LabelRef(loop))
	if t.stream { // all columns together took off as much as there are rows
		e.ADDQ(operand.I32(rows), p.skip)
	}
}

// scratchTileAVX2 is scratchTile with half as wide vectors, and with any number of
// lines a row.
func scratchTileAVX2(e *emitter, t *tile, p tilePointers) {
	half, width := piece(t.size), t.i*t.size
	scratch := e.alignedFrame(t.j * width)
	pool := vectorPool{e: e}
	e.copyHalfLines(p, scratch, t.j, width, &pool)
	column, q := e.GP64(), p
	if q.dstOff = e.GP64(); t.stream {
		q.dst = e.alignedFrame(64 * half.columns())
	}
	e.MOVQ(p.dstOff, q.dstOff)
	e.XORQ(column, column)
	loop := e.label("column")
	e.Label(loop)
	for j := 0; j < t.j; j += half.rows() {
		pool.used = 0
		rows := half.make(e, &pool, func(k int) operand.Mem { return atIndex(scratch, column, width*(j+k)) })
		for i, r := range rows {
			if t.stream {
				e.VMOVDQA(r, at(q.dst, 64*i+t.size*j))
			} else {
				e.VMOVDQU(r, e.row(p.dst, q.dstOff, i, t.size*j))
			}
		}
	}
	if t.stream {
		e.streamLines(half.columns(), q, p.dst, &pool)
		e.SUBQ(operand.I32(half.columns()), p.skip)
	}
	e.ADDQ(operand.I32(8*half.columns()), q.dstOff)
	e.ADDQ(operand.I32(half.columns()*t.size), column)
	e.CMPQ(column, operand.I32(width))
	e.JL(operand.LabelRef(loop))
	if t.stream { // all columns together took off as much as there are rows
		e.ADDQ(operand.I32(t.i), p.skip)
	}
}

// streamLines stores n lines, which lie one after the other at p.dst in the frame, past
// the caches, but for those that the tile before has written.
func (e *emitter) streamLines(n int, p tilePointers, dst reg.GPVirtual, pool *vectorPool) {
	pool.used = 0
	a, b := pool.next(), pool.next()
	for i := range n {
		done := e.label("written")
		e.CMPQ(p.skip, operand.I32(i))
		e.JG(operand.LabelRef(done))
		e.VMOVDQA(at(p.dst, 64*i), a)
		e.VMOVDQA(at(p.dst, 64*i+32), b)
		to := e.row(dst, p.dstOff, i, 0)
		e.VMOVNTDQ(a, to)
		to.Disp += 32
		e.VMOVNTDQ(b, to)
		e.Label(done)
	}
}

// copyHalfLines is copyLines with half as wide vectors, and width bytes of each row.
func (e *emitter) copyHalfLines(p tilePointers, scratch reg.GPVirtual, rows, width int, pool *vectorPool) {
	unroll := 256 / width
	table, to, end := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(p.srcOff, table)
	e.MOVQ(scratch, to)
	e.LEAQ(at(scratch, width*rows), end)
	loop := e.label("line")
	e.Label(loop)
	for k := range unroll {
		row := e.row(p.src, table, k, 0)
		for line := 0; line < width; line += 64 {
			pool.used = 0
			a, b := pool.next(), pool.next()
			row.Disp = line
			e.VMOVDQU(row, a)
			row.Disp += 32
			e.VMOVDQU(row, b)
			e.VMOVDQA(a, at(to, width*k+line))
			e.VMOVDQA(b, at(to, width*k+line+32))
		}
	}
	e.ADDQ(operand.I32(8*unroll), table)
	e.ADDQ(operand.I32(width*unroll), to)
	e.CMPQ(to, end)
	e.JL(operand.LabelRef(loop))
}

// copyLines copies one line from each of the source rows to the scratch.
func (e *emitter) copyLines(p tilePointers, scratch reg.GPVirtual, rows int) {
	const unroll = 8
	table, to, end := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(p.srcOff, table)
	e.MOVQ(scratch, to)
	e.LEAQ(at(scratch, 64*rows), end)
	loop := e.label("line")
	e.Label(loop)
	for k := range unroll {
		z := e.ZMM()
		e.VMOVDQU64(e.row(p.src, table, k, 0), z)
		e.VMOVDQA64(z, at(to, 64*k))
	}
	e.ADDQ(operand.I32(8*unroll), table)
	e.ADDQ(operand.I32(64*unroll), to)
	e.CMPQ(to, end)
	e.JL(operand.LabelRef(loop))
}

// alignedFrame returns the address of so many bytes of the frame, at a line edge.
func (e *emitter) alignedFrame(bytes int) reg.GPVirtual {
	frame, r := e.AllocLocal(bytes+64), e.GP64()
	e.LEAQ(frame, r)
	e.ADDQ(operand.I32(63), r)
	e.ANDQ(operand.I32(-64), r)
	return r
}

// ahead computes which source rows a row of tiles fetches: those so many rows on,
// or, past the end of the block, the same of the next block. restJ counts the rows
// from here to the end.
func (e *emitter) ahead(p tilePointers, restJ operand.Op) (table, delta reg.GPVirtual) {
	table, delta = e.GP64(), e.GP64()
	past := e.label("ahead")
	e.MOVQ(e.in("Ahead", 0), table)
	e.XORQ(delta, delta)
	e.CMPQ(table, restJ)
	e.JL(operand.LabelRef(past))
	e.SUBQ(e.in("J", 0), table)
	e.MOVQ(e.in("Next", 0), delta)
	e.Label(past)
	e.LEAQ(operand.Mem{Base: p.srcOff, Index: table, Scale: 8}, table)
	return table, delta
}

// prefetch fetches one line of each of the rows that ahead found into the second
// level cache: the first level is too small to hold them until they are used.
func (e *emitter) prefetch(t *tile, p tilePointers) {
	table, base, end := e.GP64(), e.GP64(), e.GP64()
	const unroll = 4
	e.MOVQ(p.fetchTable, table)
	e.MOVQ(p.fetchDelta, base)
	e.ADDQ(p.src, base)
	e.LEAQ(at(table, 8*t.j), end)
	loop := e.label("fetch")
	e.Label(loop)
	for k := range unroll {
		e.PREFETCHT1(e.row(base, table, k, 0))
	}
	e.ADDQ(operand.I32(8*unroll), table)
	e.CMPQ(table, end)
	e.JL(operand.LabelRef(loop))
}
