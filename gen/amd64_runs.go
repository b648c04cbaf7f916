package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Runs are for destination rows that push each other out of the first-level cache, of which
// a core then stores a line to each in several times as long as eight lines to each: tiles
// go to the frame, where rows get along, until there are runs of several lines, and then
// each row gets its own.
//
//	source, 64 items of many rows      frame, 64 runs of 8 lines      destination
//	a0 a1 a2 ..                        a0 b0 c0 ..                    a0 b0 c0 .. ->
//	b0 b1 b2 ..                        a1 b1 c1 ..
//	c0 c1 c2 ..                        a2 b2 c2 ..                    a1 b1 c1 .. ->
type runs struct {
	columns
	line *tile // in registers as wide as a line; or nil: columns
	tile int   // items of a tile, along both axes
	full int   // bytes of a whole run

	base, rows, cols operand.Mem // frame: where the runs are put together, of so many source rows, and so many runs
	from, offs       operand.Mem // frame: the first source row from its first item on, and where these rows stand in the table
	to, toOffs       operand.Mem // frame: the first byte of a run in the first destination row, and where these rows stand in the table
}

const (
	runItems = 64            // runs at a time
	runBytes = 8 * 64        // bytes of one, or less if items are spread; all of them fit the first-level cache
	runPitch = runBytes + 64 // from one to the next in the frame, where they use all sets of the cache
)

func runsKernels() []kernel {
	var ks []kernel
	one := func(suffix, isa string, least int, r runs, size int) {
		ks = append(ks, kernel{
			name: fmt.Sprintf("transposeRunsB%d%s", size, suffix), op: "Transpose", size: size, i: r.tile, j: least,
			run: r.full, loop: transposeLoop(size), twin: "transposeGeneric", isa: isa,
			emit: func(e *emitter) {
				r.columns = columns{e, piece(size), vectorPool{e: e}, runPitch}
				r.emit()
			},
		})
	}
	for _, size := range []int{1, 2, 4, 8, 16} {
		n := 64 / size
		t := tile{size: size, i: n, j: n, move: lineTile, pitch: runPitch}
		if size < 4 {
			t.move = scratchTile
		}
		one("AVX512", "cpu.AVX512", n, runs{line: &t, tile: n, full: runBytes}, size)
		one("AVX2", "cpu.AVX2", n, runs{tile: n, full: runBytes}, size)
	}
	t := tile{size: 3, lane: 4, i: 16, j: 16, move: lineTile, pitch: runPitch} // tiles of wider ones have fewer rows
	one("VBMI", "cpu.AVX512|cpu.VBMI", 2*t.j, runs{line: &t, tile: t.i, full: runBytes / t.lane * t.size}, t.size)
	return ks
}

// emit emits the loops: along the source rows inside, down them outside.
func (r *runs) emit() {
	e, size := r.emitter, int(r.half)
	if r.line != nil && r.line.lane > 0 {
		e.spreadVectors(r.line)
	}
	r.base, r.rows, r.cols = e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8)
	r.from, r.offs, r.to, r.toOffs = e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8)
	restI, restJ := e.AllocLocal(8), e.AllocLocal(8)
	e.MOVQ(e.alignedFrame(runItems*runPitch), r.base)
	e.outerFrame(func(src operand.Mem) {
		r.share(e.in("J", 0), restJ, r.rows, r.full/size)
		e.loadStore(e.in("SrcOff", 0), r.offs)
		e.MOVQ(e.dst, r.to)
		e.slideBy(r.rows, restJ, func() {
			r.share(e.in("I", 0), restI, r.cols, runItems)
			e.loadStore(src, r.from)
			e.loadStore(e.in("DstOff", 0), r.toOffs)
			e.slideBy(r.cols, restI, func() {
				r.fill()
				r.flush()
			}, advance{pointer: r.from, scale: size}, advance{pointer: r.toOffs, scale: 8})
		}, advance{pointer: r.to, scale: size}, advance{pointer: r.offs, scale: 8})
	})
	e.VZEROUPPER()
}

