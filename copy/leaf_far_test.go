package strided

import (
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

func TestPause(t *testing.T) {
	none, misses, walks := cpu.Memory{}, cpu.Memory{TakesMisses: true}, cpu.Memory{TakesWalks: true}
	for _, tc := range []struct {
		l    asm.Loop
		m    cpu.Memory
		want int
	}{
		{asm.Loop{N: 256, Dst: 4, Src: 4096}, none, 4},
		{asm.Loop{N: 256, Dst: 4, Src: 4096}, misses, 0},
		{asm.Loop{N: 256, Dst: 4, Src: -2048}, none, 4},
		{asm.Loop{N: 256, Dst: 4, Src: 4100}, none, 0},
		{asm.Loop{N: 256, Dst: 4, Src: 0}, none, 0},
		{asm.Loop{N: 2000, Dst: 4, Src: -4100}, none, 4},
		{asm.Loop{N: 2000, Dst: 4, Src: -4100}, misses, 4},
		{asm.Loop{N: 2000, Dst: 4, Src: -4100}, walks, 0},
		{asm.Loop{N: 2000, Dst: 4, Src: 4096}, walks, 4},
		{asm.Loop{N: 2000, Dst: 4100, Src: 4}, misses, 8},
		{asm.Loop{N: 2000, Dst: 4, Src: 2048}, misses, 4},
		{asm.Loop{N: 2000, Dst: 4, Src: 2000}, none, 0},
		{asm.Loop{N: 256, Dst: 2048, Src: 4}, misses, 4},
		{asm.Loop{N: 256, Dst: 4096, Src: 4}, misses, 4},
		{asm.Loop{N: 256, Dst: 4096, Src: 4}, none, 16},
		{asm.Loop{N: 2000, Dst: 8192, Src: 4}, none, 16},
		{asm.Loop{N: 2000, Dst: 8192, Src: 4}, misses, 8},
		{asm.Loop{N: 2000, Dst: 4100, Src: 4}, none, 0},
		{asm.Loop{N: 1, Dst: 4096, Src: 4096}, none, 0},
	} {
		if got := pause(tc.l, tc.m); got != tc.want {
			t.Errorf("pause(%v, %+v) = %d, want %d", tc.l, tc.m, got, tc.want)
		}
	}
}
