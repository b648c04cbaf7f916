package strided

import (
	"testing"

	"github.com/stridecopy/stridecopy/asm/asmtest"
)

// TestMergeInside streams transposes whose destination rows are cut into chunks that
// end within a tile, from memory that ends where the source does.
func TestMergeInside(t *testing.T) {
	const cols, most = 100, 1550
	from, to := asmtest.New(t, most*cols*16), asmtest.New(t, most*cols*16)
	for _, size := range []int{1, 2, 4, 8, 16} {
		for _, rows := range []int{513, 527, 528, 529, 600, 1000, 1023, 1030, 1100, 1537, most} {
			sl, err := C(size, rows, cols).Permute(1, 0)
			if err != nil {
				t.Fatal(err)
			}
			p, err := NewPlan(C(size, cols, rows), sl, Options{Streaming: StreamAlways})
			if err != nil {
				t.Fatal(err)
			}
			src, dst := from.Tail(p.bytes), to.Tail(p.bytes)
			for ; p != nil; p = p.offEdge {
				if at, faulted := asmtest.Fault(func() { p.run(dst, src) }); faulted {
					t.Errorf("%d x %d: %s: fault at %#x", rows, cols, p, at)
				}
			}
		}
	}
}
