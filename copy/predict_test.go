package strided

import (
	"flag"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stridecopy/stridecopy/cpu"
)

var measure = flag.Bool("measure", false, "let TestPaces print the paces of this machine")

// A paced is a copy of about n bytes that goes by a row of paces. Where the units of
// that row cost time of their own, short is a copy of many of them.
type paced struct {
	kind        string
	copy, short func(n int) (dst, src Layout)
	stream      bool
}

func dense(n int) (dst, src Layout) { return C(1, n), C(1, n) }

// square returns the transpose of a square matrix of items of so many bytes. Its
// pitch is a multiple of whole lines, but of no large power of two, plus more items.
func square(item, more int) func(n int) (dst, src Layout) {
	return func(n int) (dst, src Layout) {
		side := max(64, int(math.Sqrt(float64(n/item)))/64*64) + more
		if side%128 == 0 {
			side += 64
		}
		src, _ = C(item, side, side).Permute()
		return C(item, side, side), src
	}
}

// stepped returns a copy of items from one step to another, both in bytes.
func stepped(item, dstStep, srcStep int) func(n int) (dst, src Layout) {
	return func(n int) (dst, src Layout) {
		shape := []int{n / max(item, dstStep, srcStep)}
		return Layout{ItemSize: item, Shape: shape, Strides: []int{dstStep}},
			Layout{ItemSize: item, Shape: shape, Strides: []int{srcStep}}
	}
}

// repeated returns the copy of a column to rows of 1000 items.
func repeated(n int) (dst, src Layout) {
	rows := max(1, n/4000)
	return C(4, rows, 1000), Layout{ItemSize: 4, Shape: []int{rows, 1000}, Strides: []int{4, 0}}
}

var pacedCopies = []paced{
	{"rows", dense, stepped(24, 24, 48), false},
	{"rowsStream", dense, nil, true},
	{"rowsMerge", square(160, 1), nil, true},
	{"fill", repeated, nil, false},
	{"items", stepped(4, 4, 132), stepped(4, 4, 132), false},
	{"permute", stepped(4, 4, 8), stepped(4, 4, 8), false},
	{"permuteMasked", stepped(4, 8, 4), stepped(4, 8, 4), false},
	{"transposeB1", square(1, 8), nil, false},
	{"transposeB2", square(2, 8), nil, false},
	{"transposeB4", square(4, 0), nil, false},
	{"transposeB8", square(8, 0), nil, false},
	{"transposeB16", square(16, 0), nil, false},
	{"transposeOdd", square(12, 0), nil, false},
	{"stream", square(4, 0), nil, true},
	{"merge", square(4, 1), nil, true},
}

// plan prepares a copy of n bytes for c, and reports whether it goes by c's row.
func (c *paced) plan(t *testing.T, layouts func(int) (dst, src Layout), n int) (*Plan, bool) {
	t.Helper()
	o := Options{Streaming: StreamNever}
	if c.stream {
		o.Streaming = StreamAlways
	}
	dst, src := layouts(n)
	p, err := NewPlan(dst, src, o)
	if err != nil {
		t.Fatal(err)
	}
	return p, p.pace() == c.kind
}

// TestPaces checks that every kind of plan is predicted by a row of the table, which
// gets no faster away from the processor. With -measure it prints the table anew.
func TestPaces(t *testing.T) {
	for kind, speed := range paces {
		if !slices.ContainsFunc(pacedCopies, func(c paced) bool { return c.kind == kind }) {
			t.Errorf("%s: no copy is measured for it", kind)
		}
		if cached := speed.lines[:]; cached[0] > 0 && !slices.IsSortedFunc(cached, func(a, b float64) int { return int(b - a) }) {
			t.Errorf("%s: %v rises", kind, speed.lines)
		}
	}
	for _, c := range pacedCopies {
		if _, ok := paces[c.kind]; !ok {
			t.Errorf("%s: no pace", c.kind)
		}
		if !*measure {
			continue
		}
		if _, reached := c.plan(t, c.copy, 16<<10); !reached {
			t.Logf("%s: no kernel of this machine", c.kind)
			continue
		}
		speed := c.measure(t)
		t.Logf("%-16q {%.1f, [...]float64{%.0f, %.0f, %.0f, %.0f}},", c.kind+":", speed.unitNs,
			speed.lines[0], speed.lines[1], speed.lines[2], speed.lines[3])
	}
}

// measure times copies that fill part of each level, or overflow the last.
func (c *paced) measure(t *testing.T) (speed pace) {
	sizes := [...]int{8 << 10, 256 << 10, 4 << 20, 2 * cpu.LastLevelCache()}
	if c.short != nil {
		p, _ := c.plan(t, c.short, sizes[0])
		e := p.effort()
		lines := float64(e.dstLines+e.srcLines) * lineSize / paces["rows"].lines[0]
		speed.unitNs = max(0, (least(p)-runNs-callNs*float64(e.calls)-lines)/float64(e.units))
	}
	for k, n := range sizes {
		if c.stream && k < len(sizes)-1 {
			continue // stores go to memory from everywhere
		}
		p, _ := c.plan(t, c.copy, n)
		e := p.effort()
		ns := least(p) - runNs - callNs*float64(e.calls) - speed.unitNs*float64(e.units)
		touched := float64(e.dstLines+e.srcLines) * lineSize
		speed.lines[k] = touched / max(ns, touched/paces["rows"].lines[0])
	}
	return speed
}

// least returns the least nanoseconds of a run of p.
func least(p *Plan) float64 {
	dst, src := make([]byte, p.dst.hi+lineSize), make([]byte, p.src.hi)
	dst = dst[(lineSize-linePhase(dst))%lineSize:]
	reps := 1 + (1<<20)/p.bytes
	best := math.Inf(1)
	for range 40 {
		start := time.Now()
		for range reps {
			p.run(dst, src)
		}
		best = min(best, float64(time.Since(start).Nanoseconds())/float64(reps))
	}
	return best
}

// TestPredict checks that more work is predicted to take longer, and where.
func TestPredict(t *testing.T) {
	before := 0.0
	for _, c := range []struct {
		level string
		n     int
	}{{"L1", 4 << 10}, {"L2", 100 << 10}, {"L3", 2 << 20}, {"memory", 2 * cpu.LastLevelCache()}} {
		p, err := NewPlan(C(1, c.n), C(1, c.n), Options{})
		if err != nil {
			t.Fatal(err)
		}
		level, ns := p.Predict()
		if level != c.level || ns <= before {
			t.Errorf("%d bytes: %s, %v ns; want %s and more than %v", c.n, level, ns, c.level, before)
		}
		before = ns
	}
	var nothing Plan
	if level, ns := nothing.Predict(); level != "" || ns != 0 {
		t.Errorf("nothing to copy: %q, %v ns", level, ns)
	}
}
