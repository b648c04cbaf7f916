package strided

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var load = flag.Duration("load", time.Second, "how long 64 goroutines share plans")

// large returns the plan of a transpose of n x n items of 4 bytes, its source, and
// what it makes of that.
func large(t testing.TB, n int, o Options) (p *Plan, src, want []byte) {
	t.Helper()
	sl, err := C(4, n, n).Permute(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = NewPlan(C(4, n, n), sl, o); err != nil {
		t.Fatal(err)
	}
	src, want = make([]byte, 4*n*n), make([]byte, 4*n*n)
	for k := range src {
		src[k] = byte(uint32(k) * 2654435761 >> 13)
	}
	one, err := NewPlan(C(4, n, n), sl, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := one.Run(want, src); err != nil {
		t.Fatal(err)
	}
	return p, src, want
}

// TestWorkers runs every kind of plan by several goroutines.
func TestWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for name, c := range chunkCases(t) {
		for _, streaming := range []Streaming{StreamNever, StreamAlways} {
			o := Options{Workers: 3, Streaming: streaming}
			p, err := NewPlan(c[0], c[1], o)
			if err != nil {
				t.Fatal(name, err)
			}
			if len(p.loops) > 0 {
				p.workers = 3 // however small it is
			}
			one, err := NewPlan(c[0], c[1], o.alone())
			if err != nil {
				t.Fatal(name, err)
			}
			src := make([]byte, p.src.hi)
			for k := range src {
				src[k] = byte(k*k>>8 + k)
			}
			got, want := make([]byte, p.dst.hi), make([]byte, p.dst.hi)
			if err := p.Run(got, src); err != nil {
				t.Fatal(name, err)
			}
			if err := one.Run(want, src); err != nil {
				t.Fatal(name, err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: wrong with 3 workers; %s", name, p)
			}
		}
	}
}

// TestWorkersOverlap has workers in the options of a copy within one memory.
func TestWorkersOverlap(t *testing.T) {
	p, src, want := large(t, 1024, Options{Workers: 4})
	if err := p.Run(src, src); err != nil || !bytes.Equal(src, want) {
		t.Errorf("in place: error %v", err)
	}
	memory := make([]byte, 3<<20+1)
	for k := range memory {
		memory[k] = byte(k * k >> 7)
	}
	moved := slices.Clone(memory)
	copy(moved[1:], memory[:3<<20])
	row, err := NewPlan(C(1, 3<<20), C(1, 3<<20), Options{Workers: 4})
	if err != nil {
		t.Fatal(err)
	}
	if err := row.Run(memory[1:], memory[:3<<20]); err != nil || !bytes.Equal(memory, moved) {
		t.Errorf("moved by a byte: error %v", err)
	}
}

// TestWorkersStart counts the goroutines of copies: none for small ones, nor for one
// processor, and no more than the options and the processors allow.
func TestWorkersStart(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, c := range []struct{ n, workers, processors, want int }{
		{64, 8, 4, 1}, {256, 8, 4, 1}, {1024, 0, 4, 1}, {1024, 1, 4, 1}, {1024, 2, 4, 2},
		{1024, 8, 4, 4}, {1024, 8, 1, 1}, {1024, math.MaxInt, 3, 3},
	} {
		runtime.GOMAXPROCS(c.processors)
		calls := 0
		execute := func(n int, f func(int)) {
			calls = n
			for i := range n {
				f(i)
			}
		}
		p, src, want := large(t, c.n, Options{Workers: c.workers, Executor: execute})
		if c.workers == 0 { // with an executor that means all processors
			p.opts.Executor, p.workers = nil, 0
			p.workers = p.usefulWorkers()
		}
		got := make([]byte, len(want))
		if err := p.Run(got, src); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%+v: error %v, or wrong", c, err)
		}
		if max(calls, 1) != min(c.want, runtime.GOMAXPROCS(0)) { // WebAssembly has one whatever it is set to
			t.Errorf("%+v: %d workers", c, calls)
		}
	}
}

// TestWorkersBeside copies the right half of every row of a matrix to the left half: the
// two lie in one slice, but share no byte.
func TestWorkersBeside(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const n, half = 2048, 4096
	calls := 0
	execute := func(n int, f func(int)) {
		calls = n
		for i := range n {
			f(i)
		}
	}
	left := Layout{ItemSize: 1, Shape: []int{n, half}, Strides: []int{2 * half, 1}}
	right := left
	right.Offset = half
	p, err := NewPlan(left, right, Options{Workers: 2, Executor: execute})
	if err != nil {
		t.Fatal(err)
	}
	matrix := make([]byte, n*2*half)
	for k := range matrix {
		matrix[k] = byte(k % 251)
	}
	want := bytes.Clone(matrix)
	for row := range n {
		copy(want[row*2*half:][:half], want[row*2*half+half:])
	}
	if err := p.Run(matrix, matrix); err != nil || !bytes.Equal(matrix, want) {
		t.Errorf("error %v, or wrong", err)
	}
	if calls != min(2, runtime.GOMAXPROCS(0)) && runtime.GOMAXPROCS(0) > 1 {
		t.Errorf("%d workers", calls)
	}
}

// TestWorkersStack copies from an array on the stack, which others must not see.
func TestWorkersStack(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	p, err := NewPlan(C(8, 300000, 8), Layout{ItemSize: 8, Shape: []int{300000, 8}, Strides: []int{0, 8}}, Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]byte, p.Bytes())
	var src [64]byte
	for k := range src {
		src[k] = byte(k + 1)
	}
	if p.workers != 2 {
		t.Error("no workers")
	}
	if err := p.Run(dst, src[:]); err != nil || !bytes.Equal(dst, bytes.Repeat(src[:], 300000)) {
		t.Errorf("error %v, or wrong", err)
	}
}

