package strided

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestFacadeErrors misuses every function. The sources hold ones, the destination
// holds zeros, and must do so afterwards.
func TestFacadeErrors(t *testing.T) {
	const huge = 1 << 30
	dst, src := make([]int16, 24), slices.Repeat([]int16{1}, 24)
	parts := func(lens ...int) [][]int16 { return cut(slices.Repeat([]int16{1}, 64), lens) }
	halves := [][]int16{dst[:12], dst[12:]}
	of := func(data []int16, shape ...int) Array[int16] { return Of(data, shape...) }
	bent := Array[int16]{Data: dst, Shape: []int{2, 3}, Strides: []int{1}}
	far := Array[int16]{Data: dst, Offset: 20, Shape: []int{5}}
	for _, c := range []struct {
		name string
		err  error
		want error
	}{
		{"flip axis", Flip(dst, src, []int{4, 6}, 2), ErrAxes},
		{"flip negative axis", Flip(dst, src, []int{4, 6}, -1), ErrAxes},
		{"flip axis twice", Flip(dst, src, []int{4, 6}, 1, 1), ErrAxes},
		{"flip negative extent", Flip(dst, src, []int{4, -6}, 1), ErrShape},
		{"flip overflow", Flip(dst, src, []int{huge, huge, huge}), ErrShape},
		{"flip rank", Flip(dst, src, make([]int, 65)), ErrShape},
		{"flip short dst", Flip(dst[:23], src, []int{4, 6}), ErrBounds},
		{"flip short src", Flip(dst, src[:23], []int{4, 6}), ErrBounds},
		{"broadcast extent", Broadcast(dst, src, []int{2, 3}, 4, 3), ErrShape},
		{"broadcast rank", Broadcast(dst, src, []int{1, 1, 3}, 2, 3), ErrShape},
		{"broadcast negative", Broadcast(dst, src, []int{1}, -1), ErrShape},
		{"broadcast short dst", Broadcast(dst, src, []int{1}, 25), ErrBounds},
		{"broadcast short src", Broadcast(dst, src[:1], []int{2}, 2, 2), ErrBounds},
		{"tile negative", Tile(dst, src, []int{2}, -1), ErrShape},
		{"tile overflow", Tile(dst, src, []int{2}, huge, huge, huge), ErrShape},
		{"tile product overflow", Tile(dst, src, []int{24}, 1<<30, 1<<30), ErrShape},
		{"tile short dst", Tile(dst, src, []int{5}, 5), ErrBounds},
		{"tile short src", Tile(dst, src[:4], []int{5}, 1), ErrBounds},
		{"pad widths", Pad(dst, src, []int{2, 3}, 1, [2]int{1, 1}), ErrAxes},
		{"pad negative", Pad(dst, src, []int{4}, 1, [2]int{2, -1}), ErrShape},
		{"pad overflow", Pad(dst, src, []int{4}, 1, [2]int{1, int(maxInt)}), ErrShape},
		{"pad short dst", Pad(dst, src, []int{24}, 1, [2]int{1, 0}), ErrBounds},
		{"pad short src", Pad(dst, src[:3], []int{4}, 1, [2]int{1, 0}), ErrBounds},
		{"take axis", Take(dst, src, []int{4, 6}, 2, []int{0}), ErrAxes},
		{"take scalar", Take(dst, src, nil, 0, []int{0}), ErrAxes},
		{"take index", Take(dst, src, []int{4, 6}, 0, []int{0, 4}), ErrBounds},
		{"take negative index", Take(dst, src, []int{4, 6}, 0, []int8{0, -1}), ErrBounds},
		{"take huge index", Take(dst, src, []int{4, 6}, 0, []uint64{1 << 63}), ErrBounds},
		{"take from nothing", Take(dst, src, []int{0, 6}, 0, []int{0}), ErrBounds},
		{"take short dst", Take(dst[:5], src, []int{4, 6}, 0, []int{0}), ErrBounds},
		{"take short src", Take(dst, src[:5], []int{4, 6}, 0, []int{0}), ErrBounds},
		{"put axis", Put(dst, src, []int{4, 6}, -1, []int{0}), ErrAxes},
		{"put index", Put(dst, src, []int{4, 6}, 1, []uint8{6}), ErrBounds},
		{"put second index", Put(dst, src, []int{4, 6}, 1, []int{0, 9}), ErrBounds},
		{"put short dst", Put(dst[:5], src, []int{4, 6}, 0, []int{0}), ErrBounds},
		{"put short src", Put(dst, src[:5], []int{4, 6}, 0, []int{0}), ErrBounds},
		{"concat axis", Concat(dst, parts(12, 12), []int{4, 6}, 2), ErrAxes},
		{"concat uneven", Concat(dst, parts(13, 11), []int{4, 6}, 1), ErrShape},
		{"concat too few", Concat(dst, parts(12), []int{4, 6}, 0), ErrShape},
		{"concat too many", Concat(dst, parts(12, 12, 6), []int{4, 6}, 0), ErrShape},
		{"concat nothing", Concat(dst, parts(2), []int{0, 6}, 1), ErrShape},
		{"concat short dst", Concat(dst[:23], parts(12, 12), []int{4, 6}, 1), ErrBounds},
		{"split axis", Split(halves, src, []int{4, 6}, -1), ErrAxes},
		{"split uneven", Split([][]int16{dst[:11], dst[11:]}, src, []int{4, 6}, 0), ErrShape},
		{"split too few", Split(halves[:1], src, []int{4, 6}, 0), ErrShape},
		{"split short src", Split(halves, src[:23], []int{4, 6}, 0), ErrBounds},
		{"split shared", Split([][]int16{dst[:12], dst[11:23]}, src, []int{4, 6}, 0), ErrOverlap},
		{"split shared, backwards", Split([][]int16{dst[12:], dst[:0], dst[1:13]}, src, []int{4, 6}, 0), ErrOverlap},
		{"split many", Split(slices.Repeat([][]int16{dst[:2]}, 12), src, []int{12, 2}, 0), ErrOverlap},
		{"stack axis", Stack(dst, parts(6, 6), []int{6}, 2), ErrAxes},
		{"stack ragged", Stack(dst, parts(6, 5), []int{6}, 0), ErrShape},
		{"stack long", Stack(dst, parts(6, 7), []int{6}, 0), ErrShape},
		{"stack negative", Stack(dst, parts(6), []int{-6}, 0), ErrShape},
		{"stack short dst", Stack(dst[:11], parts(6, 6), []int{6}, 0), ErrBounds},
		{"interleave nothing", Interleave(dst, nil), ErrShape},
		{"interleave ragged", Interleave(dst, parts(6, 5)), ErrShape},
		{"interleave short dst", Interleave(dst[:11], parts(6, 6)), ErrBounds},
		{"deinterleave nothing", Deinterleave(nil, src), ErrShape},
		{"deinterleave ragged", Deinterleave([][]int16{dst[:6], dst[6:13]}, src), ErrShape},
		{"deinterleave shared", Deinterleave([][]int16{dst[:8], dst[8:16], dst[:8]}, src), ErrOverlap},
		{"deinterleave short src", Deinterleave(halves, src[:23]), ErrBounds},
		{"copy shape", of(dst, 2, 3).CopyFrom(of(src, 3, 2)), ErrShape},
		{"copy rank", of(dst, 6).CopyFrom(of(src, 3, 2)), ErrShape},
		{"copy short dst", of(dst, 5, 5).CopyFrom(of(make([]int16, 25), 5, 5)), ErrBounds},
		{"copy short src", of(dst, 2, 3).CopyFrom(of(src[:5], 2, 3)), ErrBounds},
		{"copy from bent", of(dst, 2, 3).CopyFrom(bent), ErrShape},
		{"copy to far", far.CopyFrom(of(src, 5)), ErrBounds},
		{"copy offset overflow", Array[int16]{Data: dst, Offset: int(maxInt)}.CopyFrom(of(src)), ErrBounds},
		{"copy stride overflow", Array[int16]{Data: dst, Shape: []int{1}, Strides: []int{int(maxInt)}}.CopyFrom(of(src, 1)), ErrBounds},
		{"copy to repeated", Array[int16]{Data: dst, Shape: []int{2, 2}, Strides: []int{0, 1}}.CopyFrom(of(src, 2, 2)), ErrOverlap},
		{"layout", errOf(far.Layout()), ErrBounds},
		{"position bent", errOf(bent.Position(0, 0)), ErrShape},
		{"position count", errOf(of(dst, 2, 3).Position(1)), ErrAxes},
		{"position index", errOf(of(dst, 2, 3).Position(1, 3)), ErrBounds},
		{"position negative", errOf(of(dst, 2, 3).Position(-1, 2)), ErrBounds},
		{"position far", errOf(far.Position(0)), ErrBounds},
		{"contiguous bent", errOf(bent.Contiguous()), ErrShape},
		{"contiguous far", errOf(far.Contiguous()), ErrBounds},
		{"permute", errOf(of(dst, 2, 3).Permute(0, 0)), ErrAxes},
		{"permute bent", errOf(bent.Permute()), ErrShape},
		{"slice", errOf(of(dst, 2, 3).Slice(1, 0, 2, 3)), ErrBounds},
		{"slice axis", errOf(of(dst, 2, 3).Slice(2, 0, 1, 1)), ErrAxes},
		{"slice bent", errOf(bent.Slice(0, 0, 1, 1)), ErrShape},
		{"index", errOf(of(dst, 2, 3).Index(1, 3)), ErrBounds},
		{"index bent", errOf(bent.Index(0, 0)), ErrShape},
		{"view flip", errOf(of(dst, 2, 3).Flip(2)), ErrAxes},
		{"view flip bent", errOf(bent.Flip()), ErrShape},
		{"view broadcast", errOf(of(dst, 2, 3).Broadcast(2, 4)), ErrShape},
		{"view broadcast bent", errOf(bent.Broadcast(2, 3)), ErrShape},
		{"new axis", errOf(of(dst, 2, 3).NewAxis(3)), ErrAxes},
		{"new axis bent", errOf(bent.NewAxis(0)), ErrShape},
		{"new axis rank", errOf(Of(dst, slices.Repeat([]int{1}, 64)...).NewAxis(0)), ErrShape},
		{"reshape", errOf(of(dst, 2, 3).Reshape(4)), ErrShape},
		{"reshape bent", errOf(bent.Reshape(6)), ErrShape},
		{"reshape two free", errOf(of(dst, 2, 3).Reshape(-1, -1)), ErrShape},
		{"reshape free", errOf(of(dst, 2, 3).Reshape(-1, 4)), ErrShape},
		{"reshape free beside 0", errOf(of(dst, 0, 3).Reshape(0, -1)), ErrShape},
		{"reshape negative", errOf(of(dst, 2, 3).Reshape(-2, -3)), ErrShape},
		{"reshape rank", errOf(of(dst, 1).Reshape(slices.Repeat([]int{1}, 65)...)), ErrShape},
		{"reshape overflow", errOf(of(dst, huge, huge, huge).Reshape(1)), ErrShape},
		{"reshape far copy", errOf(Array[int16]{Data: dst, Shape: []int{5, 5}, Strides: []int{1, 5}}.Reshape(25)), ErrBounds},
		{"no view", errOf(Array[int16]{Data: dst, Shape: []int{2, 3}, Strides: []int{1, 2}}.View(6)), ErrShape},
	} {
		checkError(t, c.name, c.err, c.want)
	}
	if !slices.Equal(dst, make([]int16, 24)) {
		t.Error("a failed call wrote to its destination")
	}
}

