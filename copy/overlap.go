package strided

import (
	"math/bits"
	"unsafe"
)

// This file decides, exactly or not at all, whether items share bytes. Both questions
// become one: can a sum of terms, each any of 0..count times its step, land in a window
// of integers? Layouts here must have passed extent, so every span fits an int, and the
// sums over two layouts fit a uint64.

// A verdict answers whether two sets of items have a byte in common.
type verdict uint8

const (
	disjoint    verdict = iota
	overlapping         // a common byte was found
	tooHard             // the search gave up: to be treated as overlapping
)

// searchBudget bounds the nodes of one search, at some 20 to 100 ns each. Layouts of
// real arrays need a handful, since their axes are nested or nearly so.
const searchBudget = 1 << 16

// sameMemory reports whether two slices have a byte in common and, if so, the
// distance in bytes from dst[0] to src[0]. For slices cut to the intervals of two
// layouts it is the cheap test that settles nearly every call.
func sameMemory(dst, src []byte) (shift int, shared bool) {
	if len(dst) == 0 || len(src) == 0 {
		return 0, false
	}
	shift = distance(dst, src)
	return shift, uint(shift) < uint(len(dst)) || uint(-shift) < uint(len(src))
}

// distance returns the bytes from dst[0] to src[0].
func distance(dst, src []byte) int { return int(address(src) - address(dst)) }

// address returns where b begins, for now: a stack moves when it grows.
func address(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

// unescaped returns b in a way that escape analysis does not follow, so that a
// caller's array may stay on its stack. It is for functions that keep nothing of b
// when they return, and hand to other goroutines only what is too large for a stack.
func unescaped(b []byte) []byte {
	from := address(b)
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&from)), len(b))
}

// linePhase returns how many bytes into a cache line b begins.
func linePhase(b []byte) int { return int(address(b) % 64) }

// selfOverlap decides whether two different indices of l share a byte.
func selfOverlap(l *Layout) verdict {
	var buf [8]term
	terms, ok := l.terms(buf[:0])
	if !ok {
		return disjoint
	}
	sortTerms(terms)
	item := uint64(l.ItemSize)
	span, bytes, nested := item, item, true // of the terms so far: the distance and what fills it
	for _, t := range terms {
		nested = nested && t.step >= span // a step clears all that lies below
		span += t.step * t.count
		var high uint64
		if high, bytes = bits.Mul64(bytes, t.count+1); high != 0 || bytes > span {
			return overlapping // more bytes than places, as where a step is below the item
		}
	}
	if nested {
		return disjoint
	}
	budget := searchBudget
	span = item
	for k, t := range terms {
		below := span
		if span += t.step * t.count; t.step >= below {
			continue
		}
		if v := overlapAlong(terms[:k+1], item, span, &budget); v != disjoint {
			return v
		}
	}
	return disjoint
}

// overlapAlong decides whether two items share a byte whose indices differ in the
// last term and in none after it. With differences d[j] in -count..count, and the
// last one in 1..count, it asks for |sum of step*d| < item; the variables
// count-d[j] make it a question for reachable.
func overlapAlong(terms []term, item, span uint64, budget *int) verdict {
	var buf [8]term
	differences := append(buf[:0], terms...)
	last := len(terms) - 1
	for j := range differences[:last] {
		differences[j].count *= 2
	}
	differences[last].count--
	centre := span - item
	return reachable(differences, centre-(item-1), centre+(item-1), budget)
}

// sharesByte decides whether an item of dl and an item of sl share a byte. The
// offsets of both count from the same address.
func sharesByte(dl, sl *Layout) verdict {
	dlo, dhi := dl.interval()
	slo, shi := sl.interval()
	if dlo >= shi || slo >= dhi || dlo == dhi || slo == shi {
		return disjoint
	}
	var buf [16]term
	terms, _ := dl.terms(buf[:0])
	terms, _ = sl.terms(terms)
	return meet(terms, dlo, shi, dl.ItemSize, sl.ItemSize)
}

// sharesByte decides whether an item that p writes and one that it reads share a
// byte, where the source lies shift bytes behind the destination.
func (p *Plan) sharesByte(shift int) verdict {
	var buf [16]term
	terms := buf[:0]
	for _, l := range p.nest.loops {
		terms = append(terms,
			term{step: uint64(absUint(l.dst)), count: uint64(l.n - 1)},
			term{step: uint64(absUint(l.src)), count: uint64(l.n - 1)})
	}
	return meet(terms, p.dst.lo, p.src.hi+shift, p.nest.item, p.nest.item)
}

// meet decides whether two sets of items share a byte, given the terms of both, the
// lowest byte of one and the end of the other, which lies above. Counting one set
// upwards and the other downwards makes every term of
//
//	low + terms of one + byte of item = high-1 - (terms of the other + byte of item)
//
// positive.
func meet(terms []term, low, high, item, otherItem int) verdict {
	hi := uint64(high-1) - uint64(low)
	width := uint64(item-1) + uint64(otherItem-1)
	budget := searchBudget
	return reachable(terms, hi-min(hi, width), hi, &budget)
}

