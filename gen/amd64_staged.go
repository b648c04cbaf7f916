package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Staged kernels store past the caches in two steps: a few lines of many destination rows
// are made in scratch memory, which stays in the second-level cache, and then each row's
// lines are stored one after the other, while the next rows of the source are fetched. So
// the source is read along one row at a time, and memory gets several lines of a destination row
// together: where rows lie a multiple of some power of two apart, single lines of many
// rows would all go to the same channel.
//
// Destination rows begin anywhere in a line. What does not fill a line waits, before the
// row's place in scratch, for the next lines:
//
//	scratch row   [ ..... cccc | nnnnnnnn nnnnnnnn nnnnnnnn nnnncccc ]
//	lines out            [ ccccnnnn nnnnnnnn nnnnnnnn nnnnnnnn ]
type staged struct {
	columns
	line  *tile // whole lines at a time, and in registers as wide; or nil: columns
	lines int   // of a destination row in a chunk

	src                operand.Mem // frame: the first source row of the turn, and what Block.Scratch says
	scratch            operand.Mem
	table, restJ, done operand.Mem // frame: where the chunk's source rows stand in the table, rows to go, bytes of destination rows behind
	last               operand.Mem // frame: where the rows to fetch end in the table
	run                operand.Mem // frame: bytes that the chunk adds to a destination row
	ends               operand.Mem // frame: 1 where rows begin in this chunk, plus 2 where they end in it, plus 4 where it is not full
	crowded            operand.Mem // frame: less than 128 where the source rows share few sets of the cache (half lines of small items)
}

func stagedKernels() []kernel {
	var ks []kernel
	one := func(size int, isa string) {
		lines := 4
		if size < 4 { // of which more source rows, and so more memory at a time, make as many lines
			lines = 8
		}
		pitch := 64 * (lines + 1) // one more for what waits
		var line *tile
		if isa == "AVX512" {
			line = &tile{size: size, i: 64 / size, j: 64 / size, move: lineTile, pitch: pitch}
			if size < 4 {
				line.move = scratchTile
			}
		}
		ks = append(ks, kernel{
			name: fmt.Sprintf("transposeB%dStaged%s", size, isa), op: "Transpose", size: size, i: 64 / size, j: 1,
			stream: true, merge: true, line: true, scratch: pitch,
			loop: transposeLoop(size), twin: "transposeGeneric", isa: "cpu." + isa,
			emit: func(e *emitter) {
				s := &staged{columns: columns{e, piece(size), vectorPool{e: e}, pitch}, line: line, lines: lines}
				s.emit()
			},
		})
	}
	for _, size := range []int{1, 2, 4, 8, 16} {
		one(size, "AVX512")
		one(size, "AVX2")
	}
	return ks
}

func (s *staged) emit() {
	e := s.emitter
	s.table, s.restJ, s.done, s.run = e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8)
	s.ends, s.scratch, s.last = e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8)
	dst := e.AllocLocal(8)
	e.loadStore(e.in("Scratch", 0), s.scratch)
	if s.viaFrame() {
		s.findCrowded()
	}
	e.outerFrame(func(src operand.Mem) {
		s.src = src
		e.MOVQ(e.dst, dst)
		e.loadStore(e.in("J", 0), s.restJ)
		e.loadStore(e.in("SrcOff", 0), s.table)
		e.MOVQ(operand.I32(0), s.done)
		chunk := e.label("chunk")
		e.Label(chunk)
		s.fill()
		s.findEnds()
		s.flush(dst)
		e.ADDQ(operand.I32(8*s.lines*s.rows()), s.table)
		e.ADDQ(operand.I32(64*s.lines), s.done)
		e.SUBQ(operand.I32(s.lines*s.rows()), s.restJ)
		e.JG(operand.LabelRef(chunk))
	})
	e.SFENCE()
	e.VZEROUPPER()
}

