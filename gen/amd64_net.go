package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A net transposes n vectors of n items inside their 128-bit lanes, by log2(n)
// equal rounds: each interleaves the items of the first half of the vectors with
// those of the second half, low parts and high parts, like riffling cards.
//
//	a0 a1 a2 a3        a0 c0 a1 c1        a0 b0 c0 d0
//	b0 b1 b2 b3   ->   a2 c2 a3 c3   ->   a1 b1 c1 d1
//	c0 c1 c2 c3        b0 d0 b1 d1        a2 b2 c2 d2
//	d0 d1 d2 d3        b2 d2 b3 d3        a3 b3 c3 d3
//
// The vectors of 16 one-byte rows are as many as AVX2 has registers, so one of
// them always waits in the frame: a round needs a free register.
type net struct {
	e      *emitter
	vecs   []reg.VecVirtual // nil where the vector waits in the frame
	free   reg.VecVirtual   // nil where there is none
	spill  operand.Mem
	bytes  int
	spills bool
}

func newNet(e *emitter, alloc func() reg.VecVirtual, n, bytes int) *net {
	s := &net{e: e, vecs: make([]reg.VecVirtual, n), bytes: bytes, spills: n == 16 && bytes <= 32}
	s.free = alloc()
	for k := range s.vecs {
		if s.spills && k == n-1 {
			s.spill = e.AllocLocal(bytes)
			continue
		}
		s.vecs[k] = alloc()
	}
	return s
}

// load fills vector k.
func (s *net) load(k int, fill func(r reg.VecVirtual)) {
	if s.vecs[k] != nil {
		fill(s.vecs[k])
		return
	}
	fill(s.free)
	s.move(s.free, s.spill)
}

// move is a whole-vector move between registers and the frame.
func (s *net) move(from, to operand.Op) {
	switch {
	case s.bytes == 16:
		s.e.MOVOU(from, to)
	case s.bytes == 32:
		s.e.VMOVDQU(from, to)
	default:
		s.e.VMOVDQU64(from, to)
	}
}

// reg returns the register of vector k, fetching it from the frame if need be.
func (s *net) reg(k int) reg.VecVirtual {
	if s.vecs[k] == nil {
		s.vecs[k], s.free = s.free, nil
		s.move(s.spill, s.vecs[k])
	}
	return s.vecs[k]
}

// transpose runs the rounds for items of the given size; register i is then row i
// of the transpose.
func (s *net) transpose(size int) {
	half := len(s.vecs) / 2
	for n := 1; n < len(s.vecs); n *= 2 {
		riffled := make([]reg.VecVirtual, 0, 2*half)
		for k := range half {
			s.interleave(k, k+half, size)
		}
		for k := range half {
			riffled = append(riffled, s.vecs[k], s.vecs[k+half])
		}
		s.vecs = riffled
	}
}

// interleave replaces vectors a and b by the low and the high interleaving of
// their items of width bytes.
func (s *net) interleave(a, b, width int) {
	e, x := s.e, s.vecs[a]
	if s.free == nil { // every vector is in a register: put the round's last aside
		last := len(s.vecs) - 1
		s.move(s.vecs[last], s.spill)
		s.free, s.vecs[last] = s.vecs[last], nil
	}
	if s.bytes == 16 { // two-operand instructions destroy their target
		e.MOVOA(x, s.free)
		unpackSSE(e, width, false, s.vecs[b], s.free)
		unpackSSE(e, width, true, s.vecs[b], x)
		s.vecs[a], s.vecs[b], s.free = s.free, x, s.vecs[b]
		return
	}
	if s.vecs[b] == nil { // the second vector waits in the frame
		unpack(e, width, false, s.spill, x, s.free)
		unpack(e, width, true, s.spill, x, x)
		s.vecs[a], s.vecs[b], s.free = s.free, x, nil
		return
	}
	y := s.vecs[b]
	unpack(e, width, false, y, x, s.free)
	unpack(e, width, true, y, x, y)
	s.vecs[a], s.free = s.free, x
}

func unpack(e *emitter, width int, high bool, y, x, to operand.Op) {
	switch {
	case width == 1 && !high:
		e.VPUNPCKLBW(y, x, to)
	case width == 1:
		e.VPUNPCKHBW(y, x, to)
	case width == 2 && !high:
		e.VPUNPCKLWD(y, x, to)
	case width == 2:
		e.VPUNPCKHWD(y, x, to)
	case width == 4 && !high:
		e.VPUNPCKLDQ(y, x, to)
	case width == 4:
		e.VPUNPCKHDQ(y, x, to)
	case !high:
		e.VPUNPCKLQDQ(y, x, to)
	default:
		e.VPUNPCKHQDQ(y, x, to)
	}
}

func unpackSSE(e *emitter, width int, high bool, y, x operand.Op) {
	switch {
	case width == 1 && !high:
		e.PUNPCKLBW(y, x)
	case width == 1:
		e.PUNPCKHBW(y, x)
	case width == 2 && !high:
		e.PUNPCKLWL(y, x)
	case width == 2:
		e.PUNPCKHWL(y, x)
	case width == 4 && !high:
		e.PUNPCKLLQ(y, x)
	case width == 4:
		e.PUNPCKHLQ(y, x)
	case !high:
		e.PUNPCKLQDQ(y, x)
	default:
		e.PUNPCKHQDQ(y, x)
	}
}
