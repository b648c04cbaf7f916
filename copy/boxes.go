package strided

import "slices"

// boxes moves blocks of the index space of a shared copy, through scratch or not,
// and keeps the plans for their shapes, of which there are few.
type boxes struct {
	*mover
	known   []*boxPlans
	scratch []byte
}

// boxPlans are the plans for blocks of some loops; direct is made when needed.
type boxPlans struct {
	loops                   []loop
	dl, sl                  Layout
	dstLow, srcLow          int // from the first item of a block to the lowest
	gather, scatter, direct *Plan
}

// mostKnown bounds the plans that are kept: a copy with more shapes is made of
// short axes, each cut in two lengths.
const mostKnown = 16

// plans returns the plans for loops.
func (b *boxes) plans(loops []loop) (*boxPlans, error) {
	for _, p := range b.known {
		if slices.Equal(p.loops, loops) {
			return p, nil
		}
	}
	p := &boxPlans{loops: slices.Clone(loops)}
	p.dl, p.sl = sides(b.item, loops, 0, 0)
	p.dstLow, _ = p.dl.interval()
	p.srcLow, _ = p.sl.interval()
	p.dl.Offset, p.sl.Offset = -p.dstLow, -p.srcLow
	dense := C(b.item, p.dl.Shape...)
	var err error
	if p.gather, err = NewPlan(dense, p.sl, b.opts); err != nil {
		return nil, err
	}
	if p.scatter, err = NewPlan(p.dl, dense, b.opts); err != nil {
		return nil, err
	}
	if len(b.known) == mostKnown {
		b.known = b.known[:0]
	}
	b.known = append(b.known, p)
	return p, nil
}

// load reads the block whose first item is at s into scratch.
func (b *boxes) load(mem memory, p *boxPlans, s int) error {
	bytes := p.gather.Bytes()
	b.scratch = slices.Grow(b.scratch[:0], bytes)[:bytes]
	return p.gather.Run(b.scratch, mem.src[s+p.srcLow:])
}

// store writes the block in scratch to the one whose first item is at d.
func (b *boxes) store(mem memory, p *boxPlans, d int) error {
	return p.scatter.Run(mem.dst[d+p.dstLow:], b.scratch)
}

// stage copies a block by way of scratch.
func (b *boxes) stage(mem memory, loops []loop, d, s int) error {
	p, err := b.plans(loops)
	if err != nil {
		return err
	}
	if err := b.load(mem, p, s); err != nil {
		return err
	}
	return b.store(mem, p, d)
}

// move copies a block without scratch.
func (b *boxes) move(mem memory, loops []loop, d, s int) error {
	p, err := b.plans(loops)
	if err != nil {
		return err
	}
	if p.direct == nil {
		if p.direct, err = NewPlan(p.dl, p.sl, b.opts); err != nil {
			return err
		}
	}
	return p.direct.Run(mem.dst[d+p.dstLow:], mem.src[s+p.srcLow:])
}
