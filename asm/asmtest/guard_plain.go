//go:build !linux && !darwin

package asmtest

// Protected reports whether the ends of a [Guard] are protected pages here.
const Protected = false

// allocate surrounds plain memory with canary bytes.
func (g *Guard) allocate(size int) (release func(), err error) {
	g.mem = make([]byte, margin+size+margin)
	g.lo, g.hi = margin, margin+size
	return func() {}, nil
}
