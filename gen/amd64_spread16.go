package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Without VBMI, items of a size that is no power of two are spread within each 128-bit
// lane, by PSHUFB, moved by the net of that size, and packed again. A lane holds as
// many items as fit when spread, in P < 16 bytes when packed. Loads and stores are of
// whole lanes all the same:
//
//	load    the first tile of a row from its first byte on, all others up to
//	        their last byte, so none passes an end of the row
//	store   a piece after the other, each over the 16-P bytes too many of the one
//	        before; the last piece as its first eight bytes and its last eight
//
//	rows 0..n-1 |aaaaaaaaa...|                        |ccccccccc...|
//	rows n..    |bbbbbbbbb...|    destination row     aaaaaaaaabbbbbbbbbccccccccc
//
// Pieces of whole dwords, which are three, need no byte too many: a piece is rotated
// in its lane, so that its dwords fill up the one before and go on in the next, and
// what is left over of the last is stored as eight bytes.
type spread16 struct{ size, lane int }

func (s spread16) items() int   { return 16 / s.lane }                // of a lane
func (s spread16) packed() int  { return s.items() * s.size }         // bytes of them
func (s spread16) dwords() bool { return s.packed()%4 == 0 }          // whether they are whole dwords: 12 bytes then
func (s spread16) before() int  { return 16 - s.packed() }            // bytes loaded before a tile that is not the first
func (s spread16) least() int   { return (16 + s.size - 1) / s.size } // items of a row that fill a lane
func (s spread16) name() string { return fmt.Sprintf("spread16B%d", s.size) }

func spread16Kernels() []kernel {
	var ks []kernel
	for _, sizes := range spreadSizes() {
		s := spread16{sizes[0], sizes[1]}
		t := tile{size: s.size, lane: s.lane, i: s.items(), j: 8, begin: s.begin, move: s.move}
		if s.dwords() && 4*s.items() <= t.j {
			t.move = s.moveFour
		}
		ks = append(ks, kernel{
			name: fmt.Sprintf("transposeB%dAVX2", t.size), op: "Transpose", size: t.size, i: s.least(), j: t.j,
			loop: transposeLoop(t.size), twin: "transposeGeneric", isa: "cpu.AVX2",
			emit: func(e *emitter) { e.transpose(&t); e.VZEROUPPER() },
		})
	}
	return ks
}

// Offsets of the index vectors of a size in its constant.
const (
	spreadFirst = 32 * iota // for the first tile of a row, repeated in both lanes
	spreadNext              // for the others
	packPieces              // for pieces in both lanes
	packLast                // for the last piece of a row in the low lane, another in the high one
	packEven                // for the first and the third of four pieces of whole dwords
	packOdd                 // for the second and the fourth
	spread16Bytes
)

// addSpread16 adds the index vectors of all sizes to the assembly file.
func addSpread16(c *build.Context) {
	for _, sizes := range spreadSizes() {
		s := spread16{sizes[0], sizes[1]}
		spread := func(k int) int { return k/s.lane*s.size + min(k%s.lane, s.size-1) }
		pack := func(k int) int { return k%s.packed()/s.size*s.lane + k%s.packed()%s.size }
		bytes := packEven
		if s.dwords() {
			bytes = spread16Bytes
		}
		addBytes(c, s.name(), bytes, func(k int) int {
			at := k % 16
			switch k / 32 * 32 {
			case spreadFirst:
				return spread(at)
			case spreadNext:
				return s.before() + spread(at)
			case packLast:
				switch {
				case s.dwords() && k%32 < 16:
					return pack((at + 4) % 16)
				case k%32 >= 8 && k%32 < 16:
					return pack(s.packed() - 16 + at)
				}
			case packEven:
				return pack((at + 8*(k/16%2)) % 16)
			case packOdd:
				return pack((at + 4 + 8*(k/16%2)) % 16)
			}
			return pack(at)
		})
	}
}

func (s spread16) index(at int) operand.Mem {
	return operand.NewDataAddr(operand.NewStaticSymbol(s.name()), at)
}

// begin comes before the first tile of a row.
func (s spread16) begin(e *emitter) {
	if e.before.Base == nil {
		e.before, e.spreadIndex = e.AllocLocal(8), e.YMM()
	}
	e.MOVQ(operand.I32(s.before()), e.before)
	e.VMOVDQU(s.index(spreadFirst), e.spreadIndex)
}

