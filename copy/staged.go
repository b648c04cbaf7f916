package strided

import "slices"

// limits are the sizes, in bytes, that shared copies go by.
type limits struct {
	scratch int // what passes through scratch at a time where there is a choice
	row     int // from here on rows are moved one by one, without scratch
	move    int // of one call of the builtin copy, which cannot be preempted
}

// usual has scratch fit the first-level cache together with its source.
var usual = limits{scratch: 16 << 10, row: 256, move: 256 << 10}

// runShared runs p on slices that share memory, where src[0] lies shift bytes
// behind dst[0], by one goroutine.
func (p *Plan) runShared(dst, src []byte, shift int, lim limits) error {
	if p.sharesByte(shift) == disjoint {
		p.run(dst, src)
		return nil
	}
	return p.runOverlapping(dst, src, shift, lim)
}

// runOverlapping is runShared where items may share a byte. The result is as if the
// source had been read whole before the first write.
//
// Scratch is about lim.scratch, but for copies that no order and no exchange of
// blocks can do piece by piece: of those it stages what cannot be cut.
func (p *Plan) runOverlapping(dst, src []byte, shift int, lim limits) error {
	x := p.nest
	x.src += shift
	m := mover{planOverlap(x), shift, p.opts.alone(), lim}
	mem := memory{dst, src}
	m.src -= shift
	switch {
	case m.kind == noop:
		return nil
	case m.kind == ordered && m.item >= lim.row:
		return m.rows(mem)
	case m.payload(m.safe) <= lim.scratch:
		return m.blocks(mem)
	case m.kind == exchange:
		return m.exchange(mem)
	case m.safe > 0: // a copy of its own at each index of the loops outside
		return m.each(m.safe, func(d, s int) error { return m.part(mem, m.loops[m.safe:], d, s) })
	}
	return m.halves(mem)
}

// A memory is where a copy goes and where it comes from. It is handed from function
// to function and stands in no struct on the heap, since it may be on the stack of
// the caller, which moves when it grows.
type memory struct{ dst, src []byte }

// A mover is an overlap plan at work.
type mover struct {
	overlapPlan     // with the offset src counted from memory.src
	shift       int // from memory.dst to memory.src
	opts        Options
	lim         limits
}

// payload returns the bytes of the items of the loops from k on.
func (m *mover) payload(k int) int {
	bytes := m.item
	for _, l := range m.loops[k:] {
		bytes *= l.n
	}
	return bytes
}

// each calls f with the offsets of the first item at every index of loops[:k], in
// their order, up to the first error.
func (m *mover) each(k int, f func(d, s int) error) error {
	index := make([]int, k)
	for d, s := m.dst, m.src; ; {
		if err := f(d, s); err != nil {
			return err
		}
		axis := k - 1
		for ; axis >= 0; axis-- {
			l := &m.loops[axis]
			d, s = d+l.dst, s+l.src
			if index[axis]++; index[axis] < l.n {
				break
			}
			index[axis], d, s = 0, d-l.n*l.dst, s-l.n*l.src
		}
		if axis < 0 {
			return nil
		}
	}
}

// rows moves item after item by memmove, in pieces from the end that is safe.
func (m *mover) rows(mem memory) error {
	return m.each(len(m.loops), func(d, s int) error {
		up := d < s+m.shift
		for done := 0; done < m.item; {
			at, n := done, min(m.lim.move, m.item-done)
			if !up {
				at = m.item - done - n
			}
			movePiece(mem.dst[d+at:d+at+n], mem.src[s+at:s+at+n])
			done += n
		}
		return nil
	})
}

// movePiece is a call of its own, as a goroutine that is asked to stop does so when
// it enters a Go function. Interrupting it does not help while it is in the builtin
// copy, which in a loop of nothing else it always is.
//
//go:noinline
func movePiece(dst, src []byte) { copy(dst, src) }

// blocks takes the loops that have to be staged, and as many of the ordered ones
// around them as fit scratch, through scratch at a time.
func (m *mover) blocks(mem memory) error {
	cut, bytes := m.safe, m.payload(m.safe)
	for cut > 0 && bytes*m.loops[cut-1].n <= m.lim.scratch {
		cut--
		bytes *= m.loops[cut].n
	}
	around := loop{n: 1} // the loop that is cut into runs of several indices
	if cut > 0 {
		around = m.loops[cut-1]
	}
	run := min(max(m.lim.scratch/bytes, 1), around.n)
	b := boxes{mover: m}
	loops := append([]loop{around}, m.loops[cut:]...)
	return m.each(max(cut-1, 0), func(d, s int) error {
		for i := 0; i < around.n; i += run {
			loops[0].n = min(run, around.n-i)
			if err := b.stage(mem, loops, d+i*around.dst, s+i*around.src); err != nil {
				return err
			}
		}
		return nil
	})
}

// part runs the copy of some loops from the first items at d and s.
func (m *mover) part(mem memory, loops []loop, d, s int) error {
	dl, sl := sides(m.item, loops, d, s)
	p, err := NewPlan(dl, sl, m.opts)
	if err != nil {
		return err
	}
	return p.runShared(mem.dst, mem.src, m.shift, m.lim)
}

// halves cuts a loop in two where one half can be copied before the other, and
// otherwise stages everything.
func (m *mover) halves(mem memory) error {
	for k, l := range m.loops {
		half := l.n / 2
		front, back := slices.Clone(m.loops), slices.Clone(m.loops)
		front[k].n, back[k].n = half, l.n-half
		d, s := m.dst+half*l.dst, m.src+half*l.src // of the back half
		frontDst, frontSrc := sides(m.item, front, m.dst, m.src+m.shift)
		backDst, backSrc := sides(m.item, back, d, s+m.shift)
		if sharesByte(&frontDst, &backSrc) == disjoint {
			if err := m.part(mem, front, m.dst, m.src); err != nil {
				return err
			}
			return m.part(mem, back, d, s)
		}
		if sharesByte(&backDst, &frontSrc) == disjoint {
			if err := m.part(mem, back, d, s); err != nil {
				return err
			}
			return m.part(mem, front, m.dst, m.src)
		}
	}
	return m.blocks(mem)
}

// sides returns the layouts of some loops with the first item at d and s.
func sides(item int, loops []loop, d, s int) (dl, sl Layout) {
	dl = Layout{ItemSize: item, Offset: d, Shape: make([]int, len(loops)), Strides: make([]int, len(loops))}
	sl = Layout{ItemSize: item, Offset: s, Shape: dl.Shape, Strides: make([]int, len(loops))}
	for k, l := range loops {
		dl.Shape[k], dl.Strides[k], sl.Strides[k] = l.n, l.dst, l.src
	}
	return dl, sl
}
