package strided

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
)

// facadeCase is a line of testdata/facade.jsonl.gz, which testdata/facade.py writes.
type facadeCase struct {
	Op, Pattern       string
	Shape, Axes, To   []int
	Index, Lens, Reps []int
	Axis, Count, N    int
	Value             int
	Widths            [][2]int
	Steps             []json.RawMessage
	Reshape           []int
	Shares            bool
	Sizes             map[string]int
	ResultShape       []int    `json:"result"`
	GivenNames        []string `json:"given"`
	Want              []int
}

func facadeCases(t *testing.T) (cases []facadeCase) {
	f, err := os.Open("testdata/facade.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c facadeCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

// TestFacadeNumPy compares every function with NumPy's results, for items of 1 to 16
// bytes.
func TestFacadeNumPy(t *testing.T) {
	cases := facadeCases(t)
	if len(cases) < 500 {
		t.Fatalf("the table has %d cases", len(cases))
	}
	t.Run("uint8", func(t *testing.T) { replayAll(t, cases, func(i int) uint8 { return uint8(i) }) })
	t.Run("int16", func(t *testing.T) { replayAll(t, cases, func(i int) int16 { return int16(i) }) })
	t.Run("float32", func(t *testing.T) { replayAll(t, cases, func(i int) float32 { return float32(i) }) })
	t.Run("float64", func(t *testing.T) { replayAll(t, cases, func(i int) float64 { return float64(i) }) })
	t.Run("complex128", func(t *testing.T) {
		replayAll(t, cases, func(i int) complex128 { return complex(float64(i), float64(-i)) })
	})
}

func replayAll[T Elem](t *testing.T, cases []facadeCase, item func(int) T) {
	for i := range cases {
		c := &cases[i]
		want := make([]T, len(c.Want))
		for k, v := range c.Want {
			want[k] = item(v)
		}
		got, err := replay(c, item)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("line %d: %s %s of %v: %v\n got %v\nwant %v", i+1, c.Op, c.Pattern, c.Shape, err, got, want)
		}
	}
}

// counting returns n items with the values start, start+1, ...
func counting[T Elem](item func(int) T, start, n int) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = item(start + i)
	}
	return s
}

// replay returns what a case makes, in C order.
func replay[T Elem](c *facadeCase, item func(int) T) ([]T, error) {
	n := 1
	for _, extent := range c.Shape {
		n *= extent
	}
	src, dst := counting(item, 0, n), make([]T, len(c.Want))
	switch c.Op {
	case "flip":
		return dst, Flip(dst, src, c.Shape, c.Axes...)
	case "broadcast":
		return dst, Broadcast(dst, src, c.Shape, c.To...)
	case "tile":
		return dst, Tile(dst, src, c.Shape, c.Reps...)
	case "pad":
		return dst, Pad(dst, src, c.Shape, item(c.Value), c.Widths...)
	case "take":
		return dst, Take(dst, src, c.Shape, c.Axis, c.Index)
	case "put":
		part := 0
		if n > 0 {
			part = n / c.Shape[c.Axis] * len(c.Index)
		}
		return src, Put(src, counting(item, n, part), c.Shape, c.Axis, c.Index)
	case "concat":
		return dst, Concat(dst, cut(src, c.Lens), c.Shape, c.Axis)
	case "split":
		return dst, Split(cut(dst, c.Lens), src, c.Shape, c.Axis)
	case "stack":
		return dst, Stack(dst, cut(counting(item, 0, n*c.Count), equal(c.Count, n)), c.Shape, c.Axis)
	case "interleave":
		return dst, Interleave(dst, cut(counting(item, 0, c.Count*c.N), equal(c.Count, c.N)))
	case "deinterleave":
		return dst, Deinterleave(cut(dst, equal(c.Count, c.N)), counting(item, 0, c.Count*c.N))
	case "rearrange":
		return replayRearrange(c, dst, src)
	case "view":
		return replayView(c, dst, src)
	}
	return nil, fmt.Errorf("no such operation")
}

// cut returns the parts of s that have the given lengths.
func cut[T Elem](s []T, lens []int) (parts [][]T) {
	for _, n := range lens {
		parts = append(parts, s[:n:n])
		s = s[n:]
	}
	return parts
}

func equal(count, n int) []int {
	lens := make([]int, count)
	for i := range lens {
		lens[i] = n
	}
	return lens
}

// replayRearrange runs a pattern over arrays with the sizes that do not follow from
// their shapes, also with strided ones, and over slices with every size but one.
func replayRearrange[T Elem](c *facadeCase, dst, src []T) ([]T, error) {
	var given, all []Size
	for name, n := range c.Sizes {
		all = append(all, Axis(name, n))
		if slices.Contains(c.GivenNames, name) {
			given = append(given, Axis(name, n))
		}
	}
	if err := Of(dst, c.ResultShape...).RearrangeFrom(Of(src, c.Shape...), c.Pattern, given...); err != nil {
		return dst, err
	}
	spread, err := spaced(src, c.Shape)
	if err != nil {
		return dst, err
	}
	again := make([]T, len(dst))
	if err := Of(again, c.ResultShape...).RearrangeFrom(spread, c.Pattern, given...); err != nil || !slices.Equal(dst, again) {
		return again, fmt.Errorf("strided source: %v", err)
	}
	clear(again)
	if err := planned(again, c.ResultShape, spread, c.Pattern, given); err != nil || !slices.Equal(dst, again) {
		return again, fmt.Errorf("plan: %v", err)
	}
	clear(again)
	if err := viewed(again, c.ResultShape, spread, c.Pattern, given); err != nil || !slices.Equal(dst, again) {
		return again, fmt.Errorf("view: %v", err)
	}
	if ellipsis(c.Pattern) {
		return dst, nil
	}
	for leave := -1; leave < len(all); leave++ {
		sizes := all
		if leave >= 0 {
			if len(src) == 0 || slices.Contains(c.GivenNames, all[leave].Name) {
				continue // it may stand on the right only
			}
			sizes = slices.Delete(slices.Clone(all), leave, leave+1)
		}
		clear(again)
		if err := Rearrange(again, src, c.Pattern, sizes...); err != nil || !slices.Equal(dst, again) {
			return again, fmt.Errorf("slices, sizes %v: %v", sizes, err)
		}
	}
	return dst, nil
}

