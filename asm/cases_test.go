package asm_test

import (
	"math/bits"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
)

// anySizes are the item sizes for kernels that take any.
var anySizes = append(table(34, 1)[1:], 40, 64, 100)

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
// never overlap. Steps are multiples of unit. Which loop steps least is random, and
// so are the signs.
func (c *checker) apart(unit, n int, ns ...int) []int {
	turns := 1
	for _, n := range ns {
		turns *= n
	}
	steps := make([]int, len(ns))
	for _, k := range c.Perm(len(ns)) {
		step := roundUp(n+c.gap(n), unit)
		if step*turns > maxSpan/8 {
			step = roundUp(n, unit)
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

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// anyhow is apart for sources: steps may also be 0, or so small that things overlap.
func (c *checker) anyhow(n int, ns ...int) []int {
	steps := c.apart(1, n, ns...)
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
	d, s := c.apart(1, dst, outer, inner), c.anyhow(src, outer, inner)
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
			b := &asm.Block{Width: max(w, c.k.I), Ahead: c.anything()}
			switch {
			case c.k.Merge:
				c.touching(b)
			case b.Width < 40 && c.IntN(2) == 0: // short rows that come to lie side by side
				inner := 1 + c.IntN(20)
				c.loops(b, 1+c.IntN(4), 1, inner*w, w)
				b.Inner = asm.Loop{N: inner, Dst: w, Src: c.anyhow(w, inner)[0]}
			default:
				c.loops(b, 1+c.IntN(4), 1+c.IntN(4), w, w)
			}
			c.check(1, b)
		}
	}
}

// touching gives a block for a kernel that merges rows as many of them as it takes
// and as few.
func (c *checker) touching(b *asm.Block) {
	b.Width = min(b.Width, asm.PackBytes)
	inner := 1 + c.IntN(asm.PackBytes/b.Width)
	c.loops(b, 1+c.IntN(4), 1, inner*b.Width, b.Width)
	b.Inner = asm.Loop{N: inner, Dst: b.Width, Src: c.anyhow(b.Width, inner)[0]}
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
				b := &asm.Block{Pause: max(0, c.IntN(20)-10)}
				if c.IntN(3) == 0 { // which come to touch, from a few items apart
					c.loops(b, 1+c.IntN(4), 1, n*size, size)
					b.Inner = asm.Loop{N: n, Dst: size, Src: (c.IntN(11) - 5) * size}
				} else {
					c.loops(b, 1+c.IntN(4), n, size, size)
				}
				c.check(size, b)
			}
		}
	}
}
