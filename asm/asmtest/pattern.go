package asmtest

import (
	"bytes"
	"fmt"
	"iter"
	"math/rand/v2"
)

// table is one period of the pattern. Its length is prime, so that neither
// neighbours nor positions a power of two apart look alike.
var table = func() (t [65521]byte) {
	r := rand.New(rand.NewPCG(0, 0))
	for i := range t {
		t[i] = byte(r.Uint32())
	}
	return t
}()

// phase is where in table the byte for position i stands.
func phase(i int, seed byte) int { return (i + 251*int(seed)) % len(table) }

// pattern is the byte that belongs at position i.
func pattern(i int, seed byte) byte { return table[phase(i, seed)] }

// Fill writes a pattern that depends on the position and on seed into b.
func Fill(b []byte, seed byte) { fillFrom(b, 0, seed) }

func fillFrom(b []byte, at int, seed byte) {
	for n := 0; n < len(b); {
		n += copy(b[n:], table[phase(at+n, seed):])
	}
}

// Gaps checks a buffer that [Fill] has written with the same seed and that items
// of itemSize bytes at the given byte offsets may have been written into since:
// it returns an error that names the first other byte that has changed.
func Gaps(b []byte, seed byte, itemSize int, items iter.Seq[int]) error {
	item := make([]bool, len(b))
	for at := range items {
		for i := range itemSize {
			item[at+i] = true
		}
	}
	for i := range b {
		if !item[i] && b[i] != pattern(i, seed) {
			return fmt.Errorf("asmtest: byte %d of %d is no item and was changed from %#02x to %#02x",
				i, len(b), pattern(i, seed), b[i])
		}
	}
	return nil
}

// Diff returns an error that names the first byte in which got differs from want
// and the number of such bytes, or nil where they are equal.
func Diff(got, want []byte) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d bytes, want %d", len(got), len(want))
	}
	if bytes.Equal(got, want) {
		return nil
	}
	first, count := -1, 0
	for i := range got {
		if got[i] != want[i] {
			if first < 0 {
				first = i
			}
			count++
		}
	}
	return fmt.Errorf("byte %d of %d is %#02x, want %#02x; %d bytes differ", first, len(got), got[first], want[first], count)
}