// planned is RearrangeFrom through NewRearrange.
func planned[T Elem](dst []T, shape []int, src Array[T], pattern string, sizes []Size) error {
	from, err := src.Layout()
	if err != nil {
		return err
	}
	plan, err := NewRearrange(C(sizeOf[T](), shape...), from, Options{}, pattern, sizes...)
	if err != nil {
		return err
	}
	return plan.Run(Bytes(dst), Bytes(src.Data))
}

// viewed is RearrangeFrom through Layout.Rearrange.
func viewed[T Elem](dst []T, shape []int, src Array[T], pattern string, sizes []Size) error {
	from, err := src.Layout()
	if err != nil {
		return err
	}
	view, got, err := from.Rearrange(pattern, sizes...)
	if err == nil && !slices.Equal(got, shape) {
		err = fmt.Errorf("shape %v, want %v", got, shape)
	}
	if err != nil {
		return err
	}
	return Gather(Bytes(dst), Bytes(src.Data), view)
}

func ellipsis(pattern string) bool {
	for i := range pattern {
		if pattern[i] == '.' {
			return true
		}
	}
	return false
}

// spaced returns the same array in Fortran order and with gaps, last axis reversed.
func spaced[T Elem](src []T, shape []int) (Array[T], error) {
	a := Array[T]{Shape: shape, Strides: make([]int, len(shape))}
	step := 2
	for axis, n := range shape {
		a.Strides[axis] = step
		step *= max(n, 1)
	}
	a.Data = make([]T, step+1)
	a.Offset = 1
	if last := len(shape) - 1; last >= 0 {
		a.Offset += max(shape[last]-1, 0) * a.Strides[last]
		a.Strides[last] *= -1
	}
	return a, a.CopyFrom(Of(src, shape...))
}

// replayView follows a chain of views.
func replayView[T Elem](c *facadeCase, dst, src []T) ([]T, error) {
	a, err := Of(src, c.Shape...), error(nil)
	for _, raw := range c.Steps {
		var mixed []any
		if err := json.Unmarshal(raw, &mixed); err != nil {
			return nil, err
		}
		op, args := mixed[0].(string), []int{}
		for _, v := range mixed[1:] {
			args = append(args, int(v.(float64)))
		}
		if a, err = viewStep(a, op, args); err != nil {
			return nil, fmt.Errorf("%s %v: %w", op, args, err)
		}
	}
	if c.Reshape != nil {
		view, ok, err := a.reshape(c.Reshape)
		if err != nil || ok != c.Shares {
			return nil, fmt.Errorf("reshape %v to %v: view %v, NumPy's %v: %w", a.Shape, c.Reshape, ok, c.Shares, err)
		}
		if a, err = a.Reshape(c.Reshape...); err != nil || ok && !slices.Equal(a.Strides, view.Strides) {
			return nil, fmt.Errorf("reshape to %v: %w", c.Reshape, err)
		}
	}
	if !slices.Equal(a.Shape, c.ResultShape) {
		return nil, fmt.Errorf("shape %v, NumPy's %v", a.Shape, c.ResultShape)
	}
	dense, err := a.Contiguous()
	if err != nil {
		return nil, err
	}
	one, err := items(a, len(dst))
	if err != nil {
		return nil, err
	}
	if len(dst) > 0 && !slices.Equal(dense.Data[dense.Offset:][:len(dst)], one) {
		return dense.Data, fmt.Errorf("contiguous: want %v", one)
	}
	return dst, Of(dst, c.ResultShape...).CopyFrom(a)
}

// items reads an array item by item, through Position.
func items[T Elem](a Array[T], n int) ([]T, error) {
	var got []T
	index := make([]int, len(a.Shape))
	for range n {
		at, err := a.Position(index...)
		if err != nil {
			return nil, err
		}
		got = append(got, a.Data[at])
		for axis := len(index) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < a.Shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
	return got, nil
}

func viewStep[T Elem](a Array[T], op string, args []int) (Array[T], error) {
	switch op {
	case "permute":
		if len(args) == 0 {
			return a, nil
		}
		return a.Permute(args...)
	case "slice":
		return a.Slice(args[0], args[1], args[2], args[3])
	case "index":
		return a.Index(args[0], args[1])
	case "flip":
		return a.Flip(args...)
	case "newaxis":
		return a.NewAxis(args[0])
	case "broadcast":
		return a.Broadcast(args...)
	}
	return a, fmt.Errorf("no such view")
}
