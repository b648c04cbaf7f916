package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A tile of a transpose takes tile.j source rows and tile.i items of each, and
// makes of them tile.i destination rows of tile.j items.
type tile struct {
	size int // bytes of an item
	i, j int // items
	lane int // bytes that an item takes in a register, if more
	move func(e *emitter, t *tile, p tilePointers)

	begin  func(e *emitter) // before each row of tiles, if anything
	stream bool             // store past the caches and fetch ahead
	pitch  int              // bytes between destination rows in scratch memory, to which no table leads

	keep func(p tilePointers, v reg.VecVirtual, i int) // stores row i, if that is not all, with p.carry
}

// tilePointers are the registers that a tile works from.
type tilePointers struct {
	src    reg.GPVirtual   // first item of source row 0
	srcOff reg.GPVirtual   // table entry of source row 0
	dst    reg.GPVirtual   // first item of destination row 0
	dstOff reg.GPVirtual   // table entry of destination row 0
	rows   []reg.GPVirtual // the source rows' offsets, where there are registers for all

	// Streaming only.
	skip       reg.GPVirtual // destination rows that are written already
	fetchTable operand.Mem   // table entry of the first row to fetch
	fetchDelta operand.Mem   // bytes from this block's rows to those

	carry reg.GPVirtual // what is kept of destination row 0
}

// lanes is the number of items in a 128-bit lane.
func (t *tile) lanes() int { return 16 / t.spread() }

// spread is the bytes that an item takes in a register.
func (t *tile) spread() int { return max(t.size, t.lane) }

// transposeLoop is the loop of kernels that find the rows by tables.
func transposeLoop(size int) []string { return tilesLoop("b.DstOff[i]", "b.SrcOff[j]", size) }

// tilesLoop is the loop of a transpose whose rows begin where the two terms say.
func tilesLoop(dstRow, srcRow string, size int) []string {
	return []string{
		"for o := range b.Outer.N {",
		"\tfor j := range b.J {",
		"\t\tfor i := range b.I {",
		fmt.Sprintf("\t\t\td, s := o*b.Outer.Dst+%s+j*%d, o*b.Outer.Src+%s+i*%d", dstRow, size, srcRow, size),
		fmt.Sprintf("\t\t\tcopy(dst[d:d+%d], src[s:s+%d])", size, size),
		"\t\t}",
		"\t}",
		"}",
	}
}

func transposeKernels() []kernel {
	var ks []kernel
	add := func(prefix, suffix, isa string, t tile) {
		ks = append(ks, kernel{
			name: fmt.Sprintf("transpose%sB%d%s", prefix, t.size, suffix), op: "Transpose", size: t.size, i: t.i, j: t.j,
			loop: transposeLoop(t.size), twin: "transposeGeneric", isa: isa,
			emit: func(e *emitter) {
				e.transpose(&t)
				if isa != "cpu.SSE2" {
					e.VZEROUPPER()
				}
			},
		})
	}
	for _, size := range []int{1, 2, 4, 8, 16} {
		add("", "AVX2", "cpu.AVX2", tileAVX2(size, 32))
	}
	add("", "SSE2", "cpu.SSE2", tile{size: 1, i: 8, j: 16, move: halfTileSSE2})
	for _, size := range []int{2, 4, 8} {
		lanes := 16 / size
		add("", "SSE2", "cpu.SSE2", tile{size: size, i: lanes, j: lanes, move: laneTileSSE2})
	}
	add("Low", "SSE2", "cpu.SSE2", tile{size: 1, i: 16, j: 8, move: lowTileSSE2})
	add("Small", "SSE2", "cpu.SSE2", tile{size: 1, i: 8, j: 8, move: smallTileSSE2})
	add("Small", "SSE2", "cpu.SSE2", tile{size: 2, i: 4, j: 4, move: smallTileSSE2})
	add("Flat", "SSE2", "cpu.SSE2", tile{size: 1, i: 8, j: 4, move: smallTileSSE2})
	return ks
}

