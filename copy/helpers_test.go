package strided

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestHelped checks that every part of a job is run once, or not at all where the caller was
// done before, by many callers at a time.
func TestHelped(t *testing.T) {
	var callers sync.WaitGroup
	for range 8 {
		callers.Add(1)
		go func() {
			defer callers.Done()
			for range 200 {
				var left, runs [4]atomic.Int32
				left[0].Store(100)
				work := func(k int) {
					for left[0].Add(-1) >= 0 {
						runtime.Gosched()
					}
					runs[k].Add(1)
				}
				helped(4, work, func() { work(0) })
				for k := range runs {
					if n := runs[k].Load(); n > 1 || k == 0 && n != 1 {
						t.Errorf("part %d was run %d times", k, n)
					}
				}
				if left[0].Load() > 0 {
					t.Error("returned before all was done")
				}
			}
		}()
	}
	callers.Wait()
}

// TestHelperTooLate checks that the caller does not wait for a helper that has not begun,
// and that this one then does nothing.
func TestHelperTooLate(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // the caller does not give way
	for range 100 {
		var begun atomic.Bool
		helped(2, func(int) { begun.Store(true) }, func() {})
		if begun.Load() {
			continue // the scheduler was faster than the caller
		}
		time.Sleep(5 * time.Millisecond)
		if begun.Load() {
			t.Error("the helper began after its job had ended")
		}
		return
	}
	t.Error("the helper always begins before its caller goes on")
}

// TestHelpersStayAndEnd checks that a helper serves the next job, too, and that helpers end
// when there is none.
func TestHelpersStayAndEnd(t *testing.T) {
	count := func() int {
		waiting.Lock()
		defer waiting.Unlock()
		return len(waiting.helpers)
	}
	stayed := false
	for k := 0; k < 1000 && !stayed; k++ {
		var begun atomic.Bool
		helped(2, func(int) { begun.Store(true) }, func() {
			for end := time.Now().Add(time.Second); !begun.Load() && time.Now().Before(end); {
				runtime.Gosched()
			}
		})
		stayed = count() > 0
	}
	if !stayed {
		t.Error("no helper waits after a job")
	}
	for end := time.Now().Add(10 * time.Second); count() > 0; {
		if time.Now().After(end) {
			t.Fatal("helpers wait for ever")
		}
		time.Sleep(time.Millisecond)
	}
}

// TestHelperExits checks that the caller does not wait for ever for a helper whose goroutine
// is ended.
func TestHelperExits(t *testing.T) {
	for range 100 {
		var begun atomic.Bool
		helped(2, func(int) {
			begun.Store(true)
			runtime.Goexit()
		}, func() {
			for end := time.Now().Add(time.Second); !begun.Load() && time.Now().Before(end); {
				runtime.Gosched()
			}
		})
	}
}
