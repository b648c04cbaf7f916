package strided

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestUndecided has a destination whose items are apart, but too intricately for the
// search: it is refused, and the text does not claim that they overlap.
func TestUndecided(t *testing.T) {
	l := Layout{ItemSize: 5, Shape: []int{5, 5, 5, 5, 4, 4, 5, 3}}
	for _, stride := range []int64{3693580611, 10135013235, 5079297480, 5596534170, 8865680978, 12831406240, 3787297660, 13962773973} {
		if stride > math.MaxInt {
			t.Skip("needs an int of 64 bits")
		}
		l.Strides = append(l.Strides, int(stride))
	}
	var offsets []int
	eachItem(l, func(at int) { offsets = append(offsets, at) })
	slices.Sort(offsets)
	for k, at := range offsets[1:] {
		if at-offsets[k] < l.ItemSize {
			t.Fatalf("items at %d and %d overlap", offsets[k], at)
		}
	}
	_, err := NewPlan(l, C(l.ItemSize, l.Shape...), Options{})
	if !errors.Is(err, ErrOverlap) || !strings.Contains(err.Error(), "may overlap, undecided after 65536 steps: shape [5 5") {
		t.Errorf("error %v", err)
	}
	twice := Layout{ItemSize: 5, Shape: []int{2}, Strides: []int{4}}
	if _, err := NewPlan(twice, C(5, 2), Options{}); !errors.Is(err, ErrOverlap) || strings.Contains(err.Error(), "may") {
		t.Errorf("items that do overlap: error %v", err)
	}
}
