package strided

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"testing"
)

// tight are limits that cut even the smallest copies, each in another way.
var tight = []limits{
	{scratch: 1, row: 1 << 30, move: 1},
	{scratch: 4, row: 1 << 30, move: 1},
	{scratch: 6, row: 2, move: 1},
	{scratch: 3, row: 4, move: 2},
	usual,
}

// checkShared runs the copy within mem under every limit, on slices that begin with
// the first byte of each side, and compares with reading everything first.
func checkShared(t *testing.T, mem []byte, dl, sl Layout, all ...limits) {
	t.Helper()
	want := movedWhole(mem, dl, sl)
	dlo, _ := dl.interval()
	slo, _ := sl.interval()
	dl.Offset, sl.Offset = dl.Offset-dlo, sl.Offset-slo
	p, err := NewPlan(dl, sl, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, lim := range all {
		got := bytes.Clone(mem)
		if err := p.runShared(got[dlo:], got[slo:], slo-dlo, lim); err != nil {
			t.Fatalf("%+v, dst %+v, src %+v: %v", lim, dl, sl, err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%+v, dst %+v, src %+v, %d bytes apart\ngot  %v\nwant %v", lim, dl, sl, slo-dlo, got, want)
		}
	}
}

// TestSharedAll runs every small copy in one memory through blocks of a few bytes.
func TestSharedAll(t *testing.T) {
	cases := 0
	for _, c := range []struct{ rank, extent, stride, itemSize int }{
		{1, 7, 3, 2}, {2, 3, 3, 1}, {2, 2, 4, 2}, {3, 2, 2, 1},
	} {
		if testing.Short() {
			c.stride, c.extent = min(c.stride, 2), min(c.extent, 3)
		}
		for item := 1; item <= c.itemSize; item++ {
			grid(c.rank, 1, c.extent, func(shape []int) {
				for _, d := range writable(item, shape, c.stride) {
					grid(c.rank, -c.stride, c.stride, func(strides []int) {
						s := maskOf(Layout{ItemSize: item, Shape: shape, Strides: strides})
						for shift := 1 - s.length; shift < d.length; shift += 1 + s.length/4 {
							dl, sl := d.layout, s.layout
							dl.Offset += max(0, -shift)
							sl.Offset += max(0, shift)
							mem := counted(max(d.length+max(0, -shift), s.length+max(0, shift)))
							checkShared(t, mem, dl, sl, tight[cases%len(tight)])
							cases++
						}
					})
				}
			})
		}
	}
	t.Logf("%d copies, 0 mismatches", cases)
}

// counted returns n bytes that tell their places.
func counted(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8)
	}
	return b
}

// TestSharedRandom runs random copies in one memory that are larger than scratch.
func TestSharedRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	mem := counted(1 << 18)
	n, done := 3000, 0
	if testing.Short() {
		n = 300
	}
	for range n {
		d := randomInside(r, 1+r.IntN(5), nil, 1<<10)
		for k := range d.Shape { // larger, and still inside
			d.Shape[k] *= 1 + r.IntN(6)
		}
		d.Strides = nil
		d.Strides = d.withStrides().Strides
		axes := r.Perm(len(d.Shape))
		s, err := Layout{ItemSize: d.ItemSize, Shape: permuted(d.Shape, axes)}.withStrides().Permute(inverse(axes)...)
		if err != nil {
			t.Fatal(err)
		}
		for k := range s.Shape {
			if r.IntN(5) == 0 {
				s, _ = s.Flip(k)
			}
			if r.IntN(5) == 0 {
				d, _ = d.Flip(k)
			}
		}
		for _, l := range []*Layout{&d, &s} {
			lo, hi, err := l.Extent()
			if err != nil {
				t.Fatal(err)
			}
			if hi-lo > len(mem) {
				l.Shape = nil
				break
			}
			l.Offset += r.IntN(min(len(mem)-(hi-lo), 1000)+1) - lo
		}
		if d.Shape == nil || s.Shape == nil {
			continue
		}
		checkShared(t, mem, d, s, tight[2], tight[3], usual)
		done++
	}
	t.Logf("%d copies, 0 mismatches", done)
}

func permuted(v, axes []int) []int {
	out := make([]int, len(axes))
	for k, axis := range axes {
		out[k] = v[axis]
	}
	return out
}

func inverse(axes []int) []int {
	out := make([]int, len(axes))
	for k, axis := range axes {
		out[axis] = k
	}
	return out
}

// sharedCases are copies in one memory of some megabytes, and the scratch that they
// may take.
var sharedCases = []struct {
	name     string
	dst, src func() (Layout, error)
	scratch  int
}{
	{"one memmove", same(C(8, 300_000)), moved(8, C(8, 300_000)), 0},
	{"rows down", same(strips), moved(1504, strips), 0},
	{"columns right", moved(4, strips), same(strips), 0},
	{"items right", moved(12, thin), same(thin), usual.scratch},
	{"squeeze", same(C(4, 500_000)), same(Layout{ItemSize: 4, Shape: []int{500_000}, Strides: []int{8}}), usual.scratch},
	{"spread", same(Layout{ItemSize: 4, Shape: []int{500_000}, Strides: []int{8}}), same(C(4, 500_000)), usual.scratch},
	{"squeeze that crosses", moved(1000, C(4, 500_000)), same(Layout{ItemSize: 4, Shape: []int{500_000}, Strides: []int{8}}), 20 * usual.scratch}, // one for each half
	{"transpose", same(C(4, 700, 700)), flipped(C(4, 700, 700), true), usual.scratch},
	{"transpose of bytes", same(C(1, 1501, 1501)), flipped(C(1, 1501, 1501), true), usual.scratch},
	{"reverse", same(C(2, 1_000_001)), flipped(C(2, 1_000_001), false, 0), 2 * usual.scratch},
	{"turn by half", same(C(4, 701, 500)), flipped(C(4, 701, 500), false, 0, 1), 2 * usual.scratch},
	{"other diagonal", same(C(8, 501, 501)), flipped(C(8, 501, 501), true, 0, 1), 4 * usual.scratch},
	{"reverse the rows", same(C(4, 801, 500)), flipped(C(4, 801, 500), false, 0), 2 * usual.scratch},
	{"batch of transposes", same(C(4, 20, 150, 150)), func() (Layout, error) { return C(4, 20, 150, 150).Permute(0, 2, 1) }, usual.scratch},
}

