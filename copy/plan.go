package strided

import (
	"fmt"

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
	Without   cpu.Features // instruction-set features not to use; ^0 leaves pure Go
	Workers   int          // goroutines a Run may use; 0 and 1 mean the caller's only
	Streaming Streaming    // when to use non-temporal stores
	// Executor, if set, runs f(0) to f(n-1), in any order and on any goroutines,
	// and returns when all have; it replaces the goroutines that a Run starts.
	Executor func(n int, f func(i int))
}

// A Plan is a prepared copy between two layouts. It is immutable, holds no array
// memory, and may be run by any number of goroutines at the same time.
type Plan struct {
	dst, src Layout
}

// NewPlan prepares copies from layout src to layout dst. Errors match [ErrShape],
// [ErrItemSize], [ErrBounds] and [ErrOverlap].
func NewPlan(dst, src Layout, o Options) (*Plan, error) {
	if _, _, err := dst.extent("dst"); err != nil {
		return nil, err
	}
	if _, _, err := src.extent("src"); err != nil {
		return nil, err
	}
	if dst.ItemSize != src.ItemSize {
		return nil, fmt.Errorf("%w: dst %d, src %d", ErrItemSize, dst.ItemSize, src.ItemSize)
	}
	if len(dst.Shape) != len(src.Shape) {
		return nil, fmt.Errorf("%w: dst has rank %d, src %d", ErrShape, len(dst.Shape), len(src.Shape))
	}
	for axis, n := range dst.Shape {
		if n != src.Shape[axis] {
			return nil, fmt.Errorf("%w: axis %d: dst has %d items, src %d", ErrShape, axis, n, src.Shape[axis])
		}
	}
	return &Plan{dst.withStrides(), src.withStrides()}, nil
}

// Run copies from src to dst. Errors match [ErrBounds] where a slice is too short
// for the plan's layouts; nothing has been written then.
func (p *Plan) Run(dst, src []byte) error {
	if err := p.dst.check("dst", len(dst)); err != nil {
		return err
	}
	if err := p.src.check("src", len(src)); err != nil {
		return err
	}
	var staged []byte
	p.each(func(d, s int) { staged = append(staged, src[s:s+p.src.ItemSize]...) })
	p.each(func(d, s int) { copy(dst[d:d+p.dst.ItemSize], staged); staged = staged[p.dst.ItemSize:] })
	return nil
}

func (p *Plan) each(f func(d, s int)) {
	for _, n := range p.dst.Shape {
		if n == 0 {
			return
		}
	}
	index := make([]int, len(p.dst.Shape))
	for {
		d, s := p.dst.Offset, p.src.Offset
		for axis, i := range index {
			d += i * p.dst.Strides[axis]
			s += i * p.src.Strides[axis]
		}
		f(d, s)
		axis := len(index) - 1
		for ; axis >= 0; axis-- {
			if index[axis]++; index[axis] < p.dst.Shape[axis] {
				break
			}
			index[axis] = 0
		}
		if axis < 0 {
			return
		}
	}
}

// String says in one line what the plan does.
func (p *Plan) String() string { return fmt.Sprintf("%v", *p) }

// Explain says in several lines what the plan does and why.
func (p *Plan) Explain() string { return p.String() }
