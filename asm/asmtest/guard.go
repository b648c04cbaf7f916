package asmtest

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// margin is the number of bytes watched on the open side of a slice: enough for
// four of the widest vector stores.
const margin = 256

// A Guard is a block of memory whose ends are watched. On linux and darwin the
// pages before and after it may not be accessed, so that reading or writing one
// byte too many faults on the spot (see [Fault]). Elsewhere both ends carry
// canary bytes, and [Guard.Check] finds writes, though not reads.
//
// A Guard hands out one slice at a time, and is not safe for concurrent use.
type Guard struct {
	mem    []byte // everything that may be accessed
	lo, hi int    // the part of mem between the watched ends
	at, n  int    // the slice handed out last: mem[at:at+n]
	err    error  // what Check found about the slices before it
}

// New returns a Guard for slices of up to size bytes. It fails tb where the
// system refuses the memory, and when tb ends it checks and releases the Guard.
func New(tb testing.TB, size int) *Guard {
	tb.Helper()
	g := &Guard{}
	release, err := g.allocate(size)
	if err != nil {
		tb.Fatalf("asmtest: guarded memory of %d bytes: %v", size, err)
	}
	g.at = g.lo
	g.watch()
	tb.Cleanup(func() {
		if err := g.Check(); err != nil {
			tb.Error(err)
		}
		release()
	})
	return g
}

// Size returns the number of bytes of the longest slice that g can hand out.
func (g *Guard) Size() int { return g.hi - g.lo }

// Head returns n bytes that begin at the front guard. Their contents are
// arbitrary. The slice handed out before becomes invalid.
func (g *Guard) Head(n int) []byte { return g.slice(g.lo, n) }

// Tail returns n bytes that end at the back guard. Their contents are arbitrary.
// The slice handed out before becomes invalid.
func (g *Guard) Tail(n int) []byte { return g.slice(g.hi-n, n) }

func (g *Guard) slice(at, n int) []byte {
	if n < 0 || n > g.Size() {
		panic(fmt.Sprintf("asmtest: %d bytes of a guard that holds %d", n, g.Size()))
	}
	g.err = g.Check()
	g.at, g.n = at, n
	g.watch()
	return g.mem[at : at+n : at+n]
}

// sides returns the bounds of the watched bytes before and after the slice.
func (g *Guard) sides() [2][2]int {
	end := g.at + g.n
	return [2][2]int{{max(g.at-margin, 0), g.at}, {end, min(end+margin, len(g.mem))}}
}

// watch writes the pattern that Check expects.
func (g *Guard) watch() {
	for _, s := range g.sides() {
		fillFrom(g.mem[s[0]:s[1]], s[0], 0)
	}
}

// Check returns an error that names the first byte that was written outside a
// slice that g has handed out: within 256 bytes of it, as far as they are accessible.
func (g *Guard) Check() error {
	if g.err != nil {
		return g.err
	}
	for _, s := range g.sides() {
		for i := s[0]; i < s[1]; i++ {
			if g.mem[i] != pattern(i, 0) {
				return fmt.Errorf("asmtest: byte %d of a slice of %d bytes was written", i-g.at, g.n)
			}
		}
	}
	return nil
}

// Fault runs f and reports whether it touched memory that may not be accessed,
// and at which address: on s390x at which page, and 0 where the system does not say,
// as under emulators of ppc64le. Any other panic of f goes on.
// Where a Guard has no protected pages, f runs to its end.
func Fault(f func()) (addr uintptr, faulted bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch r := recover().(type) {
		case nil:
		case interface {
			runtime.Error
			Addr() uintptr
		}:
			addr, faulted = r.Addr(), true
		case runtime.Error:
			if !strings.Contains(r.Error(), "invalid memory address") {
				panic(r)
			}
			faulted = true
		default:
			panic(r)
		}
	}()
	f()
	return 0, false
}
