package strided

import "fmt"

// A Size is the extent of a named axis of a [Rearrange] pattern; [Axis] makes one.
type Size struct {
	Name string
	N    int // items
}

// Axis returns the size, in items, of the axis with the given name in a [Rearrange]
// pattern. It is safe for concurrent use.
func Axis(name string, n int) Size { return Size{name, n} }

// Rearrange writes src to dst with its axes split, permuted, merged and repeated as
// a pattern in the notation of einops says:
//
//	b (h p) (w q) c -> b (h w) (p q c)
//
// Either side lists the axes of an array in C order. Names in parentheses are one
// axis together, of which the first name varies slowest. A name that stands on the
// right only repeats the items, and so does a number there; a 1 or () is an axis of
// extent 1. Every name on the left has to stand on the right too.
//
// All sizes but one have to be given, with [Axis]; that one follows from len(src),
// which is exactly the number of items. dst needs at least as many elements as the
// right side has, and may overlap src. The ellipsis of einops needs shapes: see
// [Array.RearrangeFrom], which also finds more sizes by itself. The whole pattern is
// one copy and allocates nothing where [Copy] does not. A pattern has at most 32 axes,
// those that an ellipsis stands for included.
//
// Errors match [ErrPattern], with the position and the token; [ErrShape] where the
// sizes do not fit the slice; and [ErrBounds] for a short dst. Nothing has been
// written then. Rearrange is safe for concurrent use on memory that nobody else
// writes.
func Rearrange[T Elem](dst, src []T, pattern string, sizes ...Size) error {
	var p program
	if err := p.parse(pattern, noShape); err != nil {
		return err
	}
	if err := p.give(sizes); err != nil {
		return err
	}
	p.left.merge()
	p.right.merge()
	have := [1]int{len(src)}
	if err := p.solve("src", &p.left, have[:]); err != nil {
		return err
	}
	if err := p.solved(); err != nil {
		return err
	}
	n, err := p.product(&p.right)
	if err != nil {
		return err
	}
	if err := reaches("dst", len(dst), n); err != nil {
		return err
	}
	need := [1]int{n}
	loops := pair{size: sizeOf[T]()}
	to, from := C(loops.size, need[:]...), C(loops.size, have[:]...)
	p.loops(&loops, &to, &from)
	return loops.copy(Bytes(dst), 0, Bytes(src), 0)
}

// RearrangeFrom is [Rearrange] for arrays of any strides: it writes src to a with
// its axes split, permuted, merged and repeated as the pattern says. The shapes of
// the arrays are those of the two sides, so that sizes need not be given where they
// follow from a shape. An ellipsis stands for any number of axes, in the same order
// on both sides; on the right it may stand in parentheses, which merges them.
// Errors and promises are those of Rearrange, and [ErrOverlap] where items of a
// share memory.
func (a Array[T]) RearrangeFrom(src Array[T], pattern string, sizes ...Size) error {
	var p program
	if err := p.fit(a.Shape, src.Shape, pattern, sizes); err != nil {
		return err
	}
	var to, from [8]int
	dl, err := a.layout("dst", to[:])
	if err != nil {
		return err
	}
	sl, err := src.layout("src", from[:])
	if err != nil {
		return err
	}
	loops := pair{size: sizeOf[T]()}
	p.loops(&loops, &dl, &sl)
	return loops.copy(Bytes(a.Data), a.Offset, Bytes(src.Data), src.Offset)
}

// NewRearrange returns the plan that writes an array with layout src to one with
// layout dst as the pattern says, to be run more than once or with workers. Pattern
// and sizes are those of [Array.RearrangeFrom]. Errors match [ErrPattern],
// [ErrShape], [ErrItemSize], [ErrBounds] and [ErrOverlap]. It is safe for concurrent
// use, as is the plan.
func NewRearrange(dst, src Layout, o Options, pattern string, sizes ...Size) (*Plan, error) {
	if _, _, err := dst.extent("dst"); err != nil {
		return nil, err
	}
	if _, _, err := src.extent("src"); err != nil {
		return nil, err
	}
	var p program
	if err := p.fit(dst.Shape, src.Shape, pattern, sizes); err != nil {
		return nil, err
	}
	var loops pair
	p.loops(&loops, &dst, &src)
	dl, sl := loops.layouts()
	dl.ItemSize, dl.Offset = dst.ItemSize, dst.Offset
	sl.ItemSize, sl.Offset = src.ItemSize, src.Offset
	return NewPlan(dl, sl, o)
}

