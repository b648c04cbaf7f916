package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Merge kernels stream destination rows that begin anywhere in a cache line. They
// walk down the source rows, so that a few destination rows grow at a time, and
// keep the last register of each: every line that goes out is made of the end of
// one tile's line and the beginning of the next one's.
//
//	tile j-1   [ ........ aaaa ]
//	tile j                      [ bbbbbbbb .... ]
//	line out              [ aaaabbbbbbbb ]
//
// Only the two ends of a row are stored in part, under masks.

func mergeKernels() []kernel {
	var ks []kernel
	for _, size := range []int{1, 2, 4, 8, 16} {
		t := tile{size: size, i: 64 / size, j: 64 / size, move: lineTile, merge: true}
		if size < 4 {
			t.move = scratchTile
		}
		ks = append(ks, kernel{
			name: fmt.Sprintf("transposeB%dMergeVBMI", size), op: "Transpose", size: size, i: t.i, j: 1,
			stream: true, merge: true, line: true,
			loop: transposeLoop(size), twin: "transposeGeneric", isa: "cpu.AVX512|cpu.VBMI",
			emit: func(e *emitter) { e.merge(&t); e.VZEROUPPER() },
		})
	}
	return ks
}

// mergeAhead is the number of bytes along the source rows that prefetching runs
// ahead: the tiles of that many columns fit the second-level cache.
const mergeAhead = 512

// A merger is the state of a merge kernel: for each destination row of a tile, in
// the frame, its line address, its index vector and its last two lines.
type merger struct {
	*emitter
	t           *tile
	p           tilePointers
	lines       reg.GPVirtual // frame: two buffers of one line a row, and the index vectors
	fresh, prev operand.Mem   // the two buffers, which take turns
	address     operand.Mem   // frame: the line that each row begins in
	phase       operand.Mem   // frame: where in that line
	at          operand.Mem   // bytes of the rows that are done
	restJ       operand.Mem
}

func (e *emitter) merge(t *tile) {
	rows := t.i
	m := &merger{emitter: e, t: t}
	frame := e.AllocLocal(3*64*rows + 64)
	m.address, m.phase = e.AllocLocal(8*rows), e.AllocLocal(8*rows)
	m.fresh, m.prev, m.at, m.restJ = e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8)
	dstOff, restI := e.AllocLocal(8), e.AllocLocal(8)
	srcI := e.AllocLocal(8)
	e.outerFrame(func(src operand.Mem) {
		m.p = tilePointers{src: e.GP64(), srcOff: e.GP64(), skip: e.GP64()}
		e.loadStore(src, srcI)
		e.loadStore(e.in("DstOff", 0), dstOff)
		e.loadStore(e.in("I", 0), restI)
		e.XORQ(m.p.skip, m.p.skip)
		e.slide(restI, t.i, &m.p.skip, func() {
			m.lines = e.GP64()
			e.LEAQ(frame, m.lines)
			e.ADDQ(operand.I32(63), m.lines)
			e.ANDQ(operand.I32(-64), m.lines)
			m.rows(dstOff)
			m.down(srcI)
		}, advance{pointer: srcI, scale: t.size}, advance{pointer: dstOff, scale: 8})
	})
	e.SFENCE()
}

// rows notes where the destination rows of a column of tiles lie, and makes the
// index vector of each: byte k of a line is byte 64-phase+k of the previous and the
// fresh line together.
func (m *merger) rows(dstOff operand.Mem) {
	e, r, table := m.emitter, m.GP64(), m.GP64()
	addr, phase, index := e.GP64(), e.GP64(), e.GP64()
	iota, z := e.ZMM(), e.ZMM()
	e.VMOVDQU64(constant(lineBytes), iota)
	e.MOVQ(dstOff, table)
	e.LEAQ(at(m.lines, 2*64*m.t.i), index)
	e.XORQ(r, r)
	loop := e.label("row")
	e.Label(loop)
	e.MOVQ(operand.Mem{Base: table, Index: r, Scale: 8}, addr)
	e.ADDQ(e.dst, addr)
	e.MOVQ(addr, phase)
	e.ANDQ(operand.I32(63), phase)
	e.SUBQ(phase, addr)
	e.MOVQ(addr, m.address.Idx(r, 8))
	e.MOVQ(phase, m.phase.Idx(r, 8))
	e.NEGQ(phase)
	e.ADDQ(operand.I32(64), phase)
	e.VPBROADCASTB(phase.As32(), z)
	e.VPADDB(iota, z, z)
	e.VMOVDQA64(z, at(index, 0))
	e.ADDQ(operand.I32(64), index)
	e.INCQ(r)
	e.CMPQ(r, operand.I32(m.t.i))
	e.JL(operand.LabelRef(loop))
}

// lineBytes is a constant of the assembly file: the bytes 0 to 63.
const lineBytes = "lineBytes"

