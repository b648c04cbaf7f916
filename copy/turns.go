package strided

import (
	"math/bits"

	"github.com/stridecopy/stridecopy/asm"
)

// Where both sides have many short axes, a leaf of two loops moves little in a call.
// The loops around it then become turns of the block's Outer loop, by a table.

// maxTurns is the most turns in a table.
const maxTurns = 512

// foldBytes is the payload from which a call does not move little.
const foldBytes = 4 << 10

// fold makes turns of the block of the innermost loops of the rest, as many as one
// call may do. Where a call would still move little, parts of the next loop follow, and
// the loop over these is returned.
func (b *builder) fold(chunks []turn) (parts turn) {
	if b.plan.stream || b.ordered {
		return parts
	}
	for _, c := range chunks {
		if c.n > 1 && c.field == partOuter {
			return parts
		}
	}
	outer := &b.plan.block.Outer
	bytes, touched := b.turnEffort()
	most := min(mostTurns(bytes, touched), maxTurns)
	n, taken := outer.N+b.slid.n, 0
	for taken < min(len(b.rest), inlineLoops) && n*b.rest[taken].n <= most {
		n *= b.rest[taken].n
		taken++
	}
	if few := min(most, foldBytes/max(1, bytes)) / n; few > 1 && taken < min(len(b.rest), inlineLoops) {
		next := kernelLoop(b.rest[taken])
		parts = chunked(&next, few, partOuter)
		parts.full, parts.last = n*parts.full, n*parts.last
		b.rest[taken].n = next.N
		n *= next.N
		taken++
	}
	switch {
	case b.slid.n > 0:
	case taken == 0:
		return parts
	case taken == 1 && outer.N == 1:
		*outer = kernelLoop(b.take(0))
		return parts
	}
	var buf [inlineLoops + 1]turn
	loops := append(buf[:0], turn{n: outer.N, dst: outer.Dst, src: outer.Src})
	if b.slid.n > 0 {
		loops[0] = loops[0].withSlide(b.slid)
	}
	for _, l := range b.rest[:taken] {
		loops = append(loops, turn{n: l.n, dst: l.dst, src: l.src})
	}
	b.rest = append(b.restBuf[:0], b.rest[taken:]...)
	b.plan.block.Turns = b.table(2 * n)
	writeTurns(b.plan.block.Turns, loops)
	*outer = asm.Loop{N: n}
	return parts
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
// to the next, destination and source, and for the last, how far back to the first.
func writeTurns(table []int, loops []turn) {
	var at [inlineLoops + 1]int
	for o := 0; o < len(table); o += 2 {
		dst, src := 0, 0
		for k, l := range loops {
			at[k]++
			if at[k] == l.n-1 {
				dst, src = dst+l.slideDst, src+l.slideSrc
			}
			if at[k] < l.n {
				dst, src = dst+l.dst, src+l.src
				break
			}
			at[k] = 0
			dst, src = dst-(l.n-1)*l.dst-l.slideDst, src-(l.n-1)*l.src-l.slideSrc
		}
		table[o], table[o+1] = dst, src
	}
}
