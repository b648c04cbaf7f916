package strided

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stridecopy/stridecopy/asm/asmtest"
)

// TestNormalSteps has the steps of normalization that follow the listing of axes, and
// what each makes of some nests. Loops are {turns, destination step, source step},
// innermost first.
func TestNormalSteps(t *testing.T) {
	type l = []loop
	for _, c := range []struct {
		step     string
		run      func(x *nest)
		in, want nest
	}{
		{"forward leaves forward loops", (*nest).forward,
			nest{item: 4, loops: l{{3, 4, -4}}}, nest{item: 4, loops: l{{3, 4, -4}}}},
		{"forward turns a loop and moves both bases", (*nest).forward,
			nest{item: 4, dst: 20, src: 8, loops: l{{3, -4, 12}}}, nest{item: 4, dst: 12, src: 32, loops: l{{3, 4, -12}}}},
		{"forward turns every loop that needs it", (*nest).forward,
			nest{item: 1, dst: 11, src: 0, loops: l{{4, -1, -1}, {2, 20, 5}, {3, -4, 0}}}, nest{item: 1, dst: 0, src: -3, loops: l{{4, 1, 1}, {2, 20, 5}, {3, 4, 0}}}},
		{"sort by destination step", (*nest).sort,
			nest{item: 1, loops: l{{2, 9, 1}, {3, 1, 6}, {3, 3, 2}}}, nest{item: 1, loops: l{{3, 1, 6}, {3, 3, 2}, {2, 9, 1}}}},
		{"sort ties by the size of the source step", (*nest).sort,
			nest{item: 1, loops: l{{2, 5, -7}, {2, 5, 6}, {2, 5, 0}}}, nest{item: 1, loops: l{{2, 5, 0}, {2, 5, 6}, {2, 5, -7}}}},
		{"sort keeps the order of equals", (*nest).sort,
			nest{item: 1, loops: l{{2, 5, -7}, {3, 5, 7}}}, nest{item: 1, loops: l{{2, 5, -7}, {3, 5, 7}}}},
		{"fuse what goes on on both sides", (*nest).fuse,
			nest{item: 1, loops: l{{2, 3, 5}, {4, 6, 10}}}, nest{item: 1, loops: l{{8, 3, 5}}}},
		{"fuse backwards", (*nest).fuse,
			nest{item: 1, loops: l{{2, 3, -5}, {4, 6, -10}}}, nest{item: 1, loops: l{{8, 3, -5}}}},
		{"fuse a repeated source", (*nest).fuse,
			nest{item: 1, loops: l{{2, 1, 0}, {4, 2, 0}}}, nest{item: 1, loops: l{{8, 1, 0}}}},
		{"fuse chains, also behind other loops", (*nest).fuse,
			nest{item: 1, loops: l{{2, 1, 9}, {2, 4, 1}, {2, 8, 2}, {2, 16, 4}}}, nest{item: 1, loops: l{{2, 1, 9}, {8, 4, 1}}}},
		{"fuse nothing where one side breaks off", (*nest).fuse,
			nest{item: 1, loops: l{{2, 3, 5}, {4, 6, 11}}}, nest{item: 1, loops: l{{2, 3, 5}, {4, 6, 11}}}},
		{"fuse nothing where signs differ", (*nest).fuse,
			nest{item: 1, loops: l{{2, 3, 5}, {4, 6, -10}}}, nest{item: 1, loops: l{{2, 3, 5}, {4, 6, -10}}}},
		{"fuse no loops", (*nest).fuse, nest{item: 1, loops: l{}}, nest{item: 1, loops: l{}}},
		{"widen a dense loop", (*nest).widen,
			nest{item: 3, dst: 5, src: 6, loops: l{{4, 3, 3}, {2, 12, 99}}}, nest{item: 12, dst: 5, src: 6, loops: l{{2, 12, 99}}}},
		{"widen nothing dense on one side", (*nest).widen,
			nest{item: 3, loops: l{{4, 3, 6}}}, nest{item: 3, loops: l{{4, 3, 6}}}},
		{"widen nothing that reverses", (*nest).widen,
			nest{item: 3, loops: l{{4, 3, -3}}}, nest{item: 3, loops: l{{4, 3, -3}}}},
		{"widen one item", (*nest).widen, nest{item: 3, loops: l{}}, nest{item: 3, loops: l{}}},
	} {
		got := c.in
		got.loops = slices.Clone(c.in.loops)
		c.run(&got)
		if !sameNest(got, c.want) {
			t.Errorf("%s: %v becomes %v, want %v", c.step, c.in, got, c.want)
		}
	}
}

