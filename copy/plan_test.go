package strided

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/asm/asmtest"
	"github.com/stridecopy/stridecopy/cpu"
)

// mostLines is the number of cache lines, of source and destination together, that
// one call may touch: two blocks, and a quarter of that for lines that are touched in
// part. At 13 GB/s, which is slow for memory, this takes 100 microseconds.
const mostLines = 2 * blockBytes / 64 * 5 / 4

// largest returns the block of p with every extent at the most that any call has.
func (p *Plan) largest() asm.Block {
	b := p.block
	for _, t := range p.loops {
		n := max(t.full, t.last)
		switch t.field {
		case partInner:
			b.Inner.N = n
		case partOuter:
			b.Outer.N = n
		case partI:
			b.I = n
		case partJ:
			b.J = n
		case partWidth:
			b.Width = n
		}
	}
	return b
}

// runLines returns the most cache lines that runs of width bytes at the given offsets
// touch, and at those offsets again at each turn of the loops.
func runLines(width int, offsets []int, loops ...asm.Loop) int {
	at := slices.Clone(offsets)
	slices.Sort(at)
	lines, begin, end := 0, at[0], at[0]+width
	touched := func() int { return (end-begin+62)/64 + 1 }
	for _, a := range at[1:] {
		if a > end+64 {
			lines += touched()
			begin = a
		}
		end = max(end, a+width)
	}
	slices.SortFunc(loops, func(a, b asm.Loop) int { return abs(a.Dst) - abs(b.Dst) })
	for _, l := range loops {
		if l.N > 1 && lines == 0 && abs(l.Dst) <= end-begin { // one run, which gets longer
			end += (l.N - 1) * abs(l.Dst)
		} else if l.N > 1 {
			lines, begin, end = (lines+touched())*l.N, 0, -126 // no run is left to count
		}
	}
	return lines + touched()
}

// callLinesOf returns the lines that the largest call of p touches on both sides.
func callLinesOf(p *Plan) int {
	b := p.largest()
	src := func(l asm.Loop) asm.Loop { return asm.Loop{N: l.N, Dst: l.Src} }
	both := func(dstWidth, srcWidth int, dst, from []int) int {
		if b.Turns != nil { // as if no two turns shared a line
			return b.Outer.N * (runLines(dstWidth, dst, b.Inner, unit) + runLines(srcWidth, from, src(b.Inner), unit))
		}
		return runLines(dstWidth, dst, b.Inner, b.Outer) + runLines(srcWidth, from, src(b.Inner), src(b.Outer))
	}
	switch k := asm.Info(p.kernel); k.Op {
	case asm.Rows:
		return both(b.Width, b.Width, []int{0}, []int{0})
	case asm.Fill:
		return both(b.Width, p.size, []int{0}, []int{0})
	case asm.Items:
		return both(p.size, p.size, []int{0}, []int{0})
	case asm.Permute:
		b.Inner.N += b.Last.N
		return both(k.Vector, k.Vector, b.Perm.DstAt[:b.Perm.NDst], b.Perm.SrcAt[:b.Perm.NSrc])
	default:
		to, from := make([]int, b.I), make([]int, b.J)
		for i := range to {
			to[i] = b.DstRow(i)
		}
		for j := range from {
			from[j] = b.SrcRow(j)
		}
		return both(b.J*p.size, b.I*p.size, to, from)
	}
}

// TestCallBounds holds the largest call of many plans to a bounded number of cache
// lines: assembly cannot be preempted. It also checks that calls stay inside the
// layouts. The plans are never run, so that arrays may be larger than any memory.
func TestCallBounds(t *testing.T) {
	plans, calls, most := 0, 0, map[string]int{}
	check := func(dl, sl Layout) {
		for _, level := range cpu.Levels(cpu.Detect()) {
			for _, s := range []Streaming{StreamNever, StreamAuto, StreamAlways} {
				p, err := NewPlan(dl, sl, Options{Without: ^level, Streaming: s})
				if err != nil || p.bytes == 0 {
					continue
				}
				for ; p != nil; p = p.otherwise() {
					plans++
					n := callLinesOf(p)
					most[p.Kernel()] = max(most[p.Kernel()], n)
					if n > mostLines {
						t.Errorf("%s: %d lines in one call", p, n)
					}
					n, err := checkCorners(p)
					if err != nil {
						t.Error(err)
					}
					calls += n
				}
			}
		}
	}
	for _, s := range asmtest.Shapes {
		for _, size := range []int{1, 3, 4, 8, 16, 100} {
			c := permutedCase(s.Name, size, s.Extents, s.Axes...)
			check(c.dl, c.sl)
		}
	}
	for _, channels := range []int{3, 7, 11, 13, 14, 26, 29, 31} { // chains whose chunks round up far
		for _, width := range []int{5733, 7161, 9001, 12345} {
			c := permutedCase("", 1, []int{509, width, channels}, 2, 1, 0)
			check(c.dl, c.sl)
		}
	}
	r := rand.New(rand.NewPCG(9, 10))
	n := 3000
	if testing.Short() {
		n = 400
	}
	for range n {
		check(vast(r))
	}
	if plans < n {
		t.Errorf("only %d plans", plans)
	}
	t.Logf("%d plans, %d calls of them inspected, most lines of a call: %v", plans, calls, most)
}