// interval is Extent for a layout that has passed it.
func (l *Layout) interval() (lo, hi int) {
	lo, hi = l.Offset, l.Offset
	step := l.ItemSize
	for axis := len(l.Shape) - 1; axis >= 0; axis-- {
		n := l.Shape[axis]
		if n == 0 {
			return l.Offset, l.Offset
		}
		stride := step
		if l.Strides != nil {
			stride = l.Strides[axis]
		} else {
			step *= n
		}
		if span := stride * (n - 1); span < 0 {
			lo += span
		} else {
			hi += span
		}
	}
	return lo, hi + l.ItemSize
}

// A term is one variable of a sum: any of 0..count times step.
type term struct {
	step, count uint64
	reach       uint64 // the most that this term and the smaller ones add up to
	gcd         uint64 // of the step of this term and of the smaller ones
}

// terms appends the axes of l that have more than one index; it reports false where
// l has no items.
func (l *Layout) terms(to []term) ([]term, bool) {
	step := l.ItemSize
	for axis := len(l.Shape) - 1; axis >= 0; axis-- {
		n, stride := l.Shape[axis], step
		if n == 0 {
			return nil, false
		}
		if l.Strides != nil {
			stride = l.Strides[axis]
		} else {
			step *= n
		}
		if n > 1 {
			to = append(to, term{step: uint64(absUint(stride)), count: uint64(n - 1)})
		}
	}
	return to, true
}

// sortTerms sorts by step; there are few.
func sortTerms(terms []term) {
	for i := 1; i < len(terms); i++ {
		for j := i; j > 0 && terms[j].step < terms[j-1].step; j-- {
			terms[j], terms[j-1] = terms[j-1], terms[j]
		}
	}
}

// reachable decides whether some choice of the variables makes the sum of the terms
// land in lo..hi. It reorders terms.
func reachable(terms []term, lo, hi uint64, budget *int) verdict {
	sortTerms(terms)
	terms, lo = simplify(terms, lo, hi)
	if len(terms) > 0 && hi%terms[len(terms)-1].gcd > hi-lo {
		return disjoint // every sum is a multiple of the gcd, and none lies in lo..hi
	}
	return search(terms, lo, hi, budget)
}

// simplify removes the terms that cost nothing: those whose step is no larger than
// the window widen it, and a multiple of a smaller step that leaves no hole behind
// it only raises that count. The rest get their reach and gcd.
func simplify(terms []term, lo, hi uint64) ([]term, uint64) {
	kept := terms[:0]
next:
	for _, t := range terms {
		if t.count == 0 || t.step == 0 {
			continue
		}
		if len(kept) == 0 && t.step <= hi-lo+1 {
			lo -= min(lo, t.step*t.count)
			continue
		}
		for j := range kept {
			if t.step%kept[j].step == 0 && t.step/kept[j].step <= kept[j].count+1 {
				kept[j].count += t.step / kept[j].step * t.count
				continue next
			}
		}
		kept = append(kept, t)
	}
	var reach, gcd uint64
	for j := range kept {
		reach += kept[j].step * kept[j].count
		gcd = gcdOf(kept[j].step, gcd)
		kept[j].reach, kept[j].gcd = reach, gcd
	}
	return kept, lo
}

// search is reachable for simplified terms where a multiple of their gcd lies in the
// window. It tries the values of the largest term, depth first, and jumps over those
// that leave no multiple of the gcd of the others in the window. One or two terms
// need no trying at all, only Euclid's algorithm.
func search(terms []term, lo, hi uint64, budget *int) verdict {
	if lo == 0 {
		return overlapping
	}
	if len(terms) == 0 || terms[len(terms)-1].reach < lo {
		return disjoint
	}
	top, rest := terms[len(terms)-1], terms[:len(terms)-1]
	if top.reach <= hi {
		return overlapping
	}
	last := min(top.count, hi/top.step)
	if top.step*last >= lo {
		return overlapping
	}
	// Here rest is not empty: a multiple of the only step would have been found.
	below, x := rest[len(rest)-1], uint64(0)
	if lo > below.reach {
		x = (lo-below.reach-1)/top.step + 1
	}
	for ; x <= last; x++ {
		if *budget--; *budget < 0 {
			return tooHard
		}
		if r := (hi - top.step*x) % below.gcd; r > hi-lo {
			skip, ok := firstMultiple(top.step%below.gcd, below.gcd, r-(hi-lo), r)
			if !ok || skip > last-x {
				return disjoint
			}
			x += skip
		}
		if v := search(rest, lo-top.step*x, hi-top.step*x, budget); v != disjoint {
			return v
		}
	}
	return disjoint
}

// firstMultiple returns the smallest n with lo <= n*a mod m <= hi, for a < m and
// 0 < lo <= hi < m, in O(log m) steps.
func firstMultiple(a, m, lo, hi uint64) (n uint64, ok bool) {
	if a == 0 {
		return 0, false
	}
	if a > m-a { // count backwards: this halves a at every second step
		return firstMultiple(m-a, m, m-hi, m-lo)
	}
	if n = (lo-1)/a + 1; n*a <= hi {
		return n, true
	}
	// No multiple of a lies in the window itself, so n*a has to go round k times,
	// with k*m + lo..hi holding a multiple of a: the same question modulo a.
	k, ok := firstMultiple((a-m%a)%a, a, lo%a, hi%a)
	if !ok {
		return 0, false
	}
	h, l := bits.Mul64(k, m)
	l, carry := bits.Add64(l, lo+a-1, 0)
	n, _ = bits.Div64(h+carry, l, a) // below m, so the quotient fits
	return n, true
}

func gcdOf(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