func errOf[T any](_ T, err error) error { return err }

func checkError(t *testing.T, name string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", name, err, want)
	}
}

// TestPatternErrors also checks the position that the text names.
func TestPatternErrors(t *testing.T) {
	dst, src := make([]int32, 24), make([]int32, 24)
	two, three := []int{2, 12}, []int{2, 3, 4}
	for _, c := range []struct {
		pattern string
		sizes   []Size
		want    error
		text    string
	}{
		{"", nil, ErrPattern, `at byte 0`},
		{"a b", nil, ErrPattern, `at byte 3`},
		{"a b -> a b -> b", nil, ErrPattern, `at byte 11, "->"`},
		{"a (b -> a b", nil, ErrPattern, `at byte 2, "("`},
		{"a b -> (a b", nil, ErrPattern, `at byte 7, "("`},
		{"a (b (c)) -> a b c", nil, ErrPattern, `at byte 5, "("`},
		{"a b) -> a b", nil, ErrPattern, `at byte 3, ")"`},
		{"a a -> a", nil, ErrPattern, `at byte 2, "a"`},
		{"a b -> a b a", nil, ErrPattern, `at byte 11, "a"`},
		{"a b -> a", nil, ErrPattern, `at byte 2, "b"`},
		{"a b -> a * b", nil, ErrPattern, `at byte 9, "*"`},
		{"a b - a b", nil, ErrPattern, `at byte 4, "-"`},
		{"a µ -> a", nil, ErrPattern, `at byte 2, "µ"`},
		{"a 2 -> a", nil, ErrPattern, `at byte 2, "2"`},
		{"a b -> a 0 b", nil, ErrPattern, `at byte 9, "0"`},
		{"a b -> a 3x b", nil, ErrPattern, `at byte 9, "3x"`},
		{"a b -> a 99999999999999999999 b", nil, ErrPattern, `at byte 9`},
		{"... b -> ... b", nil, ErrPattern, `at byte 0, "..."`},
		{"a b -> b a", nil, ErrPattern, `at byte 0, "a"`},
		{"a b -> b a c", []Size{Axis("a", 2)}, ErrPattern, `at byte 11, "c"`},
		{"a b -> b a", []Size{Axis("c", 2)}, ErrPattern, `no axis "c"`},
		{"a b -> b a", []Size{Axis("", 2)}, ErrPattern, `no axis ""`},
		{"a b -> b a", []Size{Axis("a", 2), Axis("a", 2)}, ErrPattern, `twice`},
		{"a b -> b a", []Size{Axis("a", -2)}, ErrShape, `-2`},
		{"a b -> b a", []Size{Axis("a", 5)}, ErrShape, `24`},
		{"a b -> b a", []Size{Axis("a", 0)}, ErrShape, `24`},
		{"a b -> b a", []Size{Axis("a", 3), Axis("b", 4)}, ErrShape, `24`},
		{"a b c -> b a c", []Size{Axis("a", 1<<30), Axis("b", 1<<30), Axis("c", 1<<30)}, ErrShape, `24`},
		{"a b -> b a 9", []Size{Axis("a", 3)}, ErrBounds, `216`},
		{"a -> a" + strings.Repeat(" 2", 40), nil, ErrPattern, `32 axes`},
		{"a -> a" + strings.Repeat(" 2", 20), nil, ErrBounds, `dst`},
	} {
		err := Rearrange(dst, src, c.pattern, c.sizes...)
		checkError(t, c.pattern, err, c.want)
		if err != nil && !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %q does not say %q", c.pattern, err, c.text)
		}
	}
	for _, c := range []struct {
		dst, src []int
		pattern  string
		want     error
		text     string
	}{
		{two, three, "a b c -> a b c", ErrShape, "dst"},
		{two, three, "a b -> a b", ErrShape, "src"},
		{two, three, "a b c -> a (c c)", ErrPattern, `at byte 14, "c"`},
		{two, three, "a b c -> b (a c)", ErrShape, "axis 0"},
		{two, two, "(a b) c -> c (a b)", ErrShape, "axis 0"},
		{two, []int{24}, "(a b c) -> a (b c)", ErrPattern, `at byte 3, "b"`},
		{two, three, "a ... b ... c -> a b c ...", ErrPattern, `at byte 8, "..."`},
		{two, three, "a (... c) -> a (... c)", ErrPattern, `at byte 3, "..."`},
		{two, three, "a b c -> a b c ...", ErrPattern, `at byte 15, "..."`},
		{two, three, "a ... -> a", ErrPattern, "... stands on the left only"},
		{two, three, "a b c d ... -> a (b c d ...)", ErrShape, "src"},
	} {
		err := Of(dst, c.dst...).RearrangeFrom(Of(src, c.src...), c.pattern)
		checkError(t, c.pattern, err, c.want)
		if err != nil && !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %q does not say %q", c.pattern, err, c.text)
		}
	}
	bytesOf := func(shape ...int) Layout { return C(1, shape...) }
	for _, c := range []struct {
		dst, src Layout
		pattern  string
		want     error
	}{
		{bytesOf(3, 2), bytesOf(2, 3), "a b -> b", ErrPattern},
		{bytesOf(2, 2), bytesOf(2, 3), "a b -> b a", ErrShape},
		{bytesOf(3, -2), bytesOf(2, 3), "a b -> b a", ErrShape},
		{bytesOf(3, 2), Layout{ItemSize: 1, Shape: []int{2, 3}, Strides: []int{1}}, "a b -> b a", ErrShape},
		{C(2, 3, 2), bytesOf(2, 3), "a b -> b a", ErrItemSize},
		{C(0, 3, 2), bytesOf(2, 3), "a b -> b a", ErrItemSize},
		{Layout{ItemSize: 1, Shape: []int{3, 2}, Strides: []int{1, 1}}, bytesOf(2, 3), "a b -> b a", ErrOverlap},
	} {
		_, err := NewRearrange(c.dst, c.src, Options{}, c.pattern)
		checkError(t, c.pattern, err, c.want)
	}
	for _, c := range []struct {
		src     Layout
		pattern string
		sizes   []Size
		want    error
	}{
		{bytesOf(2, 3), "a b -> b", nil, ErrPattern},
		{bytesOf(2, 3), "a b c -> a b c", nil, ErrShape},
		{bytesOf(2, 3), "(a x) b -> a x b", []Size{Axis("x", 4)}, ErrShape},
		{bytesOf(2, 3), "(a x) b -> a x b", nil, ErrPattern},
		{bytesOf(2, 3), "a b -> a b c", nil, ErrPattern},
		{bytesOf(2, 3), "a b -> a b c d", []Size{Axis("c", int(maxInt/2)), Axis("d", int(maxInt/2))}, ErrShape},
		{bytesOf(0, 3), "a b -> a b (c d)", []Size{Axis("c", int(maxInt/2)), Axis("d", int(maxInt/2))}, ErrShape},
		{Layout{ItemSize: 1, Shape: []int{2, 3}, Strides: []int{1}}, "a b -> b a", nil, ErrShape},
		{C(0, 2, 3), "a b -> b a", nil, ErrItemSize},
	} {
		_, _, err := c.src.Rearrange(c.pattern, c.sizes...)
		checkError(t, c.pattern, err, c.want)
	}
	repeated := Array[int32]{Data: dst, Shape: []int{2, 3}, Strides: []int{0, 1}}
	checkError(t, "repeated dst", repeated.RearrangeFrom(Of(src, 3, 2), "a b -> b a"), ErrOverlap)
	checkError(t, "short dst", Of(dst[:5], 2, 3).RearrangeFrom(Of(src, 3, 2), "a b -> b a"), ErrBounds)
	checkError(t, "short src", Of(dst, 2, 3).RearrangeFrom(Of(src[:5], 3, 2), "a b -> b a"), ErrBounds)
}