// share sets rest to all items of an axis, and n to those that are taken at a time: at most
// most, in whole tiles, and so many that the last time does not do much again.
func (r *runs) share(all operand.Op, rest, n operand.Mem, most int) {
	e := r.emitter
	items, again, few := e.GP64(), e.label("again"), e.label("few")
	e.MOVQ(all, items)
	e.MOVQ(items, rest)
	e.Label(again)
	e.CMPQ(items, operand.I32(most))
	e.JLE(operand.LabelRef(few))
	e.INCQ(items)
	e.SHRQ(operand.U8(1), items)
	e.JMP(operand.LabelRef(again))
	e.Label(few)
	e.ADDQ(operand.I32(r.tile-1), items)
	e.ANDQ(operand.I32(-r.tile), items)
	e.CMPQ(items, rest)
	e.CMOVQGT(rest, items) // there is no whole tile more
	e.MOVQ(items, n)
}

// fill puts the runs together, tile by tile, the last ones slid back.
func (r *runs) fill() {
	e, size := r.emitter, int(r.half)
	table, column, restJ := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(r.offs, table)
	e.MOVQ(r.base, column)
	e.MOVQ(r.rows, restJ)
	e.slide(restJ, r.tile, nil, func() {
		from, to, restI := e.GP64(), e.GP64(), e.GP64()
		e.MOVQ(r.from, from)
		e.MOVQ(column, to)
		e.MOVQ(r.cols, restI)
		e.slide(restI, r.tile, nil, func() {
			switch {
			case r.line != nil:
				r.line.move(e, r.line, tilePointers{src: from, srcOff: table, dst: to})
				e.ADDQ(operand.I32(r.tile*size), from)
				e.ADDQ(operand.I32(r.tile*runPitch), to)
			case size < 4: // the lines of so many crowded source rows would not stay
				r.fromFrame(table, from, to)
			default:
				r.fromSource(table, from, to)
			}
		}, advance{pointer: from, scale: size, done: true}, advance{pointer: to, scale: runPitch, done: true})
	}, advance{pointer: table, scale: 8}, advance{pointer: column, scale: size})
}

// flush stores the runs.
func (r *runs) flush() {
	e := r.emitter
	run, offs, count, bytes := e.GP64(), e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(r.base, run)
	e.MOVQ(r.toOffs, offs)
	e.MOVQ(r.cols, count)
	e.IMUL3Q(operand.I32(int(r.half)), r.rows, bytes)
	loop, part, next := e.label("run"), e.label("part"), e.label("next")
	e.Label(loop)
	to := e.GP64()
	e.MOVQ(at(offs, 0), to)
	e.ADDQ(r.to, to)
	e.CMPQ(bytes, operand.I32(r.full))
	e.JNE(operand.LabelRef(part))
	for line := 0; line < r.full; line += 64 {
		r.moveLine(run, to, min(line, r.full-64))
	}
	e.JMP(operand.LabelRef(next))
	e.Label(part)
	from, rest := e.GP64(), e.GP64()
	e.MOVQ(run, from)
	e.MOVQ(bytes, rest)
	e.slide(rest, 64, nil, func() { r.moveLine(from, to, 0) }, advance{pointer: from, scale: 1}, advance{pointer: to, scale: 1})
	e.Label(next)
	e.ADDQ(operand.I32(runPitch), run)
	e.ADDQ(operand.I32(8), offs)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(loop))
}

func (r *runs) moveLine(from, to reg.GPVirtual, disp int) {
	if r.line == nil {
		r.columns.moveLine(from, to, disp, false)
		return
	}
	z := r.ZMM()
	r.VMOVDQU64(at(from, disp), z)
	r.VMOVDQU64(z, at(to, disp))
}
