package strided

import (
	"github.com/stridecopy/stridecopy/asm"
)

// The permute leaf, for everything short: interleaving, batches of small matrices,
// steps of a few items, reversal, whole small tensors. A box of the index space is
// chosen such that its bytes fill few vectors on both sides; one byte permutation
// of those vectors, computed here, then serves all boxes.

// maxAxes is the number of loops a box may extend over.
const maxAxes = inlineLoops

// A box is a piece of the index space: so many items along each loop of the rest.
type box struct {
	extent   [maxAxes]int
	dst, src side
	id       asm.ID
	cost     float64 // estimated cycles per byte
}

// A side says how the bytes of a box lie on the destination or on the source: in
// groups of one span each, every span cut into windows of one vector. Steps shorter
// than a vector stay within a span, larger ones go from group to group.
type side struct {
	span    int // bytes from the first to the last of a group
	perSpan int // windows in a span
	groups  int
	base    int // offset of the first byte from the box's first item
	within  [maxAxes]int
	between [maxAxes]int // groups that one turn of a loop advances by
	at      [maxAxes]int // bytes between neighbouring groups of a loop
}

func (s *side) windows() int { return s.groups * s.perSpan }

// permute makes the leaf a box, where some box beats the other leaves.
func (b *builder) permute() bool {
	if len(b.rest) > maxAxes || len(b.rest) == 0 {
		return false
	}
	if b.tileable() {
		return false
	}
	best, vector := box{}, 64
	for _, vector = range []int{64, 16} {
		if _, ok := asm.Box(vector, 1, 1, false, b.have); ok {
			best = b.bestBox(vector)
			break
		}
	}
	if best.cost == 0 || best.cost*float64(b.x.item) > itemCycles || b.tilesFit() && (asm.Info(best.id).Masked || max(best.src.windows(), best.dst.windows()) > 4) {
		return false
	}
	b.useBox(&best, vector)
	return true
}

// tileable reports whether the transpose leaf could work with whole lines on axes
// that are long on both sides, where blocks serve the caches better than boxes.
func (b *builder) tileable() bool { return b.denseBoth(tileableBytes, tileableBytes) }

// tilesFit reports whether the transpose leaf has tiles that fit, which are better
// than boxes of many windows or under masks.
func (b *builder) tilesFit() bool { return b.denseBoth(32, 16) }

// denseBoth reports whether the source and the destination are dense along different
// axes, for so many bytes, on items of a size that has tiles.
func (b *builder) denseBoth(dst, src int) bool {
	w := b.x.item
	j, i := b.find(w, true), b.denseOnSource()
	if i < 0 || j < 0 || i == j {
		return false
	}
	if w&(w-1) != 0 {
		const any = 1 << 20
		if asm.Best(asm.Transpose, w, any, any, b.have) == asm.Best(asm.Transpose, w, any, any, 0) {
			return false // no tiles of this size
		}
		dst, src = max(dst, oddTile*w), max(src, oddTile*w)
	}
	return b.dense(j, i, true) >= dst && b.dense(i, j, false) >= max(src, 4*w)
}

// oddTile is the items of a tile of a size that is no power of two, at most.
const oddTile = 16

// tileableBytes is the dense length on both sides from which tiles are preferred.
const tileableBytes = 96

// dense returns the bytes of the dense run on one side that begins with loop k,
// through axes other than the one that begins the run of the other side.
func (b *builder) dense(k, other int, onDst bool) int {
	run := b.x.item
	for k >= 0 && k != other && run < oddTile*16 {
		run *= b.rest[k].n
		k = b.find(run, onDst)
	}
	return run
}

// bestBox grows boxes along the dense axes of both sides, of the destination only
// and of the source only, and returns the cheapest of all it passed; its cost is 0
// where there is none.
func (b *builder) bestBox(vector int) box {
	var best box
	for _, order := range [...][2]bool{{true, false}, {false, true}, {true, true}, {false, false}} {
		var x box
		for k := range b.rest {
			x.extent[k] = 1
		}
		b.grow(&x, &best, order[0], vector)
		if order[0] != order[1] {
			b.grow(&x, &best, order[1], vector)
		}
	}
	return best
}

// grow extends x along the axes that are dense on one side, one after the other,
// until they fill whole vectors, and keeps the best box on the way.
func (b *builder) grow(x, best *box, onDst bool, vector int) {
	for run := b.x.item; ; {
		k := b.next(x, run, onDst)
		if k < 0 || x.extent[k] > 1 && x.extent[k] < b.rest[k].n {
			return
		}
		n := b.rest[k].n
		if x.extent[k] == n {
			run *= n
			continue
		}
		whole := vector / gcd(run, vector) // turns that fill whole vectors
		b.considerParts(x, best, k, min(vector/run, n, whole), vector)
		switch {
		case run*n <= 4*vector || run*n <= 8*vector && run*n%vector == 0:
			x.extent[k] = n
			run *= n
		case whole < n:
			x.extent[k] = whole
			run *= whole
		default:
			return
		}
		b.consider(x, best, vector)
		if run%vector == 0 {
			return
		}
	}
}