// vast draws a permutation of a slice of an array that may be of any size.
func vast(r *rand.Rand) (dl, sl Layout) {
	extents := []int{2, 3, 4, 5, 7, 8, 16, 33, 64, 100, 128, 1000, 1024, 4096, 5733, 7161, 1 << 15, 1 << 18}
	sizes := []int{1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 40, 64, 100, 300, 1000, 5000, 1 << 20}
	for {
		shape := make([]int, 1+r.IntN(6))
		for k := range shape {
			shape[k] = extents[r.IntN(len(extents))]
		}
		sl = C(sizes[r.IntN(len(sizes))], shape...)
		if _, _, err := sl.Extent(); err != nil {
			continue
		}
		sl = sl.withStrides()
		for axis := range shape {
			var err error
			switch r.IntN(8) {
			case 0:
				sl, err = sl.Flip(axis)
			case 1:
				sl, err = sl.Slice(axis, 0, (shape[axis]+1)/2, 2)
			case 2:
				sl, err = sl.Slice(axis, 1, shape[axis]-1, 1)
			case 3:
				sl.Strides[axis] = 0
			}
			if err != nil {
				panic(err)
			}
		}
		sl, _ = sl.Permute(r.Perm(len(shape))...)
		dl = C(sl.ItemSize, sl.Shape...)
		if r.IntN(3) == 0 && !slices.Contains(sl.Strides, 0) {
			return sl, dl
		}
		return dl, sl
	}
}

// TestPlanText has what pure-Go plans say that they do.
func TestPlanText(t *testing.T) {
	for _, c := range []struct {
		copy allocCase
		want string
	}{
		{permutedCase("nothing", 4, []int{3, 0}), "nothing to copy"},
		{permutedCase("one row", 4, []int{1, 100}), "rowsGeneric"},
		{permutedCase("rows", 4, []int{33, 12, 64}, 1, 0, 2), "of 256 bytes"},
		{permutedCase("a transpose", 4, []int{100, 200}), "64x200 items of 4 bytes"},
		{allocCase{"repeated", C(2, 100), Layout{ItemSize: 2, Shape: []int{100}, Strides: []int{0}}}, "fillGeneric"},
		{allocCase{"every third", C(2, 100), Layout{ItemSize: 2, Shape: []int{100}, Strides: []int{6}}}, "100 +2/+6 items of 2 bytes"},
	} {
		p, err := NewPlan(c.copy.dl, c.copy.sl, Options{Without: ^cpu.Features(0)})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.String(), c.want) {
			t.Errorf("%s: %s; want %s", c.copy.name, p, c.want)
		}
		if p.Kernel() != "none" && !strings.Contains(p.Explain(), p.Kernel()) {
			t.Errorf("%s: %s does not name %s", c.copy.name, p.Explain(), p.Kernel())
		}
		bytes := fmt.Sprint(p.Bytes())
		if n, _ := c.copy.dl.Len(); bytes != fmt.Sprint(n*c.copy.dl.ItemSize) {
			t.Errorf("%s: %s bytes", c.copy.name, bytes)
		}
	}
}

// TestOffEdgeForgets makes the plan for one run that does not begin at a line edge: the
// memory that waits for the next one does not hold the executor of this one.
func TestOffEdgeForgets(t *testing.T) {
	l := C(4, 64, 128)
	p, err := NewPlan(l, l, Options{Executor: func(int, func(int)) {}})
	if err != nil {
		t.Fatal(err)
	}
	src := make([]byte, p.Bytes())
	asmtest.Fill(src, 1)
	dst := make([]byte, len(src))
	p.runOffEdge(dst, src)
	if !bytes.Equal(dst, src) {
		t.Error("wrong result")
	}
	one := singles.Get().(*single)
	defer singles.Put(one)
	if one.plan.opts.Executor != nil {
		t.Error("the executor is still held")
	}
}

// TestOtherwiseOnce runs a plan from several goroutines on destinations that do not
// begin at a line edge: the plan for these is kept once, when the first asks for it.
func TestOtherwiseOnce(t *testing.T) {
	const rows, columns = 256, 144 // neither short source rows nor destination rows a power of two apart, which are staged
	sl, err := C(4, columns, rows).Permute()
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(C(4, rows, columns), sl, Options{Streaming: StreamAlways})
	if err != nil {
		t.Fatal(err)
	}
	if cpu.Detect().Has(cpu.AVX512) && !p.edged || p.offEdge.Load() != nil {
		t.Fatalf("%s: edged %v, other plan %v", p, p.edged, p.offEdge.Load())
	}
	src := make([]byte, 4*rows*columns)
	asmtest.Fill(src, 1)
	want := make([]byte, len(src))
	asmtest.Reference(want, src, 4, []int{rows, columns}, []int{4 * columns, 4}, 0, []int{4, 4 * rows}, 0)
	var others [4]*Plan
	var group sync.WaitGroup
	for k := range others {
		group.Add(1)
		go func() {
			defer group.Done()
			dst := make([]byte, len(want)+64)
			dst = dst[(4-linePhase(dst))&63:][:len(want)]
			if err := p.Run(dst, src); err != nil || !bytes.Equal(dst, want) {
				t.Errorf("goroutine %d: %v, or another result", k, err)
			}
			others[k] = p.otherwise()
		}()
	}
	group.Wait()
	for _, q := range others {
		if q != others[0] || p.edged && q == nil {
			t.Errorf("several plans: %p", others)
		}
	}
}
