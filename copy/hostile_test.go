package strided

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"testing"
)

// The numbers of hostile inputs: at the edges of 32 and 64 bits where an int has
// them, and those whose products wrap to something small.
const (
	two31 = min(1<<31, math.MaxInt)
	top   = 1 << (bits.UintSize - 2) // 2^62
	root  = 1 << (bits.UintSize / 2) // root * root wraps to 0
	third = math.MaxUint / 3 >> 1    // 6*third + 2 wraps to 0
)

var edges = []int{two31 - 1, two31, top - 1, top, top + 1, math.MaxInt - 1, math.MaxInt}

// A hostile is a layout, and what copying with it in a slice of hostileBytes gives:
// as destination with every item from byte 0, and as source for a C-order array. No
// error stands for a copy that is right, most often of nothing.
type hostile struct {
	Layout
	asDst, asSrc error
}

const hostileBytes = 64

func hostiles() (all []hostile) {
	add := func(asDst, asSrc error, item, offset int, shape, strides []int) {
		all = append(all, hostile{Layout{ItemSize: item, Offset: offset, Shape: shape, Strides: strides}, asDst, asSrc})
	}
	type s = []int
	for _, v := range edges {
		add(ErrBounds, ErrBounds, 1, 0, s{v}, nil)
		add(ErrBounds, ErrBounds, 8, 0, s{v}, nil)
		add(ErrBounds, ErrBounds, 1, 0, s{v, v}, nil)
		add(ErrBounds, ErrBounds, 1, 0, s{2, v, 2}, nil)
		add(ErrBounds, ErrBounds, 1, 0, s{2}, s{v})
		add(ErrBounds, ErrBounds, 8, 0, s{3}, s{v})
		add(ErrBounds, ErrBounds, 1, 0, s{2}, s{-v})
		add(ErrBounds, ErrBounds, 4, 60, s{3}, s{-v})
		add(ErrBounds, ErrBounds, 1, 0, s{2, 2}, s{v, 1 - v})
		add(ErrBounds, ErrBounds, 1, 32, s{2, 2, 2}, s{v, 3 - v, 1})
		add(ErrBounds, ErrBounds, 1, v, s{2}, s{-v})
		add(ErrOverlap, ErrBounds, 1, 0, s{v}, s{0})
		add(ErrOverlap, ErrBounds, 8, 0, s{v, v}, s{0, 0})
		add(ErrBounds, ErrBounds, 1, 0, s{v}, s{v})
		add(ErrBounds, ErrBounds, 1, 0, s{v}, s{-v})
		add(ErrShape, ErrShape, 1, 0, s{-v}, nil)
		add(ErrShape, ErrShape, 1, 0, s{0, -v}, s{1, 1})
		add(ErrBounds, ErrBounds, 1, v, nil, nil)
		add(ErrBounds, ErrBounds, 1, v, s{1}, s{v})
		add(ErrBounds, ErrBounds, 1, -v, nil, nil)
		add(ErrBounds, ErrBounds, 1, -v, s{2}, s{v})
		add(ErrBounds, ErrBounds, v, 0, nil, nil)
		add(ErrBounds, ErrBounds, v, v, nil, nil)
		add(ErrBounds, ErrBounds, v, 0, s{2}, nil)
		add(ErrBounds, ErrBounds, v, 0, s{v}, nil)
		add(ErrItemSize, ErrItemSize, -v, 0, nil, nil)
		add(ErrItemSize, ErrItemSize, -v, 0, s{0}, nil)
		// Nothing is copied, whatever the rest says.
		add(nil, nil, 1, 0, s{0, v}, nil)
		add(nil, nil, 8, 0, s{v, 0}, nil)
		add(nil, nil, 8, v, s{v, v, 0, v}, nil)
		add(nil, nil, v, -v, s{v, 0}, s{v, v})
		add(nil, nil, 1, v, s{0}, s{-v})
		// One item, whatever the strides say.
		add(nil, nil, 1, 63, s{1}, s{v})
		add(nil, nil, 8, 3, s{1, 1, 1}, s{v, -v, v})
		add(nil, nil, 2, 0, s{1, 3, 1}, s{v, 4, -v})
	}
	deep := func(n, extent int) (shape, strides s) {
		return slices.Repeat(s{extent}, n), slices.Repeat(s{math.MaxInt}, n)
	}
	ones, wild := deep(64, 1)
	twos, _ := deep(64, 2)
	more, wilder := deep(65, 1)
	empty, _ := deep(64, 0)
	add(nil, nil, 1, 5, ones, nil)
	add(nil, nil, 1, 5, ones, wild)
	add(nil, nil, 1, 0, empty, wild)
	add(ErrBounds, ErrBounds, 1, 0, twos, nil)
	add(ErrOverlap, ErrBounds, 1, 0, twos, make(s, 64))
	add(ErrBounds, ErrBounds, 1, 0, twos, wild)
	add(ErrShape, ErrShape, 1, 0, more, nil)
	add(ErrShape, ErrShape, 1, 0, more, wilder)
	add(ErrShape, ErrShape, 1, 0, slices.Repeat(s{0}, 65), nil)
	add(ErrShape, ErrShape, 1, 0, s{2}, s{})
	add(ErrShape, ErrShape, 1, 0, s{2}, s{1, 1})
	add(ErrShape, ErrShape, 1, 0, nil, s{1})
	add(ErrItemSize, ErrItemSize, 0, 0, s{2}, nil)
	add(ErrItemSize, ErrItemSize, math.MinInt, 0, nil, nil)
	add(ErrShape, ErrShape, 1, 0, s{math.MinInt}, nil)
	add(ErrBounds, ErrBounds, 1, math.MinInt, nil, nil)
	add(ErrBounds, ErrBounds, 1, 0, s{2}, s{math.MinInt})
	add(ErrBounds, ErrBounds, 1, 0, s{3}, s{math.MinInt})
	// Products that wrap to 0 or to something small.
	add(ErrBounds, ErrBounds, 1, 0, s{root, root}, nil)
	add(ErrBounds, ErrBounds, 1, 0, s{root, root, 2}, nil)
	add(ErrBounds, ErrBounds, 1, 0, s{2 * root, root / 2}, nil)
	add(ErrBounds, ErrBounds, root, 0, s{root}, nil)
	add(ErrBounds, ErrBounds, 4, 0, s{top}, nil)
	add(ErrBounds, ErrBounds, 6, 0, s{third + 1}, nil)
	add(ErrBounds, ErrBounds, 1, 0, s{root + 1}, s{root})
	add(ErrBounds, ErrBounds, 1, 0, s{root + 1}, s{-root})
	add(ErrBounds, ErrBounds, 1, 0, s{5}, s{top})
	add(ErrBounds, ErrBounds, 1, 0, s{9}, s{top / 2})
	add(ErrBounds, ErrBounds, 1, 0, s{3, 3}, s{top, -top})
	add(ErrBounds, ErrBounds, 1, top, s{2, 2}, s{top, top})
	add(ErrBounds, ErrBounds, 8, math.MaxInt-7, nil, nil)
	add(ErrBounds, ErrBounds, 8, math.MaxInt-8, nil, nil)
	// Around the end of the slice.
	add(nil, nil, 1, 63, nil, nil)
	add(nil, nil, 8, 56, s{1}, nil)
	add(nil, nil, 8, 56, s{8}, s{-8})
	add(ErrBounds, ErrBounds, 8, 57, s{1}, nil)
	add(ErrBounds, ErrBounds, 8, 48, s{8}, s{-8})
	add(ErrBounds, ErrBounds, 1, 64, nil, nil)
	add(ErrBounds, ErrBounds, 1, 64, s{1}, s{0})
	add(ErrBounds, ErrBounds, 1, -1, nil, nil)
	add(nil, nil, 1, 64, s{0}, nil)
	add(nil, nil, 1, 65, s{3, 0}, nil)
	add(nil, nil, 1, -1, s{0, 3}, nil)
	// Destinations whose items overlap.
	add(ErrOverlap, nil, 2, 0, s{3}, s{1})
	add(ErrOverlap, nil, 2, 9, s{3}, s{-1})
	add(ErrOverlap, nil, 1, 0, s{3, 3}, s{2, 1})
	add(ErrOverlap, nil, 1, 0, s{2, 2, 2}, s{3, 2, 1})
	return all
}

