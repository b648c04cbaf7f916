package strided

import (
	"bytes"
	"testing"
)

// BenchmarkFacade runs every function beside the loops that users write by hand, on
// one picture of 480 x 640 x 3 items or arrays of that size, and compares the results.
func BenchmarkFacade(b *testing.B) {
	b.Run("uint8", benchFacade[uint8])
	b.Run("float32", benchFacade[float32])
}

func benchFacade[T Elem](b *testing.B) {
	const rows, cols, channels, side = 480, 640, 3, 640
	const n = rows * cols * channels
	shape := []int{rows, cols, channels}
	src, got, want := make([]T, n), make([]T, 2*n), make([]T, 2*n)
	fill := Bytes(src)
	for i := range fill {
		fill[i] = byte(i * 7 / 5)
	}
	planes := cut(src, []int{n / 3, n / 3, n / 3})
	lines := cut(src, equal(rows, cols*channels))
	index := make([]int32, rows)
	for i := range index {
		index[i] = int32(i * 77 % rows)
	}
	zero := *new(T)
	for _, c := range []struct {
		name string
		ours func(dst []T) error
		hand func(dst []T)
	}{
		{"permute", func(dst []T) error { return Permute(dst, src, shape, 2, 0, 1) }, func(dst []T) {
			for i := range n / channels {
				dst[i], dst[n/3+i], dst[2*n/3+i] = src[3*i], src[3*i+1], src[3*i+2]
			}
		}},
		{"transpose", func(dst []T) error { return Transpose(dst, src, rows, cols*channels) }, func(dst []T) {
			for y := range rows {
				for x := range cols * channels {
					dst[x*rows+y] = src[y*cols*channels+x]
				}
			}
		}},
		{"copy and transpose in place", func(dst []T) error {
			copy(dst, src[:side*side])
			return TransposeInPlace(dst, side, side)
		}, func(dst []T) {
			copy(dst, src[:side*side])
			for y := range side {
				for x := range y {
					dst[y*side+x], dst[x*side+y] = dst[x*side+y], dst[y*side+x]
				}
			}
		}},
		{"copy of contiguous", func(dst []T) error { // every second row, last column first
			c, err := Contiguous(src, (cols-1)*channels, []int{rows / 2, cols, channels}, []int{2 * cols * channels, -channels, 1})
			copy(dst, c)
			return err
		}, func(dst []T) {
			c := make([]T, 0, n/2)
			for y := 0; y < rows; y += 2 {
				for x := cols - 1; x >= 0; x-- {
					c = append(c, src[(y*cols+x)*channels:][:channels]...)
				}
			}
			copy(dst, c)
		}},
		{"copy of reshape", func(dst []T) error {
			t, err := Of(src, cols, rows*channels).Permute()
			if err != nil {
				return err
			}
			r, err := t.Reshape(-1)
			copy(dst, r.Data)
			return err
		}, func(dst []T) {
			c := make([]T, n)
			for i := range c {
				c[i] = src[i%cols*rows*channels+i/cols]
			}
			copy(dst, c)
		}},
		{"copy from a window", func(dst []T) error {
			w, err := Of(src, shape...).Slice(1, cols/4, cols/2, 1)
			if err != nil {
				return err
			}
			return Of(dst, rows, cols/2, channels).CopyFrom(w)
		}, func(dst []T) {
			const row = cols / 2 * channels
			for y := range rows {
				copy(dst[y*row:(y+1)*row], src[(y*cols+cols/4)*channels:])
			}
		}},
		{"flip", func(dst []T) error { return Flip(dst, src, shape, 1) }, func(dst []T) {
			for y := range rows {
				for x := range cols {
					for c := range channels {
						dst[(y*cols+x)*channels+c] = src[(y*cols+cols-1-x)*channels+c]
					}
				}
			}
		}},
		{"broadcast", func(dst []T) error { return Broadcast(dst, src, []int{cols, 1}, rows, cols, channels) }, func(dst []T) {
			for i := range n {
				dst[i] = src[i/channels%cols]
			}
		}},
		{"take rows", func(dst []T) error { return Take(dst, src, shape, 0, index) }, func(dst []T) {
			const row = cols * channels
			for k, i := range index {
				copy(dst[k*row:(k+1)*row], src[int(i)*row:])
			}
		}},
		{"take channels", func(dst []T) error { return Take(dst, src, shape, 2, []int{2, 1, 0}) }, func(dst []T) {
			for i := 0; i < n; i += channels {
				dst[i], dst[i+1], dst[i+2] = src[i+2], src[i+1], src[i]
			}
		}},
		{"put rows", func(dst []T) error { return Put(dst, src, shape, 0, index) }, func(dst []T) {
			const row = cols * channels
			for k, i := range index {
				copy(dst[int(i)*row:(int(i)+1)*row], src[k*row:])
			}
		}},
		{"concat columns", func(dst []T) error { return Concat(dst, planes, []int{rows, cols * channels}, 1) }, func(dst []T) {
			for y := range rows {
				for c, p := range planes {
					copy(dst[(y*channels+c)*cols:], p[y*cols:(y+1)*cols])
				}
			}
		}},
		{"split columns", func(dst []T) error {
			return Split([][]T{dst[:n/3], dst[n/3 : 2*n/3], dst[2*n/3 : n]}, src, []int{rows, cols * channels}, 1)
		}, func(dst []T) {
			for y := range rows {
				for c := range channels {
					copy(dst[c*n/3+y*cols:], src[(y*channels+c)*cols:(y*channels+c+1)*cols])
				}
			}
		}},
		{"stack last", func(dst []T) error { return Stack(dst, lines, []int{cols * channels}, 1) }, func(dst []T) {
			for y, line := range lines {
				for x, v := range line {
					dst[x*rows+y] = v
				}
			}
		}},
		{"interleave adjacent", func(dst []T) error {
			return Interleave(dst, [][]T{src[:n/3], src[n/3 : 2*n/3], src[2*n/3:]})
		}, func(dst []T) {
			r, g, b := src[:n/3], src[n/3:2*n/3], src[2*n/3:]
			for i := range r {
				dst[3*i], dst[3*i+1], dst[3*i+2] = r[i], g[i], b[i]
			}
		}},
		{"interleave", func(dst []T) error { return Interleave(dst, planes) }, func(dst []T) {
			r, g, b := planes[0], planes[1], planes[2]
			for i := range r {
				dst[3*i], dst[3*i+1], dst[3*i+2] = r[i], g[i], b[i]
			}
		}},
		{"deinterleave", func(dst []T) error {
			return Deinterleave([][]T{dst[:n/3], dst[n/3 : 2*n/3], dst[2*n/3 : n]}, src)
		}, func(dst []T) {
			r, g, b := dst[:n/3], dst[n/3:2*n/3], dst[2*n/3:n]
			for i := range r {
				r[i], g[i], b[i] = src[3*i], src[3*i+1], src[3*i+2]
			}
		}},
		{"tile", func(dst []T) error { return Tile(dst, src[:n/4], []int{rows / 2, cols / 2, channels}, 2, 2, 1) }, func(dst []T) {
			const row = cols / 2 * channels
			for y := range rows {
				line := src[y%(rows/2)*row:][:row]
				copy(dst[2*y*row:], line)
				copy(dst[(2*y+1)*row:], line)
			}
		}},
		{"pad", func(dst []T) error { return Pad(dst, src, shape, zero, [2]int{1, 1}, [2]int{1, 1}, [2]int{}) }, func(dst []T) {
			const row = cols * channels
			clear(dst[:(rows+2)*(cols+2)*channels])
			for y := range rows {
				copy(dst[((y+1)*(cols+2)+1)*channels:], src[y*row:(y+1)*row])
			}
		}},
		{"rearrange from", func(dst []T) error {
			return Of(dst, cols, rows*channels).RearrangeFrom(Of(src, shape...), "h w c -> w (c h)")
		}, func(dst []T) {
			for w := range cols {
				for c := range channels {
					for h := range rows {
						dst[(w*channels+c)*rows+h] = src[(h*cols+w)*channels+c]
					}
				}
			}
		}},
		{"rearrange", func(dst []T) error {
			return Rearrange(dst, src, "(h p) (w q) c -> (h w) (c p q)", Axis("h", rows/16), Axis("p", 16), Axis("q", 16), Axis("c", channels))
		}, func(dst []T) {
			i := 0
			for h := range rows / 16 {
				for w := range cols / 16 {
					for c := range channels {
						for p := range 16 {
							for q := range 16 {
								dst[i] = src[((h*16+p)*cols+w*16+q)*channels+c]
								i++
							}
						}
					}
				}
			}
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			clear(got)
			clear(want)
			b.Run("strided", func(b *testing.B) {
				b.SetBytes(int64(n * sizeOf[T]()))
				b.ReportAllocs()
				for b.Loop() {
					if err := c.ours(got); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("by hand", func(b *testing.B) {
				b.SetBytes(int64(n * sizeOf[T]()))
				for b.Loop() {
					c.hand(want)
				}
			})
			if !bytes.Equal(Bytes(got), Bytes(want)) && !idle(got) && !idle(want) {
				b.Error("the results differ")
			}
		})
	}
}

// idle reports whether a benchmark was not run.
func idle[T Elem](dst []T) bool {
	return len(bytes.TrimLeft(Bytes(dst), "\x00")) == 0
}
