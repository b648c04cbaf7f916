package strided

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/asm/asmtest"
	"github.com/stridecopy/stridecopy/cpu"
)

// An inspector works out what the calls of plans would read and write, from their
// blocks alone, and holds that against the layouts. Package asm shows for each kernel
// that it touches nothing beyond what its block says.
type inspector struct {
	dst, src span
	from     []int  // the source byte that belongs in each byte of dst, -1 in the gaps
	done     []bool // bytes of dst that the plan at hand writes
	calls    int
}

func newInspector(dl, sl Layout) *inspector {
	in := &inspector{}
	in.dst.lo, in.dst.hi = dl.interval()
	in.src.lo, in.src.hi = sl.interval()
	in.from, in.done = make([]int, in.dst.hi-in.dst.lo), make([]bool, in.dst.hi-in.dst.lo)
	for k := range in.from {
		in.from[k] = -1
	}
	var items []int
	eachItem(sl, func(at int) { items = append(items, at) })
	eachItem(dl, func(at int) {
		for k := range dl.ItemSize {
			in.from[at-in.dst.lo+k] = items[0] + k
		}
		items = items[1:]
	})
	return in
}

// inspect returns the first error of a plan.
func (in *inspector) inspect(p *Plan) error {
	clear(in.done)
	w := walker{loops: p.loops, block: p.block, dst: p.dstBase, src: p.srcBase, at: make([]int, len(p.loops))}
	for k := range p.loops {
		w.enter(k)
	}
	for more := true; more; more = w.next() {
		in.calls++
		err := checkCall(p, &w.block, w.dst, w.src)
		if err == nil {
			err = in.moves(asm.Info(p.kernel), p.size, &w.block, w.dst, w.src)
		}
		if err != nil {
			return fmt.Errorf("%s: call at %d from %d: %w", p, w.dst, w.src, err)
		}
	}
	for k, from := range in.from {
		if from >= 0 && !in.done[k] {
			return fmt.Errorf("%s: byte %d is not written", p, in.dst.lo+k)
		}
	}
	return nil
}

// moves checks where each byte of one call comes from.
func (in *inspector) moves(k asm.Kernel, size int, b *asm.Block, d, s int) (err error) {
	move := func(d, s, n int) {
		for q := range n {
			at := d + q - in.dst.lo
			if at < 0 || at >= len(in.from) || in.from[at] != s+q {
				err = fmt.Errorf("writes byte %d from %d", d+q, s+q)
				return
			}
			in.done[at] = true
		}
	}
	for o := range b.Outer.N {
		if k.Op == asm.Transpose {
			for j := range b.J {
				for i := range b.I {
					move(d+b.DstRow(i)+j*size, s+b.SrcRow(j)+i*size, size)
				}
			}
		} else {
			for i := range b.Inner.N + b.Last.N {
				to, from := b.Turn(i)
				moveInner(k, size, b, d+to, s+from, move)
			}
		}
		dst, src := b.Step(o)
		d, s = d+dst, s+src
	}
	return err
}

// moveInner is one turn of the inner loop of a block.
func moveInner(k asm.Kernel, size int, b *asm.Block, d, s int, move func(d, s, n int)) {
	switch k.Op {
	case asm.Rows:
		move(d, s, b.Width)
	case asm.Fill:
		for q := 0; q < b.Width; q += size {
			move(d+q, s, size)
		}
	case asm.Items:
		move(d, s, size)
	case asm.Permute:
		p := b.Perm
		for w, mask := range p.DstMask[:p.NDst] {
			for q := range p.Vector {
				if mask>>q&1 != 0 {
					from, n := p.Source(w, q)
					move(d+p.DstAt[w]+q, s+p.SrcAt[from]+n, 1)
				}
			}
		}
	}
}