// unharmed runs f, which must not panic.
func unharmed(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s: panic: %v", what, p)
		}
	}()
	f()
}

// copied returns what a right copy makes of dst.
func copied(dst []byte, dl Layout, src []byte, sl Layout) []byte {
	out := bytes.Clone(dst)
	if slices.Contains(dl.Shape, 0) {
		return out
	}
	var items []byte
	eachItem(sl, func(at int) { items = append(items, src[at:at+sl.ItemSize]...) })
	eachItem(dl, func(at int) { items = items[copy(out[at:at+dl.ItemSize], items):] })
	return out
}

// TestHostileLayouts copies with every hostile layout on either side, in all ways,
// in slices that are long, empty and nil.
func TestHostileLayouts(t *testing.T) {
	inputs := 0
	for k, h := range hostiles() {
		name := fmt.Sprintf("layout %d %+v", k, h.Layout)
		still := Layout{ItemSize: h.ItemSize, Shape: h.Shape, Strides: make([]int, len(h.Shape))}
		dense := Layout{ItemSize: h.ItemSize, Shape: h.Shape}
		for _, size := range []int{hostileBytes, 0, -1} {
			hostileCopy(t, name+" as dst", h.asDst, size, h.Layout, still)
			hostileCopy(t, name+" as src", h.asSrc, size, dense, h.Layout)
			hostileCopy(t, name+" as both", h.asDst, size, h.Layout, h.Layout)
			inputs += 3
		}
		unharmed(t, name, func() {
			_, _, err := h.Extent()
			if lenErr := h.Check(hostileBytes); err != nil && lenErr == nil {
				t.Errorf("%s: Extent says %v, Check nothing", name, err)
			}
			_, _ = h.Len()
		})
	}
	t.Logf("%d inputs from %d layouts", inputs, len(hostiles()))
	if inputs < 200 {
		t.Error("fewer than 200 inputs")
	}
}

