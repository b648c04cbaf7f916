package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Panels are for source rows that push each other out of the caches: some hundred bytes of
// many rows are copied to the frame, where they get along, and transposed from there.
// Every destination row then grows by all of those source rows at once.

const (
	panelWidth = 256 // bytes of a source row in a panel
	panelRows  = 96  // source rows, at most: the first-level cache has room for more lines
)

func panelKernels() []kernel {
	var ks []kernel
	for _, size := range []int{1, 2, 4, 8, 16} {
		ks = append(ks, kernel{
			name: fmt.Sprintf("transposePanelB%dAVX2", size), op: "Transpose", size: size, i: panelWidth / size, j: piece(size).rows(),
			line: true, loop: transposeLoop(size), twin: "transposeGeneric", isa: "cpu.AVX2",
			emit: func(e *emitter) { e.panels(size) },
		})
	}
	return ks
}

// panels emits the loops over panels: along the source rows inside, down them outside.
func (e *emitter) panels(size int) {
	scratch := e.alignedFrame(panelRows * panelWidth)
	base, restJ, rows, srcOff, dstRow := e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8)
	e.MOVQ(scratch, base)
	pool := vectorPool{e: e}
	e.outerFrame(func(src operand.Mem) {
		n, again, few := e.GP64(), e.label("again"), e.label("few")
		e.MOVQ(e.in("J", 0), n)
		e.MOVQ(n, restJ)
		e.Label(again) // halves, as often as it takes: the last panels are not much slid back
		e.CMPQ(n, operand.I32(panelRows))
		e.JLE(operand.LabelRef(few))
		e.INCQ(n)
		e.SHRQ(operand.U8(1), n)
		e.JMP(operand.LabelRef(again))
		e.Label(few)
		e.MOVQ(n, rows)
		e.loadStore(e.in("SrcOff", 0), srcOff)
		e.MOVQ(e.dst, dstRow)
		e.slideBy(rows, restJ, func() {
			from, dstOff, restI := e.GP64(), e.GP64(), e.GP64()
			e.MOVQ(src, from)
			e.MOVQ(e.in("DstOff", 0), dstOff)
			e.MOVQ(e.in("I", 0), restI)
			e.slide(restI, panelWidth/size, nil, func() {
				e.stage(&pool, from, srcOff, rows, base)
				e.unstage(&pool, size, dstOff, dstRow, rows, base)
			}, advance{pointer: from, scale: size}, advance{pointer: dstOff, scale: 8})
		}, advance{pointer: dstRow, scale: size}, advance{pointer: srcOff, scale: 8})
	})
	e.VZEROUPPER()
}

// slideBy is slide with steps of as many items as n says, which are at most rest.
func (e *emitter) slideBy(n, rest operand.Mem, body func(), pointers ...advance) {
	loop, full, done := e.label("chunk"), e.label("full"), e.label("done")
	e.Label(loop)
	body()
	step, left := e.GP64(), e.GP64()
	e.MOVQ(n, step)
	e.MOVQ(rest, left)
	e.SUBQ(step, left)
	e.JLE(operand.LabelRef(done))
	e.MOVQ(left, rest)
	e.CMPQ(left, step)
	e.JGE(operand.LabelRef(full))
	e.MOVQ(step, rest) // the last step goes to where the last chunk ends with the axis
	e.MOVQ(left, step)
	e.Label(full)
	for _, p := range pointers {
		e.addScaled(p.pointer, step, p.scale)
	}
	e.JMP(operand.LabelRef(loop))
	e.Label(done)
}

// stage copies one panel to the frame.
func (e *emitter) stage(pool *vectorPool, from reg.GPVirtual, srcOff, rows, base operand.Mem) {
	table, to, count := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(srcOff, table)
	e.MOVQ(base, to)
	e.MOVQ(rows, count)
	loop := e.label("row")
	e.Label(loop)
	row := e.row(from, table, 0, 0)
	var v [4]reg.VecVirtual
	for disp := 0; disp < panelWidth; disp += 32 * len(v) {
		pool.used = 0
		for k := range v {
			v[k] = pool.next()
			e.VMOVDQU(atIndex(row.Base, row.Index, disp+32*k), v[k])
		}
		for k := range v {
			e.VMOVDQA(v[k], at(to, disp+32*k))
		}
	}
	e.ADDQ(operand.I32(8), table)
	e.ADDQ(operand.I32(panelWidth), to)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(loop))
}

// unstage writes the panel to the destination rows from dstOff on, each of them whole.
func (e *emitter) unstage(pool *vectorPool, size int, dstOff reg.GPVirtual, dstRow, rows, base operand.Mem) {
	half := piece(size)
	column, offs := e.GP64(), e.GP64()
	e.MOVQ(base, column)
	e.MOVQ(dstOff, offs)
	columns := e.GP64()
	e.MOVQ(operand.I32(panelWidth/size/half.columns()), columns)
	loop := e.label("column")
	e.Label(loop)
	from, to, rest := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(column, from)
	e.MOVQ(dstRow, to)
	e.MOVQ(rows, rest)
	e.slide(rest, half.rows(), nil, func() {
		pool.used = 0
		for i, r := range half.make(e, pool, func(k int) operand.Mem { return at(from, panelWidth*k) }) {
			e.VMOVDQU(r, e.row(to, offs, i, 0))
		}
	}, advance{pointer: from, scale: panelWidth}, advance{pointer: to, scale: size})
	e.ADDQ(operand.I32(half.columns()*size), column)
	e.ADDQ(operand.I32(8*half.columns()), offs)
	e.DECQ(columns)
	e.JNZ(operand.LabelRef(loop))
}