// checkCall checks the block of one call against its kernel, and the memory that it
// reaches against the plan's.
func checkCall(p *Plan, b *asm.Block, d, s int) error {
	k := asm.Info(p.kernel)
	if err := rules(k, p.size, b, d-p.dstBase); err != nil {
		return err
	}
	if need := b.I * k.Scratch; need > p.scratchBytes() {
		return fmt.Errorf("takes %d bytes of scratch, there are %d", need, p.scratchBytes())
	}
	turns := b.Inner.N + b.Last.N
	if k.Op == asm.Transpose {
		turns = 1 // Inner is not a loop there
	}
	dst, src := span{math.MaxInt, math.MinInt}, span{math.MaxInt, math.MinInt}
	for o := range b.Outer.N {
		for _, i := range [...]int{0, turns - b.Last.N - 1, turns - 1} { // the ends of the loop reach furthest
			toTurn, fromTurn := b.Turn(i)
			to := func(at, n int) { dst.add(d+toTurn+at, n) }
			from := func(at, n int) { src.add(s+fromTurn+at, n) }
			reach(k, p.size, b, to, from)
		}
		stepDst, stepSrc := b.Step(o)
		d, s = d+stepDst, s+stepSrc
	}
	if dst.lo < p.dst.lo || dst.hi > p.dst.hi || src.lo < p.src.lo || src.hi > p.src.hi {
		return fmt.Errorf("reaches %+v from %+v, the layouts are %+v and %+v", dst, src, p.dst, p.src)
	}
	return nil
}

func (s *span) add(at, n int) { s.lo, s.hi = min(s.lo, at), max(s.hi, at+n) }

// reach calls to and from with the runs of bytes that a kernel stores and loads in
// one turn of the loops of a block: items, or whole windows and rows where it loads
// those.
func reach(k asm.Kernel, size int, b *asm.Block, to, from func(at, n int)) {
	switch k.Op {
	case asm.Rows:
		to(0, b.Width)
		from(0, b.Width)
	case asm.Fill:
		to(0, b.Width)
		from(0, size)
	case asm.Items:
		to(0, size)
		from(0, size)
	case asm.Permute:
		p := b.Perm
		whole := uint64(1)<<p.Vector - 1
		for w, at := range p.DstAt[:p.NDst] {
			to(at+bits.TrailingZeros64(p.DstMask[w]), 1)
			to(at+bits.Len64(p.DstMask[w])-1, 1)
		}
		for w, at := range p.SrcAt[:p.NSrc] {
			if mask := p.SrcMask[w]; mask != 0 {
				if !k.Masked && !generic(k) {
					mask = whole
				}
				from(at+bits.TrailingZeros64(mask), 1)
				from(at+bits.Len64(mask)-1, 1)
			}
		}
	case asm.Transpose:
		for i := range b.I {
			to(b.DstRow(i), b.J*size)
		}
		for j := range rowsRead(k, b) {
			from(b.SrcRow(j), b.I*size)
		}
	}
}

// rowsRead returns how many entries of the table of source rows a transpose goes by to read
// rows: some take whole tiles, even if not all of a tile is in the block.
func rowsRead(k asm.Kernel, b *asm.Block) int {
	if k.Merge || k.Masked {
		return (b.J + k.I - 1) / k.I * k.I
	}
	return b.J
}

func generic(k asm.Kernel) bool { return strings.HasSuffix(k.Name, "Generic") }

