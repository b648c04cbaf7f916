package main

import (
	"bytes"
	"testing"

	"github.com/stridecopy/stridecopy/bench/peers/rival"
)

// Both libraries must do what they claim to express, and claim what they can.
func TestLibraries(t *testing.T) {
	transpose := func(size int) *rival.Case {
		return &rival.Case{ItemSize: size, Shape: []int{3, 5}, DstStrides: []int{5 * size, size}, SrcStrides: []int{size, 3 * size}}
	}
	for _, tc := range []struct {
		name         string
		c            *rival.Case
		gonum, gomlx bool
	}{
		{"bytes", transpose(1), false, true},
		{"2-byte items", transpose(2), false, true},
		{"floats", transpose(4), false, true},
		{"doubles", transpose(8), true, true},
		{"triples", transpose(3), false, false},
		{"a step", &rival.Case{ItemSize: 4, Shape: []int{7}, DstStrides: []int{8}, SrcStrides: []int{4}, DstOffset: 4}, true, false},
		{"backwards", &rival.Case{ItemSize: 8, Shape: []int{4}, DstStrides: []int{8}, SrcStrides: []int{-8}, SrcOffset: 24}, false, false},
		{"a block", &rival.Case{ItemSize: 8, Shape: []int{2, 3}, DstStrides: []int{32, 8}, SrcStrides: []int{8, 48}, DstOffset: 8}, true, false},
		{"three axes", &rival.Case{ItemSize: 4, Shape: []int{2, 3, 4}, DstStrides: []int{48, 16, 4}, SrcStrides: []int{12, 4, 24}}, false, true},
		{"repeated", &rival.Case{ItemSize: 8, Shape: []int{2, 3}, DstStrides: []int{24, 8}, SrcStrides: []int{0, 8}}, false, false},
	} {
		src, want := make([]byte, 512), make([]byte, 512)
		for i := range src {
			src[i] = byte(i) & 0x3f // no signalling not-a-number among the floats
		}
		reference(want, src, tc.c, 0, tc.c.DstOffset, tc.c.SrcOffset)
		for name, l := range map[string]struct {
			prepare func(c *rival.Case, dst, src []byte) *rival.Prepared
			can     bool
		}{"gonum": {prepareGonum, tc.gonum}, "gomlx": {prepareGomlx, tc.gomlx}} {
			got := make([]byte, 512)
			p := l.prepare(tc.c, got, src)
			if (p != nil) != l.can {
				t.Errorf("%s, %s: prepared %t, want %t", name, tc.name, p != nil, l.can)
				continue
			}
			if p == nil {
				continue
			}
			p.Run()
			p.Check()
			if !bytes.Equal(got, want) {
				t.Errorf("%s, %s: %v, want %v", name, tc.name, got[:120], want[:120])
			}
		}
	}
}

func reference(dst, src []byte, c *rival.Case, axis, d, s int) {
	if axis == len(c.Shape) {
		copy(dst[d:d+c.ItemSize], src[s:])
		return
	}
	for i := range c.Shape[axis] {
		reference(dst, src, c, axis+1, d+i*c.DstStrides[axis], s+i*c.SrcStrides[axis])
	}
}
