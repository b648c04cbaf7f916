package strided

import (
	"fmt"
	"sync"
)

// pair collects the loops of one copy, outermost first: the two layouts that go to
// Copy. It lies on the stack of its caller. Loops of one turn are left out, so that
// the others, of which each doubles the number of items at least, never outnumber
// its room.
type pair struct {
	size            int // bytes of an item
	rank            int
	shape, dst, src [MaxRank]int // turns, and bytes from one to the next
}

// add appends a loop of n turns that advances dst and src by so many items.
func (l *pair) add(n, dst, src int) { l.addBytes(n, dst*l.size, src*l.size) }

// addBytes is add with the steps in bytes.
func (l *pair) addBytes(n, dst, src int) {
	if n == 1 {
		return
	}
	l.shape[l.rank], l.dst[l.rank], l.src[l.rank] = n, dst, src
	l.rank++
}

// layouts returns the layouts of both sides, from their first items on.
func (l *pair) layouts() (dst, src Layout) {
	return Layout{ItemSize: l.size, Shape: l.shape[:l.rank], Strides: l.dst[:l.rank]},
		Layout{ItemSize: l.size, Shape: l.shape[:l.rank], Strides: l.src[:l.rank]}
}

// copy runs the loops from the given items of dst and src on.
func (l *pair) copy(dst []byte, dstAt int, src []byte, srcAt int) error {
	dl, sl := l.layouts()
	dl.Offset, sl.Offset = dstAt*l.size, srcAt*l.size
	return Copy(dst, dl, src, sl)
}

// A series is a plan for copies between the same layouts at many places. Like other plans
// it is remembered.
type series struct {
	pair pairing
	plan Plan
	room room
	size int             // bytes of an item
	tile [tileBytes]byte // what the copies go through, if they do
}

// tileBytes is half of the smallest first-level cache.
const tileBytes = 16 << 10

var seriesPool = sync.Pool{New: func() any { return new(series) }}

// series returns the plan for the loops, to be given back with done. No step may be
// negative.
func (l *pair) series() (*series, error) {
	s := seriesPool.Get().(*series)
	dst, src := l.layouts()
	var pair pairing
	if pair.set(&dst, &src); pair.item > 0 && pair == s.pair {
		return s, nil
	}
	s.pair, s.plan, s.size = pairing{}, Plan{}, l.size
	d, from, err := checkPair(&dst, &src)
	if err != nil {
		return s, err
	}
	if x, ok := normalize(&dst, &src, s.room.normal[:]); ok {
		s.room.build(&s.plan, x, d, from, Options{}, assumeOffEdge)
	}
	s.pair = pair
	return s, nil
}

// copy runs the plan from the given items of dst and src on.
func (s *series) copy(dst []byte, dstAt int, src []byte, srcAt int) error {
	return s.plan.Run(dst[dstAt*s.size:], src[srcAt*s.size:])
}

// done gives s back, if there is one.
func (s *series) done() {
	if s != nil {
		seriesPool.Put(s)
	}
}

// volume returns the number of items of a shape. Errors match ErrShape.
func volume(arg string, shape []int) (int, error) {
	if len(shape) > MaxRank {
		return 0, fmt.Errorf("%w: %s: rank %d is above %d", ErrShape, arg, len(shape), MaxRank)
	}
	n, empty, fits := 1, false, true
	for axis, extent := range shape {
		if extent < 0 {
			return 0, fmt.Errorf("%w: %s: axis %d: negative extent %d", ErrShape, arg, axis, extent)
		}
		var ok bool
		if n, ok = mul(n, max(extent, 1)); !ok {
			n, fits = 1, false
		}
		empty = empty || extent == 0
	}
	switch {
	case empty:
		return 0, nil
	case !fits:
		return 0, fmt.Errorf("%w: %s: the number of items overflows", ErrShape, arg)
	}
	return n, nil
}

// holds returns the number of items of a shape if a slice of have items holds them.
func holds(arg string, have int, shape []int) (int, error) {
	n, err := volume(arg, shape)
	if err != nil {
		return 0, err
	}
	return n, reaches(arg, have, n)
}

// reaches reports whether a slice of have items holds an array of n.
func reaches(arg string, have, n int) error {
	if n > have {
		return fmt.Errorf("%w: %s: %d items are needed, the slice has %d", ErrBounds, arg, n, have)
	}
	return nil
}

// sharesMemory reports whether two slices have an element in common.
func sharesMemory[T Elem](a, b []T) bool {
	_, shared := sameMemory(Bytes(a), Bytes(b))
	return shared
}