// move moves a tile, and the source to where the load for the next one begins.
func (s spread16) move(e *emitter, t *tile, p tilePointers) {
	n, sets := s.items(), t.j/(2*s.items())
	pool := vectorPool{e: e}
	to := make([]operand.Mem, n) // the destination rows
	for set := range sets {
		pool.used = 0
		net := newNet(e, pool.next, n, 32)
		low, high, pack := 2*n*set, 2*n*set+n, packPieces
		if set == sets-1 {
			low, high, pack = high, low, packLast
		}
		s.load(e, p, net, low, high)
		for i := range n {
			if set == 0 {
				to[i] = e.row(p.dst, p.dstOff, i, 0)
			}
			e.VPSHUFB(s.index(pack), net.reg(i), net.reg(i))
			to[i].Disp = 2 * set * s.packed()
			s.store(e, net.reg(i), to[i], set == sets-1)
		}
	}
	s.next(e, p)
}

// moveFour is move for pieces of three dwords, of which four make three whole lanes:
//
//	even  |aaa.|c.cc|  each piece rotated to where it goes,
//	odd   |bb.b|.ddd|  by four bytes; aaab bbcc cddd are picked from these
func (s spread16) moveFour(e *emitter, t *tile, p tilePointers) {
	n := s.items()
	pools := [2]vectorPool{{e: e}, {e: e}}
	to := make([]operand.Mem, n)
	for first := 0; first < t.j; first += 4 * n {
		var nets [2]*net
		for odd := range nets {
			pools[odd].used = 0
			nets[odd] = newNet(e, pools[odd].next, n, 32)
			low := first + odd*n
			s.load(e, p, nets[odd], low, low+2*n)
			for i := range n {
				e.VPSHUFB(s.index(packEven+odd*(packOdd-packEven)), nets[odd].reg(i), nets[odd].reg(i))
			}
		}
		for i := range n {
			if first == 0 {
				to[i] = e.row(p.dst, p.dstOff, i, 0)
			}
			to[i].Disp = first * s.size
			s.storeFour(e, nets[0].reg(i), nets[1].reg(i), to[i])
		}
	}
	s.next(e, p)
}

// storeFour writes the four pieces of even and odd to m.
func (s spread16) storeFour(e *emitter, even, odd reg.VecVirtual, m operand.Mem) {
	middle := e.XMM()
	e.VEXTRACTI128(operand.U8(1), even, middle)
	e.VPBLENDD(operand.U8(0b0011), odd.AsX(), middle, middle)
	e.VPBLENDD(operand.U8(0b1110_1000), odd, even, even)
	e.VMOVDQU(even.AsX(), m)
	m.Disp += 16
	e.VMOVDQU(middle, m)
	m.Disp += 16
	e.VEXTRACTI128(operand.U8(1), even, m)
}

// load fills a net with items of the source rows from low and from high on, spread.
func (s spread16) load(e *emitter, p tilePointers, net *net, low, high int) {
	for k := range s.items() {
		net.load(k, func(r reg.VecVirtual) {
			e.VMOVDQU(e.source(p, low+k, 0), r.AsX())
			e.VINSERTI128(operand.U8(1), e.source(p, high+k, 0), r, r)
			e.VPSHUFB(e.spreadIndex, r, r)
		})
	}
	net.transpose(s.lane)
}

// next comes after a tile.
func (s spread16) next(e *emitter, p tilePointers) {
	before := e.GP64()
	e.MOVQ(e.before, before)
	e.SUBQ(before, p.src)
	e.MOVQ(operand.I32(0), e.before)
	e.VMOVDQU(s.index(spreadNext), e.spreadIndex)
}

// store writes two pieces to m: those of the low lane and of the high one, or the last
// two of a row, of which the low lane has the last.
func (s spread16) store(e *emitter, v reg.VecVirtual, m operand.Mem, last bool) {
	first, second := m, m
	second.Disp += s.packed()
	if !last {
		e.VMOVDQU(v.AsX(), first)
		e.VEXTRACTI128(operand.U8(1), v, second)
		return
	}
	if s.dwords() { // the last piece is rotated, its first four bytes fill the lane of the one before
		x := e.XMM()
		e.VEXTRACTI128(operand.U8(1), v, x)
		e.VPBLENDD(operand.U8(0b1000), v.AsX(), x, x)
		e.VMOVDQU(x, first)
		second.Disp += 4
		e.VMOVQ(v.AsX(), second)
		return
	}
	e.VEXTRACTI128(operand.U8(1), v, first)
	e.VMOVQ(v.AsX(), second)
	second.Disp += s.packed() - 8
	e.VMOVHPS(v.AsX(), second)
}
