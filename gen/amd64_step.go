package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A stepTile is a transpose of small items between rows that lie at equal steps on
// either side. The steps are kept in registers, so that no address comes from a
// table: with 1- and 2-byte items, the loads of addresses would be half of all.
//
// Every 128-bit lane of register i takes its items from source rows of its own, so
// rounds of unpacking within the lanes make of them a part of destination row i.
type stepTile struct {
	size  int // bytes of an item
	lanes int // of a register: 2 with AVX2, 4 with AVX-512
}

func (t stepTile) i() int     { return 16 / t.size }
func (t stepTile) j() int     { return t.lanes * t.i() }
func (t stepTile) bytes() int { return 16 * t.lanes }

func stepKernels() []kernel {
	var ks []kernel
	for _, size := range []int{1, 2, 4, 8} {
		for _, lanes := range []int{4, 2} {
			t := stepTile{size, lanes}
			suffix, isa := "AVX512", "cpu.AVX512"
			if lanes == 2 {
				suffix, isa = "AVX2", "cpu.AVX2"
			}
			ks = append(ks, kernel{
				name: fmt.Sprintf("transposeStepB%d%s", size, suffix), op: "Transpose", size: size, i: t.i(), j: t.j(), step: true,
				loop: stepLoop(size), twin: "transposeGeneric", isa: isa,
				emit: func(e *emitter) { e.stepTranspose(t) },
			})
		}
	}
	return ks
}

// stepLoop is the loop of kernels whose rows lie at equal steps.
func stepLoop(size int) []string { return tilesLoop("i*b.Inner.Dst", "j*b.Inner.Src", size) }

// steps are one, three, five and seven times the step of rows: with scaled
// addressing they reach eight rows from the first.
type steps [4]reg.GPVirtual

func (e *emitter) steps(field string, disp int) steps {
	s := steps{e.GP64(), e.GP64(), e.GP64(), e.GP64()}
	e.MOVQ(e.in(field, disp), s[0])
	for k, base := range []reg.GPVirtual{s[0], s[0], s[1]} {
		scale := []uint8{2, 4, 4}[k]
		e.LEAQ(operand.Mem{Base: base, Index: s[0], Scale: scale}, s[k+1])
	}
	return s
}

// row is the operand of row k of the eight from base on.
func (s steps) row(base reg.GPVirtual, k int) operand.Mem {
	m := operand.Mem{Base: base}
	for ; k > 0 && k%2 == 0; k /= 2 {
		m.Scale = max(m.Scale, 1) * 2
	}
	if k > 0 {
		m.Index, m.Scale = s[k/2], max(m.Scale, 1)
	}
	return m
}

// eight advances base to the next eight rows.
func (e *emitter) eight(s steps, base reg.GPVirtual) {
	e.LEAQ(operand.Mem{Base: base, Index: s[0], Scale: 8}, base)
}

// stepTranspose emits the loops over tiles like transpose: along the source rows
// inside, down them outside.
func (e *emitter) stepTranspose(t stepTile) {
	from, to := e.steps("Inner", 16), e.steps("Inner", 8)
	down, restJ := e.AllocLocal(8), e.AllocLocal(8) // bytes of the source rows of a tile
	dstRow, srcRow := e.AllocLocal(8), e.AllocLocal(8)
	rows := e.GP64()
	e.IMUL3Q(operand.I32(t.j()), from[0], rows)
	e.MOVQ(rows, down)
	masks := t.masks(e)
	e.outerFrame(func(src operand.Mem) {
		e.loadStore(src, srcRow)
		e.MOVQ(e.dst, dstRow)
		e.loadStore(e.in("J", 0), restJ)
		e.slide(restJ, t.j(), nil, func() {
			s, d, restI := e.GP64(), e.GP64(), e.GP64()
			e.MOVQ(srcRow, s)
			e.MOVQ(dstRow, d)
			e.MOVQ(e.in("I", 0), restI)
			e.slide(restI, t.i(), nil, func() {
				net := t.load(e, from, s, masks)
				net.transpose(t.size)
				t.store(e, net, to, d)
			}, advance{pointer: s, scale: t.size}, advance{pointer: d, step: to[0], done: true})
		}, advance{pointer: dstRow, scale: t.size}, advance{pointer: srcRow, step: from[0], whole: down})
	})
	e.VZEROUPPER()
}

// masks selects the lanes of a 64-byte register but the first.
func (t stepTile) masks(e *emitter) []reg.OpmaskVirtual {
	if t.lanes == 2 {
		return nil
	}
	masks := make([]reg.OpmaskVirtual, t.lanes)
	for k := 1; k < t.lanes; k++ {
		bits := e.GP32()
		masks[k] = e.K()
		e.MOVL(operand.U32(0xf<<(4*k)), bits)
		e.KMOVW(bits, masks[k])
	}
	return masks
}

// load fills lane l of register k from source row l*i+k. Loads that broadcast and
// blends run beside the shuffles on most processors, insertions do not.
func (t stepTile) load(e *emitter, s steps, from reg.GPVirtual, masks []reg.OpmaskVirtual) *net {
	n := t.i()
	base := e.GP64()
	e.MOVQ(from, base)
	net := newNet(e, t.alloc(e), n, t.bytes())
	high := base
	if t.lanes == 2 { // lane by lane would take more registers than there are
		high = e.GP64()
		e.LEAQ(operand.Mem{Base: base, Index: s[0], Scale: uint8(min(n, 8))}, high)
		if n == 16 {
			e.eight(s, high)
		}
		for k := range n {
			if k == 8 {
				e.eight(s, base)
				e.eight(s, high)
			}
			net.load(k, func(r reg.VecVirtual) {
				e.VMOVDQU(s.row(base, k%8), r.AsX())
				if net.spills { // no register is free
					e.VINSERTI128(operand.U8(1), s.row(high, k%8), r, r)
					return
				}
				e.VBROADCASTI128(s.row(high, k%8), net.free)
				e.VPBLENDD(operand.U8(0xf0), net.free, r, r)
			})
		}
		return net
	}
	for row := range n * t.lanes {
		if row > 0 && row%8 == 0 {
			e.eight(s, base)
		}
		lane, k := row/n, row%n
		if lane == 0 {
			net.load(k, func(r reg.VecVirtual) { e.VMOVDQU64(s.row(base, row%8), r.AsX()) })
		} else {
			e.VBROADCASTI32X4(s.row(base, row%8), masks[lane], net.reg(k))
		}
	}
	return net
}

func (t stepTile) alloc(e *emitter) func() reg.VecVirtual {
	if t.lanes == 4 {
		return func() reg.VecVirtual { return e.ZMM() }
	}
	pool := vectorPool{e: e}
	return pool.next
}

// store writes register k to destination row k and leaves to behind the last.
func (t stepTile) store(e *emitter, net *net, s steps, to reg.GPVirtual) {
	for k := range t.i() {
		if t.lanes == 4 {
			e.VMOVDQU64(net.reg(k), s.row(to, k%8))
		} else {
			e.VMOVDQU(net.reg(k), s.row(to, k%8))
		}
		if k%8 == 7 {
			e.eight(s, to)
		}
	}
	if t.i() < 8 {
		e.LEAQ(operand.Mem{Base: to, Index: s[0], Scale: uint8(t.i())}, to)
	}
}
