package strided

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// footprint returns the bytes of l as a set, by listing every item, and whether an
// item meets a byte that an earlier one holds: the definition, for small layouts.
func footprint(l Layout) (bytes map[int]bool, self bool) {
	bytes = map[int]bool{}
	eachItem(l, func(at int) {
		for b := at; b < at+l.ItemSize; b++ {
			self = self || bytes[b]
			bytes[b] = true
		}
	})
	return bytes, self
}

// eachItem calls f with the byte offset of every item, in C order.
func eachItem(l Layout, f func(at int)) {
	l = l.withStrides()
	var walk func(axis, at int)
	walk = func(axis, at int) {
		if axis == len(l.Shape) {
			f(at)
			return
		}
		for i := range l.Shape[axis] {
			walk(axis+1, at+i*l.Strides[axis])
		}
	}
	walk(0, l.Offset)
}

// A mask is a footprint of at most 64 bytes, bit 0 for the lowest one.
type mask struct {
	bytes  uint64
	self   bool
	length int // in bytes
	layout Layout
}

// maskOf moves l so that its lowest byte is byte 0.
func maskOf(l Layout) mask {
	lo, hi := l.interval()
	l.Offset -= lo
	m := mask{length: hi - lo, layout: l}
	item := uint64(1)<<l.ItemSize - 1
	eachItem(l, func(at int) {
		m.self = m.self || m.bytes&(item<<at) != 0
		m.bytes |= item << at
	})
	return m
}

// grid calls f with every list of the given length whose values lie in lo..hi.
func grid(length, lo, hi int, f func(v []int)) {
	v := make([]int, length)
	var walk func(k int)
	walk = func(k int) {
		if k == length {
			f(append([]int(nil), v...))
			return
		}
		for v[k] = lo; v[k] <= hi; v[k]++ {
			walk(k + 1)
		}
	}
	walk(0)
}

// TestSelfOverlapAll holds selfOverlap against the definition on every layout of
// rank 0 to 3 with extents 0 to 4, strides in a range around 0 and 1 to 3 bytes.
func TestSelfOverlapAll(t *testing.T) {
	limit := 9
	if testing.Short() {
		limit = 4
	}
	cases, overlaps := 0, 0
	for rank := range 4 {
		grid(rank, 0, 4, func(shape []int) {
			grid(rank, -limit, limit, func(strides []int) {
				for item := 1; item <= 3; item++ {
					l := Layout{ItemSize: item, Shape: shape, Strides: strides}
					want := overlapsItself(l)
					if cases++; want {
						overlaps++
					}
					if got := selfOverlap(&l); got != verdictOf(want) {
						t.Fatalf("%+v: got %v, want overlap %v", l, got, want)
					}
				}
			})
		})
	}
	t.Logf("%d layouts, %d of them overlap themselves, 0 mismatches", cases, overlaps)
}

// verdictOf is the verdict that a known answer calls for.
func verdictOf(overlap bool) verdict {
	if overlap {
		return overlapping
	}
	return disjoint
}

// overlapsItself is selfOverlap by definition, for footprints of up to 128 bytes.
func overlapsItself(l Layout) (self bool) {
	lo, _ := l.interval()
	var seen [2]uint64
	eachItem(l, func(at int) {
		for b := at - lo; b < at-lo+l.ItemSize; b++ {
			self = self || seen[b>>6]>>(b&63)&1 != 0
			seen[b>>6] |= 1 << (b & 63)
		}
	})
	return self
}

// TestSharesByteAll holds sharesByte against the definition on all pairs of small
// layouts, of equal and of different shapes, at every distance.
func TestSharesByteAll(t *testing.T) {
	cases, shared := 0, 0
	for _, c := range []struct{ rank, extent, stride, itemSize int }{
		{0, 0, 0, 3},
		{1, 4, 9, 3},
		{2, 4, 4, 3},
		{2, 3, 7, 1},
		{3, 3, 2, 1},
		{3, 4, 2, 2},
	} {
		if testing.Short() {
			c.stride, c.itemSize = min(c.stride, 6/(c.rank+1)), min(c.itemSize, 2)
		}
		n, hits := allPairs(t, c.rank, c.extent, c.stride, c.itemSize)
		cases, shared = cases+n, shared+hits
	}
	t.Logf("%d pairs, %d of them share a byte, 0 mismatches", cases, shared)
}

