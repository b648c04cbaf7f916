package strided

import (
	"fmt"
	"sync/atomic"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// Streaming says when a plan may write past the caches.
type Streaming uint8

const (
	StreamAuto   Streaming = iota // where the payload is past the measured size
	StreamNever                   // plain stores only
	StreamAlways                  // wherever whole lines are written
)

// Options restrict what a plan may use. The zero value is right for nearly all.
type Options struct {
	Without cpu.Features // instruction-set features not to use; ^cpu.Features(0) leaves pure Go
	// Workers is the most goroutines that a Run may use, the caller's among them; 0
	// and 1 mean that one only. A Run starts no more than there are processors for
	// (GOMAXPROCS), and none where it would not gain. They wait a tenth of a millisecond
	// for another Run, and then end.
	Workers   int
	Streaming Streaming // when to use non-temporal stores
	// Executor, if set, runs f(0) to f(n-1), in any order and on any goroutines,
	// and returns when all have; it replaces the goroutines that a Run starts. n is
	// at most Workers, or what there are processors for where Workers is 0.
	Executor func(n int, f func(i int))
}

// A Plan is a prepared copy between two layouts. It is immutable, holds no array
// memory, and may be run by any number of goroutines at the same time.
//
// A plan is a nest of loops around one leaf: a kernel and the block of work that
// one call of it does.
type Plan struct {
	dst, src span // bytes that the layouts reach
	bytes    int  // payload
	simple   bool // one call of the kernel does all, and neither span begins below 0
	stream   bool // the kernel stores past the caches and fetches ahead
	opts     Options

	nest    nest   // the normal form
	dstBase int    // offsets of the leaf's first items
	srcBase int    //
	loops   []turn // around the leaf, outermost first
	kernel  asm.ID
	size    int // item size for the kernel
	block   asm.Block

	edged   bool                 // for destinations that begin at a line edge, where that matters
	offEdge atomic.Pointer[Plan] // for the others, once someone asked to keep it
	workers int                  // goroutines that a Run uses, if there are so many processors

	fewLoops [4]loop // of the nest, and
	fewTurns [3]turn // the loops around the leaf, where there are no more
}

// inlineTurns is the number of loops around the leaf that are planned without
// allocating: those of the normal form, two of which may be cut into chunks.
const inlineTurns = inlineLoops + 2

// A span is the half-open interval of bytes [lo, hi) that a layout touches.
type span struct{ lo, hi int }

// A turn is one loop around the leaf. Where it walks over chunks of an axis that
// the leaf works on, it also says how long the chunks are.
type turn struct {
	n, dst, src int // turns, and bytes per turn
	full, last  int // the extent of each chunk but the last, and of the last
	// With slid there is one more turn, of extent 1, whose block lies so many bytes
	// from its regular place: back, over items that are already copied. It is of a
	// whole block where the turns are no chunks.
	slideDst, slideSrc int
	slid               bool
	field              part // what of the block a chunk sets
}

// part names the extent of the leaf's block that a turn sets.
type part uint8

const (
	partNone  part = iota
	partInner      // Block.Inner.N
	partOuter      // Block.Outer.N
	partI          // Block.I
	partJ          // Block.J
	partWidth      // Block.Width
)

// NewPlan prepares copies from layout src to layout dst. Errors match [ErrShape],
// [ErrItemSize], [ErrBounds] and [ErrOverlap], the last one also where it is too hard to
// decide whether items of dst overlap.
func NewPlan(dst, src Layout, o Options) (*Plan, error) {
	m := planners.Get().(*planner)
	defer planners.Put(m)
	return m.plan(&dst, &src, o)
}

// newPlan plans in r and keeps the plan.
func (r *room) newPlan(dst, src *Layout, o Options) (*Plan, error) {
	d, s, err := checkPair(dst, src)
	if err != nil {
		return nil, err
	}
	p := new(Plan)
	x, ok := normalize(dst, src, r.normal[:])
	if !ok {
		p.dst, p.src = d, s
		return p, nil // nothing to copy: no bytes, no loops, no leaf
	}
	r.keep(p, x, d, s, o, assumeOnEdge)
	p.workers = p.usefulWorkers()
	return p, nil
}

// keep is build for a plan that outlives r: it gives it its own copy of what it would
// refer to there.
func (r *room) keep(p *Plan, x nest, dst, src span, o Options, phase int) {
	r.plan(p, x, dst, src, o, phase, true)
	p.nest.loops = append(p.fewLoops[:0], p.nest.loops...)
	p.loops = append(p.fewTurns[:0], p.loops...)
	if p.block.Perm != nil {
		p.block.Perm = p.block.Perm.Clone()
	}
}

// otherwise returns the plan for destinations that do not begin at a line edge, or nil
// where that does not matter.
func (p *Plan) otherwise() *Plan {
	if !p.edged {
		return nil
	}
	if p.offEdge.Load() == nil {
		r := rooms.Get().(*room)
		defer rooms.Put(r)
		q := new(Plan)
		r.keep(q, p.nest, p.dst, p.src, p.opts, assumeOffEdge)
		p.offEdge.CompareAndSwap(nil, q)
	}
	return p.offEdge.Load()
}

// Where the slices are not known yet, a plan assumes that the first item of the
// destination lies at a line edge, or that it does not.
const (
	assumeOnEdge  = -1
	assumeOffEdge = -2
)

// Bytes returns the payload of one Run in bytes: items times item size.
func (p *Plan) Bytes() int { return p.bytes }

// Kernel returns the name of the kernel that does the work, or "none" where there
// is nothing to copy.
func (p *Plan) Kernel() string {
	if p.bytes == 0 {
		return "none"
	}
	return asm.Info(p.kernel).Name
}

// checkPair validates two layouts and returns the bytes that they touch.
func checkPair(dl, sl *Layout) (dst, src span, err error) {
	if dst.lo, dst.hi, err = dl.extent("dst"); err != nil {
		return dst, src, err
	}
	if src.lo, src.hi, err = sl.extent("src"); err != nil {
		return dst, src, err
	}
	return dst, src, samePair(dl, sl)
}

// samePair checks that the layouts have the same form and that no two destination
// items share a byte.
func samePair(dl, sl *Layout) error {
	if dl.ItemSize != sl.ItemSize {
		return fmt.Errorf("%w: dst has items of %d bytes, src of %d", ErrItemSize, dl.ItemSize, sl.ItemSize)
	}
	if len(dl.Shape) != len(sl.Shape) {
		return fmt.Errorf("%w: dst has rank %d, src %d", ErrShape, len(dl.Shape), len(sl.Shape))
	}
	for axis, n := range dl.Shape {
		if n != sl.Shape[axis] {
			return fmt.Errorf("%w: axis %d: dst has %d items, src %d", ErrShape, axis, n, sl.Shape[axis])
		}
	}
	if dl.Strides == nil {
		return nil
	}
	if v := selfOverlap(dl); v != disjoint {
		return overlapError(v, dl)
	}
	return nil
}