// rules checks a block against what package asm asks of it; d is its distance from
// the first item of all.
func rules(k asm.Kernel, size int, b *asm.Block, d int) error {
	if generic(k) {
		return nil
	}
	bad := false
	switch k.Op {
	case asm.Transpose:
		bad = b.I < k.I || b.J < k.J || k.Step&asm.SrcSide == 0 && len(b.SrcOff) < rowsRead(k, b)
		for i := range b.I {
			bad = bad || k.Aligned() && (d+b.DstRow(i))%64 != 0 || k.Step&asm.DstSide != 0 && b.DstRow(i) != i*b.Inner.Dst
		}
		for j := range b.J {
			bad = bad || k.Step&asm.SrcSide != 0 && b.SrcRow(j) != j*b.Inner.Src
		}
		bad = bad || k.Aligned() && (b.J%k.J != 0 || b.Ahead%k.J != 0 || b.Ahead > b.J)
	case asm.Rows:
		bad = b.Width < k.I || k.Merge && (b.Inner.N > 1 && b.Inner.Dst != b.Width || b.Inner.N*b.Width > asm.PackBytes)
	case asm.Permute:
		p := b.Perm
		bad = b.Last.N > 1 || p.Vector != k.Vector || p.NSrc != k.I || p.NDst > k.J || p.NDst < k.J && !k.Fewer || !k.Masked && !p.Full() || k.Weave != asm.AnyWeave && !weaves(k, p)
	}
	if bad || k.Size != 0 && k.Size != size {
		return fmt.Errorf("a block that %s does not take: %d x %d of %d bytes, %+v", k.Name, b.I, b.J, size, *b)
	}
	return nil
}

// weaves reports whether p is a permutation that a kernel of a weave does.
func weaves(k asm.Kernel, p *asm.Perm) bool {
	if k.Weave == asm.Exchange {
		q := p.Clone()
		q.Index = q.Index[:16*p.NSrc*p.NDst]
		q.FindExchange()
		return p.Exchange != 0 && q.Exchange == p.Exchange && bytes.Equal(q.Index, p.Index)
	}
	touching, other := p.SrcAt[:p.NSrc], p.NDst
	if k.Weave == asm.Interleave {
		touching, other = p.DstAt[:p.NDst], p.NSrc
	}
	for w, at := range touching {
		if at != touching[0]+w*p.Vector {
			return false
		}
	}
	for w := range p.NDst {
		for q := range p.Vector {
			from, n := p.Source(w, q)
			// The byte's place on the side that touches, and in the windows of the other.
			along, window, in := from*p.Vector+n, w, q
			if k.Weave == asm.Interleave {
				along, window, in = w*p.Vector+q, from, n
			}
			item := along / k.Size
			if item%other != window || item/other*k.Size+along%k.Size != in {
				return false
			}
		}
	}
	return true
}

// machines are unlike each other in all that plans depend on beside features.
var machines = []cpu.Memory{
	{},
	{SpreadsLines: true, SpreadsRows: true, StagesNear: true, TakesMisses: true, TakesWalks: true, SmallDown: true,
		FollowsSource: true, RowsFollowSource: true, TwoStores: true, MovesStrings: true, QuickItems: true, WholeLines: true, DearBoxes: true,
		CrowdsStores: true, CarriesLines: true, KeepsSmall: true},
}

// inspectAll inspects the plans for two layouts on all machines.
func inspectAll(t *testing.T, dl, sl Layout) (plans, calls int) {
	defer func(m cpu.Memory) { machine = m }(machine)
	for _, machine = range machines {
		p, c := inspectLevels(t, dl, sl)
		plans, calls = plans+p, calls+c
	}
	return plans, calls
}

// inspectLevels inspects the plans for two layouts at every feature level.
func inspectLevels(t *testing.T, dl, sl Layout) (plans, calls int) {
	in := newInspector(dl, sl)
	for _, level := range cpu.Levels(cpu.Detect()) {
		for _, s := range []Streaming{StreamNever, StreamAlways} {
			p, err := plannedAnew.newPlan(&dl, &sl, Options{Without: ^level, Streaming: s})
			if err != nil {
				t.Fatalf("dst %+v, src %+v: %v", dl, sl, err)
			}
			for ; p != nil && p.bytes > 0; p = p.otherwise() {
				plans++
				if err := in.inspect(p); err != nil {
					t.Errorf("dst %+v, src %+v: %s: %v", dl, sl, level.Level(), err)
				}
				if n := callLinesOf(p); n > mostLines {
					t.Errorf("dst %+v, src %+v: %s: %s: %d cache lines in one call", dl, sl, level.Level(), p, n)
				}
			}
		}
	}
	return plans, in.calls
}