// allPairs tries every pair of layouts, up to the signs and the order of the axes,
// of which it takes two each.
func allPairs(t *testing.T, rank, extent, stride, itemSize int) (cases, shared int) {
	type form struct {
		item int
		axes [3][2]int // extent and |stride|, sorted
	}
	seen := map[form]int{}
	var layouts []mask
	grid(rank, 1, extent, func(shape []int) {
		grid(rank, -stride, stride, func(strides []int) {
			for item := 1; item <= itemSize; item++ {
				key := form{item: item}
				for axis, n := range shape {
					key.axes[axis] = [2]int{n, max(strides[axis], -strides[axis])}
				}
				slices.SortFunc(key.axes[:], func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
				if seen[key]++; seen[key] <= 2 {
					layouts = append(layouts, maskOf(Layout{ItemSize: item, Shape: shape, Strides: strides}))
				}
			}
		})
	})
	for i := range layouts {
		d := &layouts[i]
		for j := range layouts {
			s := layouts[j]
			base := s.layout.Offset
			for shift := -s.length; shift <= d.length; shift++ {
				s.layout.Offset = base + shift
				want := shift >= 0 && d.bytes>>shift&s.bytes != 0 || shift < 0 && s.bytes>>-shift&d.bytes != 0
				if cases++; want {
					shared++
				}
				if got := sharesByte(&d.layout, &s.layout); got != verdictOf(want) {
					t.Fatalf("%+v and %+v: got %v, want overlap %v", d.layout, s.layout, got, want)
				}
			}
		}
	}
	return cases, shared
}

// TestOverlapLarge uses layouts far too large to list whose answer follows from
// arithmetic.
func TestOverlapLarge(t *testing.T) {
	const big = math.MaxInt/2 + 1 // 2^62 where an int has 64 bits
	for _, c := range []struct {
		shape, strides []int
		item           int
		want           verdict
	}{
		{[]int{2}, []int{math.MaxInt - 1}, 1, disjoint},
		{[]int{2}, []int{-math.MaxInt + 8}, 8, disjoint},
		{[]int{2, 2}, []int{big - 1, 1}, 1, disjoint},
		{[]int{2, 2}, []int{big - 1, big - 2}, 1, disjoint},
		{[]int{2, 2}, []int{big - 1, big - 2}, 2, overlapping},
		{[]int{2, 2}, []int{big - 1, -(big - 2)}, 1, disjoint},
		{[]int{3, 3}, []int{big / 4, big/4 - 1}, 1, disjoint},
		{[]int{big / 8, 2}, []int{6, 3}, 3, disjoint},
		{[]int{big / 8, 2}, []int{6, 3}, 4, overlapping},
		{[]int{1 << 14, 1<<14 + 2}, []int{1<<14 + 1, 1 << 14}, 1, disjoint},
		{[]int{1<<14 + 1, 1<<14 + 2}, []int{1<<14 + 1, 1 << 14}, 1, overlapping},
		{[]int{big, 0, 2}, []int{math.MaxInt, 1, math.MinInt}, 8, disjoint},
		{[]int{1, 1}, []int{math.MinInt, math.MaxInt}, 8, disjoint},
	} {
		l := Layout{ItemSize: c.item, Shape: c.shape, Strides: c.strides}
		if lo, hi, err := l.Extent(); err != nil {
			t.Errorf("%+v: %v", l, err)
		} else if l.Offset -= lo; hi-lo < 0 {
			t.Errorf("%+v: extent %d..%d", l, lo, hi)
		}
		if got := selfOverlap(&l); got != c.want {
			t.Errorf("%+v: got %v, want %v", l, got, c.want)
		}
	}
	// The second and last item of a ends at the last address.
	a := Layout{ItemSize: 2, Shape: []int{2}, Strides: []int{math.MaxInt - 2}}
	for offset, want := range map[int]verdict{math.MaxInt - 5: overlapping, math.MaxInt - 6: disjoint, 2: disjoint, 1: overlapping, -3: overlapping, -4: disjoint} {
		b := Layout{ItemSize: 2, Offset: offset, Shape: []int{2}, Strides: []int{2}}
		if got := sharesByte(&a, &b); got != want {
			t.Errorf("%+v and %+v: got %v, want %v", a, b, got, want)
		}
	}
	even := Layout{ItemSize: 4, Shape: []int{big / 16, 2}, Strides: []int{16, 8}}
	odd := Layout{ItemSize: 4, Offset: 4, Shape: []int{2, big / 16}, Strides: []int{8, 16}}
	if got := sharesByte(&even, &odd); got != disjoint {
		t.Errorf("interleaved: got %v", got)
	}
	odd.Offset = 5
	if got := sharesByte(&even, &odd); got != overlapping {
		t.Errorf("interleaved and off by one: got %v", got)
	}
}

// TestOverlapBudget shows that the search gives up only on layouts made to be hard,
// and then soon.
func TestOverlapBudget(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	given, hard := 0, 0
	for range 2000 {
		rank := 1 + r.IntN(8)
		l := Layout{ItemSize: 1 + r.IntN(8), Shape: make([]int, rank), Strides: make([]int, rank)}
		for axis := range rank {
			l.Shape[axis] = 1 + r.IntN(20)
			l.Strides[axis] = r.IntN(2_000_001) - 1_000_000
		}
		if _, _, err := l.Extent(); err != nil {
			t.Fatal(err)
		}
		given++
		if selfOverlap(&l) == tooHard {
			hard++
		}
	}
	t.Logf("%d layouts of up to 8 random axes, %d too hard", given, hard)
	if hard > given/20 {
		t.Errorf("%d of %d layouts are too hard", hard, given)
	}
	// Subset sums with the sums far apart are the hard case: no two of the 2^24
	// subsets need be equal, and nothing but trying them says so.
	l := Layout{ItemSize: 1}
	for range 24 {
		l.Shape = append(l.Shape, 2)
		l.Strides = append(l.Strides, 1<<22+2*r.IntN(1<<20))
	}
	if got := selfOverlap(&l); got != tooHard {
		t.Errorf("subset sums: got %v", got)
	}
}

// TestOverlapAllocations: deciding takes no heap memory up to 8 axes.
func TestOverlapAllocations(t *testing.T) {
	l := Layout{ItemSize: 2, Shape: []int{2, 3, 2, 3, 2, 3, 2, 3}, Strides: []int{3, 5, 100, 170, 1000, 1703, 9001, 20001}}
	s := l
	s.Offset = 11
	if n := testing.AllocsPerRun(100, func() {
		selfOverlap(&l)
		sharesByte(&l, &s)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestSameMemory(t *testing.T) {
	b := make([]byte, 20)
	for _, c := range []struct {
		dst, src []byte
		shift    int
		shared   bool
	}{
		{b, b, 0, true},
		{b[:10], b[9:], 9, true},
		{b[9:], b[:10], -9, true},
		{b[:10], b[10:], 10, false},
		{b[10:], b[:10], -10, false},
		{b[:0], b, 0, false},
		{b, nil, 0, false},
		{b[5:6], b, -5, true},
	} {
		shift, shared := sameMemory(c.dst, c.src)
		if shared != c.shared || shared && shift != c.shift {
			t.Errorf("%d and %d bytes: got %d, %v, want %d, %v", len(c.dst), len(c.src), shift, shared, c.shift, c.shared)
		}
	}
}

// FuzzOverlap holds both decisions against the definition: five bytes make an axis.
func FuzzOverlap(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
	f.Add([]byte{2, 1, 9, 2, 7, 0, 3, 3, 5, 9, 200, 3, 16, 5, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 3 || len(data) > 3+3*5 {
			return
		}
		d := Layout{ItemSize: 1 + int(data[0]%8), Strides: []int{}}
		s := Layout{ItemSize: 1 + int(data[1]%8), Offset: int(int8(data[2])), Strides: []int{}}
		for axis := data[3:]; len(axis) >= 5; axis = axis[5:] {
			d.Shape = append(d.Shape, int(axis[0]%8))
			s.Shape = append(s.Shape, int(axis[0]>>4%8))
			d.Strides = append(d.Strides, int(int8(axis[1]))*(1+int(axis[3]%16)))
			s.Strides = append(s.Strides, int(int8(axis[2]))*(1+int(axis[4]%16)))
		}
		db, dself := footprint(d)
		sb, sself := footprint(s)
		both := false
		for b := range db {
			both = both || sb[b]
		}
		check := func(what string, got verdict, want bool) {
			if got == tooHard {
				t.Logf("%s: too hard", what)
			} else if got != verdictOf(want) {
				t.Errorf("%s of %+v and %+v: got %d, want overlap %v", what, d, s, got, want)
			}
		}
		check("selfOverlap", selfOverlap(&d), dself)
		check("selfOverlap", selfOverlap(&s), sself)
		check("sharesByte", sharesByte(&d, &s), both)
		check("sharesByte, swapped", sharesByte(&s, &d), both)
	})
}

func BenchmarkSharesByte(b *testing.B) {
	for rank := 1; rank <= 4; rank++ {
		shape := []int{8, 9, 10, 11}[:rank]
		d := C(4, shape...).withStrides()
		s := d
		s.Offset = 1 << 20
		b.Run(fmt.Sprintf("apart/rank%d", rank), func(b *testing.B) {
			for b.Loop() {
				sharesByte(&d, &s)
			}
		})
		s.Offset = 2
		dst := make([]byte, 1<<20)
		b.Run(fmt.Sprintf("apart in memory/rank%d", rank), func(b *testing.B) {
			for b.Loop() {
				sameMemory(dst[:1<<19], dst[1<<19:])
			}
		})
		b.Run(fmt.Sprintf("meet/rank%d", rank), func(b *testing.B) {
			for b.Loop() {
				sharesByte(&d, &s)
			}
		})
	}
}
