package memoryview

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// A modelView is what FuzzView thinks a View is: the place of every item, one by
// one.
type modelView struct {
	v        *View
	shape    []int
	places   []int // offset in the model's memory of each item, in C order
	size     int
	readOnly bool
}

// A viewModel runs operations on Views and on plain lists, and compares.
type viewModel struct {
	t     *testing.T
	data  []byte   // decisions still to be made
	rows  [][]byte // the memory
	mem   []byte   // what the memory must hold, rows one after the other
	views []*modelView
}

// next returns a number from 0 to n-1.
func (m *viewModel) next(n int) int {
	if len(m.data) == 0 || n < 2 {
		return 0
	}
	x := int(m.data[0]) % n
	m.data = m.data[1:]
	return x
}

func (m *viewModel) pick() *modelView { return m.views[m.next(len(m.views))] }

func (m *viewModel) ok(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// items returns the bytes of the items of w in the order C or F.
func (m *viewModel) items(w *modelView, order Order) []byte {
	var out []byte
	index := make([]int, len(w.shape))
	for range w.places {
		i := 0
		for k, n := range w.shape {
			i = i*n + index[k]
		}
		out = append(out, m.mem[w.places[i]:w.places[i]+w.size]...)
		next(index, w.shape, order)
	}
	return out
}

// sub selects from a modelView: picks holds the chosen indices of each dimension,
// and keep says which dimensions of the result there are.
func (w *modelView) sub(picks [][]int, keep []bool) *modelView {
	r := &modelView{size: w.size, readOnly: w.readOnly, shape: []int{}}
	n := make([]int, len(picks))
	total := 1
	for k, p := range picks {
		n[k] = len(p)
		total *= len(p)
		if keep[k] {
			r.shape = append(r.shape, len(p))
		}
	}
	index := make([]int, len(picks))
	for range total {
		i := 0
		for k, extent := range w.shape {
			i = i*extent + picks[k][index[k]]
		}
		r.places = append(r.places, w.places[i])
		next(index, n, OrderC)
	}
	return r
}

// slice chooses a Slice of a dimension of n items, and the indices that it selects.
func (m *viewModel) slice(n int) (Slice, []int) {
	if n == 0 {
		return Slice{}, nil
	}
	start, step := m.next(n), 1+m.next(3)
	count := m.next((n-1-start)/step + 2)
	indices := []int{}
	for i := range count {
		indices = append(indices, start+i*step)
	}
	if m.next(2) == 1 && count > 0 { // backwards, as negative indices
		slices.Reverse(indices)
		stop := indices[count-1] - 1
		if stop < 0 {
			return Slice{indices[0] - n, nil, -step}, indices
		}
		return Slice{indices[0] - n, stop, -step}, indices
	}
	return Slice{start, start + count*step, step}, indices
}

func (m *viewModel) subOp(w *modelView) *modelView {
	var keys []any
	var picks [][]int
	var keep []bool
	for _, n := range w.shape {
		if n > 0 && m.next(3) == 0 {
			i := m.next(n)
			keys, picks, keep = append(keys, i-n*m.next(2)), append(picks, []int{i}), append(keep, false)
			continue
		}
		s, indices := m.slice(n)
		keys, picks, keep = append(keys, s), append(picks, indices), append(keep, true)
	}
	v, err := w.v.Sub(keys...)
	if errors.Is(err, ErrNotImplemented) && w.v.buf.Suboffsets != nil {
		return nil // layouts that suboffsets cannot describe
	}
	m.ok(err)
	r := w.sub(picks, keep)
	r.v = v
	return r
}

func (m *viewModel) sliceOp(w *modelView) *modelView {
	if len(w.shape) == 0 {
		return nil
	}
	s, indices := m.slice(w.shape[0])
	got, err := w.v.GetItem(s)
	m.ok(err)
	picks, keep := [][]int{indices}, []bool{true}
	for _, n := range w.shape[1:] {
		picks, keep = append(picks, upTo(n)), append(keep, true)
	}
	r := w.sub(picks, keep)
	r.v = got.(*View)
	return r
}

func upTo(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func (m *viewModel) permuteOp(w *modelView) *modelView {
	axes := upTo(len(w.shape))
	for k := range axes {
		j := k + m.next(len(axes)-k)
		axes[k], axes[j] = axes[j], axes[k]
	}
	if len(axes) == 0 {
		return nil
	}
	v, err := w.v.Permute(axes...)
	if errors.Is(err, ErrNotImplemented) && w.v.buf.Suboffsets != nil {
		return nil
	}
	m.ok(err)
	r := &modelView{v: v, size: w.size, readOnly: w.readOnly, places: make([]int, len(w.places))}
	for _, axis := range axes {
		r.shape = append(r.shape, w.shape[axis])
	}
	index := make([]int, len(axes))
	for i := range r.places {
		j, old := 0, make([]int, len(axes))
		for k, axis := range axes {
			old[axis] = index[k]
		}
		for k, n := range w.shape {
			j = j*n + old[k]
		}
		r.places[i] = w.places[j]
		next(index, r.shape, OrderC)
	}
	return r
}

func (m *viewModel) castOp(w *modelView) *modelView {
	v, err := w.v.Cast("B", nil)
	dense := !slices.Contains(w.shape, 0)
	for i, place := range w.places {
		dense = dense && place == w.places[0]+i*w.size
	}
	if err != nil {
		if dense && w.v.buf.Suboffsets == nil && len(w.places) > 0 {
			m.t.Fatalf("%v of a contiguous view", err)
		}
		return nil
	}
	r := &modelView{v: v, shape: []int{len(w.places) * w.size}, size: 1, readOnly: w.readOnly}
	for _, place := range w.places {
		for i := range w.size {
			r.places = append(r.places, place+i)
		}
	}
	return r
}

// setOp writes one item.
func (m *viewModel) setOp(w *modelView) {
	if len(w.places) == 0 {
		return
	}
	i, x := m.next(len(w.places)), byte(m.next(256))
	index := make([]int, len(w.shape))
	for j, k := i, len(index)-1; k >= 0; k-- {
		index[k], j = j%w.shape[k], j/w.shape[k]
	}
	value := int(x)
	if w.size == 2 {
		value *= 257
	}
	err := w.v.SetAt(value, index...)
	if w.readOnly {
		if !errors.Is(err, ErrType) {
			m.t.Fatalf("writing a read-only view: %v", err)
		}
		return
	}
	m.ok(err)
	for j := range w.size {
		m.mem[w.places[i]+j] = x
	}
}

// assignOp copies from one view to another, if they have the same structure.
func (m *viewModel) assignOp(dst, src *modelView) {
	err := dst.v.Assign(src.v)
	same := dst.size == src.size && slices.Equal(dst.shape, src.shape)
	if dst.readOnly || !same {
		if err == nil && !(len(dst.places) == 0 && len(src.places) == 0 && !dst.readOnly) {
			m.t.Fatalf("assigned %v to %v", src.shape, dst.shape)
		}
		return
	}
	m.ok(err)
	staged := m.items(src, OrderC)
	for i, place := range dst.places {
		copy(m.mem[place:place+dst.size], staged[i*dst.size:])
	}
}

// check compares a view with its model, and the memory.
func (m *viewModel) check(w *modelView) {
	if got := bytes.Join(m.rows, nil); !bytes.Equal(got, m.mem) {
		m.t.Fatalf("the memory is % x, not % x", got, m.mem)
	}
	if !slices.Equal(w.v.buf.Shape, w.shape) {
		m.t.Fatalf("%v, not of shape %v", w.v, w.shape)
	}
	for _, order := range []Order{OrderC, OrderF} {
		want := m.items(w, order)
		got, err := w.v.ToBytes(order)
		m.ok(err)
		if !bytes.Equal(got, want) {
			m.t.Fatalf("%v in order %s: % x, not % x", w.v, order, got, want)
		}
		c, err := GetContiguous(w.v, Read, order)
		m.ok(err)
		if same, err := c.Equal(w.v); err != nil || !same {
			m.t.Fatalf("%v: copy differs: %v", w.v, err)
		}
		if same, err := c.Eq(w.v); err != nil || !same {
			m.t.Fatalf("%v: copy is unequal: %v", w.v, err)
		}
		m.ok(c.Release())
		fresh := make([]byte, len(want))
		m.ok(ToContiguous(fresh, &w.v.buf, order))
		if !w.readOnly {
			m.ok(FromContiguous(&w.v.buf, fresh, order)) // writes what is there
		}
	}
}

func (m *viewModel) step() {
	w := m.pick()
	var made *modelView
	switch m.next(8) {
	case 0, 1:
		made = m.subOp(w)
	case 2:
		made = m.sliceOp(w)
	case 3:
		made = m.permuteOp(w)
	case 4:
		made = m.castOp(w)
	case 5:
		m.setOp(w)
	case 6:
		m.assignOp(w, m.pick())
	case 7:
		v, err := w.v.ToReadOnly()
		m.ok(err)
		made = &modelView{v: v, shape: w.shape, places: w.places, size: w.size, readOnly: true}
	}
	if made != nil {
		m.views = append(m.views, made)
	}
	m.check(m.views[len(m.views)-1])
}

// start makes the memory: one block of a given shape, or rows with a pointer each.
func (m *viewModel) start() {
	const rows, rowBytes = 6, 16
	for i := range rows {
		m.rows = append(m.rows, make([]byte, rowBytes))
		for j := range rowBytes {
			m.rows[i][j] = byte(i*rowBytes + j)
		}
	}
	b := Buffer{ItemSize: 2, Format: "H", NDim: 3, Shape: []int{rows, 2, 4}, Strides: []int{rowBytes, 8, 2}}
	if m.next(2) == 0 {
		block := bytes.Join(m.rows, nil)
		b.Buf.Mem, m.rows = block, [][]byte{block}
	} else {
		b.Strides[0], b.Suboffsets = PointerSize, []int{0, -1, -1}
		for _, row := range m.rows {
			b.Buf.Table = append(b.Buf.Table, Pointer{Mem: row})
		}
	}
	m.mem = bytes.Join(m.rows, nil)
	b.setLen()
	v, err := FromBuffer(&b)
	m.ok(err)
	w := &modelView{v: v, shape: b.Shape, size: 2}
	for i := range rows * rowBytes / 2 {
		w.places = append(w.places, 2*i)
	}
	m.views = []*modelView{w}
}

// FuzzView runs a sequence of operations against the model.
func FuzzView(f *testing.F) {
	f.Add([]byte{0})
	f.Add([]byte{1, 0, 0, 1, 2, 1, 1, 0, 1, 3, 0, 2, 5, 7, 9, 6, 1, 0})
	f.Add([]byte("the quick brown fox jumps over the lazy dog, twice and again"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := &viewModel{t: t, data: data}
		m.start()
		for steps := 0; len(m.data) > 0 && steps < 64; steps++ {
			m.step()
		}
	})
}
