package asm_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// A feed hands out fuzz bytes; where they end, zeros.
type feed []byte

func (f *feed) next() int {
	if len(*f) == 0 {
		return 0
	}
	b := (*f)[0]
	*f = (*f)[1:]
	return int(b)
}

// FuzzPermSet sets bytes of a box in any order and reads them back.
func FuzzPermSet(f *testing.F) {
	f.Add([]byte{0, 8, 8, 0, 0, 7, 63})
	f.Add([]byte{1, 4, 4, 3, 15, 2, 9, 0, 1, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		in := feed(data)
		p := new(asm.Perm)
		windows := len(p.SrcAt)
		vector := []int{64, 16}[in.next()%2]
		nsrc, ndst := 1+in.next()%windows, 1+in.next()%windows
		p.Reset(vector, nsrc, ndst)
		type place struct{ w, k int }
		set := map[place]place{}
		var loaded, stored [8]uint64
		for len(in) > 0 {
			to := place{in.next() % ndst, in.next() % vector}
			from := place{in.next() % nsrc, in.next() % vector}
			if _, ok := set[to]; ok {
				continue // a byte is set once
			}
			p.Set(to.w, to.k, from.w, from.k)
			set[to] = from
			loaded[from.w] |= 1 << from.k
			stored[to.w] |= 1 << to.k
		}
		for to, from := range set {
			if w, n := p.Source(to.w, to.k); (place{w, n}) != from {
				t.Errorf("byte %v comes from %v, %v was set", to, place{w, n}, from)
			}
		}
		if p.SrcMask != loaded || p.DstMask != stored {
			t.Errorf("masks %#x and %#x, want %#x and %#x", p.SrcMask, p.DstMask, loaded, stored)
		}
		if full := len(set) == ndst*vector; p.Full() != full {
			t.Errorf("Full() = %v, want %v", p.Full(), full)
		}
	})
}

// FuzzTranspose runs transposes through tables of any order and any gaps.
func FuzzTranspose(f *testing.F) {
	var ks []asm.Kernel
	for _, k := range asm.Kernels() {
		if k.Op == asm.Transpose && cpu.Detect().Has(k.Needs) {
			ks = append(ks, k)
		}
	}
	c := newChecker(f, ks[0])
	for n := range ks {
		f.Add([]byte{byte(n), 1, 2, 3, 4, 5, 6, 7})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in := feed(data)
		c.TB, c.k = t, ks[in.next()%len(ks)]
		c.Rand = rand.New(rand.NewPCG(1, uint64(in.next()))) // places follow from the input alone
		sizes := c.sizes()
		size := sizes[in.next()%len(sizes)]
		i, j := c.k.I+in.next()%(c.k.I+9), c.k.J+in.next()%(c.k.J+9)
		if c.k.Aligned() {
			j -= j % c.k.J
		}
		if c.k.Scratch > 0 {
			j += in.next() % 3 * c.k.Scratch / c.k.Size
		}
		b := &asm.Block{I: i, J: j, Outer: asm.Loop{N: 1 + in.next()%3}}
		b.DstOff, b.Outer.Dst = fuzzTable(&in, c.unit(), i, j*size)
		b.SrcOff, b.Outer.Src = fuzzTable(&in, 1, j, i*size)
		if c.k.Step != 0 { // the first two rows tell the steps
			b.Outer = asm.Loop{N: 1}
		}
		if c.k.Step&asm.DstSide != 0 {
			b.Inner.Dst, b.DstOff = b.DstOff[1], nil
		}
		if c.k.Step&asm.SrcSide != 0 {
			b.Inner.Src, b.SrcOff = b.SrcOff[1], nil
		}
		for (c.k.Merge || c.k.Masked) && len(b.SrcOff)%c.k.I != 0 {
			b.SrcOff = append(b.SrcOff, b.SrcOff[j-1])
		}
		if n := c.k.Scratch * i; n > 0 {
			b.Scratch = &c.scratch.Tail(n)[0]
			b.Chain = in.next() % (i + 1)
		}
		c.check(size, b)
	})
}

// fuzzTable returns the offsets of n rows of the given bytes that do not overlap,
// each before or behind all others, and a step beyond them all; all are multiples
// of unit.
func fuzzTable(in *feed, unit, n, bytes int) (off []int, step int) {
	off = make([]int, n)
	bytes = roundUp(bytes, unit)
	lo, hi := 0, bytes
	for k := 1; k < n; k++ {
		gap := in.next()
		skip := roundUp(gap/2, unit)
		if gap%2 == 0 {
			off[k] = hi + skip
			hi = off[k] + bytes
		} else {
			off[k] = lo - skip - bytes
			lo = off[k]
		}
	}
	return off, hi - lo
}
