package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A piece is what AVX2 transposes make at a time in registers: half a cache line of each
// of a few destination rows.
type piece int // bytes of an item

// rows is the number of source rows of a piece, the items of half a line.
func (p piece) rows() int { return 32 / int(p) }

// columns is the number of destination rows. Large items are loaded by whole registers;
// of small ones, this takes more registers than there are.
func (p piece) columns() int {
	if p >= 8 {
		return 32 / int(p)
	}
	return 16 / int(p)
}

// make emits a piece and returns the registers of its destination rows. row says where a
// source row begins; it is asked for every row, in the order of k below.
func (p piece) make(e *emitter, pool *vectorPool, row func(k int) operand.Mem) []reg.VecVirtual {
	if p >= 8 {
		return p.square(e, pool, row)
	}
	return p.lanes(e, pool, row)
}

// lanes takes 2L source rows of L items, where a 128-bit lane holds L: row k goes to the
// low lane of register k and row L+k to the high lane, the lanes are transposed, and
// register i then is destination row i.
//
//	low lanes        high lanes
//	r0: a0 a1 a2 a3 | e0 e1 e2 e3        a0 b0 c0 d0 | e0 f0 g0 h0
//	r1: b0 b1 b2 b3 | f0 f1 f2 f3   ->   a1 b1 c1 d1 | e1 f1 g1 h1
//	r2: c0 c1 c2 c3 | g0 g1 g2 g3        a2 b2 c2 d2 | e2 f2 g2 h2
//	r3: d0 d1 d2 d3 | h0 h1 h2 h3        a3 b3 c3 d3 | e3 f3 g3 h3
func (p piece) lanes(e *emitter, pool *vectorPool, row func(k int) operand.Mem) (rows []reg.VecVirtual) {
	n := p.columns()
	s := newNet(e, pool.next, n, 32)
	for k := range n {
		s.load(k, func(r reg.VecVirtual) {
			e.VMOVDQU(row(k), r.AsX())
			e.VINSERTI128(operand.U8(1), row(n+k), r, r)
		})
	}
	s.transpose(int(p))
	for k := range n {
		rows = append(rows, s.reg(k))
	}
	return rows
}

// square takes as many source rows as a register holds items: the lanes are transposed,
// if they hold two items, and then exchanged.
//
//	a0 a1 | a2 a3        a0 b0 | a2 b2        a0 b0 | c0 d0
//	b0 b1 | b2 b3   ->   a1 b1 | a3 b3   ->   a1 b1 | c1 d1
//	c0 c1 | c2 c3        c0 d0 | c2 d2        a2 b2 | c2 d2
//	d0 d1 | d2 d3        c1 d1 | c3 d3        a3 b3 | c3 d3
func (p piece) square(e *emitter, pool *vectorPool, row func(k int) operand.Mem) (rows []reg.VecVirtual) {
	n := p.columns()
	r := make([]reg.VecVirtual, n)
	for k := range r {
		r[k] = pool.next()
		e.VMOVDQU(row(k), r[k])
	}
	if n == 4 {
		x := make([]reg.VecVirtual, n)
		for k := range x {
			x[k] = pool.next()
			unpack(e, 8, k%2 > 0, r[k|1], r[k&^1], x[k])
		}
		r = x
	}
	const low, high = 0x20, 0x31
	for _, lane := range []uint8{low, high} {
		for k := range n / 2 {
			to := pool.next()
			e.VPERM2I128(operand.U8(lane), r[n/2+k], r[k], to)
			rows = append(rows, to)
		}
	}
	return rows
}
