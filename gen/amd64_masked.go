package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A maskedTile transposes small items like a stepTile, between rows that lie anywhere. The
// last tile along J is not slid back but stored under a mask, and takes only as many
// source rows as there are, rounded up to those of a 128-bit lane: destination rows that
// fill no tile, or one and a half, would otherwise be moved by narrow tiles, or twice.
type maskedTile struct{ stepTile }

// fewRows is the number of source rows from which wide tiles are better than narrow ones.
const fewRows = 17

func maskedKernels() []kernel {
	var ks []kernel
	for _, size := range []int{1, 2} {
		t := maskedTile{stepTile{size: size, lanes: 4, width: 64}}
		ks = append(ks, kernel{
			name: fmt.Sprintf("transposeMaskedB%dAVX512", size), op: "Transpose", size: size, i: t.i(), j: fewRows, masked: true,
			loop: transposeLoop(size), twin: "transposeGeneric", isa: "cpu.AVX512",
			emit: func(e *emitter) { e.maskedTranspose(t) },
		})
	}
	return ks
}

// maskedTranspose emits the loops over tiles: along the source rows inside, down them
// outside.
func (e *emitter) maskedTranspose(t maskedTile) {
	restJ, dstRow, table := e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8)
	masks, stored := t.masks(e), e.K()
	e.outerFrame(func(src operand.Mem) {
		e.MOVQ(e.dst, dstRow)
		e.loadStore(e.in("J", 0), restJ)
		e.loadStore(e.in("SrcOff", 0), table)
		tiles, last := e.label("tiles"), e.label("last")
		e.Label(tiles)
		e.storeMask(t, restJ, stored)
		s, d, srcOff, dstOff, restI := e.GP64(), e.GP64(), e.GP64(), e.GP64(), e.GP64()
		e.MOVQ(src, s)
		e.MOVQ(dstRow, d)
		e.MOVQ(table, srcOff)
		e.MOVQ(e.in("DstOff", 0), dstOff)
		e.MOVQ(e.in("I", 0), restI)
		e.slide(restI, t.i(), nil, func() {
			net := t.loadRows(e, s, srcOff, restJ, masks)
			net.transpose(t.size)
			for k := range t.i() {
				e.VMOVDQU8(net.reg(k), stored, e.row(d, dstOff, k, 0))
			}
		}, advance{pointer: s, scale: t.size}, advance{pointer: dstOff, scale: 8})
		e.SUBQ(operand.I32(t.j()), restJ)
		e.JLE(operand.LabelRef(last))
		e.ADDQ(operand.I32(t.bytes()), dstRow)
		e.ADDQ(operand.I32(8*t.j()), table)
		e.JMP(operand.LabelRef(tiles))
		e.Label(last)
	})
	e.VZEROUPPER()
}

// storeMask selects the bytes of rest items, of 64 bytes at most.
func (e *emitter) storeMask(t maskedTile, rest operand.Mem, to reg.OpmaskVirtual) {
	n, most, ones := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(operand.I32(t.j()), most)
	e.MOVQ(rest, n)
	e.CMPQ(n, most)
	e.CMOVQGT(most, n)
	e.IMUL3Q(operand.I32(-t.size), n, n)
	e.ADDQ(operand.I32(64), n) // bytes that are not stored
	e.MOVQ(operand.I32(-1), ones)
	e.SHRXQ(n, ones, ones)
	e.KMOVQ(ones, to)
}

// loadRows fills lane l of register k from source row l*i+k, where there are rows for
// lane l; else it leaves there what there was.
func (t maskedTile) loadRows(e *emitter, s, srcOff reg.GPVirtual, rest operand.Mem, masks []reg.OpmaskVirtual) *net {
	n := t.i()
	net := newNet(e, func() reg.VecVirtual { return e.ZMM() }, n, t.bytes())
	done := e.label("loaded")
	for lane := range t.lanes {
		if lane > 0 {
			e.CMPQ(rest, operand.I32(lane*n))
			e.JLE(operand.LabelRef(done))
		}
		for k := range n {
			m := e.row(s, srcOff, lane*n+k, 0)
			if lane == 0 {
				net.load(k, func(r reg.VecVirtual) { e.VMOVDQU64(m, r.AsX()) })
			} else {
				e.VBROADCASTI32X4(m, masks[lane], net.reg(k))
			}
		}
	}
	e.Label(done)
	return net
}
