package cpu

import "testing"

func TestLastLevel(t *testing.T) {
	for _, tc := range []struct {
		intel    bool
		l3, want int
	}{
		{false, 96 << 20, 96 << 20},
		{true, 12 << 20, 12 << 20},
		{true, 260 << 20, 32 << 20},
		{true, 0, 32 << 20},
		{false, -1, 32 << 20},
	} {
		if got := lastLevel(tc.intel, tc.l3); got != tc.want {
			t.Errorf("lastLevel(%v, %d) = %d, want %d", tc.intel, tc.l3, got, tc.want)
		}
	}
}
