package strided_test

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stridecopy/stridecopy/asm/asmtest"
	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/cpu"
)

var sentinels = []error{strided.ErrShape, strided.ErrBounds, strided.ErrOverlap, strided.ErrItemSize, strided.ErrAxes}

func sentinel(err error) bool {
	return slices.ContainsFunc(sentinels, func(e error) bool { return errors.Is(err, e) })
}

// A bed is where a fuzz target lays its memory: guarded, flush with the guard behind
// it or with the one before it.
type bed struct {
	*testing.T
	tail bool
}

// memory returns n bytes, which are watched until the test ends.
func (b *bed) memory(n int, seed byte) []byte {
	g := asmtest.New(b.T, n)
	mem := g.Head(n)
	if b.tail {
		mem = g.Tail(n)
	}
	asmtest.Fill(mem, seed)
	return mem
}

// each calls f with every way to copy from one layout to the other.
func each(dl, sl strided.Layout, f func(how string, run func(dst, src []byte) error)) {
	for _, level := range cpu.Levels(cpu.Detect()) {
		for _, s := range []strided.Streaming{strided.StreamNever, strided.StreamAlways} {
			p, err := strided.NewPlan(dl, sl, strided.Options{Without: ^level, Streaming: s})
			if err != nil {
				f(level.Level(), func(_, _ []byte) error { return err })
				continue
			}
			f(level.Level()+": "+p.String(), p.Run)
		}
	}
	f("Copy", func(dst, src []byte) error { return strided.Copy(dst, dl, src, sl) })
}

// check copies in all ways. The destination then is as the reference loop leaves it,
// or where there is an error as it was.
func (b *bed) check(c asmtest.Case, valid bool) {
	dl, sl := layouts(c)
	dst, src := b.memory(c.DstBytes, 2), b.memory(c.SrcBytes, 1)
	before, want := bytes.Clone(dst), []byte(nil)
	each(dl, sl, func(how string, run func(dst, src []byte) error) {
		copy(dst, before)
		if err := run(dst, src); err != nil {
			if valid || !sentinel(err) {
				b.Errorf("%v: %s: %v", c, how, err)
			} else if !bytes.Equal(dst, before) {
				b.Errorf("%v: %s: written in spite of %v", c, how, err)
			}
			return
		}
		if want == nil {
			want = bytes.Clone(before)
			c.Reference(want, src)
		}
		if err := asmtest.Diff(dst, want); err != nil {
			b.Errorf("%v: %s: %v", c, how, err)
		}
	})
}

// checkShared copies in all ways within one slice, in which the source's begins
// apart bytes behind the destination's, or before it where apart is negative.
func (b *bed) checkShared(c asmtest.Case, apart int) {
	c.DstOffset += max(-apart, 0)
	c.SrcOffset += max(apart, 0)
	c.DstBytes = max(c.DstBytes+max(-apart, 0), c.SrcBytes+max(apart, 0))
	dl, sl := layouts(c)
	mem := b.memory(c.DstBytes, 3)
	before := bytes.Clone(mem)
	want := bytes.Clone(mem)
	c.Reference(want, before)
	each(dl, sl, func(how string, run func(dst, src []byte) error) {
		copy(mem, before)
		if err := run(mem, mem); err != nil {
			b.Errorf("%v in one slice: %s: %v", c, how, err)
		}
		if err := asmtest.Diff(mem, want); err != nil {
			b.Errorf("%v in one slice: %s: %v", c, how, err)
		}
	})
}

// FuzzCopy copies between decoded layouts, good and bad ones, at every feature level
// in guarded memory, and holds the result against the reference loop. Good ones are
// also copied within one slice, as if the source had been read first.
func FuzzCopy(f *testing.F) {
	for k := range 40 {
		seed := make([]byte, 48)
		asmtest.Fill(seed, byte(k))
		f.Add(seed, k%4 != 3, k%2 == 0, int16(97*k-1500))
	}
	f.Add([]byte{}, true, false, int16(0))
	f.Add([]byte{2, 2, 0, 11, 28, 0, 28}, true, true, int16(64))             // 1 MiB
	f.Add([]byte{3, 0, 0, 9, 2, 0, 27, 0, 27, 0}, true, true, int16(1))      // 3 channels
	f.Add([]byte{1, 11, 7, 39, 5, 3, 0, 0, 0, 1, 1}, true, false, int16(-7)) // 40-byte items
	f.Fuzz(func(t *testing.T, data []byte, valid, tail bool, apart int16) {
		c := asmtest.Decode(data, valid)
		if c.Items() > 1<<21 {
			t.Skip("the reference loop would take seconds")
		}
		b := &bed{t, tail}
		b.check(c, valid)
		if valid {
			b.checkShared(c, int(apart))
		}
	})
}

