package strided

import (
	"bytes"
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// workersWeight is the weight from which a second goroutine is started. To wake a
// sleeping processor takes up to 50 microseconds in a virtual machine, as long as it
// takes to copy some megabytes within the caches.
const workersWeight = 3 << 20

// stackBytes is the size of the largest variable that compilers keep on the stack.
// What lies there must stay with its goroutine, since a stack moves when it grows.
const stackBytes = 128 << 10

// alone returns o for copies by the caller only.
func (o Options) alone() Options {
	o.Workers, o.Executor = 1, nil
	return o
}

// usefulWorkers returns how many goroutines the options allow and p is worth.
func (p *Plan) usefulWorkers() int {
	n := p.opts.Workers
	if n == 0 && p.opts.Executor != nil {
		n = math.MaxInt
	}
	if n <= 1 || len(p.loops) == 0 || p.weight() < workersWeight {
		return 1
	}
	return n
}

// runWorkers is run by several goroutines.
func (p *Plan) runWorkers(dst, src []byte) {
	v := p.variant(dst)
	c := v.divide()
	n := p.workersFor(&c, dst)
	if n == 1 {
		p.run(dst, src)
		return
	}
	j := job{division: c}
	j.run(n, dst, src)
}

// workersFor returns how many goroutines are to run the pieces of a division.
func (p *Plan) workersFor(c *division, dst []byte) int {
	if p.workers <= 1 || len(dst) <= stackBytes {
		return 1
	}
	return min(p.workers, c.n, runtime.GOMAXPROCS(0))
}

// A job is one run of a plan piece by piece.
type job struct {
	division
	shares  []share
	faults  bool // what the caller has set with debug.SetPanicOnFault
	stopped atomic.Bool
	ctx     context.Context // ends the job early, if not nil

	mu       sync.Mutex
	done     int // payload of the pieces that were copied
	progress func(done, total int)
	panicked any // the first value that a worker panicked with
}

// A share is the range of pieces that one worker begins with: neighbours, so that
// what it moves is what its caches held at the run before. Who has finished his own
// share goes on with the others'.
type share struct {
	next atomic.Int64
	end  int
	_    [48]byte // a cache line each
}

// run copies all pieces by so many workers, of which the caller is one. It returns
// when all have ended, and panics if one of them did.
func (j *job) run(workers int, dst, src []byte) {
	j.shares = make([]share, workers)
	for k := range j.shares {
		s := &j.shares[k]
		s.next.Store(int64(j.n / workers * k))
		s.end = j.n / workers * (k + 1)
	}
	j.shares[workers-1].end = j.n
	j.faults = debug.SetPanicOnFault(false)
	debug.SetPanicOnFault(j.faults)
	if workers == 1 {
		j.work(0, dst, src)
	} else {
		j.start(workers, unescaped(dst), unescaped(src))
	}
	if j.panicked != nil {
		panic(j.panicked)
	}
}

// start runs the workers, which a destination on a stack must not reach. It stops
// them if the executor panics.
func (j *job) start(workers int, dst, src []byte) {
	defer j.stopped.Store(true)
	if len(src) <= stackBytes {
		src = bytes.Clone(src)
	}
	if execute := j.plan.opts.Executor; execute != nil {
		execute(workers, func(k int) { j.work(k, dst, src) })
		j.work(0, dst, src) // what an executor left out
		return
	}
	helped(workers, func(k int) { j.work(k, dst, src) }, func() { j.work(0, dst, src) })
}

// work copies pieces until none is left, those of share k first.
func (j *job) work(k int, dst, src []byte) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(j.faults))
	defer func() {
		if v := recover(); v != nil {
			j.fail(v)
		}
	}()
	for range j.shares {
		s := &j.shares[k%len(j.shares)]
		k++
		for !j.over() {
			i := int(s.next.Add(1) - 1)
			if i >= s.end {
				break
			}
			j.division.run(i, dst, src)
			j.finished(i)
		}
	}
}

// over reports whether no more pieces are to be begun.
func (j *job) over() bool {
	return j.stopped.Load() || j.ctx != nil && j.ctx.Err() != nil
}

// finished counts piece i.
func (j *job) finished(i int) {
	if j.ctx == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done += j.bytes(i)
	if j.progress != nil {
		j.progress(j.done, j.plan.bytes)
	}
}

// fail keeps what the first worker panicked with, and stops the others.
func (j *job) fail(v any) {
	j.stopped.Store(true)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.panicked == nil {
		j.panicked = v
	}
}