// considerParts considers x with so many turns of loop k, which fill a vector or
// nearly, and, where these lie too far apart on the other side, with half as many.
func (b *builder) considerParts(x, best *box, k, turns, vector int) {
	y := *x
	for ; turns > 1; turns /= 2 {
		y.extent[k] = turns
		if b.consider(&y, best, vector) {
			return
		}
	}
}

// next returns the loop that goes on where a dense run of bytes ends, or, where no
// loop has that step, the one with the smallest step for a run that is one item.
func (b *builder) next(x *box, run int, onDst bool) int {
	best, least := -1, 0
	for k, l := range b.rest {
		step := abs(l.src)
		if onDst {
			step = l.dst
		}
		if step == run && x.extent[k] >= 1 {
			return k
		}
		if run == b.x.item && step > run && (best < 0 || step < least) {
			best, least = k, step
		}
	}
	return best
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// consider measures the windows of x and keeps it where it is cheaper than best. It
// reports whether there is a kernel for it.
func (b *builder) consider(x, best *box, vector int) bool {
	if !b.lay(x, &x.dst, true, vector) || !b.lay(x, &x.src, false, vector) {
		return false
	}
	bytes, chunks := b.x.item, 0
	for k, l := range b.rest {
		bytes *= x.extent[k]
		if l.n%x.extent[k] != 0 {
			chunks++
		}
	}
	nsrc, ndst := x.src.windows(), x.dst.windows()
	if chunks > 1 || nsrc > 8 || ndst > 8 {
		return false
	}
	full := bytes == ndst*vector && x.src.span >= vector
	id, ok := asm.ID(0), false
	if full {
		id, ok = asm.Box(vector, nsrc, ndst, false, b.have)
	}
	if !ok {
		id, ok = asm.Box(vector, nsrc, ndst, true, b.have)
	}
	if !ok {
		return false
	}
	x.id = id
	x.cost = boxCost(nsrc, ndst, !full, bytes)
	if bytes == b.plan.bytes {
		x.cost /= 2 // nothing else is left to do
	}
	if best.cost == 0 || x.cost < best.cost {
		*best = *x
	}
	return true
}

// itemCycles is what moving a single item costs.
const itemCycles = 2.8

// boxCost estimates the cycles per byte of a box: a load or a shuffle a cycle,
// stores at half of that, and some for every box.
func boxCost(nsrc, ndst int, masked bool, bytes int) float64 {
	cycles := float64(max(nsrc, ndst*((nsrc+1)/2)) + 2*ndst + 1)
	if masked {
		cycles += float64(nsrc + ndst)
	}
	return cycles / float64(bytes)
}

// lay computes how the bytes of x lie on one side. It reports false where spans
// would run into each other's windows.
func (b *builder) lay(x *box, s *side, onDst bool, vector int) bool {
	*s = side{span: b.x.item, groups: 1}
	var done [maxAxes]bool
	for range b.rest {
		k, step := -1, 0
		for q, l := range b.rest {
			t := l.src
			if onDst {
				t = l.dst
			}
			if !done[q] && x.extent[q] > 1 && (k < 0 || abs(t) < abs(step)) {
				k, step = q, t
			}
		}
		if k < 0 {
			break
		}
		done[k] = true
		n := x.extent[k]
		if s.groups == 1 && abs(step) <= s.span+vector/2 {
			s.within[k] = step
			s.span += (n - 1) * abs(step)
			if step < 0 {
				s.base += (n - 1) * step
			}
			continue
		}
		s.between[k], s.at[k] = s.groups, step
		s.groups *= n
	}
	s.perSpan = (s.span + vector - 1) / vector
	return s.groups*s.perSpan <= 8
}

// place returns the window and the byte in it of the byte at pos of a group.
func (s *side) place(group, pos, vector int) (window, n int) {
	w := pos / vector
	if w == s.perSpan-1 && s.span >= vector { // the last window ends where the span does
		return group*s.perSpan + w, pos - (s.span - vector)
	}
	return group*s.perSpan + w, pos - w*vector
}

// offsets writes where the windows of s lie.
func (s *side) offsets(x *box, at *[8]int, vector int) {
	for w := range s.windows() {
		group, part := w/s.perSpan, w%s.perSpan
		off := s.base + part*vector
		if part == s.perSpan-1 && s.span >= vector {
			off = s.base + s.span - vector
		}
		for k, n := range s.between {
			if n > 0 {
				off += group / n % x.extent[k] * s.at[k]
			}
		}
		at[w] = off
	}
}

// useBox writes the permutation of x and makes its boxes the leaf.
func (b *builder) useBox(x *box, vector int) {
	p := b.plan
	var perm *asm.Perm
	if b.pool != nil {
		perm = &b.pool.perm
	} else {
		perm = new(asm.Perm)
	}
	perm.Reset(vector, x.src.windows(), x.dst.windows())
	x.dst.offsets(x, &perm.DstAt, vector)
	x.src.offsets(x, &perm.SrcAt, vector)
	b.eachItem(x, func(dstGroup, dstPos, srcGroup, srcPos int) {
		for q := range b.x.item {
			w, k := x.dst.place(dstGroup, dstPos+q, vector)
			from, n := x.src.place(srcGroup, srcPos+q, vector)
			perm.Set(w, k, from, n)
		}
	})
	p.kernel, p.size, p.block.Perm = x.id, b.x.item, perm
	if id, ok := asm.WeaveKernel(perm, b.have); ok {
		p.kernel = id
	}
	if b.streams() {
		p.block.Stream = 1
	}
	b.boxLoops(x)
}

// eachItem calls f with the group and the position in it of every item of x, on
// both sides.
func (b *builder) eachItem(x *box, f func(dstGroup, dstPos, srcGroup, srcPos int)) {
	var at [maxAxes]int
	for {
		dg, dp, sg, sp := 0, -x.dst.base, 0, -x.src.base
		for k := range b.rest {
			dg += at[k] * x.dst.between[k]
			dp += at[k] * x.dst.within[k]
			sg += at[k] * x.src.between[k]
			sp += at[k] * x.src.within[k]
		}
		f(dg, dp, sg, sp)
		k := 0
		for ; k < len(b.rest); k++ {
			if at[k]++; at[k] < x.extent[k] {
				break
			}
			at[k] = 0
		}
		if k == len(b.rest) {
			return
		}
	}
}

// boxLoops turns what the box leaves of each loop into the loops of the leaf: the
// one that is cut into boxes inside, and where that one does not divide, a last box
// slid back.
func (b *builder) boxLoops(x *box) {
	bytes := b.x.item
	inner, slid := -1, turn{}
	for k := range b.rest {
		bytes *= x.extent[k]
	}
	var buf [maxAxes]loop
	left := buf[:0]
	for k, l := range b.rest {
		t := x.extent[k]
		rest := loop{l.n / t, l.dst * t, l.src * t}
		if l.n%t != 0 {
			inner = len(left)
			slid = turn{dst: (l.n - t) * l.dst, src: (l.n - t) * l.src, n: 1}
			left = append(left, rest)
		} else if rest.n > 1 {
			left = append(left, rest)
		}
	}
	b.rest = append(b.restBuf[:0], left...)
	if inner < 0 {
		inner = b.batch()
	}
	b.batchLoops(inner, bytes, x.src.windows()+x.dst.windows(), slid)
}

// batch chooses the loop over boxes that runs inside the kernel: the first that is
// long enough, else the longest.
func (b *builder) batch() int {
	best := -1
	for k, l := range b.rest {
		if l.n >= 16 {
			return k
		}
		if best < 0 || l.n > b.rest[best].n {
			best = k
		}
	}
	return best
}

// batchLoops gives the block its loops. A loop that ends in a slid box runs that as
// one more turn.
func (b *builder) batchLoops(k, bytes, touched int, slid turn) {
	block := &b.plan.block
	block.Inner, block.Outer = unit, unit
	if k < 0 {
		b.finish()
		return
	}
	block.Inner = kernelLoop(b.take(k))
	if slid.n > 0 && block.Inner.N == 1 { // two boxes are a loop of their own step
		block.Inner = asm.Loop{N: 2, Dst: slid.dst, Src: slid.src}
		slid = turn{}
	}
	n := block.Inner.N
	inner := chunked(&block.Inner, mostTurns(bytes, touched), partInner)
	var outer turn
	if inner.n == 1 && len(b.rest) > 0 {
		block.Outer = kernelLoop(b.take(0))
		outer = chunked(&block.Outer, mostTurns(n*bytes, n*touched), partOuter)
	}
	if slid.n > 0 { // the last boxes of all turns of Outer, in a call of their own
		inner = inner.withSlide(slid)
	}
	b.finish(outer, inner)
}

// withSlide adds to a loop over chunks a turn of one box or tile, at the offsets
// that slid gives from the first of them.
func (t turn) withSlide(slid turn) turn {
	t.slid = true
	t.slideDst = slid.dst - t.n*t.dst
	t.slideSrc = slid.src - t.n*t.src
	t.n++
	return t
}