// fill makes the chunk's lines in scratch, one line of all rows after the other.
func (s *staged) fill() {
	e, size := s.emitter, int(s.half)
	table, line, from, to, restI := e.GP64(), e.GP64(), e.GP64(), e.GP64(), e.GP64()
	rest := e.GP64()
	e.MOVQ(s.table, table)
	e.MOVQ(s.scratch, line)
	e.ADDQ(operand.I32(64), line)
	e.MOVQ(s.restJ, rest)
	most := e.GP64()
	e.MOVQ(operand.I32(s.lines*s.rows()), most)
	e.CMPQ(rest, most)
	e.CMOVQGT(most, rest)
	e.IMUL3Q(operand.I32(size), rest, most)
	e.MOVQ(most, s.run)
	next := e.label("line")
	e.Label(next)
	e.MOVQ(s.src, from)
	e.MOVQ(line, to)
	e.MOVQ(e.in("I", 0), restI)
	e.slide(restI, s.rows(), nil, func() {
		switch {
		case s.line != nil:
			s.line.move(e, s.line, tilePointers{src: from, srcOff: table, dst: to})
			e.ADDQ(operand.I32(64), from)
			e.ADDQ(operand.I32(s.pitch*s.rows()), to)
		case s.viaFrame():
			apart, done := e.label("apart"), e.label("columns")
			e.CMPQ(s.crowded, operand.I32(128))
			e.JAE(operand.LabelRef(apart))
			s.fromFrame(table, from, to)
			e.JMP(operand.LabelRef(done))
			e.Label(apart)
			s.fromSource(table, from, to)
			e.Label(done)
		default:
			s.fromSource(table, from, to)
		}
	}, advance{pointer: from, scale: size, done: true}, advance{pointer: to, scale: s.pitch, done: true})
	e.ADDQ(operand.I32(8*s.rows()), table)
	e.ADDQ(operand.I32(64), line)
	e.SUBQ(operand.I32(s.rows()), rest)
	e.JG(operand.LabelRef(next))
}

// viaFrame reports whether the kernel comes back to the lines of more source rows than sets
// of the cache may have room for, and takes them from the frame if these are crowded.
func (s *staged) viaFrame() bool { return s.line == nil && s.half < 4 }

// findCrowded looks at the step of the first two source rows, which are in the table even if
// there is but one: whether it is a multiple of 1024 bytes, or a line more or less.
func (s *staged) findCrowded() {
	e, table, step := s.emitter, s.GP64(), s.GP64()
	s.crowded = e.AllocLocal(8)
	e.MOVQ(e.in("SrcOff", 0), table)
	e.MOVQ(at(table, 8), step)
	e.SUBQ(at(table, 0), step)
	e.ADDQ(operand.I32(64), step)
	e.ANDQ(operand.I32(1023), step)
	e.MOVQ(step, s.crowded)
}

// findEnds says whether destination rows begin in the chunk, whether they end in it, and
// whether it is short of whole lines.
func (s *staged) findEnds() {
	e := s.emitter
	ends, carry, more := e.GP64(), e.GP64(), e.GP64()
	notFirst, notLast, full := e.label("notfirst"), e.label("notlast"), e.label("full")
	e.XORQ(ends, ends)
	e.MOVQ(e.in("Carry", 0), carry)
	e.MOVQ(carry, more)
	e.ANDQ(operand.I32(1), carry)
	e.ADDQ(s.done, carry)
	e.JNZ(operand.LabelRef(notFirst))
	e.INCQ(ends)
	e.Label(notFirst)
	e.CMPQ(s.restJ, operand.I32(s.lines*s.rows()))
	e.JG(operand.LabelRef(notLast))
	e.ANDQ(operand.I32(2), more)
	e.JNZ(operand.LabelRef(notLast))
	e.ADDQ(operand.I32(2), ends)
	e.Label(notLast)
	e.CMPQ(s.run, operand.I32(64*s.lines))
	e.JE(operand.LabelRef(full))
	e.ADDQ(operand.I32(4), ends)
	e.Label(full)
	e.MOVQ(ends, s.ends)
}

