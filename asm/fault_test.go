package asm_test

import (
	"runtime"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/asm/asmtest"
	"github.com/stridecopy/stridecopy/cpu"
)

// TestFaultInKernel gives every assembly kernel a source that ends too early and
// shows that the fault can be recovered from, while the collector runs and the
// stack grows with the kernel's frame still on it: so a file that is cut off while
// it is mapped can become an error.
func TestFaultInKernel(t *testing.T) {
	if !asmtest.Protected {
		t.Skip("memory has no protected ends here")
	}
	if raceEnabled {
		t.Skip("what is told to the race detector is checked against the source's length")
	}
	g := asmtest.New(t, simpleBytes)
	for _, k := range asm.Kernels() {
		if k.Needs == 0 || !cpu.Detect().Has(k.Needs) {
			continue
		}
		var s simple
		s.set(&k, 0)
		b := s.block()
		done := make(chan bool)
		go func() { // on a stack that is small at first
			_, faulted := asmtest.Fault(func() {
				defer func() {
					runtime.GC()
					descend(1000)
				}()
				asm.Call(k.ID, make([]byte, simpleBytes), 0, g.Tail(1), 0, s.size, &b)
			})
			done <- faulted
		}()
		if !<-done {
			t.Errorf("%s read past the end of its source", k.Name)
		}
	}
}

// descend uses so many frames of stack.
//
//go:noinline
func descend(frames int) byte {
	var pad [256]byte
	if frames > 0 {
		pad[frames%256] = descend(frames - 1)
	}
	return pad[7]
}
