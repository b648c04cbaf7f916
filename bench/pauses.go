package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stridecopy/stridecopy/copy"
)

// pauses prints how long the garbage collector waits for all goroutines to stop,
// while one of them copies in a loop. Assembly cannot be stopped on the way, so that
// each call of it has to be short; the loop in Go and the builtin copy are there to
// compare with.
func pauses(args []string, stdout, stderr *os.File) error {
	f := flag.NewFlagSet("bench pauses", flag.ContinueOnError)
	f.SetOutput(stderr)
	size := f.Int("size", 1024, "MiB to copy at a time, in items of 4 bytes")
	duration := f.Duration("time", 3*time.Second, "`time` to copy, for each way of copying")
	if err := parseFlags(f, args); err != nil {
		return err
	}
	n := 0
	if *size > 0 && *size <= 1<<20 {
		n = int(math.Sqrt(float64(*size)*(1<<18))) &^ 63 // a square of items, whole lines
	}
	if n == 0 || *duration <= 0 || f.NArg() > 0 {
		return usageError{fmt.Errorf("-size has to be in 1..%d, -time positive, without other arguments", 1<<20)}
	}
	dst, src := make([]byte, 4*n*n), make([]byte, 4*n*n)
	for k := 0; k < len(src); k += 4096 {
		dst[k], src[k] = 1, 1 // pages of their own
	}
	idle := func(stop *atomic.Bool) {
		for !stop.Load() {
			time.Sleep(time.Millisecond)
		}
	}
	fmt.Fprintf(stdout, "stopping all goroutines for the garbage collector (/sched/pauses/stopping/gc:seconds), upper bounds\n")
	fmt.Fprintf(stdout, "%-28s %6s %10s %10s %10s\n", "beside", "pauses", "median", "99 %", "longest")
	pausesBeside(stdout, "nothing", *duration, idle)
	pausesBeside(stdout, "a Go loop", *duration, func(stop *atomic.Bool) {
		for !stop.Load() {
			for i := 0; i < len(dst) && i < 64<<20; i++ {
				dst[i] = src[i]
			}
		}
	})
	pausesBeside(stdout, "builtin copy, 1 MiB a call", *duration, func(stop *atomic.Bool) {
		for k := 0; !stop.Load(); k = (k + 1<<20) % len(dst) {
			copy(dst[k:min(k+1<<20, len(dst))], src[k:])
		}
	})
	square := strided.C(4, n, n)
	turned, err := square.Permute(1, 0)
	if err != nil {
		return err
	}
	even := strided.Layout{ItemSize: 4, Shape: []int{n, n / 2}, Strides: []int{4 * n, 8}}
	for _, c := range []struct {
		name     string
		dst, src strided.Layout
	}{
		{"a dense copy", square, square},
		{"a transpose", square, turned},
		{"every second item", strided.C(4, n, n/2), even},
	} {
		plan, err := strided.NewPlan(c.dst, c.src, strided.Options{})
		if err != nil {
			return err
		}
		pausesBeside(stdout, c.name, *duration, func(stop *atomic.Bool) {
			for !stop.Load() {
				plan.Run(dst, src)
			}
		})
	}
	shifted, err := strided.NewPlan(strided.C(1, len(dst)-1), strided.C(1, len(dst)-1), strided.Options{})
	if err != nil {
		return err
	}
	pausesBeside(stdout, "a dense copy, one byte on", *duration, func(stop *atomic.Bool) {
		for !stop.Load() {
			shifted.Run(dst[1:], dst)
		}
	})
	return nil
}

// pausesBeside forces garbage collections while work runs, and prints a line about
// the pauses that they needed.
func pausesBeside(w io.Writer, name string, d time.Duration, work func(stop *atomic.Bool)) {
	sample := []metrics.Sample{{Name: "/sched/pauses/stopping/gc:seconds"}}
	metrics.Read(sample)
	before := append([]uint64(nil), sample[0].Value.Float64Histogram().Counts...)
	var stop atomic.Bool
	var worker sync.WaitGroup
	worker.Add(1)
	go func() {
		defer worker.Done()
		work(&stop)
	}()
	for end := time.Now().Add(d); time.Now().Before(end); {
		runtime.GC()
	}
	stop.Store(true)
	worker.Wait()
	metrics.Read(sample)
	h := sample[0].Value.Float64Histogram()
	total := uint64(0)
	for k := range h.Counts {
		h.Counts[k] -= before[k]
		total += h.Counts[k]
	}
	fmt.Fprintf(w, "%-28s %6d %10v %10v %10v\n", name, total,
		quantile(h, total, 0.5), quantile(h, total, 0.99), quantile(h, total, 1))
}

// quantile returns the upper bound of the bucket that holds the given share of all
// pauses.
func quantile(h *metrics.Float64Histogram, total uint64, share float64) time.Duration {
	seen := uint64(0)
	for k, n := range h.Counts {
		if seen += n; n > 0 && float64(seen) >= share*float64(total) {
			return time.Duration(h.Buckets[k+1] * float64(time.Second)).Round(10 * time.Nanosecond)
		}
	}
	return 0
}
