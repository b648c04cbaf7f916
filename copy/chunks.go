package strided

import "fmt"

// Chunks returns the number of pieces that [Plan.RunChunk] copies one at a time, 0
// where there is nothing to copy. A chunk is about as much work as 128 to 512 KiB of
// dense memory, so that running it takes some ten microseconds; a small copy is one
// chunk. The number depends on the plan only, and is computed by each call.
func (p *Plan) Chunks() int {
	if p.bytes == 0 {
		return 0
	}
	c := p.divide()
	if other := p.otherwise(); other != nil {
		o := other.divide()
		return min(c.n, o.n)
	}
	return c.n
}

// RunChunk copies chunk i, from 0 to Chunks()-1. Chunks may be run in any order and
// by any goroutines at the same time: each byte of the destination is written by one
// of them. Running all of them once, with the same slices, is one Run.
//
// Errors match [ErrBounds] for a slice that is too short and for a chunk that does
// not exist, and [ErrOverlap] where source and destination share bytes of items,
// since chunks in any order cannot copy those; nothing has been written then.
func (p *Plan) RunChunk(i int, dst, src []byte) error {
	n := p.Chunks()
	if i < 0 || i >= n {
		return fmt.Errorf("%w: chunk %d of %d", ErrBounds, i, n)
	}
	if err := checkSlices(p.dst, p.src, dst, src); err != nil {
		return err
	}
	if shift, shared := p.shares(dst, src); shared && p.sharesByte(shift) != disjoint {
		return fmt.Errorf("%w: source and destination of a chunk share items, or may", ErrOverlap)
	}
	c := p.variant(dst).divide()
	per, more := c.n/n, c.n%n // the first chunks are one piece larger
	first := i*per + min(i, more)
	last := first + per
	if i < more {
		last++
	}
	for k := first; k < last; k++ {
		c.run(k, dst, src)
	}
	return nil
}

// shares returns the distance from dst[0] to src[0] where the bytes that p touches
// lie in memory that both slices share.
func (p *Plan) shares(dst, src []byte) (shift int, shared bool) {
	shift = distance(dst, src)
	apart := shift + p.src.lo - p.dst.lo // from one lowest byte to the other
	return shift, uint(apart) < uint(p.dst.hi-p.dst.lo) || uint(-apart) < uint(p.src.hi-p.src.lo)
}

// A division cuts the loops around the leaf of a plan into pieces that write different
// bytes: each loop into some parts, a piece being one part of each.
type division struct {
	plan  *Plan
	n     int              // pieces in all
	parts [inlineTurns]int // of each loop, outermost first; loops past these are whole
}

// Bounds of the weight of a piece; between them a plan is cut into wantPieces.
const (
	leastPiece = 128 << 10
	mostPiece  = 512 << 10
	wantPieces = 32
)

// divide cuts p for workers, and for stopping on the way.
func (p *Plan) divide() division {
	w := p.weight()
	return p.divideInto(int(w / min(max(w/wantPieces, leastPiece), mostPiece)))
}

// divideInto cuts p into about so many pieces, or less where it has fewer blocks.
// Outer loops are cut first, since their parts lie furthest apart.
func (p *Plan) divideInto(pieces int) division {
	c := division{plan: p, n: 1}
	for k := range min(len(p.loops), len(c.parts)) {
		most := p.loops[k].units()
		parts := max(1, min(most, (pieces+c.n-1)/c.n))
		if parts > 1 && most < 2*parts {
			parts = most // parts of one and of two units are badly balanced
		}
		c.parts[k] = parts
		c.n *= parts
	}
	return c
}

// part returns the turns lo to hi of loop k that belong to piece i.
func (c *division) part(i, k int) (lo, hi int) {
	for inner := len(c.plan.loops) - 1; inner > k; inner-- {
		if inner < len(c.parts) {
			i /= c.parts[inner]
		}
	}
	i %= c.parts[k]
	t := &c.plan.loops[k]
	return t.edge(i, c.parts[k]), t.edge(i+1, c.parts[k])
}

// run copies piece i.
func (c *division) run(i int, dst, src []byte) {
	p := c.plan
	var buf [inlineTurns]turn
	loops := append(buf[:0], p.loops...)
	d, s := p.dstBase, p.srcBase
	for k := range min(len(loops), len(c.parts)) {
		if c.parts[k] > 1 {
			lo, hi := c.part(i, k)
			loops[k].limit(lo, hi)
			d += lo * loops[k].dst
			s += lo * loops[k].src
		}
	}
	p.walk(loops, d, s, dst, src)
}

// bytes returns the payload of piece i.
func (c *division) bytes(i int) int {
	bytes := c.plan.bytes
	for k := range min(len(c.plan.loops), len(c.parts)) {
		if c.parts[k] > 1 {
			lo, hi := c.part(i, k)
			bytes = c.plan.loops[k].share(bytes, hi) - c.plan.loops[k].share(bytes, lo)
		}
	}
	return bytes
}

// units returns the number of pieces that a loop can be cut into. A turn that was
// slid back writes items of the turn before it, and so stays with that one.
func (t *turn) units() int {
	if t.slid {
		return t.n - 1
	}
	return t.n
}

// edge returns the turn at which part i of so many begins: at a line edge of the
// destination, if the loop begins at one and has turns enough.
func (t *turn) edge(i, parts int) int {
	if i == parts {
		return t.n
	}
	per, more := t.units()/parts, t.units()%parts
	at := i*per + min(i, more)
	if line := 64 / gcd(64, abs(t.dst)); per >= 2*line {
		at -= at % line
	}
	return at
}

// limit reduces t to its turns lo to hi.
func (t *turn) limit(lo, hi int) {
	if hi < t.n {
		t.last = t.full
		t.slid, t.slideDst, t.slideSrc = false, 0, 0
	}
	t.n = hi - lo
}

// share returns how much of the payload of all turns the first k of them move.
func (t *turn) share(bytes, k int) int {
	if k == t.n {
		return bytes
	}
	full, last := max(t.full, 1), max(t.last, 1) // or no chunks, but turns
	part, whole := k*full, (t.n-1)*full+last
	if t.slid { // ends where its last turn does, which lies anywhere
		part, whole = k*t.dst, (t.n-1)*t.dst+t.slideDst+t.dst/full
	}
	g := gcd(part, whole)
	return bytes / (whole / g) * (part / g)
}

// lineWeight is the weight of touching a cache line: a dense copy touches two for
// every 64 bytes.
const lineWeight = callBytes / callLines

// weight estimates how long p takes, as the payload of a dense copy that would take
// as long.
func (p *Plan) weight() float64 {
	dst := p.nest.touched(func(l loop) int { return l.dst })
	src := p.nest.touched(func(l loop) int { return l.src })
	return lineWeight * (dst + src)
}

// touched estimates the cache lines that one side of x touches, counting those twice
// that are touched at times far apart.
func (x *nest) touched(step func(loop) int) float64 {
	runs, run := 1.0, x.item // runs of so many bytes without gaps of whole lines
	for below := 0; ; {
		n, least := 1, 0 // the smallest step that is left
		for _, l := range x.loops {
			switch s := abs(step(l)); {
			case s > below && (least == 0 || s < least):
				n, least = l.n, s
			case s == least && s > 0:
				n *= l.n
			}
		}
		if least == 0 {
			return runs * float64(run/64+1)
		}
		if below = least; least < 64 || least <= run {
			run += (n - 1) * least
		} else {
			runs *= float64(n)
		}
	}
}