// transpose emits the loops over tiles: along the source rows inside, down them
// outside. A last tile that does not fit is slid back over items that are already
// done, so extents from the tile's own upwards need no other code.
func (e *emitter) transpose(t *tile) {
	restJ, srcOff := e.AllocLocal(8), e.AllocLocal(8)
	e.outerFrame(func(src operand.Mem) {
		p := tilePointers{src: e.GP64(), srcOff: e.GP64(), dst: e.dst, dstOff: e.GP64()}
		var skip *reg.GPVirtual
		if t.stream {
			p.skip, p.fetchTable, p.fetchDelta = e.GP64(), e.AllocLocal(8), e.AllocLocal(8)
			skip = &p.skip
		}
		e.loadStore(e.in("SrcOff", 0), srcOff)
		e.loadStore(e.in("J", 0), restJ)
		e.slide(restJ, t.j, nil, func() {
			e.MOVQ(srcOff, p.srcOff)
			e.MOVQ(src, p.src)
			e.MOVQ(e.in("DstOff", 0), p.dstOff)
			restI := e.GP64()
			e.MOVQ(e.in("I", 0), restI)
			if t.j <= 8 && !t.stream {
				for k := range t.j {
					p.rows = append(p.rows, e.GP64())
					e.MOVQ(at(p.srcOff, 8*k), p.rows[k])
				}
			}
			if t.stream {
				e.XORQ(p.skip, p.skip)
				table, delta := e.ahead(p, restJ)
				e.MOVQ(table, p.fetchTable)
				e.MOVQ(delta, p.fetchDelta)
			}
			if t.begin != nil {
				t.begin(e)
			}
			e.slide(restI, t.i, skip, func() {
				if t.stream {
					e.prefetch(t, p)
				}
				t.move(e, t, p)
			}, advance{pointer: p.src, scale: t.size}, advance{pointer: p.dstOff, scale: 8})
		}, advance{pointer: p.dst, scale: t.size}, advance{pointer: srcOff, scale: 8})
	})
	if t.stream {
		e.SFENCE()
	}
}

// outerFrame is outer for bodies that want all registers: the addresses live in the
// frame, and body may change e.dst.
func (e *emitter) outerFrame(body func(src operand.Mem)) {
	dst, src := e.AllocLocal(8), e.AllocLocal(8)
	e.MOVQ(e.dst, dst)
	e.MOVQ(e.src, src)
	e.turns(func() {
		e.dst = e.GP64()
		e.MOVQ(dst, e.dst)
		body(src)
	}, dst, src)
}

// advance is a pointer that moves by scale bytes an item, or by step bytes.
type advance struct {
	pointer operand.Op // a register, or a place in the frame
	scale   int
	step    operand.Op
	whole   operand.Mem // the bytes of a whole tile, where they are not scale times its items
	done    bool        // the body has moved the pointer by a whole tile itself
}

// slide runs body over rest items in steps of n, the last step moved back so that
// it ends exactly at the end; skip, if any, is then set to the items that are done
// twice. rest must be at least n and is used up.
func (e *emitter) slide(rest operand.Op, n int, skip *reg.GPVirtual, body func(), pointers ...advance) {
	loop, done := e.label("tile"), e.label("done")
	e.Label(loop)
	body()
	for _, p := range pointers {
		e.forward(p, n)
	}
	e.SUBQ(operand.I32(n), rest)
	e.CMPQ(rest, operand.I32(n))
	e.JGE(operand.LabelRef(loop))
	back := e.GP64() // less than nothing
	e.MOVQ(rest, back)
	e.TESTQ(back, back)
	e.JLE(operand.LabelRef(done))
	e.SUBQ(operand.I32(n), back)
	for _, p := range pointers {
		if p.step == nil {
			e.addScaled(p.pointer, back, p.scale)
			continue
		}
		t := e.GP64()
		e.MOVQ(back, t)
		e.IMULQ(p.step, t)
		e.ADDQ(t, p.pointer)
	}
	if skip != nil {
		e.XORQ(*skip, *skip)
		e.SUBQ(back, *skip)
	}
	e.MOVQ(operand.I32(n), rest)
	e.JMP(operand.LabelRef(loop))
	e.Label(done)
}

