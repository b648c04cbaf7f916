package asm_test

import (
	"math/bits"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
)

// anySizes are the item sizes for kernels that take any.
var anySizes = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 24, 40}

// sizes returns the item sizes that a kernel takes.
func (c *checker) sizes() []int {
	if c.k.Size > 0 {
		return []int{c.k.Size}
	}
	return anySizes
}

// rounds scales a number of random cases: emulators, which run short tests, and the
// race detector get a share.
func rounds(n int) int {
	if testing.Short() || raceEnabled {
		return max(n/8, 1)
	}
	return n
}

// gap returns how far apart things of n bytes are put, beyond touching: not at
// all, by one byte, by an odd number, by anything, up to a line or a power of two,
// or far.
func (c *checker) gap(n int) int {
	switch c.IntN(8) {
	case 0, 1:
		return 0
	case 2:
		return 1
	case 3:
		return 2*c.IntN(16) + 1
	case 4:
		return c.IntN(130)
	case 5:
		return -n & 63
	case 6:
		return 1<<bits.Len(uint(n-1)) - n
	default:
		return 4096 + c.IntN(100)
	}
}

// apart returns one step for each loop of ns turns such that things of n bytes
// never overlap. Which loop steps least is random, and so are the signs.
func (c *checker) apart(n int, ns ...int) []int {
	turns := 1
	for _, n := range ns {
		turns *= n
	}
	steps := make([]int, len(ns))
	for _, k := range c.Perm(len(ns)) {
		step := n + c.gap(n)
		if step*turns > maxSpan/8 {
			step = n
		}
		turns /= ns[k]
		n = step*(ns[k]-1) + n
		if c.IntN(3) == 0 {
			step = -step
		}
		steps[k] = step
	}
	return steps
}

// anyhow is apart for sources: steps may also be 0, or so small that things overlap.
func (c *checker) anyhow(n int, ns ...int) []int {
	steps := c.apart(n, ns...)
	for k := range steps {
		switch c.IntN(8) {
		case 0:
			steps[k] = 0
		case 1:
			steps[k] = c.IntN(2*n+1) - n
		}
	}
	return steps
}

// loops sets the outer and the inner loop for things of the given bytes.
func (c *checker) loops(b *asm.Block, outer, inner, dst, src int) {
	d, s := c.apart(dst, outer, inner), c.anyhow(src, outer, inner)
	b.Outer = asm.Loop{N: outer, Dst: d[0], Src: s[0]}
	b.Inner = asm.Loop{N: inner, Dst: d[1], Src: s[1]}
}

func (c *checker) rows() {
	widths := []int{255, 256, 257, 511, 513, 1000, 4095, 4096, 4097}
	for w := 1; w <= 200; w++ {
		widths = append(widths, w)
	}
	for _, w := range widths {
		for range rounds(24) {
			b := &asm.Block{Width: w}
			c.loops(b, 1+c.IntN(4), 1+c.IntN(4), w, w)
			c.check(1, b)
		}
	}
}

func (c *checker) fill() {
	for _, size := range c.sizes() {
		for n := 1; n <= 200; n++ {
			for range rounds(64 / len(c.sizes())) {
				b := &asm.Block{Width: n * size}
				c.loops(b, 1+c.IntN(3), 1+c.IntN(3), b.Width, size)
				c.check(size, b)
			}
		}
	}
}

func (c *checker) items() {
	for _, size := range c.sizes() {
		for n := 1; n <= 40; n++ {
			for range rounds(240 / len(c.sizes())) {
				b := &asm.Block{}
				c.loops(b, 1+c.IntN(4), n, size, size)
				c.check(size, b)
			}
		}
	}
}

