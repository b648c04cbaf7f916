package asm_test

import (
	"unsafe"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/asm/asmtest"
)

// transpose takes extents from the kernel's smallest to three times as many and
// one: those next to multiples of the smallest first and some far beyond, then all
// others, and all again as long as the kernel's share of work lasts.
func (c *checker) transpose() {
	var edges, others [][2]int
	tile := c.k.J
	switch { // a row may end anywhere
	case c.k.Masked: // but a tile is a line
		tile = 64 / c.k.Size
	case c.k.Merge && c.k.J == 1: // or, less the line that waits, what scratch holds of a row
		tile = (c.k.Scratch - 64) / c.k.Size
	}
	for i := c.k.I; i <= max(3*c.k.I+1, 9); i++ {
		for j := c.k.J; j <= max(3*tile+1, 9); j++ {
			if onEdge(i, c.k.I) && onEdge(j, tile) {
				edges = append(edges, [2]int{i, j})
			} else {
				others = append(others, [2]int{i, j})
			}
		}
	}
	c.Shuffle(len(others), func(a, b int) { others[a], others[b] = others[b], others[a] })
	for range 40 {
		edges = append(edges, [2]int{c.k.I + c.IntN(150), c.k.J + c.IntN(150)})
	}
	if c.k.Run > 0 { // both axes are cut, into runs and into as many of them as lie in the frame
		for _, i := range []int{63, 64, 65, 97} {
			for _, j := range []int{c.k.Run - c.k.Size, c.k.Run, c.k.Run + c.k.Size, 2*c.k.Run + c.k.Size} {
				edges = append(edges, [2]int{max(i, c.k.I), j / c.k.Size})
			}
		}
	}
	for _, size := range c.sizes() {
		budget := rounds(48<<20) / len(c.sizes()) // bytes moved, and more for each case
		for budget > 0 {
			for n, e := range append(edges, others...) {
				if budget <= 0 && n >= len(edges) {
					break
				}
				if e[0]*e[1]*size > maxSpan/8 {
					continue
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

// unit is what the places of destination rows are multiples of, in bytes.
func (c *checker) unit() int {
	if c.k.Aligned() {
		return 64
	}
	return 1
}

// transposeBlock lays i rows of the destination and j rows of the source out at
// random. A kernel that writes whole lines gets a j that makes them, and one that
// fetches ahead rows of its block to fetch; other kernels are to ignore that.
func (c *checker) transposeBlock(size, i, j int) *asm.Block {
	ahead := c.anything()
	if c.k.Aligned() {
		j -= j % c.k.J
		ahead = c.IntN(j/c.k.J+1) * c.k.J
	}
	b := &asm.Block{I: i, J: j, Next: c.anything(), Ahead: ahead}
	outer := 1 + c.IntN(3)
	d, s := c.apart(c.unit(), j*size, outer, i), c.anyhow(i*size, outer, j)
	b.Outer = asm.Loop{N: outer, Dst: d[0], Src: s[0]}
	to, from := table(i, d[1]), table(j, s[1])
	if c.k.Step != 0 {
		b.Inner.N = c.anything()
	}
	switch {
	case c.k.Step&asm.DstSide != 0:
		b.Inner.Dst, to = d[1], nil
	case c.IntN(2) == 0:
		to = c.virtual(c.unit(), i, j*size)
		b.Outer.Dst = c.sign() * roundUp(extent(to, j*size)+c.IntN(3), c.unit())
	}
	switch {
	case c.k.Step&asm.SrcSide != 0:
		b.Inner.Src, from = s[1], nil
	case c.IntN(2) == 0:
		from = c.virtual(1, j, i*size)
	}
	if c.k.Scratch > 0 && c.IntN(2) == 0 {
		b.Chain = 1 + c.IntN(i)
		to = c.chained(i, j*size, b.Chain)
		b.Outer.Dst = c.sign() * (extent(to, j*size) + c.IntN(3))
	}
	for (c.k.Merge || c.k.Masked) && len(from)%c.k.I != 0 { // these read whole tiles of the table
		from = append(from, from[j-1])
	}
	if to != nil {
		b.DstOff = guarded(c.dstTable, to)
	}
	if from != nil {
		b.SrcOff = guarded(c.srcTable, from)
	}
	if n := c.k.Scratch * i; n > 0 {
		b.Scratch = &c.scratch.Tail(n)[0]
	}
	return b
}

// call runs the kernel on a block, or, where that keeps parts of lines in scratch, now and
// then on parts of the block that follow each other along J.
func (c *checker) call(dst []byte, d int, src []byte, s, size int, b *asm.Block) {
	line := 64 / max(size, 1)
	if c.k.Scratch == 0 || b.Outer.N > 1 || b.J <= line || c.IntN(2) == 0 {
		asm.Call(c.k.ID, dst, d, src, s, size, b)
		return
	}
	part := *b
	part.Chain = 0
	for at := 0; at < b.J; at += part.J {
		part.J = line * (1 + c.IntN(5))
		if b.J-at-part.J < c.k.J { // too few rows for one more part
			part.J = b.J - at
		}
		part.SrcOff = b.SrcOff[at:]
		part.Carry = 0
		if at > 0 {
			part.Carry = 1
		}
		if at+part.J < b.J {
			part.Carry += 2
		}
		asm.Call(c.k.ID, dst, d+at*size, src, s, size, &part)
	}
}

// guarded copies a table to the end of guarded memory.
func guarded(g *asmtest.Guard, off []int) []int {
	words := g.Tail(len(off) * int(unsafe.Sizeof(off[0])))
	out := unsafe.Slice((*int)(unsafe.Pointer(unsafe.SliceData(words))), len(off))
	copy(out, off)
	return out
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
// They are multiples of unit.
func (c *checker) virtual(unit, n, bytes int) []int {
	off := make([]int, n)
	switch c.IntN(3) {
	case 0:
		for k := 1; k < n; k++ {
			off[k] = off[k-1] + roundUp(bytes+c.IntN(70), unit)
		}
	case 1:
		step := roundUp(bytes+c.IntN(7), unit)
		for k, at := range c.Perm(n) {
			off[k] = (at - n/2) * step
		}
	case 2:
		inside := 1 + c.IntN(n)
		steps := c.apart(unit, bytes, (n+inside-1)/inside, inside)
		for k := range off {
			off[k] = k/inside*steps[0] + k%inside*steps[1]
		}
	}
	return off
}

// chained returns the offsets of n rows of the given bytes, most of which begin where the row
// so many places before ends.
func (c *checker) chained(n, bytes, places int) []int {
	off := make([]int, n)
	at := 0
	for first := range places {
		for k := first; k < n; k += places {
			off[k] = at
			if at += bytes; c.IntN(8) == 0 {
				at += c.IntN(70)
			}
		}
		at += c.IntN(3)
	}
	return off
}

// extent returns the bytes from the first to the last of rows at offsets off.
func extent(off []int, bytes int) int {
	s := nothing
	for _, at := range off {
		s.add(at, bytes)
	}
	return s.hi - s.lo
}