// hostileCopy runs one copy by Copy, by a plan, and by Gather or Scatter. In a slice
// of a size other than the usual one it may fail otherwise, or not at all.
func hostileCopy(t *testing.T, name string, want error, size int, dl, sl Layout) {
	t.Helper()
	var dst, src []byte
	if size >= 0 {
		dst, src = counted(size), counted(2 * size)[size:]
	}
	before := bytes.Clone(dst)
	check := func(how string, err error) {
		t.Helper()
		switch {
		case size == hostileBytes && !errors.Is(err, want):
			t.Errorf("%s, %s, %d bytes: %v, want %v", name, how, size, err, want)
		case err == nil && !bytes.Equal(dst, copied(before, dl, src, sl)):
			t.Errorf("%s, %s, %d bytes: wrong result", name, how, size)
		case err != nil && !bytes.Equal(dst, before):
			t.Errorf("%s, %s, %d bytes: written in spite of %v", name, how, size, err)
		case err != nil && !known(err):
			t.Errorf("%s, %s, %d bytes: %v matches no error of the package", name, how, size, err)
		}
		copy(dst, before)
	}
	unharmed(t, name, func() {
		check("Copy", Copy(dst, dl, src, sl))
		p, err := NewPlan(dl, sl, Options{})
		if err == nil {
			_, _ = p.String(), p.Explain()
			err = p.Run(dst, src)
		}
		check("Plan", err)
		check("within one slice", func() error {
			if err := Copy(dst, dl, dst, sl); err != nil {
				return err
			}
			copy(dst, before)
			return Copy(dst, dl, src, sl)
		}())
		if dl.Strides == nil && dl.Offset == 0 {
			check("Gather", Gather(dst, src, sl))
		}
		if sl.Strides == nil && sl.Offset == 0 {
			check("Scatter", Scatter(dst, dl, src))
		}
	})
}

