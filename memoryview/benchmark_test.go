package memoryview

import (
	"fmt"
	"slices"
	"testing"
	"time"

	strided "github.com/stridecopy/stridecopy/copy"
)

// matrixView is a View of the transpose of a matrix of float32 in C order.
func matrixView(tb testing.TB, rows, cols int) *View {
	tb.Helper()
	mem := make([]byte, rows*cols*4)
	for i := range mem {
		mem[i] = byte(i * 7)
	}
	v, err := FromBuffer(&Buffer{
		Buf: Pointer{Mem: mem}, Len: len(mem), ItemSize: 4, NDim: 2, Format: "f",
		Shape: []int{cols, rows}, Strides: []int{4, cols * 4},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// BenchmarkToContiguous compares the front door with the engine: the same 64 MiB,
// the same layout, the same destination, in turns. The figures are medians.
func BenchmarkToContiguous(b *testing.B) {
	v := matrixView(b, 4096, 4096)
	buf := v.Buffer()
	out := make([]byte, buf.Len)
	src := strided.Layout{ItemSize: 4, Shape: buf.Shape, Strides: buf.Strides}
	plan, err := strided.NewPlan(strided.C(4, buf.Shape...), src, strided.Options{})
	if err != nil {
		b.Fatal(err)
	}
	runs := []func() error{
		func() error { return ToContiguous(out, buf, OrderC) },
		func() error { return plan.Run(out, buf.Buf.Mem) },
	}
	times := make([][]time.Duration, len(runs))
	b.SetBytes(int64(2 * buf.Len))
	for b.Loop() {
		for i, run := range runs {
			start := time.Now()
			if err := run(); err != nil {
				b.Fatal(err)
			}
			times[i] = append(times[i], time.Since(start))
		}
	}
	median := func(t []time.Duration) float64 { slices.Sort(t); return float64(t[len(t)/2]) }
	view, engine := median(times[0]), median(times[1])
	b.ReportMetric(view/1e6, "view-ms")
	b.ReportMetric(engine/1e6, "engine-ms")
	b.ReportMetric(view/engine, "view/engine")
}

// BenchmarkGetContiguous is the whole call, with its new memory, down to the fixed
// cost of the smallest views.
func BenchmarkGetContiguous(b *testing.B) {
	for _, n := range []int{4, 64, 4096} {
		b.Run(fmt.Sprintf("%dx%d", n, n), func(b *testing.B) {
			v := matrixView(b, n, n)
			b.SetBytes(int64(2 * n * n * 4))
			b.ReportAllocs()
			for b.Loop() {
				w, err := GetContiguous(v, Read, OrderC)
				if err != nil {
					b.Fatal(err)
				}
				w.Release()
			}
		})
	}
}

// BenchmarkFromRows gathers a matrix whose rows have memory of their own.
func BenchmarkFromRows(b *testing.B) {
	rows := make([][]float32, 4096)
	for i := range rows {
		rows[i] = make([]float32, 4096)
	}
	r, err := FromRows(rows)
	if err != nil {
		b.Fatal(err)
	}
	v, err := FromObject(r)
	if err != nil {
		b.Fatal(err)
	}
	out := make([]byte, v.Buffer().Len)
	b.SetBytes(int64(2 * len(out)))
	b.Run("gather", func(b *testing.B) {
		b.SetBytes(int64(2 * len(out)))
		for b.Loop() {
			if err := ToContiguous(out, v.Buffer(), OrderC); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("copy", func(b *testing.B) {
		b.SetBytes(int64(2 * len(out)))
		for b.Loop() {
			for i, row := range rows {
				copy(out[i*4096*4:], strided.Bytes(row))
			}
		}
	})
}
