package asm_test

import (
	"slices"

	"github.com/stridecopy/stridecopy/asm"
)

// permute takes boxes of exactly the kernel's windows, or of any where it is the
// pure-Go kernel, and random maps of their bytes.
func (c *checker) permute() {
	for range rounds(2000) {
		vector, nsrc, ndst := c.k.Vector, c.k.I, c.k.J
		if vector == 0 {
			vector, nsrc, ndst = 16<<(2*c.IntN(2)), 1+c.IntN(c.k.I), 1+c.IntN(c.k.J)
		}
		if c.k.Fewer {
			ndst = 1 + c.IntN(ndst)
		}
		b := &asm.Block{}
		switch {
		case c.k.Weave == asm.Exchange:
			b.Perm = c.exchange(c.k.I)
			if c.IntN(2) == 0 {
				c.joinedLoops(b)
			} else {
				c.boxLoops(b)
			}
		case c.k.Weave != asm.AnyWeave:
			c.weave(b)
		case c.IntN(3) == 0:
			c.slid(b, vector, nsrc, ndst)
		case c.IntN(3) == 0:
			b.Perm = c.box(vector, nsrc, ndst)
			c.joinedLoops(b)
		default:
			b.Perm = c.box(vector, nsrc, ndst)
			c.boxLoops(b)
		}
		if c.k.Masked {
			c.anchor(b.Perm)
		}
		c.last(b)
		b.Stream = c.IntN(2) // no kernel has to, none may do anything else then
		c.check(1, b)
	}
}

// weave makes a block of boxes that deinterleave or interleave. Where it is one loop
// of them, every box may cover a part of the one before again.
func (c *checker) weave(b *asm.Block) {
	n, size := c.k.I, c.k.Size
	p := new(asm.Perm)
	p.Reset(c.k.Vector, n, n)
	for at := range n * c.k.Vector { // byte at of the windows that touch
		w, k := at/size%n, at/size/n*size+at%size
		if c.k.Weave == asm.Deinterleave {
			p.Set(w, k, at/c.k.Vector, at%c.k.Vector)
		} else {
			p.Set(at/c.k.Vector, at%c.k.Vector, w, k)
		}
	}
	b.Perm = p
	c.boxLoops(b)
	touch := func(at []int, first int) {
		for w := range n {
			at[w] = first + w*c.k.Vector
		}
	}
	outer, inner := b.Outer.N, b.Inner.N
	if c.k.Weave == asm.Deinterleave {
		touch(p.SrcAt[:], -c.IntN(n*c.k.Vector))
		s := c.anyhow(n*c.k.Vector, outer, inner)
		b.Outer.Src, b.Inner.Src = s[0], s[1]
	} else {
		touch(p.DstAt[:], -c.IntN(n*c.k.Vector))
		d := c.apart(1, n*c.k.Vector, outer, inner)
		b.Outer.Dst, b.Inner.Dst = d[0], d[1]
	}
	if c.IntN(3) == 0 {
		slide := size * (1 + c.IntN(c.k.Vector/size)) // on each of the windows that do not touch
		b.Outer.N, b.Inner = 1, asm.Loop{N: inner, Dst: slide, Src: n * slide}
		apart := p.DstAt[:n]
		if c.k.Weave == asm.Interleave {
			b.Inner.Dst, b.Inner.Src = n*slide, slide
			apart = p.SrcAt[:n]
		}
		copy(apart, table(n, c.apart(1, slide*(inner-1)+c.k.Vector, n)[0]))
	}
}

// exchange returns an exchange of n windows, without offsets: of windows in the order of the
// other side's or with their bytes anywhere.
func (c *checker) exchange(n int) *asm.Perm {
	p := new(asm.Perm)
	p.Reset(16, n, n)
	orders := func() (t [8][]int) {
		anyhow := c.IntN(3) == 0
		for w := range n {
			if t[w] = c.Perm(16); !anyhow {
				slices.Sort(t[w])
			}
		}
		return t
	}
	src, dst, group := orders(), orders(), 16/n
	for w := range n {
		for from := range n {
			for k := range group {
				p.Set(w, dst[w][from*group+k], from, src[from][w*group+k])
			}
		}
	}
	if p.FindExchange(); p.Exchange == 0 {
		c.Fatalf("no exchange found in %+v", p)
	}
	return p
}

// box returns a box without offsets. Under masks each destination window gets a
// run of bytes, scattered bytes, all, or none.
func (c *checker) box(vector, nsrc, ndst int) *asm.Perm {
	p := new(asm.Perm)
	p.Reset(vector, nsrc, ndst)
	sources := 1 + c.IntN(nsrc) // some boxes leave source windows out
	for w := range ndst {
		mask := c.mask(vector, w > 0)
		if !c.k.Masked {
			mask = 1<<vector - 1
		}
		run, from, at := c.IntN(2) == 0, c.IntN(sources), c.IntN(vector)
		for k := range vector {
			if mask>>k&1 == 0 {
				continue
			}
			if run {
				at = (at + 1) % vector
			} else {
				from, at = c.IntN(sources), c.IntN(vector)
			}
			p.Set(w, k, from, at)
		}
	}
	return p
}

