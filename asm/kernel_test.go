package asm_test

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/asm/asmtest"
	"github.com/stridecopy/stridecopy/cpu"
)

// TestKernels runs every row of the kernel table against the Go loop of its
// documentation, in memory that ends at protected pages.
func TestKernels(t *testing.T) {
	for _, k := range asm.Kernels() {
		t.Run(k.Name, func(t *testing.T) {
			requireFeatures(t, k.Needs)
			c := newChecker(t, k)
			switch k.Op {
			case asm.Rows:
				c.rows()
			case asm.Fill:
				c.fill()
			case asm.Items:
				c.items()
			case asm.Transpose:
				c.transpose()
			case asm.Permute:
				c.permute()
			}
		})
	}
}

// requireFeatures skips a test whose features this run lacks, or fails it where
// STRIDECOPY_REQUIRE names a level that has them.
func requireFeatures(t *testing.T, need cpu.Features) {
	t.Helper()
	if cpu.Detect().Has(need) {
		return
	}
	if list := os.Getenv("STRIDECOPY_REQUIRE"); list != "" {
		required, err := cpu.Parse(list)
		if err != nil {
			t.Fatal(err)
		}
		if required.Has(need) {
			t.Fatalf("STRIDECOPY_REQUIRE=%s, but %v is missing", list, need)
		}
	}
	t.Skipf("needs %v, this run has %v", need, cpu.Detect())
}

// each yields the bytes that a block moves, n from src[s] to dst[d], as offsets
// from the block's first items: the documented loops.
func each(op asm.Op, size int, b *asm.Block, move func(d, s, n int)) {
	d, s := 0, 0
	for o := range b.Outer.N {
		if o > 0 {
			d, s = after(b, o-1, d, s)
		}
		if op == asm.Transpose {
			for j := range b.J {
				for i := range b.I {
					move(d+b.DstRow(i)+j*size, s+b.SrcRow(j)+i*size, size)
				}
			}
			continue
		}
		for i := range b.Inner.N + b.Last.N {
			to, from := b.Turn(i)
			eachInner(op, size, b, d+to, s+from, move)
		}
	}
}

// shuffled returns a block that does the turns of b's Outer loop, after the first, in
// another order and by a table; Outer's own steps and the last of the table are idle.
func (c *checker) shuffled(b *asm.Block) *asm.Block {
	s := *b
	s.Outer.Dst, s.Outer.Src = c.anything(), c.anything()
	turns, at := make([]int, 0, 2*b.Outer.N), 0
	for _, next := range c.Perm(b.Outer.N - 1) {
		turns = append(turns, (next+1-at)*b.Outer.Dst, (next+1-at)*b.Outer.Src)
		at = next + 1
	}
	s.Turns = guarded(c.turns, append(turns, c.anything(), c.anything()))
	return &s
}

// after returns the offsets of the turn of Outer after turn o, which is at d and s.
func after(b *asm.Block, o, d, s int) (int, int) {
	dst, src := b.Step(o)
	return d + dst, s + src
}

func eachInner(op asm.Op, size int, b *asm.Block, d, s int, move func(d, s, n int)) {
	switch op {
	case asm.Rows:
		move(d, s, b.Width)
	case asm.Fill:
		for k := 0; k < b.Width; k += size {
			move(d+k, s, size)
		}
	case asm.Items:
		move(d, s, size)
	case asm.Permute:
		for w := range b.Perm.NDst {
			for k := range b.Perm.Vector {
				if b.Perm.DstMask[w]>>k&1 != 0 {
					from, n := b.Perm.Source(w, k)
					move(d+b.Perm.DstAt[w]+k, s+b.Perm.SrcAt[from]+n, 1)
				}
			}
		}
	}
}

// A span is the bytes lo..hi-1, counted from the block's first item.
type span struct{ lo, hi int }

var nothing = span{math.MaxInt, math.MinInt}

func (s *span) add(at, n int) { s.lo, s.hi = min(s.lo, at), max(s.hi, at+n) }

// spans returns what a block may touch on each side: from the first to the last
// byte that it moves. A kernel without masks loads its windows whole, so there the
// windows count.
func spans(k asm.Kernel, size int, b *asm.Block) (dst, src span) {
	dst, src = nothing, nothing
	each(k.Op, size, b, func(d, s, n int) {
		dst.add(d, n)
		src.add(s, n)
	})
	if k.Op == asm.Permute && !k.Masked {
		s := 0
		for o := range b.Outer.N {
			for i := range b.Inner.N + b.Last.N {
				_, from := b.Turn(i)
				for _, at := range b.Perm.SrcAt[:b.Perm.NSrc] {
					src.add(s+from+at, k.Vector)
				}
			}
			_, s = after(b, o, 0, s)
		}
	}
	return dst, src
}