// flush stores what is in scratch to the destination rows. What its addresses depend on is in
// registers: a load from the frame waits for every store before it that may be to the same
// bytes as far as the last twelve bits tell, until the page of that store is known. Where all
// rows come to a new page at a time, their page walks would follow one after the other.
func (s *staged) flush(dst operand.Mem) {
	e := s.emitter
	row, offs, count, base := e.GP64(), e.GP64(), e.GP64(), e.GP64()
	from, to, phase := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(s.scratch, row)
	e.MOVQ(e.in("DstOff", 0), offs)
	e.MOVQ(e.in("I", 0), count)
	e.MOVQ(dst, base)
	e.ADDQ(s.done, base)
	fetch, more := s.nextRows()
	loop, edge, next := e.label("row"), e.label("edge"), e.label("next")
	fetched := e.label("fetched")
	e.Label(loop)
	for range s.lines {
		fetch()
	}
	e.CMPQ(more, operand.I32(0))
	e.JE(operand.LabelRef(fetched))
	fetch()
	e.Label(fetched)
	e.MOVQ(at(offs, 0), to)
	e.ADDQ(base, to)
	e.MOVQ(to, phase)
	e.ANDQ(operand.I32(63), phase)
	e.LEAQ(at(row, 64), from)
	e.SUBQ(phase, from)
	e.SUBQ(phase, to)
	e.CMPQ(s.ends, operand.I32(0))
	e.JNE(operand.LabelRef(edge))
	for line := range s.lines {
		s.moveLine(from, to, 64*line, true)
	}
	e.LEAQ(at(row, 64*s.lines), from)
	e.JMP(operand.LabelRef(next))
	e.Label(edge)
	s.edges(from, to, phase)
	e.MOVQ(s.run, from)
	e.ADDQ(row, from)
	e.Label(next)
	s.moveLine(from, row, 0, false) // what waits for the next lines
	e.ADDQ(operand.I32(s.pitch), row)
	e.ADDQ(operand.I32(8), offs)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(loop))
}

// moveLine copies a line, past the caches if stream.
func (s *staged) moveLine(from, to reg.GPVirtual, disp int, stream bool) {
	if s.line != nil {
		z := s.ZMM()
		s.VMOVDQU64(at(from, disp), z)
		if stream {
			s.VMOVNTDQ(z, at(to, disp))
		} else {
			s.VMOVDQU64(z, at(to, disp))
		}
		return
	}
	s.columns.moveLine(from, to, disp, stream)
}

// edges stores a row's lines of a chunk in which rows begin or end, or both: the first line
// of a row from its phase on, and the last one up to the row's end.
func (s *staged) edges(from, to, phase reg.GPVirtual) {
	e := s.emitter
	have, part := e.GP64(), e.GP64()
	lines, tail, loop, done := e.label("lines"), e.label("tail"), e.label("whole"), e.label("done")
	e.MOVQ(s.run, have) // bytes from the line edge to the end of the run
	e.ADDQ(phase, have)
	ends := e.GP64()
	e.MOVQ(s.ends, ends)
	e.TESTQ(operand.I32(1), ends)
	e.JZ(operand.LabelRef(lines))
	e.TESTQ(phase, phase)
	e.JZ(operand.LabelRef(lines))
	e.MOVQ(operand.I32(64), part)
	e.CMPQ(part, have)
	e.CMOVQGT(have, part)
	e.SUBQ(part, have)
	e.SUBQ(phase, part)
	e.ADDQ(phase, from)
	e.ADDQ(phase, to)
	s.exact(part, to, from)
	e.Label(lines)
	e.MOVQ(have, part)
	e.SHRQ(operand.U8(6), part)
	e.JZ(operand.LabelRef(tail))
	e.Label(loop)
	s.moveLine(from, to, 0, true)
	e.ADDQ(operand.I32(64), from)
	e.ADDQ(operand.I32(64), to)
	e.DECQ(part)
	e.JNZ(operand.LabelRef(loop))
	e.Label(tail)
	e.TESTQ(operand.I32(2), ends)
	e.JZ(operand.LabelRef(done))
	e.ANDQ(operand.I32(63), have)
	s.exact(have, to, from)
	e.Label(done)
}

