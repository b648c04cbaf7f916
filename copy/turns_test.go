package strided

import "testing"

// TestWriteTurns walks tables of nests of loops, and compares where every turn lies with
// the sum of the steps that lead there.
func TestWriteTurns(t *testing.T) {
	plain := func(n, dst, src int) turn { return turn{n: n, dst: dst, src: src} }
	for _, loops := range [][]turn{
		{plain(1, 5, 7)},
		{plain(4, 16, -48)},
		{plain(3, 16, 48), plain(2, 100, -9), plain(3, 7, 1000)},
		{plain(3, 16, 48).withSlide(turn{dst: 40, src: 120})},
		{plain(1, 16, 48).withSlide(turn{dst: 9, src: -27})},
		{plain(3, 16, 48).withSlide(turn{dst: 40, src: 120}), plain(5, 100, -9), plain(2, 7, 1000)},
	} {
		turns := 1
		for _, l := range loops {
			turns *= l.n
		}
		table := make([]int, 2*turns)
		writeTurns(table, loops)
		d, s := 0, 0
		for o := range turns {
			dst, src := 0, 0
			for rest, k := o, 0; k < len(loops); k++ {
				l, at := loops[k], rest%loops[k].n
				rest /= l.n
				dst, src = dst+at*l.dst, src+at*l.src
				if l.slid && at == l.n-1 {
					dst, src = dst+l.slideDst, src+l.slideSrc
				}
			}
			if d != dst || s != src {
				t.Fatalf("%+v: turn %d at %d/%d, want %d/%d", loops, o, d, s, dst, src)
			}
			d, s = d+table[2*o], s+table[2*o+1]
		}
		if d != 0 || s != 0 {
			t.Errorf("%+v: the last turn leads to %d/%d", loops, d, s)
		}
	}
}
