package strided

import (
	"slices"
	"sync"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// This file and the leaf files beside it build plans: they choose the leaf for a
// normal form, take the loops that the leaf does itself, and put the others around
// it. Everything they choose depends on the normal form and the options only.

// A builder is the state of making one plan.
type builder struct {
	plan    *Plan
	x       nest
	rest    []loop // loops of x that the leaf has not taken
	have    cpu.Features
	byDst   order // the loops of the rest, for boxes
	bySrc   order
	windows int  // the most of a box on either side
	spare   box  // the cheapest whose source windows are longer than what they are for
	entries int  // of tables, handed out so far
	slid    turn // one more turn of the block's Outer loop, at an offset from the first
	kept    bool // tables are made to be kept
	ordered bool // streaming kernels fetch ahead, and want blocks in order
	edge    bool // the first destination item lies at a line edge
	edged   bool // the plan would be another one if that did not
	*room
}

// machine is what plans depend on beside features. Tests put others in its place.
var machine = cpu.DetectMemory()

// A room is the memory that planning takes, and that of what a plan refers to until it
// is kept or forgotten.
type room struct {
	normal  [inlineLoops]loop // the normal form
	restBuf [inlineLoops]loop
	turns   [inlineTurns]turn
	offsets [maxOffsets]int
	box     asm.Perm
	seen    seenSet
	dstAt   [boxBytes]uint16 // where the items of a box lie
	srcAt   [boxBytes]uint16
}

// rooms saves plans from allocating theirs.
var rooms = sync.Pool{New: func() any { return new(room) }}

// build makes p, which must be zero, the plan for the copy x, which touches the bytes of
// the two spans. The plan is for destination slices that begin phase bytes into a cache
// line. It refers to memory of r.
func (r *room) build(p *Plan, x nest, dst, src span, o Options, phase int) {
	r.plan(p, x, dst, src, o, phase, false)
}

// plan is build, for a plan to be kept if kept.
func (r *room) plan(p *Plan, x nest, dst, src span, o Options, phase int, kept bool) {
	p.dst, p.src, p.opts, p.nest = dst, src, o, x
	p.bytes = x.items() * x.item
	p.loops = r.turns[:0]
	b := builder{plan: p, x: x, have: cpu.Detect() &^ o.Without, kept: kept, room: r}
	b.edge = phase == assumeOnEdge || phase >= 0 && (phase+x.dst)%64 == 0
	b.restart()
	b.build()
	p.edged = b.edged && phase == assumeOnEdge
	p.simple = len(p.loops) == 0 && !p.stream && dst.lo >= 0 && src.lo >= 0
}

// Call sizes. Assembly cannot be preempted, so one call moves little enough to
// stay well below 100 microseconds, and enough for its overhead not to matter.
const (
	callBytes = 128 << 10 // payload of one call
	callLines = 4096      // cache lines that one call touches
)

// build chooses the leaf.
func (b *builder) build() {
	switch {
	case b.fill():
	case b.x.item <= boxedItem && b.permute():
	case b.x.item >= wideItem:
		b.rows()
	case b.transpose():
	default:
		b.items()
	}
}

// reached returns the bytes that both sides reach over together.
func (b *builder) reached() int {
	d, s := b.plan.dst, b.plan.src
	return d.hi - d.lo + s.hi - s.lo
}

// restart gives all loops back to the rest.
func (b *builder) restart() { b.rest = append(b.restBuf[:0], b.x.loops...) }

// take removes loop k from the rest and returns it.
func (b *builder) take(k int) loop {
	l := b.rest[k]
	b.rest = append(b.rest[:k], b.rest[k+1:]...)
	return l
}

// finish folds loops into the leaf and puts those that are left around it, those with large
// destination steps outermost, or large source steps past the caches of some machines, and
// then the chunk loops of the leaf.
func (b *builder) finish(chunks ...turn) {
	parts := b.fold(chunks)
	b.followSource()
	p := b.plan
	p.dstBase, p.srcBase = b.x.dst, b.x.src
	for k := len(b.rest) - 1; k >= 0; k-- {
		l := b.rest[k]
		p.loops = append(p.loops, turn{n: l.n, dst: l.dst, src: l.src})
	}
	if parts.n > 1 {
		p.loops = append(p.loops, parts)
	}
	for _, c := range chunks {
		if c.n > 1 {
			p.loops = append(p.loops, c)
		}
	}
}

// followSource sorts the loops of the rest by the size of their source steps, where that
// order is the better one past the caches.
func (b *builder) followSource() {
	rows := machine.RowsFollowSource && b.plan.stream && b.x.item >= wideItem
	if (machine.FollowsSource || rows) && len(b.rest) > 1 && b.streams() {
		b.sortBySource()
	}
}

func (b *builder) sortBySource() {
	slices.SortStableFunc(b.rest, func(x, y loop) int { return abs(x.src) - abs(y.src) })
}

// unit is the loop that runs once.
var unit = asm.Loop{N: 1}

func kernelLoop(l loop) asm.Loop { return asm.Loop{N: l.n, Dst: l.dst, Src: l.src} }

// chunked cuts a loop of the block into chunks of at most most turns and returns
// the loop over them.
func chunked(l *asm.Loop, most int, field part) turn {
	n := l.N
	chunks := (n + most - 1) / most
	full := (n + chunks - 1) / chunks
	chunks = (n + full - 1) / full
	l.N = full
	return turn{n: chunks, dst: full * l.Dst, src: full * l.Src, field: field, full: full, last: n - (chunks-1)*full}
}

// lines returns the most cache lines that n items of size bytes at a step touch.
func lines(n, size, step int) int {
	if step = abs(step); step < 64 {
		return (n*step+size)/64 + 1
	}
	return n * (size/64 + 2)
}

// mostTurns returns how many turns of a loop one call may do, where a turn moves
// bytes and touches touched cache lines on either side.
func mostTurns(bytes, touched int) int {
	return max(1, min(callBytes/max(bytes, 1), callLines/max(touched, 1)))
}

// leafKernel sets the kernel of the plan to the best one for op.
func (b *builder) leafKernel(op asm.Op, size, i, j int) {
	b.plan.kernel, b.plan.size = asm.Best(op, size, i, j, b.have), size
}
