package strided

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestRunContext checks the figures that a run to the end reports.
func TestRunContext(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for _, workers := range []int{1, 2} {
		p, src, want := large(t, 1023, Options{Workers: workers})
		got := make([]byte, len(want))
		last, calls := 0, 0
		done, err := p.RunContext(context.Background(), got, src, func(done, total int) {
			if done <= last || done > total || total != p.Bytes() {
				t.Errorf("progress %d of %d after %d", done, total, last)
			}
			last = done
			calls++
		})
		if err != nil || done != p.Bytes() || last != done || calls != p.Chunks() || !bytes.Equal(got, want) {
			t.Errorf("%d workers: done %d, last progress %d of %d, %d calls, error %v", workers, done, last, p.Bytes(), calls, err)
		}
	}
}

// TestCancel ends copies on the way and compares what was done with what they say.
func TestCancel(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for _, workers := range []int{1, 2} {
		p, src, want := large(t, 1024, Options{Workers: workers})
		for stop := 1; stop < p.Chunks()-workers; stop += 4 {
			ctx, cancel := context.WithCancel(context.Background())
			got := make([]byte, len(want))
			calls := 0
			done, err := p.RunContext(ctx, got, src, func(int, int) {
				if calls++; calls == stop {
					cancel()
				}
			})
			cancel()
			if !errors.Is(err, context.Canceled) || done <= 0 || done >= p.Bytes() {
				t.Fatalf("stopped after %d chunks: done %d, error %v", stop, done, err)
			}
			if calls > stop+workers {
				t.Errorf("%d workers ran %d chunks after the end", workers, calls-stop)
			}
			copied := 0
			for k := 0; k < len(got); k += 4 {
				switch {
				case bytes.Equal(got[k:k+4], want[k:k+4]):
					copied += 4
				case !bytes.Equal(got[k:k+4], make([]byte, 4)):
					t.Fatal("an item is wrong")
				}
			}
			// Items of zeros look copied.
			if copied < done || copied > done+len(want)/1000 {
				t.Errorf("%d bytes were copied, %d reported", copied, done)
			}
		}
	}
}

// TestCancelItems ends dense copies after each chunk; no item is copied in part.
func TestCancelItems(t *testing.T) {
	for _, size := range []int{3, 9, 12, 40, 4099, 70000} {
		l := C(size, 3<<20/size)
		p, err := NewPlan(l, l, Options{})
		if err != nil {
			t.Fatal(err)
		}
		src, dst := bytes.Repeat([]byte{1}, p.Bytes()), make([]byte, p.Bytes())
		for stop := 1; stop < p.Chunks(); stop++ {
			clear(dst)
			ctx, cancel := context.WithCancel(context.Background())
			calls := 0
			done, err := p.RunContext(ctx, dst, src, func(int, int) {
				if calls++; calls == stop {
					cancel()
				}
			})
			if !errors.Is(err, context.Canceled) || done%size != 0 || bytes.Count(dst, []byte{1}) != done {
				t.Fatalf("%d bytes an item: done %d, error %v", size, done, err)
			}
			for at := 0; at < len(dst); at += size {
				if n := bytes.Count(dst[at:at+size], []byte{1}); n != 0 && n != size {
					t.Fatalf("%d bytes of an item of %d", n, size)
				}
			}
		}
	}
}

// TestCancelSoon measures how long a large copy goes on after its end.
func TestCancelSoon(t *testing.T) {
	if testing.Short() {
		t.Skip("needs 128 MiB")
	}
	p, src, _ := large(t, 4096, Options{})
	dst := make([]byte, len(src))
	best := time.Hour
	for range 10 {
		ctx, cancel := context.WithCancel(context.Background())
		var at atomic.Int64
		start := time.Now()
		go func() {
			time.Sleep(2 * time.Millisecond)
			at.Store(int64(time.Since(start)))
			cancel()
		}()
		_, err := p.RunContext(ctx, dst, src, nil)
		took := time.Since(start) - time.Duration(at.Load())
		if errors.Is(err, context.Canceled) {
			best = min(best, took)
		}
		cancel()
	}
	t.Logf("stopped %v after cancellation, at best of 10", best)
	if best > time.Millisecond && !raceEnabled {
		t.Errorf("stopping took %v", best)
	}
}

func TestRunContextErrors(t *testing.T) {
	p, src, _ := large(t, 64, Options{})
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	dst := make([]byte, len(src))
	if n, err := p.RunContext(ended, dst, src, nil); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("ended before: %d, %v", n, err)
	}
	if n, err := p.RunContext(context.Background(), dst[1:], src, nil); n != 0 || !errors.Is(err, ErrBounds) {
		t.Errorf("short dst: %d, %v", n, err)
	}
	if !bytes.Equal(dst, make([]byte, len(dst))) {
		t.Error("something was written")
	}
	if n, err := p.RunContext(context.Background(), src, src, nil); n != p.Bytes() || err != nil {
		t.Errorf("in place: %d, %v", n, err)
	}
}
