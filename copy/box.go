package strided

import "github.com/stridecopy/stridecopy/asm"

// The search for a box.

// A box is a piece of the index space: so many items along each loop of the rest.
type box struct {
	extent     [maxAxes]int
	along      uint   // the loops along which it has several, a bit each
	key        uint64 // tells boxes apart
	nsrc, ndst int    // windows
	id         asm.ID
	masked     bool
	short      bool    // source windows are longer than their spans
	cost       float64 // estimated cycles per byte
}

// set makes n the extent along loop k.
func (x *box) set(k, n int) {
	x.key += keyOf[k%maxAxes] * uint64(n-x.extent[k])
	x.extent[k] = n
	x.along &^= 1 << k
	if n > 1 {
		x.along |= 1 << k
	}
}

// keyOf is what an item of extent along each loop adds to the key of a box: powers of a
// large odd number, of which small multiples add up to different sums.
var keyOf = func() (t [maxAxes]uint64) {
	power := uint64(1)
	for k := range t {
		power *= 0x9e3779b97f4a7c15
		t[k] = power
	}
	return t
}()

// bestBox grows boxes along the dense axes of the destination and then of the source,
// and the other way round, and returns the cheapest of all it passed; its cost is 0
// where there is none. Where that is dear, or nothing but single items is left, it
// searches on: it turns to the other side everywhere on the way, and cuts axes in parts.
func (b *builder) bestBox(vector, most int) box {
	b.windows = most
	b.sides()
	b.seen.clear()
	var best box
	b.search(&best, vector, false)
	dear := best.cost > dearBox && b.plan.bytes >= searchBytes
	if dear && best.cost <= hopeless*b.dearest(vector) || best.cost == 0 && b.plan.bytes >= itemsBytes && b.tileCost() == 0 {
		b.search(&best, vector, true)
	}
	return best
}

const (
	dearBox     = 0.3     // cycles a byte from which a longer search for boxes may pay
	searchBytes = 4 << 10 // payload from which it does
	itemsBytes  = 512     // the same where there are no tiles and no boxes yet
	hopeless    = 4       // times what other leaves cost, from which it does not
)

// dearest returns the cycles a byte of the cheapest other leaf, as far as boxes have to be
// cheaper.
func (b *builder) dearest(vector int) float64 {
	least := b.aloneCycles(vector) / float64(b.x.item)
	if tiles := b.tileCost(); tiles > 0 {
		least = min(least, tiles/tileMargin)
	}
	return least
}

func (b *builder) search(best *box, vector int, thorough bool) {
	for _, onDst := range [...]bool{true, false} {
		var x box
		for k := range b.rest {
			x.extent[k] = 1
		}
		for run := b.x.item; run > 0; run = b.widen(&x, best, run, onDst, vector) {
			if thorough {
				b.turnAside(&x, best, run, onDst, vector)
			}
		}
		b.grow(&x, best, !onDst, vector)
	}
}

// turnAside grows x along the other side, as it is and with parts of the axis that goes
// on where a run ends on one side.
func (b *builder) turnAside(x, best *box, run int, onDst bool, vector int) {
	k := b.next(run, onDst)
	if k < 0 || x.extent[k] > 1 {
		return
	}
	for turns := max(1, min((vector+run-1)/run, b.rest[k].n-1)); turns > 0; turns /= 2 {
		y := *x
		y.set(k, turns)
		way := ^y.key // from there along the source, and its negative along the destination
		if !onDst {
			way = -way
		}
		if _, known := b.seen.find(way); !known {
			b.seen.add(way, false)
			b.grow(&y, best, !onDst, vector)
		}
	}
}

// An order lists the loops of the rest by the size of their steps on one side.
type order struct{ axis, step, place [maxAxes]int }

// sides sorts the loops of the rest. By the steps of the destination they are sorted.
func (b *builder) sides() {
	for k, l := range b.rest {
		b.byDst.axis[k], b.byDst.step[k], b.byDst.place[k] = k, l.dst, k
		j, step := k, abs(l.src)
		for ; j > 0 && b.bySrc.step[j-1] > step; j-- {
			b.bySrc.axis[j], b.bySrc.step[j] = b.bySrc.axis[j-1], b.bySrc.step[j-1]
		}
		b.bySrc.axis[j], b.bySrc.step[j] = k, step
	}
	for j, k := range b.bySrc.axis[:len(b.rest)] {
		b.bySrc.place[k] = j
	}
}

// grow extends x along the axes that are dense on one side, one after the other,
// until they fill whole vectors, and keeps the best box on the way.
func (b *builder) grow(x, best *box, onDst bool, vector int) {
	for run := b.x.item; run > 0; {
		run = b.widen(x, best, run, onDst, vector)
	}
}

// widen extends x along the axis that goes on where a run of bytes ends on one side,
// and keeps the best box on the way. It returns the longer run, or 0 at the end.
func (b *builder) widen(x, best *box, run int, onDst bool, vector int) int {
	k := b.next(run, onDst)
	if k < 0 || x.extent[k] > 1 && x.extent[k] < b.rest[k].n {
		return 0
	}
	n := b.rest[k].n
	if x.extent[k] == n {
		return run * n
	}
	whole := vector / min(vector, run&-run) // turns that fill whole vectors
	b.considerParts(x, best, k, min(vector/run, n, whole), vector)
	switch {
	case run*n <= 8*vector:
		x.set(k, n)
	case whole < n:
		x.set(k, whole)
	default:
		return 0
	}
	run *= x.extent[k]
	if !b.consider(x, best, vector) { // more windows than a kernel takes
		part := *x
		b.considerParts(&part, best, k, min(whole, n)/2, vector)
	}
	if run%vector == 0 {
		return 0
	}
	return run
}

// considerParts considers x with so many turns of loop k, which fill a vector or
// nearly, and, where these lie too far apart on the other side, with half as many.
func (b *builder) considerParts(x, best *box, k, turns, vector int) {
	for ; turns > 1; turns /= 2 {
		x.set(k, turns)
		if b.consider(x, best, vector) {
			break
		}
	}
	x.set(k, 1)
}

// next returns the loop that goes on where a dense run of bytes ends, or, where no
// loop has that step, the one with the smallest step for a run that is one item.
func (b *builder) next(run int, onDst bool) int {
	best, least := -1, 0
	for k, l := range b.rest {
		step := abs(l.src)
		if onDst {
			step = l.dst
		}
		if step == run {
			return k
		}
		if run == b.x.item && step > run && (best < 0 || step < least) {
			best, least = k, step
		}
	}
	return best
}

// consider keeps x where it is cheaper than best, or, where its windows are longer than
// their spans, than the spare box. It reports whether there is a kernel for it that needs no
// such windows.
func (b *builder) consider(x, best *box, vector int) bool {
	fits, known := b.seen.find(x.key)
	if known {
		return fits
	}
	if x.along != 0 && b.measure(x, vector) {
		if fits = !x.short; fits {
			best.orCheaper(x)
		} else {
			b.spare.orCheaper(x)
		}
	}
	b.seen.add(x.key, fits)
	return fits
}

// orCheaper makes x the box y where that is cheaper, or x none.
func (x *box) orCheaper(y *box) {
	if x.cost == 0 || y.cost < x.cost {
		*x = *y
	}
}
