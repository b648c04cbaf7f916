package main

import "github.com/mmcloughlin/avo/reg"

// halfTileSSE2 moves 16 source rows of 8 one-byte items: rows k and k+8 are
// interleaved while they are loaded, which is the first of four rounds, and the
// other three are those of eight whole vectors.
func halfTileSSE2(e *emitter, t *tile, p tilePointers) {
	net := newNet(e, func() reg.VecVirtual { return e.XMM() }, t.i, 16)
	for k := range t.i {
		net.load(k, func(r reg.VecVirtual) {
			below := e.XMM()
			e.MOVQ(e.row(p.src, p.srcOff, k, 0), r)
			e.MOVQ(e.row(p.src, p.srcOff, k+t.i, 0), below)
			e.PUNPCKLBW(below, r)
		})
	}
	net.transpose(t.size)
	for i := range t.i {
		e.MOVOU(net.reg(i), e.row(p.dst, p.dstOff, i, 0))
	}
}