// down walks one column of tiles from the first source row to the last.
func (m *merger) down(src operand.Mem) {
	e := m.emitter
	e.MOVQ(m.lines, m.fresh)
	other := e.GP64()
	e.LEAQ(at(m.lines, 64*m.t.i), other)
	e.MOVQ(other, m.prev)
	e.MOVQ(operand.I32(0), m.at)
	e.loadStore(e.in("J", 0), m.restJ)
	e.MOVQ(e.in("SrcOff", 0), m.p.srcOff)
	e.MOVQ(src, m.p.src)
	loop, edge, next := e.label("down"), e.label("edge"), e.label("next")
	e.Label(loop)
	m.fetch()
	m.p.dst = e.GP64()
	e.MOVQ(m.fresh, m.p.dst)
	m.t.move(e, m.t, m.p)
	e.CMPQ(m.at, operand.I32(0))
	e.JEQ(operand.LabelRef(edge))
	e.CMPQ(m.restJ, operand.I32(m.t.j))
	e.JLE(operand.LabelRef(edge))
	m.eachRow(m.stream)
	e.JMP(operand.LabelRef(next))
	e.Label(edge)
	m.eachRow(m.ends)
	e.Label(next)
	a, b := e.GP64(), e.GP64()
	e.MOVQ(m.fresh, a)
	e.MOVQ(m.prev, b)
	e.MOVQ(a, m.prev)
	e.MOVQ(b, m.fresh)
	e.ADDQ(operand.I32(64), m.at)
	e.ADDQ(operand.I32(8*m.t.j), m.p.srcOff)
	e.SUBQ(operand.I32(m.t.j), m.restJ)
	e.JG(operand.LabelRef(loop))
}

// fetch fetches one line of each source row of the tile, some columns ahead.
func (m *merger) fetch() {
	const unroll = 4
	table, end := m.GP64(), m.GP64()
	m.MOVQ(m.p.srcOff, table)
	m.LEAQ(at(table, 8*m.t.j), end)
	loop := m.label("fetch")
	m.Label(loop)
	for k := range unroll {
		m.PREFETCHT1(m.row(m.p.src, table, k, mergeAhead))
	}
	m.ADDQ(operand.I32(8*unroll), table)
	m.CMPQ(table, end)
	m.JL(operand.LabelRef(loop))
}

// eachRow emits a loop over the rows of the tile that are not written yet: body
// gets the row's number, the address of the line to write, and that line.
func (m *merger) eachRow(body func(r, to reg.GPVirtual, line, fresh reg.VecVirtual, index reg.GPVirtual)) {
	e, r, off, to := m.emitter, m.GP64(), m.GP64(), m.GP64()
	index, buffer := e.GP64(), e.GP64()
	line, fresh := e.ZMM(), e.ZMM()
	e.MOVQ(m.p.skip, r)
	loop := e.label("row")
	e.Label(loop)
	e.MOVQ(r, off)
	e.SHLQ(operand.U8(6), off)
	e.LEAQ(operand.Mem{Base: m.lines, Index: off, Scale: 1, Disp: 2 * 64 * m.t.i}, index)
	e.VMOVDQA64(at(index, 0), line)
	e.MOVQ(m.fresh, buffer)
	e.VMOVDQA64(atIndex(buffer, off, 0), fresh)
	e.MOVQ(m.prev, buffer)
	prev := e.ZMM()
	e.VMOVDQA64(atIndex(buffer, off, 0), prev)
	e.VPERMI2B(fresh, prev, line)
	e.MOVQ(m.address.Idx(r, 8), to)
	e.ADDQ(m.at, to)
	body(r, to, line, fresh, index)
	e.INCQ(r)
	e.CMPQ(r, operand.I32(m.t.i))
	e.JL(operand.LabelRef(loop))
}

func (m *merger) stream(r, to reg.GPVirtual, line, fresh reg.VecVirtual, index reg.GPVirtual) {
	m.VMOVNTDQ(line, at(to, 0))
}

// ends stores the first and the last lines of a row: from the row's phase on in the
// first, and to the row's end, which may lie one line further, in the last.
func (m *merger) ends(r, to reg.GPVirtual, line, fresh reg.VecVirtual, index reg.GPVirtual) {
	e, mask, have, ones := m.emitter, m.GP64(), m.GP64(), m.GP64()
	notFirst, one, two, done := e.label("notfirst"), e.label("one"), e.label("two"), e.label("done")
	k := e.K()
	e.MOVQ(m.phase.Idx(r, 8), have)
	e.MOVQ(operand.I32(-1), ones)
	e.MOVQ(ones, mask)
	e.CMPQ(m.at, operand.I32(0))
	e.JNE(operand.LabelRef(notFirst))
	e.SHLXQ(have, mask, mask)
	e.Label(notFirst)
	e.CMPQ(m.restJ, operand.I32(m.t.j)) // the whole tile belongs to the row
	e.JG(operand.LabelRef(one))
	count := e.GP64()
	e.MOVQ(m.restJ, count)
	if m.t.size > 1 {
		e.SHLQ(operand.U8(log2(m.t.size)), count)
	}
	e.ADDQ(count, have)
	e.CMPQ(have, operand.I32(64))
	e.JG(operand.LabelRef(two))
	e.JEQ(operand.LabelRef(one))
	low := e.GP64()
	e.BZHIQ(have, ones, low)
	e.ANDQ(low, mask)
	e.Label(one)
	e.KMOVQ(mask, k)
	e.VMOVDQU8(line, k, at(to, 0))
	e.JMP(operand.LabelRef(done))
	e.Label(two)
	e.KMOVQ(mask, k)
	e.VMOVDQU8(line, k, at(to, 0))
	e.SUBQ(operand.I32(64), have)
	e.BZHIQ(have, ones, mask)
	e.KMOVQ(mask, k)
	rest := e.ZMM()
	e.VMOVDQA64(at(index, 0), rest)
	e.VPERMB(fresh, rest, rest) // all of it comes from there
	e.VMOVDQU8(rest, k, at(to, 64))
	e.Label(done)
}
