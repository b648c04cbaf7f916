package strided

import (
	"testing"

	"github.com/stridecopy/stridecopy/asm"
)

func TestPause(t *testing.T) {
	for _, tc := range []struct {
		l           asm.Loop
		takesMisses bool
		want        int
	}{
		{asm.Loop{N: 256, Dst: 4, Src: 4096}, false, 4},
		{asm.Loop{N: 256, Dst: 4, Src: 4096}, true, 0},
		{asm.Loop{N: 256, Dst: 4, Src: -2048}, false, 4},
		{asm.Loop{N: 256, Dst: 4, Src: 4100}, false, 0},
		{asm.Loop{N: 256, Dst: 4, Src: 0}, false, 0},
		{asm.Loop{N: 2000, Dst: 4, Src: -4100}, false, 4},
		{asm.Loop{N: 2000, Dst: 4, Src: -4100}, true, 4},
		{asm.Loop{N: 2000, Dst: 4100, Src: 4}, true, 8},
		{asm.Loop{N: 2000, Dst: 4, Src: 2048}, true, 4},
		{asm.Loop{N: 2000, Dst: 4, Src: 2000}, false, 0},
		{asm.Loop{N: 256, Dst: 2048, Src: 4}, true, 4},
		{asm.Loop{N: 256, Dst: 4096, Src: 4}, true, 4},
		{asm.Loop{N: 256, Dst: 4096, Src: 4}, false, 16},
		{asm.Loop{N: 2000, Dst: 8192, Src: 4}, false, 16},
		{asm.Loop{N: 2000, Dst: 8192, Src: 4}, true, 8},
		{asm.Loop{N: 2000, Dst: 4100, Src: 4}, false, 0},
		{asm.Loop{N: 1, Dst: 4096, Src: 4096}, false, 0},
	} {
		if got := pause(tc.l, tc.takesMisses); got != tc.want {
			t.Errorf("pause(%v, %v) = %d, want %d", tc.l, tc.takesMisses, got, tc.want)
		}
	}
}