func known(err error) bool {
	for _, e := range []error{ErrShape, ErrBounds, ErrOverlap, ErrItemSize, ErrPointers, ErrAxes, ErrTooLarge} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// TestHostileViews makes views of every hostile layout. One that Extent refuses has
// none; a view of another lies inside its extent.
func TestHostileViews(t *testing.T) {
	views := 0
	for k, h := range hostiles() {
		l := h.Layout
		lo, hi, bad := l.Extent()
		check := func(what string, v Layout, err error) {
			t.Helper()
			views++
			if bad != nil && err == nil {
				t.Errorf("layout %d %+v: %s gives %+v in spite of %v", k, l, what, v, bad)
			}
			if err != nil {
				if !known(err) {
					t.Errorf("layout %d %+v: %s: %v matches no error of the package", k, l, what, err)
				}
				return
			}
			if vlo, vhi, err := v.Extent(); err != nil || vlo < vhi && (vlo < lo || vhi > hi) {
				t.Errorf("layout %d %+v: %s gives %+v with bytes %d..%d of %d..%d, %v", k, l, what, v, vlo, vhi, lo, hi, err)
			}
		}
		unharmed(t, fmt.Sprintf("layout %d %+v", k, l), func() {
			v, err := l.Permute()
			check("Permute", v, err)
			v, err = l.Permute(0, 1)
			check("Permute(0, 1)", v, err)
			v, err = l.Permute(math.MaxInt, math.MinInt)
			check("Permute of no axes", v, err)
			for axis := -1; axis <= len(l.Shape); axis++ {
				v, err = l.Flip(axis)
				check("Flip", v, err)
				for _, at := range []int{-1, 0, 1, math.MaxInt, math.MinInt} {
					v, err = l.Index(axis, at)
					check("Index", v, err)
					for _, step := range []int{0, 1, -1, top, math.MaxInt, math.MinInt} {
						v, err = l.Slice(axis, at, 2, step)
						check("Slice", v, err)
						v, err = l.Slice(axis, at, 0, step)
						check("Slice of nothing", v, err)
						v, err = l.Slice(axis, at, step, at)
						check("Slice of many", v, err)
					}
				}
			}
			v, err = l.Broadcast(l.Shape...)
			check("Broadcast", v, err)
			v, err = l.Broadcast(append([]int{math.MaxInt, 2}, l.Shape...)...)
			check("Broadcast with more axes", v, err)
			v, err = l.Broadcast(-1)
			check("Broadcast to -1", v, err)
			v, err = l.Broadcast(make([]int, 65)...)
			check("Broadcast to rank 65", v, err)
		})
	}
	t.Logf("%d views", views)
}

// TestHostileStrides: the strides of C and Fortran order do not wrap, so that a part
// of an impossible array does not seem possible.
func TestHostileStrides(t *testing.T) {
	for _, l := range []Layout{C(1, 4, top, 4), C(1, 4, 4, root, root), Fortran(1, 4, top, 4), Fortran(1, root, root, 4, 4)} {
		if v, err := l.Index(1, 0); err == nil {
			t.Errorf("%+v has a part %+v", l, v)
		}
		if err := l.Check(math.MaxInt); !errors.Is(err, ErrBounds) {
			t.Errorf("%+v: %v", l, err)
		}
	}
	if l := C(1, 4, top, 4).withStrides(); l.Strides[0] != math.MaxInt {
		t.Errorf("strides %v", l.Strides)
	}
	if l := Fortran(1, 4, top, 4); l.Strides[2] != math.MaxInt {
		t.Errorf("strides %v", l.Strides)
	}
}

// TestHostileLen counts items of shapes in which a wrong extent stands before or behind
// one of 0, which makes no product too large.
func TestHostileLen(t *testing.T) {
	for _, shape := range [][]int{{0, -1}, {-1, 0}, {top, 4}, make([]int, MaxRank+1)} {
		if n, err := (Layout{ItemSize: 1, Shape: shape}).Len(); !errors.Is(err, ErrShape) {
			t.Errorf("shape %v: %d items, error %v", shape, n, err)
		}
	}
	for _, shape := range [][]int{{0, top, top}, {top, top, 0}} {
		if n, err := (Layout{ItemSize: 1, Shape: shape}).Len(); n != 0 || err != nil {
			t.Errorf("shape %v: %d items, error %v", shape, n, err)
		}
		if out, err := Contiguous([]byte(nil), 0, shape, make([]int, len(shape))); len(out) != 0 || err != nil {
			t.Errorf("shape %v: contiguous %v, error %v", shape, out, err)
		}
	}
}

// TestHostileTyped calls the typed functions with numbers that fit nothing.
func TestHostileTyped(t *testing.T) {
	m, out := []uint64{1, 2, 3, 4, 5, 6}, make([]uint64, 6)
	inputs := 0
	check := func(what string, err error, want ...error) {
		t.Helper()
		if inputs++; !slices.ContainsFunc(want, func(w error) bool { return errors.Is(err, w) }) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
		if !slices.Equal(out, make([]uint64, 6)) || !slices.Equal(m, []uint64{1, 2, 3, 4, 5, 6}) {
			t.Fatalf("%s: written", what)
		}
	}
	for _, v := range edges {
		unharmed(t, fmt.Sprint(v), func() {
			for _, c := range [][2]int{{v, 1}, {1, v}, {v, v}, {2, v}, {v, -1}, {-v, -v}, {root, root}, {v, 7}} {
				what := fmt.Sprintf("%d x %d", c[0], c[1])
				check(what+" Transpose", Transpose(out, m, c[0], c[1]), ErrShape, ErrBounds)
				check(what+" TransposeInPlace", TransposeInPlace(m, c[0], c[1]), ErrShape, ErrBounds)
				check(what+" Permute", Permute(out, m, c[:], 1, 0), ErrShape, ErrBounds)
				_, err := Contiguous(m, 0, c[:], nil)
				check(what+" Contiguous", err, ErrShape, ErrBounds)
				_, err = Contiguous(m, 0, c[:], []int{0, 0})
				check(what+" Contiguous of one item", err, ErrShape, ErrBounds, ErrTooLarge)
				_, err = Array[uint64]{Data: m, Shape: c[:], Strides: []int{0, 0}}.Contiguous()
				check(what+" Array.Contiguous of one item", err, ErrShape, ErrBounds, ErrTooLarge)
			}
			check("Transpose of nothing", Transpose(out, m, 0, v), nil)
			check("Transpose of no columns", Transpose(out, m, v, 0), nil)
			check("Transpose of no rows and less", Transpose(out, m, 0, -v), ErrShape)
			check("TransposeInPlace of nothing", TransposeInPlace(m, v, 0), nil)
			check("Permute of nothing", Permute(out, m, []int{v, 0, v}, 2, 0, 1), nil)
			check("Permute by an axis", Permute(out, m, []int{2, 3}, 0, v), ErrAxes)
			_, err := Contiguous(m, v, []int{2}, []int{1})
			check("Contiguous from an offset", err, ErrBounds)
			_, err = Contiguous(m, -v, []int{2}, []int{v})
			check("Contiguous from below", err, ErrBounds)
			_, err = Contiguous(m, 0, []int{2}, []int{v})
			check("Contiguous by a stride", err, ErrBounds)
			got, err := Contiguous(m, 0, []int{v, 0}, []int{v, v})
			check("Contiguous of nothing", err, nil, ErrBounds)
			if len(got) != 0 {
				t.Errorf("%d items of nothing", len(got))
			}
		})
	}
	t.Logf("%d inputs", inputs)
}
