package strided

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// A tinyCase is a copy whose fixed costs outweigh the moving.
type tinyCase struct {
	name   string
	dl, sl Layout
}

func tinyCases() []tinyCase {
	strides := func(size int, shape []int, strides ...int) Layout {
		return Layout{ItemSize: size, Shape: shape, Strides: strides}
	}
	return []tinyCase{
		{"4x4x4", C(4, 4, 4), strides(4, []int{4, 4}, 4, 16)},
		{"3x3x8", C(8, 3, 3), strides(8, []int{3, 3}, 8, 24)},
		{"2x3x4x4", C(4, 4, 3, 2), strides(4, []int{4, 3, 2}, 4, 16, 48)},
		{"8x8x1", C(1, 8, 8), strides(1, []int{8, 8}, 1, 8)},
		{"5x4-step2", C(4, 5), strides(4, []int{5}, 8)},
		{"rows4x8-pitch64", C(4, 4, 8), strides(4, []int{4, 8}, 64, 4)},
		{"2x8x8x2", C(2, 2, 8, 8), strides(2, []int{2, 8, 8}, 128, 2, 16)},
		{"16x16x4", C(4, 16, 16), strides(4, []int{16, 16}, 4, 64)},
		{"2x2x2x2x2x2x4", C(4, 2, 2, 2, 2, 2, 2), strides(4, []int{2, 2, 2, 2, 2, 2}, 4, 8, 16, 32, 64, 128)},
		{"dense64", C(1, 64), C(1, 64)},
	}
}

// BenchmarkTiny has the fixed costs: a prepared plan, a copy planned on the spot, the
// planning, and the loop that a programmer would write.
func BenchmarkTiny(b *testing.B) {
	for _, c := range tinyCases() {
		_, dhi, _ := c.dl.Extent()
		_, shi, _ := c.sl.Extent()
		dst, src := make([]byte, dhi), make([]byte, shi)
		p, err := NewPlan(c.dl, c.sl, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name+"/run", func(b *testing.B) {
			for b.Loop() {
				p.Run(dst, src)
			}
		})
		b.Run(c.name+"/copy", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Copy(dst, c.dl, src, c.sl)
			}
		})
		b.Run(c.name+"/plan", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewPlan(c.dl, c.sl, Options{})
			}
		})
		if x := c.sl.ItemSize; x&(x-1) == 0 {
			run := naive(&c.dl, &c.sl, dst, src)
			b.Run(c.name+"/naive", func(b *testing.B) {
				for b.Loop() {
					run()
				}
			})
		}
	}
}

// BenchmarkTinyTranspose is the typed function on the smallest matrices.
func BenchmarkTinyTranspose(b *testing.B) {
	var dst, src [64]float32
	for _, n := range []int{2, 3, 4, 8} {
		b.Run(fmt.Sprintf("%dx%d", n, n), func(b *testing.B) {
			for b.Loop() {
				Transpose(dst[:], src[:], n, n)
			}
		})
	}
}

// BenchmarkNewPlan plans permutations and slices of arrays of every rank, of about as
// many items, a different one in each turn.
func BenchmarkNewPlan(b *testing.B) {
	for rank := 1; rank <= 6; rank++ {
		for _, total := range []int{1 << 8, 1 << 16, 1 << 22} {
			pairs := plannedPairs(rank, total)
			b.Run(fmt.Sprintf("rank=%d/items=%d", rank, total), func(b *testing.B) {
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					c := &pairs[n%len(pairs)]
					n++
					if _, err := NewPlan(c.dl, c.sl, Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// plannedPairs returns copies of about total items: permuted, and every second one
// also out of a larger array.
func plannedPairs(rank, total int) []tinyCase {
	r := rand.New(rand.NewPCG(uint64(rank), uint64(total)))
	var all []tinyCase
	for range 64 {
		size := 1 << r.IntN(4)
		shape, pad := make([]int, rank), make([]int, rank)
		left := total
		for k := range shape {
			shape[k] = 2 + r.IntN(max(1, min(left/(1<<(rank-k)), 200)))
			left /= shape[k]
		}
		strides := make([]int, rank)
		step := size
		for k := rank - 1; k >= 0; k-- {
			pad[k] = len(all) % 2 * r.IntN(3)
			strides[k] = step
			step *= shape[k] + pad[k]
		}
		axes := r.Perm(rank)
		sl, err := Layout{ItemSize: size, Shape: shape, Strides: strides}.Permute(axes...)
		if err != nil {
			panic(err)
		}
		all = append(all, tinyCase{"", C(size, sl.Shape...), sl})
	}
	return all
}
