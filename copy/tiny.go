package strided

import (
	"math"

	"github.com/stridecopy/stridecopy/asm"
)

const (
	tinyCost  = 100               // what a copy may cost that is done before one could look for a plan
	tinyItems = 512               // items up to which planning costs more than it saves once
	tinyLoops = 9                 // loops of two turns or more that so many items have at most
	tinyReach = math.MaxInt >> 11 // bytes of an offset or a step, so that sums over so many items fit an int
)

// A tiny is a copy of few items in loops, those with most turns first.
type tiny struct {
	item  int // bytes that are moved as one
	loops [tinyLoops]asm.Loop
	n     int // loops in use
}

// fits makes x a copy of a few items, and reports whether it is one that needs no
// planning; it leaves everything unusual to a plan, errors and shared memory among it.
func (x *tiny) fits(dst []byte, dl *Layout, src []byte, sl *Layout) bool {
	d, s, ok := x.collect(dl, sl)
	if !ok || d.lo < 0 || d.hi > len(dst) || s.lo < 0 || s.hi > len(src) {
		return false
	}
	if _, shared := sameMemory(dst[d.lo:d.hi], src[s.lo:s.hi]); shared {
		return false
	}
	return dl.Strides == nil || selfOverlap(dl) == disjoint
}

// collect takes the axes of more than one item and returns the bytes that both sides
// reach. It reports false where this is no copy of a few items.
func (x *tiny) collect(dl, sl *Layout) (d, s span, ok bool) {
	rank, item := len(dl.Shape), dl.ItemSize
	if rank > MaxRank || rank != len(sl.Shape) || item != sl.ItemSize || uint(item-1) >= tinyReach/tinyItems ||
		dl.Strides != nil && len(dl.Strides) != rank || sl.Strides != nil && len(sl.Strides) != rank ||
		far(dl.Offset) || far(sl.Offset) {
		return d, s, false
	}
	x.item, d, s = item, span{dl.Offset, dl.Offset + item}, span{sl.Offset, sl.Offset + item}
	items, dstStep, srcStep := 1, item, item // running strides of C order
	for axis := rank - 1; axis >= 0; axis-- {
		n := dl.Shape[axis]
		if n != sl.Shape[axis] || uint(n-1) >= tinyItems {
			return d, s, false
		}
		if dl.Strides != nil {
			dstStep = dl.Strides[axis]
		}
		if sl.Strides != nil {
			srcStep = sl.Strides[axis]
		}
		l := asm.Loop{N: n, Dst: dstStep, Src: srcStep}
		dstStep, srcStep = dstStep*n, srcStep*n
		if n == 1 {
			continue
		}
		if items *= n; items > tinyItems || far(l.Dst) || far(l.Src) {
			return d, s, false
		}
		d.extend((n - 1) * l.Dst)
		s.extend((n - 1) * l.Src)
		x.add(l)
	}
	return d, s, true
}

// far reports whether sums of so long steps might overflow.
func far(bytes int) bool { return uint(bytes+tinyReach) > 2*tinyReach }

// extend makes s reach so many bytes further, upwards or downwards.
func (s *span) extend(by int) {
	if by < 0 {
		s.lo += by
	} else {
		s.hi += by
	}
}

// add puts l where the loops are sorted, or, if the items are dense in it, makes it
// part of the item.
func (x *tiny) add(l asm.Loop) {
	if x.n == 0 && l.Dst == x.item && l.Src == x.item {
		x.item *= l.N
		return
	}
	k := x.n
	for ; k > 0 && x.loops[k-1].N < l.N; k-- {
		x.loops[k] = x.loops[k-1]
	}
	x.loops[k] = l
	x.n++
}

// cost estimates how long x takes, in about nanoseconds: an item each and some for every
// call of the assembly, which does two loops.
func (x *tiny) cost() int {
	units, calls := 1, 1
	for k := range x.n {
		units *= x.loops[k].N
		if k >= 2 {
			calls *= x.loops[k].N
		}
	}
	return units + 32*(calls-1)
}

// walk copies the items of the loops up to k.
func (x *tiny) walk(k int, dst []byte, d int, src []byte, s int) {
	switch k {
	case -1:
		asm.CopyItems(dst, d, src, s, x.item, &unit, &unit)
	case 0:
		asm.CopyItems(dst, d, src, s, x.item, &x.loops[0], &unit)
	case 1:
		asm.CopyItems(dst, d, src, s, x.item, &x.loops[0], &x.loops[1])
	default:
		l := &x.loops[k]
		for n := range l.N {
			x.walk(k-1, dst, d+n*l.Dst, src, s+n*l.Src)
		}
	}
}
