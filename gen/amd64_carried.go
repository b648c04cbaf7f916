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
// Where a row begins that another row ends at, the first tile of the one is kept, too, and
// goes out with the last of the other. So rows that touch make whole lines, however short
// they are, but for where the first begins and the last ends.
//
// Like the other streaming kernels, and unlike staged ones, they go along the source rows,
// so that each page of the source is read at once.
type carried struct {
	*emitter
	tile

	restJ, srcOff operand.Mem    // frame: rows to go, and where the next ones stand in the table
	at            operand.Mem    // frame: where in the destination rows the tiles are, one of the places below
	tail          operand.Mem    // frame: at the end, the bytes that are left of a row, less a line
	heads         operand.Mem    // frame: bytes in scratch from what is kept of a row to its beginning
	iota          reg.VecVirtual // the bytes 0 to 63
}

// Places in destination rows.
const (
	inside = iota
	atBegin
	atEnd // of rows whose last tile is not full
)

func carriedKernels() []kernel {
	var ks []kernel
	for _, size := range []int{4, 8, 16} { // of smaller ones, tiles have many rows, and staged kernels are faster
		n := 64 / size
		t := tile{size: size, i: n, j: n, move: lineTile, stream: true}
		ks = append(ks, kernel{
			name: fmt.Sprintf("transposeB%dCarriedVBMI", size), op: "Transpose", size: size, i: n, j: n,
			stream: true, merge: true, line: true, scratch: 128,
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
	c.at, c.tail, c.heads = e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8)
	c.iota = e.ZMM()
	e.VMOVDQU64(constant(iotaName), c.iota)
	heads := e.GP64()
	e.MOVQ(e.in("I", 0), heads)
	e.IMUL3Q(operand.I32(-64), heads, heads)
	e.MOVQ(heads, c.heads)
	e.outerFrame(func(src operand.Mem) {
		rows, ended, done := e.label("rows"), e.label("ended"), e.label("finished")
		e.loadStore(e.in("SrcOff", 0), c.srcOff)
		e.loadStore(e.in("J", 0), c.restJ)
		c.find()
		e.Label(rows)
		c.tiles(src)
		c.begin()
		e.ADDQ(operand.I32(64), e.dst)
		e.ADDQ(operand.I32(8*n), c.srcOff)
		e.SUBQ(operand.I32(n), c.restJ)
		e.JLE(operand.LabelRef(ended))
		e.CMPQ(c.restJ, operand.I32(n))
		e.JGE(operand.LabelRef(rows))
		c.end()
		e.JMP(operand.LabelRef(rows))
		e.Label(ended)
		carry := e.GP64()
		e.MOVQ(e.in("Carry", 0), carry)
		e.TESTQ(operand.I32(2), carry)
		e.JNZ(operand.LabelRef(done))
		e.MOVQ(c.restJ, carry)
		e.addScaled(e.dst, carry, c.size)
		c.finish()
		e.Label(done)
	})
	e.SFENCE()
	e.VZEROUPPER()
}

// find says whether destination rows begin with the block, or go on from the one before.
func (c *carried) find() {
	e, carry := c.emitter, c.GP64()
	e.MOVQ(e.in("Carry", 0), carry)
	e.ANDQ(operand.I32(1), carry)
	e.XORQ(operand.I32(atBegin), carry)
	e.MOVQ(carry, c.at)
}

// end prepares the last row of tiles, which takes the last source row again for what it lacks.
func (c *carried) end() {
	e, tail := c.emitter, c.GP64()
	e.IMUL3Q(operand.I32(c.size), c.restJ, tail)
	e.SUBQ(operand.I32(64), tail)
	e.MOVQ(tail, c.tail)
	e.MOVQ(operand.I32(atEnd), c.at)
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
	e.SUBQ(c.heads, p.carry)
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
// v for the line after it, or the last bytes of the row; not for rows that the tile before has
// written.
func (c *carried) store(p tilePointers, v reg.VecVirtual, i int) {
	e := c.emitter
	begin, end, short, kept := e.label("begin"), e.label("end"), e.label("short"), e.label("kept")
	done := e.label("written")
	e.CMPQ(p.skip, operand.I32(i))
	e.JG(operand.LabelRef(done))
	to, phase := e.GP64(), e.GP64()
	e.MOVQ(at(p.dstOff, 8*i), to)
	e.ADDQ(p.dst, to)
	e.MOVQ(to, phase)
	e.ANDQ(operand.I32(63), phase)
	e.CMPQ(c.at, operand.I32(atBegin))
	e.JE(operand.LabelRef(begin))
	e.JA(operand.LabelRef(end))
	c.line(to, phase, at(p.carry, 64*i), v)
	e.JMP(operand.LabelRef(kept))
	e.Label(end)
	z := e.ZMM()
	bytes := e.GP64()
	e.MOVQ(c.tail, bytes)
	e.VPBROADCASTB(bytes.As32(), z)
	e.VPADDB(z, c.iota, z)
	e.VPERMI2B(at(p.carry, 64*i), v, z)
	e.ADDQ(phase, bytes)
	e.JL(operand.LabelRef(short))
	c.line(to, phase, at(p.carry, 64*i), v)
	e.Label(short)
	e.VMOVDQU64(z, at(p.carry, 64*i))
	e.JMP(operand.LabelRef(done))
	e.Label(begin)
	heads := e.GP64()
	e.MOVQ(c.heads, heads)
	e.VMOVDQU64(v, atIndex(p.carry, heads, 64*i))
	e.Label(kept)
	e.VMOVDQU64(v, at(p.carry, 64*i))
	e.Label(done)
}

// line stores the line that address to lies in, phase bytes into it: the last bytes of kept up
// to there, and the first of v from there.
func (c *carried) line(to, phase reg.GPVirtual, kept operand.Mem, v reg.VecVirtual) {
	e, line := c.emitter, c.ZMM()
	e.VPBROADCASTB(phase.As32(), line)
	e.VPSUBB(line, c.iota, line) // below zero for bytes of kept
	e.VPERMI2B(kept, v, line)
	e.SUBQ(phase, to)
	e.VMOVNTDQ(line, at(to, 0))
}

// begin stores, where rows begin, what fills the line that they begin in, but for rows that
// may lie where others end. Parts of lines, which memory is read for, are stored faster in a
// loop of their own than between tiles.
func (c *carried) begin() {
	e := c.emitter
	row, offs, count, rows, to := e.GP64(), e.GP64(), e.GP64(), e.GP64(), e.GP64()
	loop, done := e.label("head"), e.label("begun")
	e.CMPQ(c.at, operand.I32(atBegin))
	e.JNE(operand.LabelRef(done))
	e.MOVQ(operand.I32(inside), c.at)
	e.MOVQ(e.in("Scratch", 0), row)
	e.MOVQ(e.in("DstOff", 0), offs)
	e.MOVQ(e.in("I", 0), rows)
	e.MOVQ(e.in("Chain", 0), count)
	e.TESTQ(count, count)
	e.CMOVQEQ(rows, count)
	e.Label(loop)
	e.MOVQ(at(offs, 0), to)
	e.ADDQ(e.dst, to)
	c.head(row, to)
	e.ADDQ(operand.I32(64), row)
	e.ADDQ(operand.I32(8), offs)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(loop))
	e.Label(done)
}

// head stores what is at row up to the end of the line that it begins in at to.
func (c *carried) head(row, to reg.GPVirtual) {
	e, phase, bits, stored, z := c.emitter, c.GP64(), c.GP64(), c.K(), c.ZMM()
	e.MOVQ(to, phase)
	e.ANDQ(operand.I32(63), phase)
	e.MOVQ(operand.I32(-1), bits)
	e.SHRXQ(phase, bits, bits)
	e.KMOVQ(bits, stored)
	e.VMOVDQU64(at(row, 0), z)
	e.VMOVDQU8(z, stored, at(to, 0))
}

// finish stores what is kept of each row and fills no line: with the beginning of the row that
// lies behind it, if there is one.
func (c *carried) finish() {
	e := c.emitter
	row, offs, count, to, phase := e.GP64(), e.GP64(), e.GP64(), e.GP64(), e.GP64()
	run, chain, left, behind := e.GP64(), e.GP64(), e.GP64(), e.GP64()
	loop, alone, apart, next := e.label("row"), e.label("alone"), e.label("apart"), e.label("next")
	e.MOVQ(e.in("Scratch", 0), row)
	e.SUBQ(c.heads, row)
	e.MOVQ(e.in("DstOff", 0), offs)
	e.MOVQ(e.in("I", 0), count)
	e.IMUL3Q(operand.I32(c.size), e.in("J", 0), run)
	e.MOVQ(e.in("Chain", 0), chain)
	e.MOVQ(count, left)
	e.SUBQ(chain, left)
	e.TESTQ(chain, chain)
	e.CMOVQEQ(chain, left)
	e.LEAQ(operand.Mem{Base: offs, Index: chain, Scale: 8}, behind)
	heads := e.GP64()
	e.MOVQ(chain, heads)
	e.SHLQ(operand.U8(6), heads)
	e.ADDQ(c.heads, heads)
	e.Label(loop)
	e.MOVQ(at(offs, 0), to)
	e.DECQ(left)
	e.JL(operand.LabelRef(alone))
	e.LEAQ(atIndex(to, run, 0), phase)
	e.CMPQ(phase, at(behind, 0))
	e.JNE(operand.LabelRef(apart))
	e.ADDQ(e.dst, to)
	e.MOVQ(to, phase)
	e.ANDQ(operand.I32(63), phase)
	z := e.ZMM()
	e.VMOVDQU64(atIndex(row, heads, 0), z)
	c.line(to, phase, at(row, 0), z)
	e.JMP(operand.LabelRef(next))
	e.Label(apart)
	begin, kept := e.GP64(), e.GP64()
	e.MOVQ(at(behind, 0), begin)
	e.ADDQ(e.dst, begin)
	e.SUBQ(run, begin)
	e.LEAQ(atIndex(row, heads, 0), kept)
	c.head(kept, begin)
	e.Label(alone)
	e.ADDQ(e.dst, to)
	c.rest(row, to)
	e.Label(next)
	e.ADDQ(operand.I32(64), row)
	e.ADDQ(operand.I32(8), offs)
	e.ADDQ(operand.I32(8), behind)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(loop))
}

// rest stores the last bytes of what is at row up to the address to, from the edge of a line on.
func (c *carried) rest(row, to reg.GPVirtual) {
	e, phase, bits, stored, z := c.emitter, c.GP64(), c.GP64(), c.K(), c.ZMM()
	e.MOVQ(to, phase)
	e.ANDQ(operand.I32(63), phase)
	e.MOVQ(operand.I32(-1), bits)
	e.SHRXQ(phase, bits, bits)
	e.NOTQ(bits)
	e.KMOVQ(bits, stored)
	e.VMOVDQU64(at(row, 0), z)
	e.VMOVDQU8(z, stored, at(to, -64))
}

// iotaName is the constant of the bytes 0 to 63.
const iotaName = "iota"

func addIota(c *build.Context) {
	addBytes(c, iotaName, 64, func(k int) int { return k })
}