func sameNest(a, b nest) bool {
	return a.item == b.item && a.dst == b.dst && a.src == b.src && slices.Equal(a.loops, b.loops)
}

// TestNormalForms has copies as users describe them, and the loops that remain.
func TestNormalForms(t *testing.T) {
	type s = []int
	type l = []loop
	must := func(v Layout, err error) Layout {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name   string
		dl, sl Layout
		want   nest
	}{
		{"one item", C(8), C(8), nest{item: 8}},
		{"axes of one item", C(8, 1, 1), Layout{ItemSize: 8, Shape: s{1, 1}, Strides: s{999, -999}}, nest{item: 8}},
		{"dense", C(4, 3, 5, 7), C(4, 3, 5, 7), nest{item: 420}},
		{"Fortran to Fortran", Fortran(2, 3, 5, 7), Fortran(2, 3, 5, 7), nest{item: 210}},
		{"an axis of one item between others", C(4, 3, 1, 5), Layout{4, 0, s{3, 1, 5}, s{40, 7, 8}}, nest{item: 4, loops: l{{15, 4, 8}}}},
		{"a column", C(4, 9), must(C(4, 9, 5).Index(1, 2)), nest{item: 4, dst: 0, src: 8, loops: l{{9, 4, 20}}}},
		{"rows of a window", C(1, 3, 8), Layout{ItemSize: 1, Offset: 5, Shape: s{3, 8}, Strides: s{100, 1}}, nest{item: 8, dst: 0, src: 5, loops: l{{3, 8, 100}}}},
		{"a transpose", C(4, 3, 5), must(C(4, 5, 3).Permute()), nest{item: 4, loops: l{{5, 4, 12}, {3, 20, 4}}}},
		{"the same transpose, described from the other side", must(C(4, 3, 5).Permute()), C(4, 5, 3), nest{item: 4, loops: l{{5, 4, 12}, {3, 20, 4}}}},
		{"both sides transposed", must(C(4, 3, 5).Permute()), must(C(4, 3, 5).Permute()), nest{item: 60}},
		{"both sides flipped", must(C(4, 3, 5).Flip(0)), must(C(4, 3, 5).Flip(0)), nest{item: 60}},
		{"a flip", must(C(2, 6).Flip(0)), C(2, 6), nest{item: 2, dst: 0, src: 10, loops: l{{6, 2, -2}}}},
		{"channels last to first", C(1, 3, 4, 5), must(C(1, 4, 5, 3).Permute(2, 0, 1)), nest{item: 1, loops: l{{20, 1, 3}, {3, 20, 1}}}},
		{"heads and rows of 64", C(4, 2, 12, 33, 64), must(C(4, 2, 33, 12, 64).Permute(0, 2, 1, 3)),
			nest{item: 256, loops: l{{33, 256, 3072}, {12, 8448, 256}, {2, 101376, 101376}}}},
		{"a repeated item", C(4, 3, 5), Layout{ItemSize: 4, Shape: s{3, 5}, Strides: s{0, 0}}, nest{item: 4, loops: l{{15, 4, 0}}}},
		{"a repeated row", C(4, 3, 5), Layout{ItemSize: 4, Shape: s{3, 5}, Strides: s{0, 4}}, nest{item: 20, loops: l{{3, 20, 0}}}},
		{"a tile of blocks", C(1, 2, 2, 3, 4), must(C(1, 2, 3, 2, 4).Permute(0, 2, 1, 3)),
			nest{item: 4, loops: l{{3, 4, 8}, {2, 12, 4}, {2, 24, 24}}}},
	} {
		x, ok := normalize(&c.dl, &c.sl, nil)
		if !ok || !sameNest(x, c.want) {
			t.Errorf("%s: %v, want %v", c.name, x, c.want)
		}
	}
	for _, shape := range []s{{0}, {3, 0}, {0, 0, 7}} {
		l := C(4, shape...)
		if x, ok := normalize(&l, &l, nil); ok {
			t.Errorf("shape %v: %v, want nothing", shape, x)
		}
	}
}

