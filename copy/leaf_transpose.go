package strided

import "github.com/stridecopy/stridecopy/asm"

// The transpose leaf. After normalization, any permutation whose dense axes differ
// is a transpose of two virtual axes: J runs along the destination, through the
// axes that are dense there one after the other, and I along the source likewise.
// The rows of I lie anywhere on the destination and those of J anywhere on the
// source, so both are reached through tables of offsets.

const (
	maxI       = 1024 // items of I in a block: source runs
	maxJ       = 64   // items of J in a block: destination runs
	maxOffsets = 2*(maxI+maxJ) + 64
)

// A virtual axis is a chain of loops, of which the last may be cut into chunks.
type virtual struct {
	most  int // items wanted
	n     int // items so far
	loops [inlineLoops]loop
	used  int
	split turn // the loop over chunks of the last loop
	open  bool // the chain may go on
}

// transpose makes the leaf a transpose, where both sides have a dense axis.
func (b *builder) transpose() bool {
	switch b.x.item {
	case 1, 2, 4, 8, 16:
	default:
		return false
	}
	k := b.denseOnSource()
	if k < 0 || b.rest[0].dst != b.x.item || k == 0 {
		return false
	}
	if b.rest[k].src < 0 {
		b.x.flip(&b.rest[k])
	}
	J, I := virtual{most: maxJ, n: 1, open: true}, virtual{most: maxI, n: 1, open: true}
	b.extend(&I, k, false)
	b.extend(&J, 0, true)
	for I.open || J.open {
		if I.open && (!J.open || I.n <= J.n) {
			b.extend(&I, b.find(I.n*b.x.item, false), false)
		} else {
			b.extend(&J, b.find(J.n*b.x.item, true), true)
		}
	}
	b.tables(&I, &J)
	return true
}

// denseOnSource returns the loop of the rest whose source items touch, or -1.
func (b *builder) denseOnSource() int {
	for k, l := range b.rest {
		if abs(l.src) == b.x.item {
			return k
		}
	}
	return -1
}

// find returns the loop of the rest with the given step on one side, or -1.
func (b *builder) find(step int, onDst bool) int {
	for k, l := range b.rest {
		if onDst && l.dst == step || !onDst && l.src == step {
			return k
		}
	}
	return -1
}

// extend adds loop k of the rest to v, whole or, past the wanted size, in chunks.
func (b *builder) extend(v *virtual, k int, isJ bool) {
	if k < 0 || v.used == len(v.loops) {
		v.open = false
		return
	}
	l := b.take(k)
	most := max(1, v.most/v.n)
	line := max(1, 64/(b.x.item*v.n)) // chunks of whole lines
	if l.n > most+line {
		chunks := (l.n + most - 1) / most
		full := (l.n+chunks-1)/chunks + line - 1
		full -= full % line
		chunks = max(1, (l.n+full-1)/full)
		if rest := l.n - (chunks-1)*full; rest < line && chunks > 1 {
			chunks-- // the last chunk takes what is less than a line
		}
		last := l.n - (chunks-1)*full
		field := partI
		if isJ {
			field = partJ
		}
		v.split = turn{n: chunks, dst: full * l.dst, src: full * l.src, field: field, full: full * v.n, last: last * v.n}
		l.n = max(full, last)
		v.open = false
	}
	v.loops[v.used] = l
	v.used++
	v.n *= l.n
	if v.n >= v.most {
		v.open = false
	}
}

// tables writes the offset tables, picks the kernel and finishes the plan.
func (b *builder) tables(I, J *virtual) {
	block := &b.plan.block
	off := b.offsets(I.n + J.n)
	block.DstOff, block.SrcOff = off[:I.n], off[I.n:]
	I.fill(block.DstOff, func(l loop) int { return l.dst })
	J.fill(block.SrcOff, func(l loop) int { return l.src })
	block.I, block.J = I.n, J.n
	leastI, leastJ := I.n, J.n
	if I.split.n > 1 {
		block.I, leastI = I.split.full, min(I.split.full, I.split.last)
	}
	if J.split.n > 1 {
		block.J, leastJ = J.split.full, min(J.split.full, J.split.last)
	}
	b.leafKernel(asm.Transpose, b.x.item, leastI, leastJ)
	block.Outer, block.Inner = unit, unit
	var outer turn
	if len(b.rest) > 0 && I.split.n <= 1 && J.split.n <= 1 {
		block.Outer = kernelLoop(b.take(0))
		outer = chunked(&block.Outer, mostTurns(I.n*J.n*b.x.item, 2*(I.n+J.n)), partOuter)
	}
	b.finish(outer, I.split, J.split)
}

// offsets returns memory for n table entries.
func (b *builder) offsets(n int) []int {
	switch {
	case n <= inlineOffsets:
		return b.plan.offsets[:n]
	case b.pool != nil && n <= maxOffsets:
		return b.pool.offsets[:n]
	}
	return make([]int, n)
}

// fill writes the offset of every item of v, by the steps of one side.
func (v *virtual) fill(table []int, step func(loop) int) {
	table[0] = 0
	n := 1
	for _, l := range v.loops[:v.used] {
		s := step(l)
		for k := n; k < n*l.n; k++ {
			table[k] = table[k-n] + s
		}
		n *= l.n
	}
}
