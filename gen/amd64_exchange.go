package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An exchange is the form of a box of so many 16-byte windows on either side, each of which
// takes as many bytes of each of the other side. Unpacking exchanges them in fewer steps
// than a shuffle for every pair of windows would: the windows are rows of a matrix, whose
// items are those bytes. Where they do not lie in the order of the windows, or not side by
// side, a shuffle of each window before or after brings them there.
type exchange int

func exchangeKernels() []kernel {
	var ks []kernel
	for _, n := range []exchange{4, 8} {
		ks = append(ks, kernel{
			name: fmt.Sprintf("permute%dx%dExchangeAVX2", n, n), op: "Permute", i: int(n), j: int(n), vector: 16, weave: "Exchange",
			twin: "permuteGeneric", isa: "cpu.AVX2", loop: permuteLoop(16), emit: n.emit,
		})
	}
	return ks
}

const (
	permutesBefore = 2 // bits of Perm.Exchange
	permutesAfter  = 4
)

// emit works on two boxes at a time, one in each lane, like those of shuffles.
func (x exchange) emit(e *emitter) {
	n := int(x)
	perm := e.GP64()
	e.MOVQ(e.in("Perm", 0), perm)
	edges, how := e.AllocLocal(8), e.AllocLocal(8)
	before, after := e.AllocLocal(32*n), e.AllocLocal(32*n)
	x.vectors(e, perm, how, before, after)
	b := boxesAVX2{e: e}
	b.srcAt, b.dstAt = e.windows(perm, "SrcAt", e.src, n), e.windows(perm, "DstAt", e.dst, n)
	b.edges(edges)
	s := newNet(e, e.YMM, n, 32)
	b.loops(edges, func(store func(out reg.VecVirtual, w int)) {
		b.load(s)
		x.shuffle(e, s, how, permutesBefore, before)
		s.transpose(16 / n)
		x.shuffle(e, s, how, permutesAfter, after)
		for w := range n {
			store(s.vecs[w], w)
		}
	})
	e.VZEROUPPER()
}

// vectors stores how the exchange is done, and its index vectors, each repeated for both
// lanes, if there are any.
func (x exchange) vectors(e *emitter, perm reg.GPVirtual, how, before, after operand.Mem) {
	n := int(x)
	t, done := e.GP64(), e.label("exchange")
	e.MOVQ(at(perm, permAt("Exchange")), t)
	e.MOVQ(t, how)
	e.CMPQ(t, operand.I32(1))
	e.JEQ(operand.LabelRef(done))
	e.MOVQ(at(perm, permAt("Index")), t)
	for k := range 2 * n {
		y, to := e.YMM(), before.Offset(32*k)
		if k >= n {
			to = after.Offset(32 * (k - n))
		}
		e.VBROADCASTI128(at(t, 16*(n*n+k)), y)
		e.VMOVDQU(y, to)
	}
	e.Label(done)
}

// load loads the windows of two boxes, which are halves of one vector where they touch.
func (x *boxesAVX2) load(s *net) {
	e, together, loaded, t := x.e, x.e.label("together"), x.e.label("loaded"), x.e.GP64()
	e.LEAQ(at(x.s, 16), t)
	e.CMPQ(t, x.s2)
	e.JEQ(operand.LabelRef(together))
	for k, in := range s.vecs {
		from := x.srcAt.of(k, x.s, x.s2)
		e.VMOVDQU(from[0], in.AsX())
		e.VINSERTI128(operand.U8(1), from[1], in, in)
	}
	e.JMP(operand.LabelRef(loaded))
	e.Label(together)
	for k, in := range s.vecs {
		e.VMOVDQU(x.srcAt.of(k, x.s)[0], in)
	}
	e.Label(loaded)
}

// shuffle permutes every vector of s by its index vector at table, if how says so.
func (x exchange) shuffle(e *emitter, s *net, how operand.Mem, bit int, table operand.Mem) {
	done := e.label("shuffled")
	e.TESTQ(operand.I32(bit), how)
	e.JZ(operand.LabelRef(done))
	for k, v := range s.vecs {
		e.VPSHUFB(table.Offset(32*k), v, v)
	}
	e.Label(done)
}
