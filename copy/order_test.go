package strided

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// movedWhole is the definition of a copy in one memory: read everything, then write.
func movedWhole(mem []byte, dl, sl Layout) []byte {
	var read []byte
	eachItem(sl, func(at int) { read = append(read, mem[at:at+sl.ItemSize]...) })
	out := bytes.Clone(mem)
	eachItem(dl, func(at int) { read = read[copy(out[at:at+dl.ItemSize], read):] })
	return out
}

// follow does what p says, item by item.
func follow(p *overlapPlan, mem []byte) {
	if p.kind == noop {
		return
	}
	var walk func(k, d, s int, f func(d, s int))
	walk = func(k, d, s int, f func(d, s int)) {
		if k == len(p.loops) {
			f(d, s)
			return
		}
		for i := range p.loops[k].n {
			walk(k+1, d+i*p.loops[k].dst, s+i*p.loops[k].src, f)
		}
	}
	loops := p.loops
	p.loops = loops[:p.safe]
	walk(0, p.dst, p.src, func(d, s int) {
		p.loops = loops
		switch p.kind {
		case ordered:
			copy(mem[d:d+p.item], mem[s:s+p.item])
		case staged:
			var read []byte
			walk(p.safe, d, s, func(_, s int) { read = append(read, mem[s:s+p.item]...) })
			walk(p.safe, d, s, func(d, _ int) { read = read[copy(mem[d:d+p.item], read):] })
		case exchange:
			// Each pair of places once: the lower one swaps with the higher one.
			walk(p.safe, d, s, func(d, s int) {
				for b := range p.item {
					if d < s {
						mem[d+b], mem[s+b] = mem[s+b], mem[d+b]
					}
				}
			})
		}
		p.loops = loops[:p.safe]
	})
	p.loops = loops
}

// TestPlanOverlapAll follows the plan of every small pair of layouts in one memory
// and compares with reading everything first.
func TestPlanOverlapAll(t *testing.T) {
	var kinds [4]int
	for _, c := range []struct{ rank, extent, stride, itemSize int }{
		{1, 4, 9, 3},
		{2, 4, 3, 1},
		{2, 3, 3, 2},
		{2, 2, 5, 3},
		{3, 2, 3, 1},
		{3, 3, 2, 1},
	} {
		if testing.Short() {
			c.stride = min(c.stride, 5/c.rank)
		}
		for item := 1; item <= c.itemSize; item++ {
			grid(c.rank, 1, c.extent, func(shape []int) {
				for _, d := range writable(item, shape, c.stride) {
					grid(c.rank, -c.stride, c.stride, func(strides []int) {
						s := maskOf(Layout{ItemSize: item, Shape: shape, Strides: strides})
						planAtAllShifts(t, d, s, &kinds)
					})
				}
			})
		}
	}
	t.Logf("%d noop, %d ordered, %d exchange, %d staged, 0 mismatches", kinds[noop], kinds[ordered], kinds[exchange], kinds[staged])
}

// writable lists the layouts of a shape that do not overlap themselves, with
// positive strides in the first half of the axes: the others are mirror images.
func writable(item int, shape []int, stride int) (all []mask) {
	grid(len(shape), -stride, stride, func(strides []int) {
		if strides[0] < 0 {
			return
		}
		if m := maskOf(Layout{ItemSize: item, Shape: shape, Strides: strides}); !m.self {
			all = append(all, m)
		}
	})
	return all
}

// planAtAllShifts checks the plans of d and s at every distance where they meet.
func planAtAllShifts(t *testing.T, d, s mask, kinds *[4]int) {
	var memory [256]byte
	for i := range memory {
		memory[i] = byte(i)
	}
	dl, sl := d.layout, s.layout
	for shift := 1 - s.length; shift < d.length; shift++ {
		dl.Offset, sl.Offset = d.layout.Offset+max(0, -shift), s.layout.Offset+max(0, shift)
		if sharesByte(&dl, &sl) == disjoint {
			continue
		}
		mem := bytes.Clone(memory[:max(d.length+max(0, -shift), s.length+max(0, shift))])
		checkOrder(t, mem, dl, sl, kinds)
	}
}

func checkOrder(t *testing.T, mem []byte, dl, sl Layout, kinds *[4]int) {
	want := movedWhole(mem, dl, sl)
	x, _ := normalize(&dl, &sl, nil)
	p := planOverlap(x)
	kinds[p.kind]++
	if follow(&p, mem); !bytes.Equal(mem, want) {
		t.Fatalf("dst %+v, src %+v: plan %+v\ngot  %v\nwant %v", dl, sl, p, mem, want)
	}
}