// mask returns the bytes of a window that are written.
func (c *checker) mask(vector int, mayBeEmpty bool) uint64 {
	all := uint64(1)<<vector - 1
	switch c.IntN(5) {
	case 0:
		return all
	case 1:
		return all >> c.IntN(vector)
	case 2:
		return all << c.IntN(vector) & all
	case 3:
		if mayBeEmpty {
			return 0
		}
	}
	return (c.Uint64() | 1<<c.IntN(vector)) & all
}

// boxLoops puts the windows and the turns of both loops so that no destination
// windows overlap: anywhere, or all at line edges, or those of the first rows only.
func (c *checker) boxLoops(b *asm.Block) {
	p, outer, inner, unit := b.Perm, 1+c.IntN(3), 1+c.IntN(4), 1+63*c.IntN(2)
	d, s := c.apart(unit, p.Vector, outer, inner, p.NDst), c.anyhow(p.Vector, outer, inner, p.NSrc)
	if c.IntN(2) == 0 && d[0] > max(inner*d[1], -inner*d[1], p.NDst*d[2], -p.NDst*d[2]) {
		d[0] += c.IntN(64)
	}
	b.Outer = asm.Loop{N: outer, Dst: d[0], Src: s[0]}
	b.Inner = asm.Loop{N: inner, Dst: d[1], Src: s[1]}
	copy(p.DstAt[:], table(p.NDst, d[2]))
	copy(p.SrcAt[:], table(p.NSrc, s[2]))
}

// last takes turns away from Inner and makes one of them the block's Last.
func (c *checker) last(b *asm.Block) {
	if b.Inner.N == 1 || c.IntN(2) == 0 {
		return
	}
	taken := 1 + c.IntN(b.Inner.N-1)
	skip := c.IntN(taken)
	b.Inner.N -= taken
	b.Last = asm.Loop{N: 1, Dst: skip * b.Inner.Dst, Src: skip * b.Inner.Src}
}

// joinedLoops puts boxes so that they follow each other without a gap in every destination
// window, mostly from line edges on, and in some blocks in every source window too.
func (c *checker) joinedLoops(b *asm.Block) {
	vector, nsrc, ndst := b.Perm.Vector, b.Perm.NSrc, b.Perm.NDst
	outer, inner, unit := 1+c.IntN(3), 1+c.IntN(9), 64
	if c.IntN(4) == 0 {
		unit = 1
	}
	d, s := c.apart(unit, inner*vector, outer, ndst), c.anyhow(vector, outer, inner, nsrc)
	b.Outer = asm.Loop{N: outer, Dst: d[0], Src: s[0]}
	b.Inner = asm.Loop{N: inner, Dst: vector, Src: s[1]}
	if c.IntN(2) == 0 {
		b.Inner.Src = vector
	}
	copy(b.Perm.DstAt[:], table(ndst, d[1]))
	copy(b.Perm.SrcAt[:], table(nsrc, s[2]))
}

// slid makes a block of boxes that are one span of bytes on either side. The last
// window is slid back to the end of the span, so that two windows may write the
// same bytes; where a span is copied as it is or reversed, so may two turns.
func (c *checker) slid(b *asm.Block, vector, nsrc, ndst int) {
	p := new(asm.Perm)
	p.Reset(vector, nsrc, ndst)
	d, s := c.cover(p.DstAt[:ndst], vector), c.cover(p.SrcAt[:nsrc], vector)
	sign, n := c.sign(), min(d, s)
	source := func(at int) int { // of byte at of the destination
		if sign > 0 {
			return at % n
		}
		return n - 1 - at%n
	}
	for w, at := range p.DstAt[:ndst] {
		for k := range vector {
			if c.k.Masked && (at+k)%5 == 1 {
				continue
			}
			from := source(at + k)
			w2 := c.IntN(nsrc)
			for from < p.SrcAt[w2] || from >= p.SrcAt[w2]+vector {
				w2 = (w2 + 1) % nsrc
			}
			p.Set(w, k, w2, from-p.SrcAt[w2])
		}
	}
	b.Perm = p
	c.loops(b, 1+c.IntN(3), 1+c.IntN(4), d, s)
	if d <= s && !c.k.Masked && c.IntN(2) == 0 {
		slide := 1 + c.IntN(d)
		b.Outer.N, b.Inner = 1, asm.Loop{N: 2 + c.IntN(2), Dst: slide, Src: sign * slide}
	}
}

// cover puts windows over a span of bytes and returns its length.
func (c *checker) cover(at []int, vector int) int {
	for w := range at {
		at[w] = w * vector
	}
	last := len(at) - 1
	if last > 0 {
		at[last] -= c.IntN(vector)
	}
	return at[last] + vector
}

// anchor moves the windows so that the first items of the block are bytes that are
// moved, as the windows may begin outside the memory. Windows without any byte go
// where there is no memory.
func (c *checker) anchor(p *asm.Perm) {
	w, k := 0, 0
	for p.DstMask[w]>>k&1 == 0 {
		k++
	}
	from, n := p.Source(w, k)
	d, s := p.DstAt[w]+k, p.SrcAt[from]+n
	for w := range p.NDst {
		p.DstAt[w] -= d
		if p.DstMask[w] == 0 {
			p.DstAt[w] += c.sign() << 24
		}
	}
	for w := range p.NSrc {
		p.SrcAt[w] -= s
		if p.SrcMask[w] == 0 {
			p.SrcAt[w] += c.sign() << 24
		}
	}
}
