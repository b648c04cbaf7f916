package strided

import (
	"math"
	"testing"
)

// TestTouched compares the bytes that the lines of a side have with what is known of them,
// and holds them to what the side reaches where their product would overflow.
func TestTouched(t *testing.T) {
	sparse := func(rows, width, pitch int) Layout {
		return Layout{ItemSize: 1, Shape: []int{rows, width}, Strides: []int{pitch, 1}}
	}
	huge := math.MaxInt / 8
	for _, c := range []struct {
		name     string
		dst, src Layout
		want     int
	}{
		{"dense", C(1, 1000, 256), C(1, 1000, 256), 256000},
		{"sparse rows", C(1, 1000, 256), sparse(1000, 256, 1024), (256000 + 1000*(256+lineSize)) / 2},
		{"a line between", C(1, 1000, 256), sparse(1000, 256, 260), (256000 + 999*260 + 256) / 2},
		{"rows backwards", sparse(1000, 256, 2048), Layout{ItemSize: 1, Offset: 256000 - 1, Shape: []int{1000, 256}, Strides: []int{-256, -1}}, (256000 + 1000*(256+lineSize)) / 2},
		{"no memory holds it", C(1, huge), Layout{ItemSize: 1, Shape: []int{huge}, Strides: []int{2}}, huge + (huge-1)/2},
	} {
		p, err := NewPlan(c.dst, c.src, Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := p.touched(); got != c.want {
			t.Errorf("%s: %d bytes touched, want %d", c.name, got, c.want)
		}
	}
}