// exact is exactShort with a register of the pool.
func (s *staged) exact(n, to, from reg.GPVirtual) {
	s.pool.used = 0
	s.exactBy(s.pool.next(), n, to, from)
}

// nextRows returns what fetches a line, row by row, of the source rows of the next chunk,
// or of those that the next block begins with: in all, as many as flush stores, so that
// memory is read and written at the same time; and whether it takes more to fetch them all,
// since they begin and end within lines.
func (s *staged) nextRows() (fetch func(), more operand.Mem) {
	e := s.emitter
	table, base, at0, rest := e.GP64(), e.GP64(), e.GP64(), e.GP64()
	past := e.label("chunks")
	delta := e.GP64()
	e.MOVQ(s.table, table)
	e.ADDQ(operand.I32(8*s.lines*s.rows()), table)
	e.XORQ(delta, delta)
	e.MOVQ(s.restJ, rest)
	e.SUBQ(operand.I32(s.lines*s.rows()), rest)
	e.JG(operand.LabelRef(past))
	e.MOVQ(e.in("SrcOff", 0), table)
	e.MOVQ(e.in("Next", 0), delta)
	e.MOVQ(e.in("J", 0), rest)
	e.Label(past)
	most := e.GP64()
	e.MOVQ(operand.I32(s.lines*s.rows()), most)
	e.CMPQ(rest, most)
	e.CMOVQLT(rest, most)
	e.LEAQ(operand.Mem{Base: table, Index: most, Scale: 8}, most)
	e.MOVQ(most, s.last)
	e.ADDQ(s.src, delta)
	width, more := s.widthToFetch(table, delta)
	e.XORQ(at0, at0)
	fetch = func() {
		same, out := e.label("same"), e.label("out")
		e.TESTQ(at0, at0)
		e.JNZ(operand.LabelRef(same))
		e.CMPQ(table, s.last)
		e.JGE(operand.LabelRef(out))
		e.MOVQ(at(table, 0), base)
		e.ADDQ(delta, base)
		e.ADDQ(operand.I32(8), table)
		e.Label(same)
		e.PREFETCHT1(atIndex(base, at0, 0))
		e.ADDQ(operand.I32(64), at0)
		e.CMPQ(at0, width)
		e.JL(operand.LabelRef(out))
		e.XORQ(at0, at0)
		e.Label(out)
	}
	return fetch, more
}

// widthToFetch returns the bytes of a source row that nextRows goes through: those of the row,
// and a line more unless the first two rows that it fetches begin at the edge of a line.
func (s *staged) widthToFetch(table, src reg.GPVirtual) (width, more operand.Mem) {
	e := s.emitter
	width, more = s.AllocLocal(8), s.AllocLocal(8)
	row, edge, bytes := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(at(table, 0), row)
	e.MOVQ(at(table, 8), edge) // a step away: there is more than one row in the table, or the last one again
	e.SUBQ(row, edge)
	e.ADDQ(src, row)
	e.ORQ(row, edge)
	e.ANDQ(operand.I32(63), edge)
	e.ADDQ(operand.I32(63), edge)
	e.ANDQ(operand.I32(64), edge)
	e.MOVQ(edge, more)
	e.IMUL3Q(operand.I32(int(s.half)), e.in("I", 0), bytes)
	e.ADDQ(edge, bytes)
	e.MOVQ(bytes, width)
	return width, more
}
