package strided

import (
	"math/rand/v2"
	"testing"
)

// TestSeenSet compares a seenSet with a map: it knows what was added while there was room,
// and nothing else, also where many keys begin at one slot.
func TestSeenSet(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var s seenSet
	for _, apart := range []uint64{1, 1 << (64 - seenBits), keyOf[0]} {
		s.clear()
		model := map[uint64]bool{}
		for k := range uint64(seenSlots) { // with each step of these, different keys
			key, fits := k*apart, rng.IntN(2) == 0
			if _, known := s.find(key); known {
				t.Fatalf("keys %#x apart: number %d is known before it is added", apart, k)
			}
			before := s.n
			if s.add(key, fits); s.n > before {
				model[key] = fits
			}
			for key, fits := range model {
				if f, known := s.find(key); !known || f != fits {
					t.Fatalf("keys %#x apart: %#x has %v, %v, want %v, true", apart, key, f, known, fits)
				}
			}
		}
		if len(model) < seenSlots/2 {
			t.Errorf("keys %#x apart: it remembers %d", apart, len(model))
		}
	}
}