// maxSpan bounds the memory of one case, in bytes.
const maxSpan = 1 << 20

// maxTable bounds a table of offsets, in bytes.
const maxTable = 1 << 14

// A checker runs cases on one kernel.
type checker struct {
	testing.TB
	*rand.Rand
	k        asm.Kernel
	dst, src *asmtest.Guard

	dstTable, srcTable, turns, index, scratch *asmtest.Guard

	before []byte // what a destination holds before a run
	data   []byte // what a source holds
	want   []byte
}

// newChecker seeds the cases by the kernel's name, so that they stay the same when
// the table grows.
func newChecker(t testing.TB, k asm.Kernel) *checker {
	h := fnv.New64a()
	h.Write([]byte(k.Name))
	c := &checker{
		TB: t, Rand: rand.New(rand.NewPCG(h.Sum64(), 1)), k: k,
		dst: asmtest.New(t, maxSpan), src: asmtest.New(t, maxSpan),
		dstTable: asmtest.New(t, maxTable), srcTable: asmtest.New(t, maxTable), turns: asmtest.New(t, maxTable), index: asmtest.New(t, maxTable), scratch: asmtest.New(t, maxSpan),
		before: make([]byte, maxSpan), data: make([]byte, maxSpan), want: make([]byte, maxSpan),
	}
	asmtest.Fill(c.before, 0x5a)
	asmtest.Fill(c.data, 0xc3)
	return c
}

// A placement says where the bytes of both sides lie in guarded memory: flush
// against its head, or followed by so many bytes of it.
type placement struct{ dst, src int }

const atHead = -1

func place(g *asmtest.Guard, n, behind int) []byte {
	if behind == atHead {
		return g.Head(n)
	}
	return g.Tail(n + behind)
}

// check runs a block flush against both guards and once away from them, and
// compares every byte of the destination and of the source.
func (c *checker) check(size int, b *asm.Block) {
	c.Helper()
	if c.IntN(2) == 0 {
		b = c.shuffled(b)
	}
	dst, src := spans(c.k, size, b)
	n := dst.hi - dst.lo
	if max(n, src.hi-src.lo)+64 > maxSpan {
		c.Fatalf("case of %d and %d bytes is too large: %s", n, src.hi-src.lo, describe(size, b))
	}
	if p := b.Perm; p != nil { // kernels read no further than its index vectors
		index := c.index.Tail(len(p.Index))
		copy(index, p.Index)
		p.Index = index
	}
	want := c.want[:n+64]
	copy(want, c.before)
	each(c.k.Op, size, b, func(d, s, n int) {
		copy(want[d-dst.lo:d-dst.lo+n], c.data[s-src.lo:s-src.lo+n])
	})
	away := roundUp(c.IntN(64), c.unit())
	for _, p := range []placement{{atHead, 0}, {0, atHead}, {away, c.IntN(64)}} {
		to, from := place(c.dst, n, p.dst), place(c.src, src.hi-src.lo, p.src)
		copy(to, c.before)
		copy(from, c.data)
		addr, faulted := asmtest.Fault(func() { c.call(to, -dst.lo, from, -src.lo, size, b) })
		var err error
		switch {
		case faulted:
			err = fmt.Errorf("fault at %#x: destination %p, source %p", addr, to, from)
		case !bytes.Equal(to, want[:len(to)]):
			err = asmtest.Diff(to, want[:len(to)])
		case !bytes.Equal(from, c.data[:len(from)]):
			err = fmt.Errorf("source was changed: %w", asmtest.Diff(from, c.data[:len(from)]))
		default:
			err = c.dst.Check()
		}
		if err != nil {
			c.Fatalf("%v\nplacement %+v, destination %+v, source %+v\n%s", err, p, dst, src, describe(size, b))
		}
	}
}

// describe shows the parts of a block that a failure depends on.
func describe(size int, b *asm.Block) string {
	text := fmt.Sprintf("items of %d bytes, outer %+v, turns %v, inner %+v, last %+v, width %d, %d x %d, to %v, from %v",
		size, b.Outer, b.Turns, b.Inner, b.Last, b.Width, b.I, b.J, b.DstOff, b.SrcOff)
	if p := b.Perm; p != nil {
		text += fmt.Sprintf(", vector %d, windows to %v under %#x, from %v under %#x",
			p.Vector, p.DstAt[:p.NDst], p.DstMask[:p.NDst], p.SrcAt[:p.NSrc], p.SrcMask[:p.NSrc])
	}
	return text
}