// transpose takes extents from the kernel's smallest to three times as many and
// one: those next to multiples of the smallest first, then all others, and all
// again as long as the kernel's share of work lasts.
func (c *checker) transpose() {
	var edges, others [][2]int
	for i := c.k.I; i <= max(3*c.k.I+1, 9); i++ {
		for j := c.k.J; j <= max(3*c.k.J+1, 9); j++ {
			if onEdge(i, c.k.I) && onEdge(j, c.k.J) {
				edges = append(edges, [2]int{i, j})
			} else {
				others = append(others, [2]int{i, j})
			}
		}
	}
	c.Shuffle(len(others), func(a, b int) { others[a], others[b] = others[b], others[a] })
	for _, size := range c.sizes() {
		budget := rounds(96<<20) / len(c.sizes()) // bytes moved, and more for each case
		for budget > 0 {
			for n, e := range append(edges, others...) {
				if budget <= 0 && n >= len(edges) {
					break
				}
				c.check(size, c.transposeBlock(size, e[0], e[1]))
				budget -= e[0]*e[1]*size + 1<<13
			}
		}
	}
}

// onEdge reports whether an extent is within one of a multiple of the smallest.
func onEdge(n, smallest int) bool {
	rest := n % smallest
	return rest <= 1 || rest == smallest-1
}

func (c *checker) transposeBlock(size, i, j int) *asm.Block {
	if c.k.Aligned() {
		return c.streamBlock(size, i, j-j%c.k.J)
	}
	b := &asm.Block{I: i, J: j, Next: c.anything(), Ahead: c.anything()}
	outer := 1 + c.IntN(3)
	d, s := c.apart(j*size, outer, i), c.anyhow(i*size, outer, j)
	b.Outer = asm.Loop{N: outer, Dst: d[0], Src: s[0]}
	b.DstOff, b.SrcOff = table(i, d[1]), table(j, s[1])
	switch c.IntN(4) {
	case 0:
		b.DstOff = c.virtual(i, j*size)
		b.Outer.Dst = c.sign() * (c.extent(b.DstOff, j*size) + c.IntN(3))
	case 1:
		b.SrcOff = c.virtual(j, i*size)
	case 2:
		b.DstOff = c.virtual(i, j*size)
		b.Outer.Dst = c.sign() * (c.extent(b.DstOff, j*size) + c.IntN(3))
		b.SrcOff = c.virtual(j, i*size)
	}
	return b
}

// streamBlock is a block for the kernels that write whole aligned lines: every
// destination row is such lines, and the rows to fetch ahead are rows of the block.
func (c *checker) streamBlock(size, i, j int) *asm.Block {
	b := &asm.Block{I: i, J: j, Next: c.anything(), Ahead: c.IntN(j/c.k.J+1) * c.k.J}
	outer, gap := 1+c.IntN(3), 64*c.IntN(3)
	s := c.anyhow(i*size, outer, j)
	row := j*size + gap
	b.Outer = asm.Loop{N: outer, Dst: i * row, Src: s[0]}
	b.DstOff, b.SrcOff = table(i, row), table(j, s[1])
	if c.IntN(2) == 0 {
		for k, at := range c.Perm(i) {
			b.DstOff[k] = at * row
		}
		b.SrcOff = c.virtual(j, i*size)
	}
	return b
}

// anything is a value for a field that must not matter.
func (c *checker) anything() int { return int(c.Int64()) >> c.IntN(64) * c.sign() }

func (c *checker) sign() int { return 1 - 2*c.IntN(2) }

// table returns the offsets of n rows that lie one step apart.
func table(n, step int) []int {
	off := make([]int, n)
	for k := range off {
		off[k] = k * step
	}
	return off
}

// virtual returns the offsets of n rows of the given bytes that do not overlap:
// with random gaps, in random order, or as two axes of which either may be inside.
func (c *checker) virtual(n, bytes int) []int {
	off := make([]int, n)
	switch c.IntN(3) {
	case 0:
		for k := 1; k < n; k++ {
			off[k] = off[k-1] + bytes + c.IntN(70)
		}
	case 1:
		for k, at := range c.Perm(n) {
			off[k] = (at - n/2) * (bytes + 5)
		}
	case 2:
		inside := 1 + c.IntN(n)
		steps := c.apart(bytes, (n+inside-1)/inside, inside)
		for k := range off {
			off[k] = k/inside*steps[0] + k%inside*steps[1]
		}
	}
	return off
}

// extent returns the bytes from the first to the last of rows at offsets off.
func (c *checker) extent(off []int, bytes int) int {
	s := nothing
	for _, at := range off {
		s.add(at, bytes)
	}
	return s.hi - s.lo
}