// forward moves p by a whole tile of n items.
func (e *emitter) forward(p advance, n int) {
	switch {
	case p.done:
	case p.step != nil:
		t := e.GP64()
		e.MOVQ(p.whole, t)
		e.ADDQ(t, p.pointer)
	default:
		e.ADDQ(operand.I32(n*p.scale), p.pointer)
	}
}

// addScaled adds n*scale to p.
func (e *emitter) addScaled(p operand.Op, n reg.GPVirtual, scale int) {
	if r, ok := p.(reg.GPVirtual); ok && scale <= 8 && scale&(scale-1) == 0 {
		e.LEAQ(operand.Mem{Base: r, Index: n, Scale: uint8(scale)}, r)
		return
	}
	t := e.GP64()
	e.IMUL3Q(operand.I32(scale), n, t)
	e.ADDQ(t, p)
}

func log2(n int) int {
	k := 0
	for n > 1 {
		n, k = n>>1, k+1
	}
	return k
}

// row returns the operand of row k: base plus the k-th entry of the table.
func (e *emitter) row(base, table reg.GPVirtual, k, disp int) operand.Mem {
	off := e.GP64()
	e.MOVQ(at(table, 8*k), off)
	return atIndex(base, off, disp)
}

// source returns the operand of source row k of a tile.
func (e *emitter) source(p tilePointers, k, disp int) operand.Mem {
	if p.rows != nil {
		return atIndex(p.src, p.rows[k], disp)
	}
	return e.row(p.src, p.srcOff, k, disp)
}

// A vectorPool hands the same registers to one net after the other. The allocator
// takes a vector whose low lane is loaded first for one that lives from the start of
// the loop, so fresh ones for every net would run out.
type vectorPool struct {
	e    *emitter
	regs []reg.VecVirtual
	used int
}

func (p *vectorPool) next() reg.VecVirtual {
	if p.used == len(p.regs) {
		p.regs = append(p.regs, p.e.YMM())
	}
	p.used++
	return p.regs[p.used-1]
}

// tileAVX2 is a tile that makes width bytes of each destination row.
func tileAVX2(size, width int) tile {
	return tile{size: size, i: piece(size).columns(), j: width / size, move: piecesAVX2}
}

// piecesAVX2 moves a tile piece by piece. Streaming, the halves of a line go out together:
// few lines can wait for their other half, and one that cannot is written to memory twice.
func piecesAVX2(e *emitter, t *tile, p tilePointers) {
	half := piece(t.size)
	pool := vectorPool{e: e}
	var halves [][]reg.VecVirtual
	for j := 0; j < t.j; j += half.rows() {
		halves = append(halves, half.make(e, &pool, func(k int) operand.Mem { return e.source(p, j+k, 0) }))
		if !t.stream {
			e.storeHalves(t, p, halves, j*t.size)
			halves, pool.used = nil, 0
		}
	}
	if t.stream {
		e.storeHalves(t, p, halves, 0)
	}
}

// storeHalves stores half lines of destination rows side by side from disp bytes on.
// Streaming, it leaves out rows that the tile before has written.
func (e *emitter) storeHalves(t *tile, p tilePointers, halves [][]reg.VecVirtual, disp int) {
	for i := range halves[0] {
		done := e.label("written")
		if t.stream {
			e.CMPQ(p.skip, operand.I32(i))
			e.JG(operand.LabelRef(done))
		}
		to := e.row(p.dst, p.dstOff, i, disp)
		for _, half := range halves {
			if t.stream {
				e.VMOVNTDQ(half[i], to)
			} else {
				e.VMOVDQU(half[i], to)
			}
			to.Disp += 32
		}
		if t.stream {
			e.Label(done)
		}
	}
}

// laneTileSSE2 is a piece of one lane: L source rows of L items.
func laneTileSSE2(e *emitter, t *tile, p tilePointers) {
	n := t.lanes()
	net := newNet(e, func() reg.VecVirtual { return e.XMM() }, n, 16)
	for k := 0; k < n; k++ {
		net.load(k, func(r reg.VecVirtual) { e.MOVOU(e.source(p, k, 0), r) })
	}
	net.transpose(t.size)
	for i := 0; i < n; i++ {
		e.MOVOU(net.reg(i), e.row(p.dst, p.dstOff, i, 0))
	}
}