// TestWorkersEnd runs many copies and counts the goroutines afterwards.
func TestWorkersEnd(t *testing.T) {
	p, src, want := large(t, 1024, Options{Workers: 2})
	before := runtime.NumGoroutine()
	got := make([]byte, len(want))
	for range 100 {
		if err := p.Run(got, src); err != nil {
			t.Fatal(err)
		}
	}
	// A goroutine is counted for a moment after it said that it is done.
	for k := 0; runtime.NumGoroutine() > before && k < 100; k++ {
		time.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

// TestExecutorPanics has executors that fail in several ways; the panic arrives and
// nothing hangs.
func TestExecutorPanics(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("one processor, as in WebAssembly: nothing goes to an executor")
	}
	for name, execute := range map[string]func(int, func(int)){
		"before": func(int, func(int)) { panic("stop") },
		"between": func(n int, f func(int)) {
			f(0)
			panic("stop")
		},
		"beside": func(n int, f func(int)) {
			var started sync.WaitGroup
			started.Add(1)
			go func() { started.Done(); f(1) }()
			started.Wait()
			panic("stop")
		},
	} {
		p, src, _ := large(t, 1024, Options{Workers: 3, Executor: execute})
		func() {
			defer func() {
				if v := recover(); v != "stop" {
					t.Errorf("%s: recovered %v", name, v)
				}
			}()
			p.Run(make([]byte, len(src)), src)
			t.Errorf("%s: no panic", name)
		}()
	}
	// One that runs only some of what it is given leaves the rest to the caller.
	lazy := func(n int, f func(int)) {}
	p, src, want := large(t, 1024, Options{Workers: 3, Executor: lazy})
	got := make([]byte, len(want))
	if err := p.Run(got, src); err != nil || !bytes.Equal(got, want) {
		t.Errorf("lazy executor: error %v, or wrong", err)
	}
}

// TestWorkerPanics has a worker panic, in the function that reports progress, and
// recovers it from the run.
func TestWorkerPanics(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	p, src, want := large(t, 1024, Options{Workers: 2})
	for k := range 20 {
		calls := 0
		func() {
			defer func() {
				if v := recover(); v != "enough" {
					t.Errorf("recovered %v", v)
				}
			}()
			p.RunContext(context.Background(), make([]byte, len(want)), src, func(done, total int) {
				if calls++; calls > k%5 {
					panic("enough")
				}
			})
			t.Error("no panic")
		}()
	}
}

// TestLoad has 64 goroutines share plans, each on memory of its own, and checks every
// result by its hash.
func TestLoad(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	type shared struct {
		plan *Plan
		src  []byte
		want [sha256.Size]byte
	}
	var plans []shared
	for _, c := range []struct{ n, workers int }{{16, 1}, {64, 2}, {100, 1}, {300, 2}, {520, 3}, {640, 4}} {
		p, src, want := large(t, c.n, Options{Workers: c.workers})
		p.workers = c.workers // however small it is
		plans = append(plans, shared{p, src, sha256.Sum256(want)})
	}
	end := time.Now().Add(*load)
	var runs, wrong atomic.Int64
	var all sync.WaitGroup
	for seed := range uint64(64) {
		all.Add(1)
		go func() {
			defer all.Done()
			r := rand.New(rand.NewPCG(seed, 1))
			for time.Now().Before(end) {
				s := &plans[r.IntN(len(plans))]
				dst := make([]byte, s.plan.Bytes())
				var err error
				switch r.IntN(3) {
				case 0:
					err = s.plan.Run(dst, s.src)
				case 1:
					_, err = s.plan.RunContext(context.Background(), dst, s.src, nil)
				case 2:
					for _, i := range r.Perm(s.plan.Chunks()) {
						err = errors.Join(err, s.plan.RunChunk(i, dst, s.src))
					}
				}
				if err != nil || sha256.Sum256(dst) != s.want {
					wrong.Add(1)
				}
				runs.Add(1)
			}
		}()
	}
	all.Wait()
	t.Logf("%d runs by 64 goroutines in %v, %d wrong", runs.Load(), *load, wrong.Load())
	if wrong.Load() > 0 {
		t.Errorf("%d wrong", wrong.Load())
	}
}
