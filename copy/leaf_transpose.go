package strided

import (
	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

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
	if b.down(k) {
		return true
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
	b.lineKernel(I, J, leastI, leastJ)
	var outer turn
	if len(b.rest) > 0 && I.split.n <= 1 && J.split.n <= 1 && !b.plan.stream {
		block.Outer = kernelLoop(b.take(0))
		outer = chunked(&block.Outer, mostTurns(I.n*J.n*b.x.item, 2*(I.n+J.n)), partOuter)
	}
	b.finish(outer, I.split, J.split)
}

// lineKernel replaces the kernel by one that moves whole cache lines: for items
// that transpose in registers, and wherever lines would not survive in the caches
// from one touch to the next. Past the caches it also streams.
func (b *builder) lineKernel(I, J *virtual, leastI, leastJ int) {
	p, block := b.plan, &b.plan.block
	line, ok := asm.LineKernel(b.x.item, b.have)
	k := asm.Info(line)
	if !ok || leastI < k.I || leastJ < k.J {
		return
	}
	crowded := abs(I.loops[0].dst)%crowdedPitch == 0 || abs(J.loops[0].src)%crowdedPitch == 0
	stream, ok := asm.StreamKernel(k, b.have)
	if ok && b.streams() && b.alignedRows(I, J) {
		p.stream, p.streamKernel = true, stream
	}
	if b.x.item < 4 && !p.stream && !(crowded && p.bytes > lineBytes) {
		return
	}
	p.kernel = line
	rows := fetchBytes / max(1, k.J*block.I*b.x.item)
	block.Ahead = k.J * max(1, min(rows, block.J/k.J))
}

const (
	crowdedPitch = 1024     // rows so far apart share so few cache sets that lines get lost
	lineBytes    = 32 << 10 // payload from which that matters for small items
	fetchBytes   = 16 << 10 // how far prefetching runs ahead
	maxDown      = 1024     // items of J in a block that walks down the source rows
)

// down makes the leaf a transpose by line tiles that walks down the source rows, so
// that it writes destination rows one after the other. That is better in the caches
// where destination rows share few cache sets.
func (b *builder) down(k int) bool {
	line, ok := asm.LineKernel(b.x.item, b.have)
	t, l := asm.Info(line), b.rest[k]
	if !ok || b.x.item < 4 || l.n < t.I || l.dst%crowdedPitch != 0 || b.streams() {
		return false
	}
	J := virtual{most: maxDown, n: 1, open: true}
	tiles := loop{l.n / t.I, t.I * l.dst, t.I * l.src}
	slid := turn{}
	if rest := l.n % t.I; rest > 0 {
		slid = turn{n: 1, dst: (l.n - t.I) * l.dst, src: (l.n - t.I) * l.src}
	}
	J0 := b.rest[0]
	if J0.n < t.J {
		return false
	}
	b.take(k)
	b.extend(&J, 0, true)
	p, block := b.plan, &b.plan.block
	off := b.offsets(t.I + J.n)
	block.DstOff, block.SrcOff = off[:t.I], off[t.I:]
	for i := range block.DstOff {
		block.DstOff[i] = i * l.dst
	}
	J.fill(block.SrcOff, func(l loop) int { return l.src })
	block.I, block.J = t.I, J.n
	if J.split.n > 1 {
		block.J = J.split.full
	}
	p.kernel, p.size = line, b.x.item
	block.Inner, block.Outer = unit, kernelLoop(tiles)
	outer := chunked(&block.Outer, mostTurns(t.I*block.J*b.x.item, 2*block.J), partOuter)
	if slid.n > 0 {
		outer = outer.withSlide(slid)
	}
	b.finish(J.split, outer)
	return true
}

// streams reports whether the plan is to store past the caches where it can.
func (b *builder) streams() bool {
	switch b.plan.opts.Streaming {
	case StreamNever:
		return false
	case StreamAlways:
		return true
	}
	return b.plan.bytes >= streamBytes()
}

// streamBytes is the payload from which stores past the caches win: source and
// destination together then fill three quarters of the last-level cache.
func streamBytes() int { return cpu.LastLevelCache() * 3 / 8 }

// alignedRows reports whether all destination rows of the leaf begin at a line edge
// if the first does, and end at one.
func (b *builder) alignedRows(I, J *virtual) bool {
	steps := J.n * b.x.item
	if J.split.n > 1 {
		steps = J.split.full*b.x.item | J.split.last*b.x.item
	}
	for _, l := range I.loops[:I.used] {
		steps |= l.dst
	}
	for _, l := range b.rest {
		steps |= l.dst
	}
	return (steps|I.split.dst|J.split.dst)%64 == 0
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