// plannedAnew remembers no plans, of other machines.
var plannedAnew room

// layoutsOf returns the layouts of a case.
func layoutsOf(c asmtest.Case) (dl, sl Layout) {
	return Layout{ItemSize: c.ItemSize, Offset: c.DstOffset, Shape: c.Shape, Strides: c.DstStrides},
		Layout{ItemSize: c.ItemSize, Offset: c.SrcOffset, Shape: c.Shape, Strides: c.SrcStrides}
}

// TestCallsInside inspects plans of every kind: each byte of the destination comes
// from its place, no other is written, and nothing outside of the source is loaded.
func TestCallsInside(t *testing.T) {
	plans, calls := 0, 0
	check := func(dl, sl Layout) {
		p, c := inspectAll(t, dl, sl)
		plans, calls = plans+p, calls+c
	}
	n, rows, large := 3000, []int{513, 528, 1000, 1030, 1550}, chunkCases(t)
	if testing.Short() {
		n, rows, large = 300, []int{513, 1030}, nil
	}
	r := rand.New(rand.NewPCG(11, 12))
	for range n {
		check(layoutsOf(asmtest.Random(r, true)))
	}
	for _, c := range large {
		check(c[0], c[1])
	}
	for _, rows := range rows {
		for _, size := range []int{1, 2, 4, 8, 16} { // chunks that end within a tile
			c := permutedCase("", size, []int{rows, 70}, 1, 0)
			check(c.dl, c.sl)
		}
	}
	for _, size := range []int{1, 2, 4, 8} { // rows of few items out of longer ones, either way
		for n := 2; n <= 12; n++ {
			for step := 1; step <= 4; step++ {
				rows := 2*fewBoxes + 4096/(n*size)
				pitch := (n*step + r.IntN(20)) * size
				sl := Layout{ItemSize: size, Shape: []int{3, rows, n}, Strides: []int{rows*pitch + 5, pitch, step * size}}
				if r.IntN(3) == 0 {
					sl.Offset, sl.Strides[1] = (rows-1)*pitch, -pitch
				}
				check(C(size, sl.Shape...), sl)
			}
		}
	}
	t.Logf("%d plans, %d calls", plans, calls)
}

// checkCorners checks the calls of p at the ends of its loops, between which nothing
// reaches further.
func checkCorners(p *Plan) (calls int, err error) {
	w := walker{loops: p.loops, at: make([]int, len(p.loops))}
	var visit func(k int)
	visit = func(k int) {
		if k < len(p.loops) {
			ends := []int{0, p.loops[k].n - 2, p.loops[k].n - 1}
			for _, w.at[k] = range ends[max(0, 3-p.loops[k].n):] {
				visit(k + 1)
			}
			return
		}
		w.block, w.dst, w.src = p.block, p.dstBase, p.srcBase
		for k, t := range p.loops {
			w.dst += w.at[k] * t.dst
			w.src += w.at[k] * t.src
			w.enter(k)
		}
		calls++
		if e := checkCall(p, &w.block, w.dst, w.src); e != nil {
			err = fmt.Errorf("%s: turns %d: %w", p, w.at, e)
		}
	}
	visit(0)
	return calls, err
}

// FuzzPlan inspects the plans of decoded cases.
func FuzzPlan(f *testing.F) {
	r := rand.New(rand.NewPCG(13, 14))
	for range 40 {
		seed := make([]byte, 48)
		asmtest.Fill(seed, byte(r.Uint32()))
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := asmtest.Decode(data, true)
		if c.Items()*c.ItemSize <= 1<<20 {
			dl, sl := layoutsOf(c)
			inspectAll(t, dl, sl)
		}
	})
}
