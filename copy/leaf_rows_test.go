package strided

import (
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// TestShortLoopsGoAround shows that single items in pure Go are moved along the long
// loop, with the short one around it.
func TestShortLoopsGoAround(t *testing.T) {
	const n = 5000
	planes, err := C(1, n, 3).Permute()
	if err != nil {
		t.Fatal(err)
	}
	pixels, err := C(1, 3, n).Permute()
	if err != nil {
		t.Fatal(err)
	}
	reversed, err := C(1, n, 3).Flip(1)
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string][2]Layout{
		"deinterleave": {C(1, 3, n), planes},
		"interleave":   {C(1, n, 3), pixels},
		"reverse":      {C(1, n, 3), reversed},
	} {
		p, err := NewPlan(l[0], l[1], Options{Without: cpu.Detect()})
		if err != nil {
			t.Fatal(err)
		}
		if b := p.block; asm.Info(p.kernel).Op != asm.Items || b.Outer.N != 3 || b.Inner.N < n/64 {
			t.Errorf("%s: %v", name, p)
		}
	}
}
