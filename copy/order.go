package strided

import "slices"

// An overlapPlan says how to do a copy whose source and destination share bytes, so
// that the result is as if the source had been read whole before the first write.
type overlapPlan struct {
	nest    // outermost loop first, steps signed in the order of traversal
	kind    overlapKind
	safe    int   // loops[:safe] may run one index after the other
	partner []int // for an exchange: see partners
}

type overlapKind uint8

const (
	noop     overlapKind = iota // every item stays where it is
	ordered                     // one item after the other, in the order of the loops
	exchange                    // the loops from safe on: pairs of blocks trade places
	staged                      // the loops from safe on: read whole, then written
)

// planOverlap chooses the cheapest means that is correct for a normal form whose
// offsets count from the same address.
//
// A loop may run one index after the other if nothing written at one of its indices
// is read at a later one, whatever the loops inside it do. Such a loop can always
// be moved outwards, where it constrains the others more, so that taking any of
// them at each level, in any direction, finds the most there are.
func planOverlap(x nest) overlapPlan {
	p := overlapPlan{nest: x}
	p.loops = slices.Clone(x.loops)
	slices.Reverse(p.loops)
	if p.still() {
		return p
	}
	budget := searchBudget
	for p.safe < len(p.loops) && p.order(&budget) {
		p.safe++
	}
	p.kind = ordered
	if p.safe < len(p.loops) {
		p.kind = staged
		if p.partner = p.partners(); p.partner != nil {
			p.kind = exchange
		}
	}
	return p
}

// still reports whether every item is its own source.
func (p *overlapPlan) still() bool {
	for _, l := range p.loops {
		if l.dst != l.src {
			return false
		}
	}
	return p.dst == p.src
}

// order moves a loop that may run one index after the other, forwards or else
// backwards, to position p.safe. It reports whether there is one.
func (p *overlapPlan) order(budget *int) bool {
	for k := p.safe; k < len(p.loops); k++ {
		p.rotate(p.safe, k)
		if !p.clobbers(p.safe, budget) {
			return true
		}
		p.flip(&p.loops[p.safe])
		if !p.clobbers(p.safe, budget) {
			return true
		}
		p.flip(&p.loops[p.safe])
		p.rotate(k, p.safe)
	}
	return false
}

// rotate moves loop from to position to; those between move up by one.
func (p *overlapPlan) rotate(to, from int) {
	l := p.loops[from]
	p.loops = slices.Insert(slices.Delete(p.loops, from, from+1), to, l)
}

// clobbers decides whether an item written at one index of loop k is read at a
// later one, the indices of the loops outside being equal and those of the loops
// inside being any. The distance from the write to the read is a sum of terms.
//
// The pairs i < j of loop k are taken as i and j-i, each up to n-1: a superset, so
// that a conflict may be found where there is none. It is exact for equal steps.
func (p *overlapPlan) clobbers(k int, budget *int) bool {
	var buf [16]term
	distance := signedSum{terms: buf[:0], base: int64(p.src) - int64(p.dst)}
	for _, l := range p.loops[:k] {
		distance.add(int64(l.src)-int64(l.dst), l.n-1)
	}
	l := p.loops[k]
	distance.add(int64(l.src)-int64(l.dst), l.n-2)
	distance.base += int64(l.src) // j-i counts from 1
	distance.add(int64(l.src), l.n-2)
	for _, l := range p.loops[k+1:] {
		distance.add(int64(l.src), l.n-1)
		distance.add(-int64(l.dst), l.n-1)
	}
	return distance.within(int64(p.item)-1, budget) != disjoint
}

// A signedSum is a constant and terms of either sign, all far below 2^63: it holds
// differences of addresses of existing memory.
type signedSum struct {
	terms []term
	base  int64
}

// add adds any of 0..count times step.
func (s *signedSum) add(step int64, count int) {
	if step < 0 {
		s.base += step * int64(count)
		step = -step
	}
	s.terms = append(s.terms, term{step: uint64(step), count: uint64(count)})
}

// within decides whether the sum can land in -most..most.
func (s *signedSum) within(most int64, budget *int) verdict {
	lo, hi := -most-s.base, most-s.base
	if hi < 0 {
		return disjoint
	}
	return reachable(s.terms, uint64(max(lo, 0)), uint64(hi), budget)
}

// partners returns, for copies that only exchange items, for each of the loops from
// safe on the one among them whose destination step is its source step; it returns
// nil for other copies. Item i then comes from the place of item j and j from that
// of i, where j is i with the indices of partners swapped and, for steps of opposite
// sign, counted from the end: transposing a square matrix in place, reversing,
// turning by half.
func (p *overlapPlan) partners() []int {
	for _, l := range p.loops[:p.safe] {
		if l.dst != l.src {
			return nil
		}
	}
	loops := p.loops[p.safe:]
	partner := make([]int, len(loops))
	first := p.dst // of the source, if the copy is an exchange
	for k, l := range loops {
		sign := 1
		if l.src < 0 {
			sign = -1
		}
		partner[k] = slices.IndexFunc(loops, func(m loop) bool { return m.dst == sign*l.src })
		if partner[k] < 0 {
			return nil
		}
		m := loops[partner[k]]
		if m.n != l.n || m.src != sign*l.dst {
			return nil
		}
		if sign < 0 {
			first += (l.n - 1) * m.dst
		}
	}
	if first != p.src {
		return nil
	}
	return partner
}
