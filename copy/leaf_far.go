package strided

import (
	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// Single items that lie far apart, each in a cache line and a page of its own.

const (
	farStep  = 2048 // bytes; items at multiples of it share one set of the first-level cache or two
	farItems = 1024 // items so far apart whose pages no second-level TLB may hold
)

// pause returns the cycles from each item of the loop to the next, or 0 where nothing is gained
// by waiting. The core would else have so many misses under way that they keep each other
// from the page walkers and, where misses collide, from the cache set: columns of a matrix
// then take half the time or less. Where all lines that are stored to share one set, they
// take longer to come and go.
func pause(l asm.Loop, m cpu.Memory) int {
	collide, many := !m.TakesMisses, !m.TakesWalks && l.N > farItems
	dst, src := l.N > 1 && l.Dst%farStep == 0, l.N > 1 && l.Src != 0 && l.Src%farStep == 0
	oneSet := dst && l.Dst%(2*farStep) == 0
	switch {
	case oneSet && collide:
		return 16
	case many && !collide && l.Dst >= 2*farStep:
		return 8
	case dst, src && collide, many && abs(l.Src) >= farStep:
		return 4
	}
	return 0
}
