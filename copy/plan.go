package strided

import (
	"fmt"
	"slices"

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
	// (GOMAXPROCS), none where it would not gain, and ends them before it returns.
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
	opts     Options

	nest    nest   // the normal form
	dstBase int    // offsets of the leaf's first items
	srcBase int    //
	loops   []turn // around the leaf, outermost first
	kernel  asm.ID
	size    int // item size for the kernel
	block   asm.Block

	stream  bool  // the kernel stores past the caches and fetches ahead
	offEdge *Plan // for destinations that do not begin at a line edge, where that matters
	workers int   // goroutines that a Run uses, if there are so many processors

	normal  [inlineLoops]loop
	inline  [inlineTurns]turn
	offsets [inlineOffsets]int // the leaf's tables, where they are short
}

// inlineTurns is the number of loops around the leaf that a plan holds without
// allocating: those of the normal form, two of which may be cut into chunks.
const inlineTurns = inlineLoops + 2

// inlineOffsets is the number of table entries that a plan holds without allocating.
const inlineOffsets = 48

// A span is the half-open interval of bytes [lo, hi) that a layout touches.
type span struct{ lo, hi int }

// A turn is one loop around the leaf. Where it walks over chunks of an axis that
// the leaf works on, it also says how long the chunks are.
type turn struct {
	n, dst, src int  // turns, and bytes per turn
	field       part // what of the block a chunk sets
	full, last  int  // the extent of each chunk but the last, and of the last
	// With slid there is one more turn, of extent 1, whose block lies so many bytes
	// from its regular place: back, over items that are already copied.
	slid               bool
	slideDst, slideSrc int
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
// [ErrItemSize], [ErrBounds] and [ErrOverlap].
func NewPlan(dst, src Layout, o Options) (*Plan, error) {
	var buf [inlineLoops]loop
	p := new(Plan)
	var err error
	if p.dst, p.src, err = checkPair(&dst, &src); err != nil {
		return nil, err
	}
	x, ok := normalize(&dst, &src, buf[:])
	if !ok {
		return p, nil // nothing to copy: no bytes, no loops, no leaf
	}
	p.init(x, p.dst, p.src, o, nil, assumeOnEdge)
	if p.stream {
		p.offEdge = new(Plan)
		p.offEdge.init(x, p.dst, p.src, o, nil, assumeOffEdge)
	}
	p.workers = p.usefulWorkers()
	return p, nil
}

// Where the slices are not known yet, a plan assumes that the first item of the
// destination lies at a line edge, or that it does not.
const (
	assumeOnEdge  = -1
	assumeOffEdge = -2
)

// init makes p, which must be zero, the plan for the copy from sl to dl, whose bytes
// are those of the two spans. Memory that a plan needs beyond its own comes from pool,
// or from the heap where pool is nil. The plan is for destination slices that begin
// phase bytes into a cache line.
func (p *Plan) init(x nest, dst, src span, o Options, pool *spare, phase int) {
	p.dst, p.src, p.opts = dst, src, o
	p.nest = nest{x.item, x.dst, x.src, append(p.normal[:0], x.loops...)}
	p.bytes = x.items() * x.item
	p.loops = p.inline[:0]
	b := builders.Get().(*builder)
	*b = builder{plan: p, x: p.nest, have: cpu.Detect() &^ o.Without, pool: pool}
	b.edge = phase == assumeOnEdge || phase >= 0 && (phase+x.dst)%64 == 0
	b.restart()
	b.build()
	p.simple = len(p.loops) == 0 && !p.stream && dst.lo >= 0 && src.lo >= 0
	b.plan, b.pool = nil, nil
	builders.Put(b)
}

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
	if dl.Strides != nil && selfOverlap(dl) != disjoint {
		// Printing a slice makes it escape: print copies.
		return fmt.Errorf("%w: shape %v, strides %v, item size %d", ErrOverlap, slices.Clone(dl.Shape), slices.Clone(dl.Strides), dl.ItemSize)
	}
	return nil
}
