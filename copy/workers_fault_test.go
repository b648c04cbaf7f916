//go:build linux || darwin

package strided

import (
	"runtime"
	"syscall"
	"testing"

	"github.com/stridecopy/stridecopy/asm/asmtest"
)

// TestWorkerFaults takes the second half of a source away, as happens to a mapped
// file that is cut off, and recovers the fault of whichever worker meets it.
func TestWorkerFaults(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector knows Go's memory only")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const size = 8 << 20
	src, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skip(err)
	}
	defer syscall.Munmap(src)
	if err := syscall.Mprotect(src[size/2:], syscall.PROT_NONE); err != nil {
		t.Skip(err)
	}
	p, err := NewPlan(C(1, size), C(1, size), Options{Workers: 2})
	if err != nil || p.workers != 2 {
		t.Fatalf("%d workers, error %v", p.workers, err)
	}
	dst := make([]byte, size)
	for range 10 {
		if _, faulted := asmtest.Fault(func() { p.Run(dst, src) }); !faulted {
			t.Fatal("no fault")
		}
	}
}