// fit reads a pattern for arrays of the given shapes and finds all sizes.
func (p *program) fit(dst, src []int, pattern string, sizes []Size) error {
	if err := p.fitSource(src, pattern, sizes); err != nil {
		return err
	}
	if err := p.solve("dst", &p.right, dst); err != nil {
		return err
	}
	// The right side may have found sizes that the left one needs to find others.
	if err := p.solve("src", &p.left, src); err != nil {
		return err
	}
	if err := p.solve("dst", &p.right, dst); err != nil {
		return err
	}
	return p.solved()
}

// fitSource reads a pattern for a source of the given shape and finds the sizes that
// follow from it.
func (p *program) fitSource(src []int, pattern string, sizes []Size) error {
	if err := p.parse(pattern, 0); err != nil {
		return err
	}
	if p.left.dots {
		if err := p.parse(pattern, max(0, len(src)-p.left.groups)); err != nil {
			return err
		}
	}
	if err := p.give(sizes); err != nil {
		return err
	}
	return p.solve("src", &p.left, src)
}

// loops appends the axes of a solved pattern, as those of arrays with the given
// layouts.
func (p *program) loops(l *pair, dst, src *Layout) {
	var to, from [maxPatternAxes]int
	p.left.steps(&from, p, src)
	p.right.steps(&to, p, dst)
	for _, axis := range p.right.order[:p.right.count] {
		l.addBytes(p.axes[axis].size, to[axis], from[axis])
	}
}

// give enters the sizes that the caller names.
func (p *program) give(sizes []Size) error {
	for i, s := range sizes {
		axis := p.find(s.Name)
		switch {
		case axis < 0:
			return fmt.Errorf("%w: %q has no axis %q, of which sizes[%d] is the size", ErrPattern, p.text, s.Name, i)
		case p.axes[axis].size != unknown:
			return fmt.Errorf("%w: %q: the size of %q is given twice", ErrPattern, p.text, s.Name)
		case s.N < 0:
			return fmt.Errorf("%w: %q: %s has size %d", ErrShape, p.text, s.Name, s.N)
		}
		p.axes[axis].size = s.N
	}
	return nil
}

// solve computes the sizes that follow from the shape of one side: in a group with
// one unknown size it is what the others leave of the extent.
func (p *program) solve(arg string, s *patternSide, shape []int) error {
	if len(shape) != s.groups {
		return fmt.Errorf("%w: %s has rank %d, its side of %q has %d axes", ErrShape, arg, len(shape), p.text, s.groups)
	}
	first := 0
	for group, extent := range shape {
		product, open, fits := 1, -1, true
		last := int(s.ends[group])
		for _, axis := range s.order[first:last] {
			if size := p.axes[axis].size; size != unknown {
				product, fits = mul(product, size)
			} else if open < 0 {
				open = int(axis)
			} else {
				open = maxPatternAxes // two of them: another side may tell
			}
			if !fits {
				return p.misfit(arg, group, extent)
			}
		}
		first = last
		switch {
		case open < 0 && product != extent:
			return p.misfit(arg, group, extent)
		case open < 0 || open == maxPatternAxes || product == 0 && extent == 0:
		case product == 0 || extent%product != 0:
			return p.misfit(arg, group, extent)
		default:
			p.axes[open].size = extent / product
		}
	}
	return nil
}

func (p *program) misfit(arg string, group, extent int) error {
	return fmt.Errorf("%w: %s: the sizes in %q do not make the extent %d of axis %d", ErrShape, arg, p.text, extent, group)
}

// solved reports the first axis whose size is still unknown.
func (p *program) solved() error {
	for i := range p.axes[:p.count] {
		if a := &p.axes[i]; a.size == unknown {
			return p.fail(a.at, a.name, "its size is not known: give it")
		}
	}
	return nil
}

// product returns the number of items of one side.
func (p *program) product(s *patternSide) (int, error) {
	var shape [maxPatternAxes]int
	for i, axis := range s.order[:s.count] {
		shape[i] = p.axes[axis].size
	}
	return volume("dst", shape[:s.count])
}

// merge makes one group of all axes of a side.
func (s *patternSide) merge() { s.groups, s.ends[0] = 1, uint8(s.count) }

// steps writes the stride of each axis of a side, in bytes, for an array with the
// given layout, one axis of which is a group.
func (s *patternSide) steps(steps *[maxPatternAxes]int, p *program, l *Layout) {
	end := s.count
	for group := s.groups - 1; group >= 0; group-- {
		step, first := l.stride(group), 0
		if group > 0 {
			first = int(s.ends[group-1])
		}
		for ; end > first; end-- {
			axis := s.order[end-1]
			steps[axis] = step
			step *= p.axes[axis].size
		}
	}
}