// pairs returns for every byte of a destination of size bytes the source byte that
// it is a copy of, or -1.
func pairs(size int, enumerate func(pair func(d, s int))) []int {
	from := make([]int, size)
	for i := range from {
		from[i] = -1
	}
	enumerate(func(d, s int) { from[d] = s })
	return from
}

// normalFault says what is wrong with the normal form of c.
func normalFault(c asmtest.Case) error {
	dl := Layout{ItemSize: c.ItemSize, Offset: c.DstOffset, Shape: c.Shape, Strides: c.DstStrides}
	sl := Layout{ItemSize: c.ItemSize, Offset: c.SrcOffset, Shape: c.Shape, Strides: c.SrcStrides}
	want := pairs(c.DstBytes, func(pair func(d, s int)) {
		var src []int
		for at := range asmtest.Offsets(c.Shape, c.SrcStrides, c.SrcOffset) {
			src = append(src, at)
		}
		for at := range asmtest.Offsets(c.Shape, c.DstStrides, c.DstOffset) {
			for b := range c.ItemSize {
				pair(at+b, src[0]+b)
			}
			src = src[1:]
		}
	})
	x, ok := normalize(&dl, &sl, nil)
	if ok != (c.Items() > 0) {
		return fmt.Errorf("%v: is there anything to copy? %v", c, ok)
	}
	if !ok {
		return nil
	}
	if x.items()*x.item != c.Items()*c.ItemSize {
		return fmt.Errorf("%v: %v has %d bytes", c, x, x.items()*x.item)
	}
	got := pairs(c.DstBytes, func(pair func(d, s int)) {
		var walk func(k, d, s int)
		walk = func(k, d, s int) {
			if k < 0 {
				for b := range x.item {
					pair(d+b, s+b)
				}
				return
			}
			for i := range x.loops[k].n {
				walk(k-1, d+i*x.loops[k].dst, s+i*x.loops[k].src)
			}
		}
		walk(len(x.loops)-1, x.dst, x.src)
	})
	if !slices.Equal(got, want) {
		return fmt.Errorf("%v: %v copies other bytes", c, x)
	}
	for k, l := range x.loops {
		switch {
		case l.n < 2:
			return fmt.Errorf("%v: %v: loop %d has %d turns", c, x, k, l.n)
		case l.dst < x.item:
			return fmt.Errorf("%v: %v: loop %d steps by %d on the destination", c, x, k, l.dst)
		case l.dst == x.item && l.src == x.item:
			return fmt.Errorf("%v: %v: loop %d is dense on both sides", c, x, k)
		}
		if k == 0 {
			continue
		}
		in := x.loops[k-1]
		if in.dst >= l.dst || in.n*in.dst == l.dst && in.n*in.src == l.src {
			return fmt.Errorf("%v: %v: loops %d and %d could be one, or are in the wrong order", c, x, k-1, k)
		}
	}
	return nil
}

// TestNormalRandom holds the normal form of many cases against the definition.
func TestNormalRandom(t *testing.T) {
	n := 500
	if testing.Short() {
		n = 100
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range n {
		if err := normalFault(asmtest.Random(r, true)); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range asmtest.Shapes {
		if err := normalFault(s.Case(3)); err != nil {
			t.Error(err)
		}
	}
}

// FuzzNormalForm wants normal forms to enumerate the same pairs of bytes as the
// layouts do, and to be normal.
func FuzzNormalForm(f *testing.F) {
	for k := range 30 {
		seed := make([]byte, 40)
		asmtest.Fill(seed, byte(100+k))
		f.Add(seed)
	}
	f.Add([]byte{})
	f.Add([]byte{3, 1, 0, 9, 8, 0, 9, 0, 9, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := normalFault(asmtest.Decode(data, true)); err != nil {
			t.Error(err)
		}
	})
}
