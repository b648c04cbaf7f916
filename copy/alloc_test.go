package strided

import (
	"fmt"
	"testing"
)

//go:noinline
func atDepth(n int, frame [16]int, f func() string) string {
	if n == 0 {
		return f()
	}
	frame[n%16]++
	return atDepth(n-1, frame, f)
}

// TestStackMoves copies between arrays on stacks that grow meanwhile: whatever still
// holds their old address then would read and write there.
func TestStackMoves(t *testing.T) {
	transposed := func() string {
		const n = 16
		var mem, want [n * n]byte
		for i := range mem {
			mem[i] = byte(i * 7)
		}
		for i := range mem {
			want[i%n*n+i/n] = mem[i]
		}
		shape, to, from := [2]int{n, n}, [2]int{1, n}, [2]int{n, 1}
		dl := Layout{ItemSize: 1, Shape: shape[:], Strides: to[:]}
		sl := Layout{ItemSize: 1, Shape: shape[:], Strides: from[:]}
		var out [n * n]byte
		if err := Copy(out[:], dl, mem[:], sl); err != nil || out != want {
			return fmt.Sprintf("apart: %v, %v", err, out)
		}
		if err := Copy(mem[:], dl, mem[:], sl); err != nil || mem != want {
			return fmt.Sprintf("in place: %v, %v", err, mem)
		}
		return ""
	}
	shifted := func() string { // a copy of ordered loops, and rows by memmove
		var mem, want [3000]byte
		for i := range mem {
			mem[i] = byte(i * 7)
		}
		copy(want[:], mem[:])
		shape, strides := [2]int{4, 301}, [2]int{600, 1}
		for i := 3; i >= 0; i-- {
			copy(want[i*600+17:i*600+17+301], mem[i*600:])
		}
		err := Copy(mem[:], Layout{1, 17, shape[:], strides[:]}, mem[:], Layout{1, 0, shape[:], strides[:]})
		if err != nil || mem != want {
			return fmt.Sprintf("shifted: %v", err)
		}
		return ""
	}
	for depth := range 300 {
		for _, f := range []func() string{transposed, shifted} {
			done := make(chan string)
			go func() { done <- atDepth(depth, [16]int{}, f) }()
			if fault := <-done; fault != "" {
				t.Fatalf("at depth %d: %s", depth, fault)
			}
		}
	}
}
