package strided

// This file reduces a pair of layouts to its normal form: a short list of loops and
// an item, which enumerate the same pairs of bytes. Plans are made from nothing
// else, so a transpose, a slice and a flip that move the same bytes get one plan.

// A loop is one level of a nest: n turns, each advancing by bytes on both sides.
type loop struct{ n, dst, src int }

// A nest is a copy in loops, innermost first: loops[0] has the smallest step on
// the destination.
type nest struct {
	item     int // bytes that are moved as one
	unit     int // bytes of an item of the layouts
	dst, src int // byte offsets of the first item
	loops    []loop
}

// inlineLoops is the number of loops that are planned without allocating.
const inlineLoops = 8

// normalize returns the normal form of the copy from sl to dl, whose shapes are
// equal, using buf for the loops while they fit. ok is false where there is nothing
// to copy. In the result no loop has one turn, destination steps are positive and
// rising, no two neighbours can run as one, and no loop is dense on both sides.
func normalize(dl, sl *Layout, buf []loop) (x nest, ok bool) {
	loops, ok := collect(dl, sl, buf[:0])
	if !ok {
		return x, false
	}
	x = nest{item: dl.ItemSize, unit: dl.ItemSize, dst: dl.Offset, src: sl.Offset, loops: loops}
	x.forward()
	x.sort()
	x.fuse()
	x.widen()
	return x, true
}

// collect appends the axes with more than one item to loops. It reports false where
// an axis has none.
func collect(dl, sl *Layout, loops []loop) ([]loop, bool) {
	dstStep, srcStep := dl.ItemSize, sl.ItemSize // running strides of C order
	for axis := len(dl.Shape) - 1; axis >= 0; axis-- {
		n := dl.Shape[axis]
		l := loop{n, dstStep, srcStep}
		if dl.Strides != nil {
			l.dst = dl.Strides[axis]
		}
		if sl.Strides != nil {
			l.src = sl.Strides[axis]
		}
		dstStep, srcStep = dstStep*n, srcStep*n
		switch {
		case n == 0:
			return nil, false
		case n > 1:
			loops = append(loops, l)
		}
	}
	return loops, true
}

// forward turns loops around that step backwards on the destination.
func (x *nest) forward() {
	for k := range x.loops {
		if l := &x.loops[k]; l.dst < 0 {
			x.flip(l)
		}
	}
}

// flip runs one loop of x from its other end.
func (x *nest) flip(l *loop) {
	x.dst += (l.n - 1) * l.dst
	x.src += (l.n - 1) * l.src
	l.dst, l.src = -l.dst, -l.src
}

// sort orders the loops by destination step, then by the size of the source step.
// Nearly always they already are, so insertion is the best sort.
func (x *nest) sort() {
	s := x.loops
	for i := 1; i < len(s); i++ {
		l, j := s[i], i
		for ; j > 0 && (s[j-1].dst > l.dst || s[j-1].dst == l.dst && abs(s[j-1].src) > abs(l.src)); j-- {
			s[j] = s[j-1]
		}
		s[j] = l
	}
}

// fuse joins neighbours where the outer one goes on where the inner one ends.
func (x *nest) fuse() {
	if len(x.loops) == 0 {
		return
	}
	last := 0
	for _, l := range x.loops[1:] {
		in := &x.loops[last]
		if l.dst == in.n*in.dst && l.src == in.n*in.src {
			in.n *= l.n
			continue
		}
		last++
		x.loops[last] = l
	}
	x.loops = x.loops[:last+1]
}

// widen makes an innermost loop that is dense on both sides part of the item.
func (x *nest) widen() {
	if len(x.loops) > 0 && x.loops[0].dst == x.item && x.loops[0].src == x.item {
		x.item *= x.loops[0].n
		x.loops = x.loops[1:]
	}
}

// items returns the number of items that x moves.
func (x *nest) items() int {
	n := 1
	for _, l := range x.loops {
		n *= l.n
	}
	return n
}

func abs(a int) int {
	if a < 0 {
		return -a
	}
	return a
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
