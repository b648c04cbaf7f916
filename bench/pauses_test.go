package main

import (
	"os"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

// TestPauses runs the command for a moment and counts its lines.
func TestPauses(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if status := run([]string{"pauses", "-size", "1", "-time", "5ms"}, out, os.Stderr); status != exitOK {
		t.Fatalf("exit status %d", status)
	}
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n != 9 {
		t.Errorf("%d lines:\n%s", n, text)
	}
	for _, args := range [][]string{{"-size", "0"}, {"-size", "9999999"}, {"-time", "0s"}, {"file"}} {
		if status := run(append([]string{"pauses"}, args...), out, out); status != exitUsage {
			t.Errorf("%v: exit status %d", args, status)
		}
	}
}

func TestQuantile(t *testing.T) {
	h := &metrics.Float64Histogram{Counts: []uint64{0, 98, 1, 0, 1}, Buckets: []float64{0, 1, 2, 3, 4, 5}}
	for share, want := range map[float64]time.Duration{0.5: 2 * time.Second, 0.99: 3 * time.Second, 1: 5 * time.Second} {
		if got := quantile(h, 100, share); got != want {
			t.Errorf("%g: %v, not %v", share, got, want)
		}
	}
}