// TestPlanOverlapRandom does the same for random layouts of rank 4 to 6.
func TestPlanOverlapRandom(t *testing.T) {
	var kinds [4]int
	r := rand.New(rand.NewPCG(3, 4))
	mem := make([]byte, 1<<12)
	for range 10000 {
		rank := 4 + r.IntN(3)
		d, s := randomInside(r, rank, nil, len(mem)), Layout{}
		if selfOverlap(&d) != disjoint {
			continue
		}
		if s = randomInside(r, rank, d.Shape, len(mem)); r.IntN(2) == 0 {
			s.Strides = d.Strides
			s.Offset = max(0, d.Offset+r.IntN(65)-32)
			if s.check("src", len(mem)) != nil {
				s.Offset = d.Offset
			}
		}
		s.ItemSize = d.ItemSize
		if s.check("src", len(mem)) != nil {
			continue
		}
		for i := range mem {
			mem[i] = byte(r.Uint32())
		}
		checkOrder(t, mem, d, s, &kinds)
	}
	t.Logf("%d noop, %d ordered, %d exchange, %d staged, 0 mismatches", kinds[noop], kinds[ordered], kinds[exchange], kinds[staged])
}

// randomInside returns a layout inside size bytes, nested more often than not.
func randomInside(r *rand.Rand, rank int, shape []int, size int) Layout {
	for {
		l := Layout{ItemSize: 1 + r.IntN(4), Shape: shape, Strides: make([]int, rank)}
		if shape == nil {
			l.Shape = make([]int, rank)
			for axis := range l.Shape {
				l.Shape[axis] = 1 + r.IntN(4)
			}
		}
		step := l.ItemSize
		for _, axis := range r.Perm(rank) {
			step += r.IntN(2) * r.IntN(5)
			if l.Strides[axis] = step; r.IntN(4) == 0 {
				l.Strides[axis] = -step
			}
			step *= l.Shape[axis]
		}
		lo, hi, err := l.Extent()
		if err == nil && hi-lo < size {
			l.Offset = r.IntN(size-(hi-lo)) - lo
			return l
		}
	}
}

// TestPlanOverlapKinds names the copies that need no temporary.
func TestPlanOverlapKinds(t *testing.T) {
	at := func(offset int, l Layout) Layout {
		l.Offset = offset
		return l
	}
	view := func(l Layout, err error) Layout {
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	square, cube := C(4, 10, 10), C(2, 5, 5, 5)
	wide := Layout{ItemSize: 4, Shape: []int{8, 5}, Strides: []int{80, 4}}
	every := Layout{ItemSize: 1, Shape: []int{50}, Strides: []int{2}}
	for _, c := range []struct {
		name     string
		dst, src Layout
		want     overlapKind
		safe     int
	}{
		{"the same", square, square, noop, 0},
		{"one memmove", square, at(3, square), ordered, 0},
		{"rows down", wide, at(80, wide), ordered, 1},
		{"rows up", at(80, wide), wide, ordered, 1},
		{"columns right", at(4, wide), wide, ordered, 1},
		{"squeeze", C(1, 50), every, ordered, 1},
		{"spread", every, C(1, 50), ordered, 1},
		{"squeeze rows", C(4, 8, 5), wide, ordered, 1},
		{"spread rows", wide, C(4, 8, 5), ordered, 1},
		{"transpose", square, view(square.Permute()), exchange, 0},
		{"reverse", C(8, 99), view(C(8, 99).Flip(0)), exchange, 0},
		{"reverse each row", square, view(square.Flip(1)), exchange, 1},
		{"reverse the rows", square, view(square.Flip(0)), exchange, 0},
		{"each matrix of a batch", cube, view(cube.Permute(0, 2, 1)), exchange, 1},
		{"outer axes of a cube", cube, view(cube.Permute(2, 1, 0)), exchange, 1},
		{"reverse each row, squeezed", Layout{ItemSize: 1, Shape: []int{3, 5}, Strides: []int{10, 1}},
			Layout{ItemSize: 1, Offset: 4, Shape: []int{3, 5}, Strides: []int{15, -1}}, staged, 1},
		{"turn a cube", cube, view(cube.Permute(1, 2, 0)), staged, 0},
		{"transpose 4 x 25", C(4, 4, 25), view(C(4, 25, 4).Permute()), staged, 0},
	} {
		x, _ := normalize(&c.dst, &c.src, nil)
		p := planOverlap(x)
		if p.kind != c.want || p.safe != c.safe {
			t.Errorf("%s: kind %d with %d loops in order, want %d with %d", c.name, p.kind, p.safe, c.want, c.safe)
		}
		_, dhi := c.dst.interval()
		_, shi := c.src.interval()
		checkShared(t, counted(max(dhi, shi)), c.dst, c.src, tight...)
	}
}
