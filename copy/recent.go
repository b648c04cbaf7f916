package strided

import "sync"

// Programs copy between the same layouts again and again: frames, batches, heads. The
// last few pairs of layouts are remembered with their plans, in memory that the garbage
// collector may take back, so that only the first copy of a kind is planned.

// recentPlans is the number of plans that are remembered in one place.
const recentPlans = 4

// A pairing is two layouts of one shape, of few axes, by value.
type pairing struct {
	item, rank int // item is 0 for a pair that is not to be remembered
	shape      [inlineLoops]int
	dst, src   placing
}

// A placing is what a layout has beside shape and item size.
type placing struct {
	offset, dense int // dense is 1 for C order without strides
	strides       [inlineLoops]int
}

// set makes p, which must be zero, the pairing of two layouts. It stays one that is not
// to be remembered where they have many axes or do not go together.
func (p *pairing) set(dl, sl *Layout) {
	p.rank = len(dl.Shape)
	if p.rank > inlineLoops || len(sl.Shape) != p.rank || dl.ItemSize != sl.ItemSize {
		return
	}
	for axis, n := range dl.Shape {
		if sl.Shape[axis] != n {
			return
		}
		p.shape[axis] = n
	}
	if p.dst.set(dl) && p.src.set(sl) {
		p.item = dl.ItemSize
	}
}

func (p *placing) set(l *Layout) bool {
	p.offset = l.Offset
	if l.Strides == nil {
		p.dense = 1
		return true
	}
	copy(p.strides[:], l.Strides)
	return len(l.Strides) == len(l.Shape)
}

// A single is a plan that is not kept, with the memory it refers to.
type single struct {
	pair     pairing
	onEdge   bool // the plan is for destinations whose first item lies at a line edge
	dst, src span
	plan     Plan
	room     room
}

// run is Plan.Run.
func (s *single) run(dst, src []byte) error {
	if s.plan.bytes == 0 {
		return nil
	}
	if err := checkSlices(s.dst, s.src, dst, src); err != nil {
		return err
	}
	if shift, shared := s.plan.shares(dst, src); shared {
		return s.plan.runShared(dst, src, shift, usual)
	}
	s.plan.run(dst, src)
	return nil
}

// A desk remembers the plans of one-shot copies, and tiny copies that went without.
type desk struct {
	singles [recentPlans]*single // nil until they are needed: some 30 KB each
	tiny    [recentPlans]pairing
	oldest  int // of the singles
	oldTiny int
}

var desks = sync.Pool{New: func() any { return new(desk) }}

// find returns the plan that is remembered for a pair and for where dst begins in a cache
// line, or nil.
func (d *desk) find(pair *pairing, dst []byte) *single {
	if pair.item == 0 {
		return nil
	}
	for _, s := range d.singles {
		if s != nil && s.pair == *pair && s.onEdge == ((linePhase(dst)+s.plan.nest.dst)%lineSize == 0) {
			return s
		}
	}
	return nil
}

// met reports whether a tiny copy comes again soon, and is worth a plan.
func (d *desk) met(pair *pairing) bool {
	if pair.item == 0 {
		return false
	}
	for k := range d.tiny {
		if d.tiny[k] == *pair {
			return true
		}
	}
	d.tiny[d.oldTiny] = *pair
	d.oldTiny = (d.oldTiny + 1) % recentPlans
	return false
}

// plan makes the plan for a copy to dst, in place of the one that was made the longest
// time ago.
func (d *desk) plan(dl, sl *Layout, pair *pairing, dst []byte) (*single, error) {
	to, from, err := checkPair(dl, sl)
	if err != nil {
		return nil, err
	}
	if d.singles[d.oldest] == nil {
		d.singles[d.oldest] = new(single)
	}
	s := d.singles[d.oldest]
	d.oldest = (d.oldest + 1) % recentPlans
	s.pair, s.plan, s.dst, s.src = pairing{}, Plan{}, to, from
	phase := linePhase(dst)
	if x, ok := normalize(dl, sl, s.room.normal[:]); ok {
		s.room.build(&s.plan, x, to, from, Options{}, phase)
	}
	s.onEdge = (phase+s.plan.nest.dst)%lineSize == 0
	s.pair = *pair
	return s, nil
}

// A planner remembers the plans that were made to be kept.
type planner struct {
	room   room
	plans  [recentPlans]remembered
	oldest int
}

type remembered struct {
	pair pairing
	opts Options // without an executor
	plan *Plan
}

var planners = sync.Pool{New: func() any { return new(planner) }}

// plan returns the plan for two layouts, a remembered one or a new one. Plans are
// immutable, so that any number of callers may have the same.
func (m *planner) plan(dl, sl *Layout, o Options) (*Plan, error) {
	var pair pairing
	if o.Executor == nil {
		pair.set(dl, sl)
	}
	for k := range m.plans {
		r := &m.plans[k]
		if pair.item > 0 && r.pair == pair && r.opts.alike(&o) {
			return r.plan, nil
		}
	}
	p, err := m.room.newPlan(dl, sl, o)
	if err == nil && pair.item > 0 {
		m.plans[m.oldest] = remembered{pair, o, p}
		m.oldest = (m.oldest + 1) % recentPlans
	}
	return p, err
}

// alike reports whether plans for o and for q are the same, where neither has an executor.
func (o *Options) alike(q *Options) bool {
	return o.Without == q.Without && o.Workers == q.Workers && o.Streaming == q.Streaming
}
