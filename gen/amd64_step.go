package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A stepTile is a transpose of small items between rows that lie at equal steps on
// either side, or on one. The steps are kept in registers, so that no address comes from
// a table: with 1- and 2-byte items, the loads of addresses would be half of all.
//
// Every 128-bit lane of register i takes its items from source rows of its own, so
// rounds of unpacking within the lanes make of them a part of destination row i.
type stepTile struct {
	size  int // bytes of an item
	lanes int // of a register: 2 with AVX2, 4 with AVX-512
	width int // bytes of a destination row that a tile makes

	srcTable, dstTable bool // whose rows are found by a table all the same
}

// i is the destination rows of a tile.
func (t stepTile) i() int {
	switch {
	case t.width == 16:
		return 32 / t.size
	case t.lanes == 2:
		return piece(t.size).columns()
	}
	return 16 / t.size
}
func (t stepTile) j() int     { return t.width / t.size }
func (t stepTile) bytes() int { return 16 * t.lanes }

func stepKernels() []kernel {
	var ks []kernel
	add := func(prefix, suffix string, t stepTile) {
		ks = append(ks, kernel{
			name: fmt.Sprintf("transpose%sB%d%s", prefix, t.size, suffix), op: "Transpose", size: t.size, i: t.i(), j: t.j(), step: t.sides(),
			loop: t.loop(), twin: "transposeGeneric", isa: "cpu." + suffix,
			emit: func(e *emitter) { e.stepTranspose(t) },
		})
	}
	for _, size := range []int{1, 2, 4, 8, 16} {
		if size < 16 {
			add("Step", "AVX512", stepTile{size: size, lanes: 4, width: 64})
		}
		add("StepWide", "AVX2", stepTile{size: size, lanes: 2, width: 64})
		add("Step", "AVX2", stepTile{size: size, lanes: 2, width: 32})
	}
	for _, size := range []int{1, 2, 4} {
		add("StepLow", "AVX2", stepTile{size: size, lanes: 2, width: 16})
	}
	for _, size := range []int{1, 2, 4, 8} {
		add("DstStep", "AVX2", stepTile{size: size, lanes: 2, width: 32, srcTable: true})
		if size <= 2 { // more of which are source rows
			add("SrcStep", "AVX2", stepTile{size: size, lanes: 2, width: 32, dstTable: true})
		}
	}
	return ks
}

// sides are those whose rows lie at equal steps.
func (t stepTile) sides() string {
	switch {
	case t.srcTable:
		return "DstSide"
	case t.dstTable:
		return "SrcSide"
	}
	return "BothSides"
}

func (t stepTile) loop() []string {
	dst, src := "i*b.Inner.Dst", "j*b.Inner.Src"
	if t.dstTable {
		dst = "b.DstOff[i]"
	}
	if t.srcTable {
		src = "b.SrcOff[j]"
	}
	return tilesLoop(dst, src, t.size)
}

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

// stepPointers are the registers that a tile works from.
type stepPointers struct {
	from, to       steps
	src, dst       reg.GPVirtual // first items of source row 0 and destination row 0
	srcOff, dstOff reg.GPVirtual // their table entries, where rows are found by tables
}

// stepTranspose emits the loops over tiles like transpose: along the source rows
// inside, down them outside.
func (e *emitter) stepTranspose(t stepTile) {
	var p stepPointers
	down, restJ := e.AllocLocal(8), e.AllocLocal(8) // bytes of the source rows of a tile
	dstRow, srcRow := e.AllocLocal(8), e.AllocLocal(8)
	nextRow := advance{pointer: srcRow, scale: 8}
	if !t.srcTable {
		p.from = e.steps("Inner", 16)
		rows := e.GP64()
		e.IMUL3Q(operand.I32(t.j()), p.from[0], rows)
		e.MOVQ(rows, down)
		nextRow = advance{pointer: srcRow, step: p.from[0], whole: down}
	}
	if !t.dstTable {
		p.to = e.steps("Inner", 8)
	}
	var masks []reg.OpmaskVirtual
	if t.lanes == 4 {
		masks = t.masks(e)
	}
	e.outerFrame(func(src operand.Mem) {
		if t.srcTable {
			e.loadStore(e.in("SrcOff", 0), srcRow)
		} else {
			e.loadStore(src, srcRow)
		}
		e.MOVQ(e.dst, dstRow)
		e.loadStore(e.in("J", 0), restJ)
		e.slide(restJ, t.j(), nil, func() {
			if p.src, p.dst = e.GP64(), e.GP64(); t.srcTable {
				p.srcOff = e.GP64()
				e.MOVQ(srcRow, p.srcOff)
				e.MOVQ(src, p.src)
			} else {
				e.MOVQ(srcRow, p.src)
			}
			e.MOVQ(dstRow, p.dst)
			nextTile := advance{pointer: p.dst, step: p.to[0], done: true}
			if t.dstTable {
				p.dstOff = e.GP64()
				e.MOVQ(e.in("DstOff", 0), p.dstOff)
				nextTile = advance{pointer: p.dstOff, scale: 8}
			}
			restI := e.GP64()
			e.MOVQ(e.in("I", 0), restI)
			e.slide(restI, t.i(), nil, func() {
				switch {
				case t.width == 16:
					t.twoLanes(e, p)
				case t.lanes == 2:
					t.pieces(e, p)
				default:
					net := t.load(e, p.from, p.src, masks)
					net.transpose(t.size)
					t.store(e, net, p.to, p.dst)
				}
			}, advance{pointer: p.src, scale: t.size}, nextTile)
		}, advance{pointer: dstRow, scale: t.size}, nextRow)
	})
	e.VZEROUPPER()
}

