package strided

import (
	"math/bits"
	"slices"

	"github.com/stridecopy/stridecopy/asm"
)

const lineSize = 64 // bytes of a cache line

// An effort is what one run of a plan takes, counted and not timed.
type effort struct {
	calls    int // calls of the kernel
	callMost int // payload of the largest call, in bytes
	units    int // rows, boxes or single items, where the kernel moves one after the other
	dstLines int // cache lines written, if the lines of different rows differ
	srcLines int // cache lines read
}

func (p *Plan) effort() effort {
	e := effort{calls: 1, units: p.bytes / max(1, p.unit())}
	for _, t := range p.loops {
		e.calls *= t.n
	}
	e.callMost = min(p.bytes, p.unit()*p.unitsOfCall())
	e.dstLines = p.nest.lines(func(l loop) int { return l.dst })
	e.srcLines = p.nest.lines(func(l loop) int { return l.src })
	return e
}

// unit returns the payload in bytes of what the kernel moves at a time: a row, a
// box, an item.
func (p *Plan) unit() int {
	switch asm.Info(p.kernel).Op {
	case asm.Rows, asm.Fill:
		return p.block.Width
	case asm.Permute:
		n := 0
		for _, mask := range p.block.Perm.DstMask[:p.block.Perm.NDst] {
			n += bits.OnesCount64(mask)
		}
		return n
	}
	return p.size
}

// unitsOfCall returns the units of the largest call.
func (p *Plan) unitsOfCall() int {
	b := &p.block
	n := b.Outer.N * (b.Inner.N + b.Last.N)
	if asm.Info(p.kernel).Op == asm.Transpose {
		n = b.Outer.N * b.I * b.J
	}
	for _, t := range p.loops {
		if t.last > t.full { // the last chunk takes what is too little for another
			n = n / t.full * t.last
		}
	}
	return n
}

// lines counts the cache lines that hold the items of x on the side whose steps
// step returns, as if the first item lay at a line edge. Axes that step by less than
// a line, or through what lies side by side, make runs of memory; the others make
// many of such runs.
func (x *nest) lines(step func(loop) int) int {
	loops := slices.Clone(x.loops)
	slices.SortFunc(loops, func(a, b loop) int { return abs(step(a)) - abs(step(b)) })
	run, runs, last := x.item, 1, 0
	for _, l := range loops {
		s := abs(step(l))
		last += (l.n - 1) * s
		if s <= max(run, lineSize) && runs == 1 {
			run += (l.n - 1) * s
		} else if s > 0 {
			runs *= l.n
		}
	}
	return min(runs*((run+lineSize-1)/lineSize), (last+x.item+lineSize-1)/lineSize)
}