// FuzzLayout makes layouts of any numbers and views of them. What Check says is
// held against numbers without bounds, every view must lie inside what it is a view
// of, and copies either fail or are right, in guarded memory.
func FuzzLayout(f *testing.F) {
	f.Add(4, 0, 3, 4, 8, 16, 2, math.MaxInt/3, uint8(2), uint16(256), []byte{1, 2, 3})
	f.Add(1, 0, math.MaxInt/2+1, 4, math.MinInt, math.MaxInt/5, -1, 0, uint8(3), uint16(64), []byte{})
	f.Add(3, 62, 8, -3, 2, 24, 4, 0, uint8(3), uint16(200), []byte{3, 1, 1, 5, 0, 2, 1, 3, 255, 0})
	f.Add(8, 0, 0, 9, -5, 9, 7, 9, uint8(3), uint16(9), []byte{2, 0, 0, 4, 9, 9})
	f.Add(2, 1, 5, 2, 7, 10, 3, 70, uint8(7), uint16(300), []byte{0, 1, 2, 0, 1, 1, 1, 1, 2, 4, 6})
	f.Fuzz(func(t *testing.T, item, offset, n0, s0, n1, s1, n2, s2 int, form uint8, size uint16, ops []byte) {
		rank := int(form % 4)
		l := strided.Layout{ItemSize: item, Offset: offset, Shape: []int{n0, n1, n2}[:rank], Strides: []int{s0, s1, s2}[:rank]}
		if form&4 != 0 {
			l.Strides = nil
		}
		b := &bed{t, form&8 != 0}
		b.layout(l, int(size))
		for len(ops) >= 4 {
			v, err := view(l, ops[0], int(int8(ops[1])), int(int8(ops[2])), int(int8(ops[3])))
			ops = ops[4:]
			if err != nil {
				if !sentinel(err) {
					t.Errorf("a view of %+v: %v", l, err)
				}
				continue
			}
			lo, hi, err := l.Extent()
			vlo, vhi, verr := v.Extent()
			if err != nil || verr != nil || vlo < vhi && (vlo < lo || vhi > hi) {
				t.Errorf("%+v at %d..%d, %v, has a view %+v at %d..%d, %v", l, lo, hi, err, v, vlo, vhi, verr)
			}
			l = v
			b.layout(l, int(size))
		}
	})
}

// view makes one of the views of l.
func view(l strided.Layout, op byte, x, y, z int) (strided.Layout, error) {
	switch op % 6 {
	case 0:
		return l.Permute()
	case 1:
		return l.Permute(append([]int{x, y, z}, 3, 4)[:min(l.Rank(), 5)]...)
	case 2:
		return l.Slice(x, y, z, int(op/6)-20)
	case 3:
		return l.Index(x, y)
	case 4:
		return l.Flip(x)
	}
	return l.Broadcast(append([]int{x, y}, l.Shape...)[z&1:]...)
}

// layout checks l and copies with it on either side and on both, in slices of size
// bytes.
func (b *bed) layout(l strided.Layout, size int) {
	inside := l.Check(size) == nil
	if want := fits(l, size); inside != want {
		b.Errorf("%+v in %d bytes: Check says %v, %v is right", l, size, l.Check(size), want)
	}
	dense := strided.Layout{ItemSize: l.ItemSize, Shape: l.Shape}
	dst, src := b.memory(size, 2), b.memory(size, 1)
	before := bytes.Clone(dst)
	for _, pair := range [][2]strided.Layout{{l, dense}, {dense, l}, {l, l}} {
		dl, sl := pair[0], pair[1]
		each(dl, sl, func(how string, run func(dst, src []byte) error) {
			copy(dst, before)
			err := run(dst, src)
			switch {
			case err != nil && (!sentinel(err) || !bytes.Equal(dst, before)):
				b.Errorf("%+v from %+v in %d bytes: %s: %v", dl, sl, size, how, err)
			case err == nil && (!fits(dl, size) || !fits(sl, size) || !bytes.Equal(dst, expected(before, dl, src, sl))):
				b.Errorf("%+v from %+v in %d bytes: %s: wrong", dl, sl, size, how)
			}
		})
	}
}

// expected returns what the reference loop makes of dst.
func expected(dst []byte, dl strided.Layout, src []byte, sl strided.Layout) []byte {
	out := bytes.Clone(dst)
	if slices.Contains(dl.Shape, 0) {
		return out
	}
	ds, ss := stridesOf(dl), stridesOf(sl)
	asmtest.Reference(out, src, dl.ItemSize, dl.Shape, ds, dl.Offset, ss, sl.Offset)
	return out
}

// stridesOf returns the strides of l, those of C order where it has none.
func stridesOf(l strided.Layout) []int {
	if l.Strides != nil {
		return l.Strides
	}
	strides, step := make([]int, len(l.Shape)), l.ItemSize
	for axis := len(l.Shape) - 1; axis >= 0; axis-- {
		strides[axis] = step
		step *= l.Shape[axis]
	}
	return strides
}

// fits is what Check computes, in numbers without bounds.
func fits(l strided.Layout, size int) bool {
	if l.ItemSize < 1 || slices.ContainsFunc(l.Shape, func(n int) bool { return n < 0 }) {
		return false
	}
	if slices.Contains(l.Shape, 0) {
		return true
	}
	lo, dense := big.NewInt(int64(l.Offset)), big.NewInt(int64(l.ItemSize))
	hi := new(big.Int).Add(lo, dense)
	for axis := len(l.Shape) - 1; axis >= 0; axis-- {
		step := new(big.Int).Set(dense)
		if l.Strides != nil {
			step.SetInt64(int64(l.Strides[axis]))
		}
		n := big.NewInt(int64(l.Shape[axis]))
		dense.Mul(dense, n)
		switch span := step.Mul(step, n.Sub(n, big.NewInt(1))); span.Sign() {
		case -1:
			lo.Add(lo, span)
		default:
			hi.Add(hi, span)
		}
	}
	return lo.Sign() >= 0 && hi.Cmp(big.NewInt(int64(size))) <= 0
}
