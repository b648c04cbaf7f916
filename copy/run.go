package strided

import (
	"fmt"
	"sync"

	"github.com/stridecopy/stridecopy/asm"
)

// Run copies from src to dst, which may overlap. Errors match [ErrBounds] where a
// slice is too short for the plan's layouts; nothing has been written then.
//
// With [Options].Workers, a large copy between memory that does not overlap is done
// by several goroutines. What one of them panics with, as it may where memory is a
// mapped file, the others having ended, Run panics with; they take over what its
// caller has set with [debug.SetPanicOnFault].
//
// [debug.SetPanicOnFault]: https://pkg.go.dev/runtime/debug#SetPanicOnFault
func (p *Plan) Run(dst, src []byte) error {
	if p.simple && p.dst.hi <= len(dst) && p.src.hi <= len(src) {
		if _, shared := p.shares(dst, src); !shared {
			asm.Call(p.kernel, dst, p.dstBase, src, p.srcBase, p.size, &p.block)
			return nil
		}
	}
	if p.bytes == 0 {
		return nil
	}
	if err := checkSlices(p.dst, p.src, dst, src); err != nil {
		return err
	}
	if shift, shared := p.shares(dst, src); shared && p.sharesByte(shift) != disjoint {
		return p.runOverlapping(dst, src, shift, usual)
	}
	if p.workers > 1 {
		p.runWorkers(dst, src)
		return nil
	}
	p.run(dst, src)
	return nil
}

// checkSlices checks that the slices hold the spans.
func checkSlices(d, s span, dst, src []byte) error {
	if d.lo < 0 || d.hi > len(dst) {
		return d.outside("dst", len(dst))
	}
	if s.lo < 0 || s.hi > len(src) {
		return s.outside("src", len(src))
	}
	return nil
}

func (s span) outside(arg string, size int) error {
	if s.lo < 0 {
		return fmt.Errorf("%w: %s reaches down to byte %d", ErrBounds, arg, s.lo)
	}
	return fmt.Errorf("%w: %s reaches byte %d of %d", ErrBounds, arg, s.hi, size)
}

// run does the copy on slices that are long enough and share no item.
func (p *Plan) run(dst, src []byte) {
	if p.isOffEdge(dst) {
		p.runOffEdge(dst, src)
		return
	}
	if len(p.loops) == 0 && !p.stream {
		asm.Call(p.kernel, dst, p.dstBase, src, p.srcBase, p.size, &p.block)
		return
	}
	p.walk(p.loops, p.dstBase, p.srcBase, dst, src)
}

// isOffEdge reports whether p is for destinations that begin at a line edge only, and
// dst does not.
func (p *Plan) isOffEdge(dst []byte) bool {
	return p.edged && (linePhase(dst)+p.dstBase)%64 != 0
}

// runOffEdge is run with the other plan. Where no one keeps that yet it is made for this
// run, in memory that is there: some microseconds, for a copy past the caches.
func (p *Plan) runOffEdge(dst, src []byte) {
	q := p.offEdge.Load()
	if q == nil && len(p.nest.loops) > inlineLoops { // more than there is memory for
		q = p.otherwise()
	}
	if q != nil {
		q.run(dst, src)
		return
	}
	one := singles.Get().(*single)
	defer func() {
		one.plan = Plan{} // whose options may hold an executor of the caller
		singles.Put(one)
	}()
	one.room.build(&one.plan, p.nest, p.dst, p.src, p.opts, assumeOffEdge)
	one.plan.run(dst, src)
}

var singles = sync.Pool{New: func() any { return new(single) }}

// variant returns the plan for where dst begins in a cache line, to be kept.
func (p *Plan) variant(dst []byte) *Plan {
	if p.isOffEdge(dst) {
		return p.otherwise()
	}
	return p
}

// walk calls the kernel in loops, those of p or parts of them, where the first items
// are at dst[d] and src[s].
func (p *Plan) walk(loops []turn, d, s int, dst, src []byte) {
	w := walker{loops: loops, block: p.block, dst: d, src: s}
	w.at = w.inline[:min(len(loops), len(w.inline))]
	if len(loops) > len(w.inline) {
		var many [MaxRank + 2]int // of no cost where it is not needed
		w.at = many[:len(loops)]
	}
	for k := range loops {
		w.enter(k)
	}
	if n := p.scratchBytes(); n > 0 {
		m := scratches.Get().(*[]byte)
		defer scratches.Put(m)
		if len(*m) < n {
			*m = make([]byte, n)
		}
		w.block.Scratch = &(*m)[0]
	}
	for more := true; more; {
		if !p.stream {
			asm.Call(p.kernel, dst, w.dst, src, w.src, p.size, &w.block)
			more = w.next()
			continue
		}
		block, d, s := w.block, w.dst, w.src
		block.Carry = w.carry(p.size)
		more = w.next()
		block.Next = w.src - s // where fetching goes on past the block's end
		asm.Call(p.kernel, dst, d, src, s, p.size, &block)
	}
}

// scratchBytes returns the size of the scratch memory that the kernel needs for the largest
// block, 0 where it needs none.
func (p *Plan) scratchBytes() int {
	items := p.block.I
	for k := range p.loops {
		if t := &p.loops[k]; t.field == partI {
			items = max(items, t.full, t.last) // the last chunk may be the longest
		}
	}
	return items * asm.Info(p.kernel).Scratch
}

// scratches holds memory for kernels that work through some.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

// A walker steps through loops like an odometer.
type walker struct {
	loops    []turn
	block    asm.Block
	dst, src int   // offsets of the block's first items
	at       []int // the turn of each loop
	inline   [inlineTurns]int
}

// enter sets what the turn that loop k is at sets in the block.
func (w *walker) enter(k int) {
	t := &w.loops[k]
	if t.field == partNone && !t.slid {
		return
	}
	n := t.full
	chunks := t.n
	if t.slid {
		chunks--
	}
	switch w.at[k] {
	case chunks - 1:
		n = t.last
	case chunks:
		n = 1
		w.dst += t.slideDst
		w.src += t.slideSrc
	}
	switch t.field {
	case partInner:
		w.block.Inner.N = n
	case partOuter:
		w.block.Outer.N = n
	case partI:
		w.block.I = n
	case partJ:
		w.block.J = n
	case partWidth:
		w.block.Width = n
	}
}

// carry says whether the destination rows of the block go on from the block before, and
// whether the next one goes on with them, as Block.Carry wants it: where the innermost
// loop is over parts of them that are whole lines.
func (w *walker) carry(size int) (c int) {
	k := len(w.at) - 1
	if k < 0 || w.loops[k].field != partJ || w.loops[k].full*size%lineSize != 0 {
		return 0
	}
	if w.at[k] > 0 {
		c++
	}
	if w.at[k] < w.loops[k].n-1 {
		c += 2
	}
	return c
}

// next advances to the next block and reports whether there is one.
func (w *walker) next() bool {
	for k := len(w.at) - 1; k >= 0; k-- {
		t := &w.loops[k]
		if w.at[k]++; w.at[k] < t.n {
			w.dst += t.dst
			w.src += t.src
			w.enter(k)
			return true
		}
		w.at[k] = 0
		w.dst -= (t.n-1)*t.dst + t.slideDst
		w.src -= (t.n-1)*t.src + t.slideSrc
		w.enter(k)
	}
	return false
}
