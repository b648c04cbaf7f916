package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// columns transpose a line of each of as many source rows as have the items of a line to
// rows of scratch memory, by AVX2: in columns of the source rows as wide as its pieces.
type columns struct {
	*emitter
	half  piece
	pool  vectorPool
	pitch int // bytes from row to row of scratch
}

// rows is the number of source rows that make a line of the destination.
func (c *columns) rows() int { return 64 / int(c.half) }

// fromSource takes the lines where they are.
func (c *columns) fromSource(table, from, to reg.GPVirtual) {
	c.all(from, to, func(k int) operand.Mem { return c.row(from, table, k, 0) })
}

// fromFrame takes the lines from a copy in the frame.
func (c *columns) fromFrame(table, from, to reg.GPVirtual) {
	e := c.emitter
	frame := e.alignedFrame(64 * c.rows())
	e.copyHalfLines(tilePointers{src: from, srcOff: table}, frame, c.rows(), 64, &c.pool)
	c.all(frame, to, func(k int) operand.Mem { return at(frame, 64*k) })
	e.ADDQ(operand.I32(64), from)
}

// all makes a line of as many rows as a line of the source has items, and moves the
// pointers behind them; row says where a source row begins.
func (c *columns) all(from, to reg.GPVirtual, row func(k int) operand.Mem) {
	e, n := c.emitter, c.half.columns()
	count := e.GP64()
	e.MOVQ(operand.I32(c.rows()/n), count)
	loop := e.label("column")
	e.Label(loop)
	for j := 0; j < c.rows(); j += c.half.rows() {
		c.pool.used = 0
		for i, r := range c.half.make(e, &c.pool, func(k int) operand.Mem { return row(j + k) }) {
			e.VMOVDQU(r, at(to, c.pitch*i+j*int(c.half)))
		}
	}
	e.ADDQ(operand.I32(n*int(c.half)), from)
	e.ADDQ(operand.I32(n*c.pitch), to)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(loop))
}

// moveLine copies a line, past the caches if stream.
func (c *columns) moveLine(from, to reg.GPVirtual, disp int, stream bool) {
	c.pool.used = 0
	a, b := c.pool.next(), c.pool.next()
	c.VMOVDQU(at(from, disp), a)
	c.VMOVDQU(at(from, disp+32), b)
	store := c.VMOVDQU
	if stream {
		store = c.VMOVNTDQ
	}
	store(a, at(to, disp))
	store(b, at(to, disp+32))
}
