package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Carried kernels store whole lines past the caches of destination rows that begin anywhere in
// one: of each row of a tile, what does not fill a line is kept in scratch memory and goes out
// with the next tile below.
//
//	tile above    [ .... cccc ]
//	tile                      [ nnnnnnnn cccc ]
//	line out           [ cccc   nnnnnnnn ]
//
// Like the other streaming kernels, and unlike staged ones, they go along the source rows,
// so that each page of the source is read at once.
type carried struct {
	*emitter
	tile

	restJ, srcOff operand.Mem    // frame: rows to go, and where the next ones stand in the table
	edge          operand.Mem    // frame: 1 where destination rows begin or end in the row of tiles
	phases, mask  operand.Mem    // frame: there, the bits of an address that shorten a row, and what is stored of a row that begins at a line
	iota          reg.VecVirtual // the bytes 0 to 63
}

func carriedKernels() []kernel {
	var ks []kernel
	for _, size := range []int{4, 8, 16} { // of smaller ones, tiles have many rows, and staged kernels are faster
		n := 64 / size
		t := tile{size: size, i: n, j: n, move: lineTile, stream: true}
		ks = append(ks, kernel{
			name: fmt.Sprintf("transposeB%dCarriedVBMI", size), op: "Transpose", size: size, i: n, j: n,
			stream: true, merge: true, line: true, scratch: 64,
			loop: transposeLoop(size), twin: "transposeGeneric", isa: "cpu.AVX512|cpu.VBMI",
			emit: func(e *emitter) {
				c := &carried{emitter: e, tile: t}
				c.keep = c.store
				c.emit()
			},
		})
	}
	return ks
}

func (c *carried) emit() {
	e, n := c.emitter, c.j
	c.restJ, c.srcOff = e.AllocLocal(8), e.AllocLocal(8)
	c.edge, c.phases, c.mask = e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8)
	c.iota = e.ZMM()
	e.VMOVDQU64(constant(iotaName), c.iota)
	e.outerFrame(func(src operand.Mem) {
		rows, done := e.label("rows"), e.label("finished")
		e.loadStore(e.in("SrcOff", 0), c.srcOff)
		e.loadStore(e.in("J", 0), c.restJ)
		c.begin()
		e.Label(rows)
		c.tiles(src)
		e.ADDQ(operand.I32(64), e.dst)
		e.ADDQ(operand.I32(8*n), c.srcOff)
		e.SUBQ(operand.I32(n), c.restJ)
		e.JL(operand.LabelRef(done)) // that was the end of rows
		e.MOVQ(operand.I32(0), c.edge)
		e.CMPQ(c.restJ, operand.I32(n))
		e.JGE(operand.LabelRef(rows))
		carry := e.GP64()
		e.MOVQ(e.in("Carry", 0), carry)
		e.TESTQ(operand.I32(2), carry)
		e.JNZ(operand.LabelRef(done))
		c.finish()
		e.CMPQ(c.restJ, operand.I32(0))
		e.JE(operand.LabelRef(done))
		c.end()
		e.JMP(operand.LabelRef(rows))
		e.Label(done)
	})
	e.SFENCE()
	e.VZEROUPPER()
}

// begin has the first tiles store what fills the line that their rows begin in, unless these
// go on from the block before.
func (c *carried) begin() {
	e, carry := c.emitter, c.GP64()
	e.MOVQ(e.in("Carry", 0), carry)
	e.ANDQ(operand.I32(1), carry)
	e.XORQ(operand.I32(1), carry)
	e.MOVQ(carry, c.edge)
	e.MOVQ(operand.I32(63), c.phases)
	e.MOVQ(operand.I32(-1), c.mask)
}

// end goes to the last tiles, which end where the rows do, and has them store what is left
// of these.
func (c *carried) end() {
	e, back, bits := c.emitter, c.GP64(), c.GP64()
	e.MOVQ(c.restJ, back)
	e.SUBQ(operand.I32(c.j), back)
	e.addScaled(e.dst, back, c.size)
	e.addScaled(c.srcOff, back, 8)
	e.IMUL3Q(operand.I32(-c.size), back, back) // bytes that are stored already
	e.MOVQ(operand.I32(-1), bits)
	e.SHLXQ(back, bits, bits)
	e.MOVQ(bits, c.mask)
	e.MOVQ(operand.I32(0), c.phases)
	e.MOVQ(operand.I32(1), c.edge)
	e.MOVQ(operand.I32(0), c.restJ)
}

