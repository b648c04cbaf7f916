package strided

// A seenSet remembers the first boxes of a search, which comes by many of them again, and
// which ways it went from them: a hash table, since keys are as good as hashes.
type seenSet struct {
	n          int
	used, fits [seenSlots / 64]uint64 // the slots taken, and those with a kernel, a bit each
	keys       [seenSlots]uint64
}

const (
	seenBits  = 7
	seenSlots = 1 << seenBits
)

func (s *seenSet) clear() { s.n, s.used = 0, [seenSlots / 64]uint64{} }

// slot returns where key is, or would be.
func (s *seenSet) slot(key uint64) (at uint64, known bool) {
	for at = key >> (64 - seenBits); s.used[at/64]>>(at%64)&1 != 0; at = (at + 1) % seenSlots {
		if s.keys[at] == key {
			return at, true
		}
	}
	return at, false
}

// find returns whether there is a kernel for the box with a key, and whether it knows.
func (s *seenSet) find(key uint64) (fits, known bool) {
	at, known := s.slot(key)
	return known && s.fits[at/64]>>(at%64)&1 != 0, known
}

// add remembers a key that is not known, while there is room.
func (s *seenSet) add(key uint64, fits bool) {
	if s.n == seenSlots*3/4 {
		return
	}
	s.n++
	at, _ := s.slot(key)
	s.keys[at] = key
	bit := uint64(1) << (at % 64)
	s.used[at/64] |= bit
	s.fits[at/64] &^= bit
	if fits {
		s.fits[at/64] |= bit
	}
}