// masks selects the lanes of a 64-byte register but the first.
func (t stepTile) masks(e *emitter) []reg.OpmaskVirtual {
	masks := make([]reg.OpmaskVirtual, t.lanes)
	for k := 1; k < t.lanes; k++ {
		bits := e.GP32()
		masks[k] = e.K()
		e.MOVL(operand.U32(0xf<<(4*k)), bits)
		e.KMOVW(bits, masks[k])
	}
	return masks
}

// pieces moves a tile piece by piece and leaves dst behind its rows.
func (t stepTile) pieces(e *emitter, p stepPointers) {
	half := piece(t.size)
	pool := vectorPool{e: e}
	low, high := p.src, p.src // of the two halves of a piece's source rows, if they are more than eight
	if !t.srcTable {
		low, high = e.GP64(), e.GP64()
		e.MOVQ(p.src, low)
	}
	for j := 0; j < t.j(); j += half.rows() {
		more := j+half.rows() < t.j()
		pool.used = 0
		from := func(k int) operand.Mem { return e.row(p.src, p.srcOff, j+k, 0) }
		if !t.srcTable {
			from = t.sourceRows(e, p.from, low, high)
		}
		rows := half.make(e, &pool, from)
		row := p.dst
		if more && !t.dstTable {
			row = e.GP64()
			e.MOVQ(p.dst, row)
		}
		if more && !t.srcTable {
			t.nextRows(e, p.from, low, high)
		}
		for k, r := range rows {
			if t.dstTable {
				e.VMOVDQU(r, e.row(p.dst, p.dstOff, k, t.size*j))
				continue
			}
			m := p.to.row(row, k%8)
			m.Disp = t.size * j
			e.VMOVDQU(r, m)
			if k%8 == 7 {
				e.eight(p.to, row)
			}
		}
	}
	if n := half.columns(); n < 8 && !t.dstTable {
		e.LEAQ(operand.Mem{Base: p.dst, Index: p.to[0], Scale: uint8(n)}, p.dst)
	}
}

// twoLanes moves a tile of destination rows of one lane, half of them from either lane of
// the source rows, and leaves dst behind them. The halves are stored one after the other,
// as rows that follow one another often share a line.
func (t stepTile) twoLanes(e *emitter, p stepPointers) {
	n := t.j()
	net := newNet(e, func() reg.VecVirtual { return e.YMM() }, n, 32)
	row := e.GP64()
	e.MOVQ(p.src, row)
	for k := range n {
		net.load(k, func(r reg.VecVirtual) { e.VMOVDQU(p.from.row(row, k%8), r) })
		if k%8 == 7 && k < n-1 {
			e.eight(p.from, row)
		}
	}
	net.transpose(t.size)
	for k := range 2 * n {
		if r := net.reg(k % n); k < n {
			e.VMOVDQU(r.AsX(), p.to.row(p.dst, k%8))
		} else {
			e.VEXTRACTI128(operand.U8(1), r, p.to.row(p.dst, k%8))
		}
		if k%8 == 7 {
			e.eight(p.to, p.dst)
		}
	}
}

// sourceRows returns what says where the source rows of a piece begin, from low on. It
// moves low and high on as it is asked.
func (t stepTile) sourceRows(e *emitter, s steps, low, high reg.GPVirtual) func(k int) operand.Mem {
	n := piece(t.size).rows() / 2
	if n < 8 {
		return func(k int) operand.Mem { return s.row(low, k) }
	}
	e.MOVQ(low, high)
	for range n / 8 {
		e.eight(s, high)
	}
	return func(k int) operand.Mem {
		base := low
		if k >= n {
			base, k = high, k-n
		}
		if k == 8 {
			e.eight(s, base)
		}
		return s.row(base, k%8)
	}
}

// nextRows moves low to the first row after those of a piece.
func (t stepTile) nextRows(e *emitter, s steps, low, high reg.GPVirtual) {
	if n := piece(t.size).rows(); n <= 8 {
		e.LEAQ(operand.Mem{Base: low, Index: s[0], Scale: uint8(n)}, low)
		return
	}
	e.LEAQ(operand.Mem{Base: high, Index: s[0], Scale: 8}, low)
}

// load fills lane l of register k from source row l*i+k. Loads that broadcast run beside
// the shuffles on most processors, insertions do not.
func (t stepTile) load(e *emitter, s steps, from reg.GPVirtual, masks []reg.OpmaskVirtual) *net {
	n := t.i()
	base := e.GP64()
	e.MOVQ(from, base)
	net := newNet(e, func() reg.VecVirtual { return e.ZMM() }, n, t.bytes())
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

// store writes register k to destination row k and leaves to behind the last.
func (t stepTile) store(e *emitter, net *net, s steps, to reg.GPVirtual) {
	for k := range t.i() {
		e.VMOVDQU64(net.reg(k), s.row(to, k%8))
		if k%8 == 7 {
			e.eight(s, to)
		}
	}
	if t.i() < 8 {
		e.LEAQ(operand.Mem{Base: to, Index: s[0], Scale: uint8(t.i())}, to)
	}
}