// tiles makes a row of tiles, and fetches what the next one takes.
func (c *carried) tiles(src operand.Mem) {
	e := c.emitter
	p := tilePointers{src: e.GP64(), srcOff: e.GP64(), dst: e.dst, dstOff: e.GP64(), skip: e.GP64(), carry: e.GP64()}
	p.fetchTable, p.fetchDelta = e.AllocLocal(8), e.AllocLocal(8)
	restI := e.AllocLocal(8)
	e.MOVQ(c.srcOff, p.srcOff)
	e.MOVQ(src, p.src)
	e.MOVQ(e.in("DstOff", 0), p.dstOff)
	e.MOVQ(e.in("Scratch", 0), p.carry)
	e.loadStore(e.in("I", 0), restI)
	e.XORQ(p.skip, p.skip)
	table, delta, more := e.GP64(), e.GP64(), e.label("more")
	e.LEAQ(at(p.srcOff, 8*c.j), table)
	e.XORQ(delta, delta)
	e.CMPQ(c.restJ, operand.I32(c.j))
	e.JG(operand.LabelRef(more))
	e.MOVQ(e.in("SrcOff", 0), table)
	e.MOVQ(e.in("Next", 0), delta)
	e.Label(more)
	e.MOVQ(table, p.fetchTable)
	e.MOVQ(delta, p.fetchDelta)
	e.slide(restI, c.i, &p.skip, func() {
		e.prefetch(&c.tile, p)
		c.move(e, &c.tile, p)
	}, advance{pointer: p.src, scale: c.size}, advance{pointer: p.dstOff, scale: 8}, advance{pointer: p.carry, scale: 64})
}

// store stores the line that v ends, where v has the next items of row i of a tile, and keeps
// v for the line after it; not for rows that the tile before has written.
func (c *carried) store(p tilePointers, v reg.VecVirtual, i int) {
	e := c.emitter
	edge, kept, done := e.label("edge"), e.label("kept"), e.label("written")
	e.CMPQ(p.skip, operand.I32(i))
	e.JG(operand.LabelRef(done))
	to, phase := e.GP64(), e.GP64()
	e.MOVQ(at(p.dstOff, 8*i), to)
	e.ADDQ(p.dst, to)
	e.MOVQ(to, phase)
	e.CMPQ(c.edge, operand.I32(0))
	e.JNE(operand.LabelRef(edge))
	line := e.ZMM()
	e.ANDQ(operand.I32(63), phase)
	e.VPBROADCASTB(phase.As32(), line)
	e.VPSUBB(line, c.iota, line) // below zero for bytes of the row that was kept
	e.VPERMI2B(at(p.carry, 64*i), v, line)
	e.SUBQ(phase, to)
	e.VMOVNTDQ(line, at(to, 0))
	e.JMP(operand.LabelRef(kept))
	e.Label(edge)
	bits, stored := e.GP64(), e.K()
	e.ANDQ(c.phases, phase)
	e.SHRXQ(phase, c.mask, bits)
	e.KMOVQ(bits, stored)
	e.VMOVDQU8(v, stored, at(to, 0))
	e.Label(kept)
	e.VMOVDQU64(v, at(p.carry, 64*i))
	e.Label(done)
}

// finish stores what is kept of each row and fills no line.
func (c *carried) finish() {
	e := c.emitter
	row, offs, count, to, bits := e.GP64(), e.GP64(), e.GP64(), e.GP64(), e.GP64()
	ones, stored := e.GP64(), e.K()
	e.MOVQ(e.in("Scratch", 0), row)
	e.MOVQ(e.in("DstOff", 0), offs)
	e.MOVQ(e.in("I", 0), count)
	e.MOVQ(operand.I32(-1), ones)
	loop := e.label("row")
	e.Label(loop)
	e.MOVQ(at(offs, 0), to)
	e.ADDQ(e.dst, to)
	e.MOVQ(to, bits)
	e.ANDQ(operand.I32(63), bits)
	e.SHRXQ(bits, ones, bits)
	e.NOTQ(bits)
	e.KMOVQ(bits, stored)
	z := e.ZMM()
	e.VMOVDQU64(at(row, 0), z)
	e.VMOVDQU8(z, stored, at(to, -64))
	e.ADDQ(operand.I32(64), row)
	e.ADDQ(operand.I32(8), offs)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(loop))
}

// iotaName is the constant of the bytes 0 to 63.
const iotaName = "iota"

func addIota(c *build.Context) {
	addBytes(c, iotaName, 64, func(k int) int { return k })
}
