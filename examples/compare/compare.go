// Package compare times two ways to the same result.
package compare

import "testing"

// Bench runs theirs, which is what a library does itself or the loops that stand in
// for it, and ours, each once to see that the results are the same, and then as the
// benchmarks called name and strided. The second reports how many times faster it is.
// The result has so many bytes.
func Bench(b *testing.B, bytes int64, name string, theirs, ours func() error, same func() bool) {
	for _, f := range []func() error{theirs, ours} {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
	if !same() {
		b.Fatal("the results differ")
	}
	before := run(b, name, bytes, theirs, 0)
	run(b, "strided", bytes, ours, before)
}

// run returns the nanoseconds that f takes, and reports those before over them.
func run(b *testing.B, name string, bytes int64, f func() error, before float64) (ns float64) {
	b.Run(name, func(b *testing.B) {
		b.SetBytes(bytes)
		for b.Loop() {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
		ns = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
		if before > 0 {
			b.ReportMetric(before/ns, "x-faster")
		}
	})
	return ns
}
