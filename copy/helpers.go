package strided

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Goroutines that help with a job. To wake a sleeping processor takes up to 50 microseconds
// in a virtual machine, as long as it takes to copy some megabytes within the caches. So a
// helper stays for a while when its work is done, awake, and begins with the next job at
// once. One that has not begun when the caller is through with everything is not waited for.

const (
	helperStays = 100 * time.Microsecond // how long a helper waits for another job
	spins       = 1 << 14                // looks at a word in memory before something slower, some microseconds
)

// A task is the part of a helper in a job.
type task struct {
	claimed atomic.Bool // by the helper that begins with it, or by the caller who no longer wants it
	ended   atomic.Bool
	run     func()
	all     *sync.WaitGroup
}

// claim reports whether it is the first call for t.
func (t *task) claim() bool { return !t.claimed.Swap(true) }

func (t *task) end() {
	t.ended.Store(true)
	t.all.Done()
}

// helped runs f(1) to f(n-1) in helpers, as far as there is anything to do for them when
// own, which the caller runs meanwhile, returns.
func helped(n int, f func(k int), own func()) {
	all := new(sync.WaitGroup)
	all.Add(n - 1)
	tasks := make([]task, n-1)
	for k := range tasks {
		t := &tasks[k]
		t.run, t.all = func() { f(k + 1) }, all
		hire(t)
	}
	own()
	for k := range tasks {
		if t := &tasks[k]; t.claim() {
			t.end()
		}
	}
	for k := range tasks {
		for n := 0; n < spins && !tasks[k].ended.Load(); n++ {
		}
	}
	all.Wait()
}

// A helper is a goroutine that works for one job after the other.
type helper struct{ next atomic.Pointer[task] }

// waiting are the helpers without a task.
var waiting struct {
	sync.Mutex
	helpers []*helper
}

// hire hands t to the helper that has waited least, or to a new one.
func hire(t *task) {
	waiting.Lock()
	last := len(waiting.helpers) - 1
	if last < 0 {
		waiting.Unlock()
		go new(helper).serve(t)
		return
	}
	h := waiting.helpers[last]
	waiting.helpers = waiting.helpers[:last]
	waiting.Unlock()
	h.next.Store(t)
}

// serve does t and then what else h is hired for.
func (h *helper) serve(t *task) {
	for t != nil {
		h.do(t)
		t = h.wait()
	}
}

// do does t, unless its caller no longer wants it. The helper can be hired before the caller
// goes on, who else would find none for his next job; but not where t ends the goroutine, as
// what reports progress may.
func (h *helper) do(t *task) {
	if t.claim() {
		defer t.end()
		t.run()
	}
	waiting.Lock()
	defer waiting.Unlock()
	waiting.helpers = append(waiting.helpers, h)
}

// wait returns the next task, or nil when it is time to end.
func (h *helper) wait() *task {
	for end := time.Now().Add(helperStays); ; {
		for range spins / 16 {
			if t := h.next.Load(); t != nil {
				h.next.Store(nil)
				return t
			}
		}
		if time.Now().After(end) && h.leave() {
			return nil
		}
	}
}

// leave takes h from those that are waiting, unless it was hired.
func (h *helper) leave() bool {
	waiting.Lock()
	defer waiting.Unlock()
	k := slices.Index(waiting.helpers, h)
	if k >= 0 {
		waiting.helpers = slices.Delete(waiting.helpers, k, k+1)
	}
	return k >= 0
}