var (
	strips = Layout{ItemSize: 4, Shape: []int{1000, 300}, Strides: []int{1504, 4}}
	thin   = Layout{ItemSize: 4, Shape: []int{1000, 100}, Strides: []int{1504, 12}}
)

func same(l Layout) func() (Layout, error) { return moved(0, l) }

func moved(by int, l Layout) func() (Layout, error) {
	l.Offset += by
	return func() (Layout, error) { return l, nil }
}

// flipped returns l, transposed or not, with some axes reversed.
func flipped(l Layout, transposed bool, axes ...int) func() (Layout, error) {
	return func() (Layout, error) {
		var err error
		if transposed {
			l, err = l.Permute()
		}
		for _, axis := range axes {
			if err == nil {
				l, err = l.Flip(axis)
			}
		}
		return l, err
	}
}

// TestSharedScratch holds the copies that need little scratch to it.
func TestSharedScratch(t *testing.T) {
	for _, c := range sharedCases {
		dl, err := c.dst()
		if err != nil {
			t.Fatal(err)
		}
		sl, err := c.src()
		if err != nil {
			t.Fatal(err)
		}
		_, dhi, _ := dl.Extent()
		_, shi, _ := sl.Extent()
		mem := counted(max(dhi, shi))
		want := movedWhole(mem, dl, sl)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := Copy(mem, dl, mem, sl); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		runtime.ReadMemStats(&after)
		if !bytes.Equal(mem, want) {
			t.Errorf("%s: wrong result", c.name)
		}
		// Plans come on top: one for each size of box, or for each box where the race
		// detector makes pools forget their memory.
		if total := int(after.TotalAlloc - before.TotalAlloc); total > c.scratch+256<<10 && !raceEnabled {
			t.Errorf("%s: %d bytes allocated, the scratch should be %d", c.name, total, c.scratch)
		} else {
			t.Logf("%s: %d bytes allocated for %d moved", c.name, total, len(mem))
		}
	}
}

// TestSharedApart: items that lie between each other, and share no byte, are copied
// directly, without memory from the heap.
func TestSharedApart(t *testing.T) {
	even := Layout{ItemSize: 4, Shape: []int{64, 100}, Strides: []int{808, 8}}
	odd := even
	odd.Offset = 4
	mem := counted(64 * 808)
	p, err := NewPlan(even, odd, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := movedWhole(mem, even, odd)
	if n := testing.AllocsPerRun(10, func() { err = p.Run(mem, mem) }); n != 0 || err != nil {
		t.Errorf("%v allocations, error %v", n, err)
	}
	if !bytes.Equal(mem, want) {
		t.Error("wrong result")
	}
}

func BenchmarkShared(b *testing.B) {
	for _, c := range sharedCases {
		dl, _ := c.dst()
		sl, _ := c.src()
		_, dhi, _ := dl.Extent()
		_, shi, _ := sl.Extent()
		mem := counted(max(dhi, shi))
		n, _ := dl.Len()
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(2 * n * dl.ItemSize))
			for b.Loop() {
				if err := Copy(mem, dl, mem, sl); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// FuzzShared copies within one memory, under limits that cut everything: five bytes
// make an axis.
func FuzzShared(f *testing.F) {
	f.Add([]byte{2, 0, 0, 4, 5, 5, 4, 1, 1})
	f.Add([]byte{1, 3, 9, 5, 5, 1, 1, 1, 5, 1, 5, 1, 1})
	f.Add([]byte{4, 1, 0, 7, 8, 248, 1, 1, 3, 64, 64, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 3 || len(data) > 3+4*5 {
			return
		}
		d := Layout{ItemSize: 1 + int(data[0]%8), Strides: []int{}}
		s := Layout{ItemSize: d.ItemSize, Strides: []int{}}
		for axis := data[3:]; len(axis) >= 5; axis = axis[5:] {
			d.Shape = append(d.Shape, 1+int(axis[0]%9))
			d.Strides = append(d.Strides, int(int8(axis[1]))*(1+int(axis[3]%16)))
			s.Strides = append(s.Strides, int(int8(axis[2]))*(1+int(axis[4]%16)))
		}
		s.Shape = d.Shape
		if selfOverlap(&d) != disjoint {
			return
		}
		dlo, dhi := d.interval()
		slo, shi := s.interval()
		d.Offset, s.Offset = -dlo, int(data[2])-slo
		mem := counted(max(dhi-dlo, shi-slo+int(data[2])))
		checkShared(t, mem, d, s, tight[int(data[1])%len(tight)], usual)
	})
}
