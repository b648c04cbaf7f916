package strided

import (
	"math/bits"

	"github.com/stridecopy/stridecopy/asm"
)

// Where both sides have many short axes, a leaf of two loops moves little in a call.
// The loops around it then become turns of the block's Outer loop, by a table.

// maxTurns is the most turns in a table.
const maxTurns = 512

// fold makes turns of the block of the innermost loops of the rest, as many as one
// call may do.
func (b *builder) fold(chunks []turn) {
	if b.plan.stream || b.ordered {
		return
	}
	for _, c := range chunks {
		if c.n > 1 && c.field == partOuter {
			return
		}
	}
	outer := &b.plan.block.Outer
	most := min(mostTurns(b.turnEffort()), maxTurns)
	n, taken := outer.N, 0
	for taken < min(len(b.rest), inlineLoops) && n*b.rest[taken].n <= most {
		n *= b.rest[taken].n
		taken++
	}
	switch {
	case taken == 0:
		return
	case taken == 1 && outer.N == 1:
		*outer = kernelLoop(b.take(0))
		return
	}
	var buf [inlineLoops + 1]loop
	loops := append(append(buf[:0], loop{outer.N, outer.Dst, outer.Src}), b.rest[:taken]...)
	b.rest = append(b.restBuf[:0], b.rest[taken:]...)
	b.plan.block.Turns = b.table(2 * n)
	writeTurns(b.plan.block.Turns, loops)
	*outer = asm.Loop{N: n}
}

// turnEffort returns the payload of a turn of the block's Outer loop in bytes, and the
// cache lines that it touches, at most.
func (b *builder) turnEffort() (bytes, touched int) {
	p, block := b.plan, &b.plan.block
	switch n := block.Inner.N + block.Last.N; asm.Info(p.kernel).Op {
	case asm.Transpose:
		return block.I * block.J * p.size, 2 * (block.I + block.J)
	case asm.Permute:
		box := 0
		for _, mask := range block.Perm.DstMask[:block.Perm.NDst] {
			box += bits.OnesCount64(mask)
		}
		return n * box, n * (block.Perm.NSrc + block.Perm.NDst)
	case asm.Items:
		return n * p.size, 2 * n
	default:
		return n * block.Width, 2 * n * lines(1, block.Width, 64)
	}
}

// writeTurns writes, for every turn of a nest of loops, innermost first, how far it is
// to the next, destination and source, and zeros for the last.
func writeTurns(table []int, loops []loop) {
	var at [inlineLoops + 1]int
	for o := 0; o < len(table); o += 2 {
		dst, src := 0, 0
		for k, l := range loops {
			if at[k]++; at[k] < l.n {
				dst, src = dst+l.dst, src+l.src
				break
			}
			at[k] = 0
			dst, src = dst-(l.n-1)*l.dst, src-(l.n-1)*l.src
		}
		table[o], table[o+1] = dst, src
	}
}
