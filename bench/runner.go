package main

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/stridecopy/stridecopy/copy"
)

// errWrong marks a copy that differs from the reference loop.
var errWrong = errors.New("wrong result")

// A runner times cases in one arena.
type runner struct {
	*arena
	budget   time.Duration // for each thing that is timed, in each case
	cold     bool          // copies into fresh memory too
	variants []variant
	rivals   *rivals
	notes    []string // what rivals got wrong
}

// run verifies and times a case in every variant, and returns a result for each.
func (r *runner) run(c *Case) ([]Result, error) {
	dst, src := r.dst[:c.DstBytes], r.src[:c.SrcBytes]
	want := r.want[:c.DstBytes]
	fill(want, untouched)
	reference(want, src, c, 0, c.DstOffset, c.SrcOffset)

	results := make([]Result, len(r.variants))
	var all []*contender
	for i, v := range r.variants {
		plan, err := strided.NewPlan(c.dst(), c.src(), strided.Options{Without: v.without, Workers: v.workers})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		fill(dst, untouched)
		if err := plan.Run(dst, src); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		if !bytes.Equal(dst, want) {
			return nil, fmt.Errorf("%s (%s): %w: byte %d differs; plan %s", c.Name, v.word, errWrong, firstDifference(dst, want), plan)
		}
		_, predicted := plan.Predict()
		results[i] = Result{Name: c.Name, Family: c.Family, ItemSize: c.ItemSize, Payload: c.Payload,
			Kernel: plan.Kernel(), Plan: plan.String(), Workers: v.workers, Features: v.word, Predicted: predicted, explain: plan.Explain()}
		all = append(all, planned(plan, dst, src))
	}
	y := r.yardsticks(c)
	found, notes := r.rivals.contenders(c, dst, want)
	r.notes = append(r.notes, notes...)
	field := append(all, y.all()...)
	for _, name := range r.rivals.names {
		if contender := found[name]; contender != nil {
			field = append(field, contender)
		}
	}
	compete(field, r.budget)
	for i := range results {
		results[i].NsMin, results[i].NsMedian = all[i].min(), all[i].median()
		y.record(&results[i])
		results[i].Rivals = minima(found)
	}
	return results, nil
}

// yardsticks are the copies that ours are held against; all but the
// first two and naive are nil where they say nothing.
type yardsticks struct{ dense, builtin, stream, naive, oneshot, cold *contender }

// minStream is the payload in bytes from which streaming stores are timed.
const minStream = 256 << 10

func (r *runner) yardsticks(c *Case) yardsticks {
	dst, src := r.dst[:c.Payload], r.src[:c.Payload]
	naive := newNaive(c)
	y := yardsticks{
		dense: r.dense(c, strided.StreamNever),
		builtin: local(func(n int) {
			for range n {
				copy(dst, src)
			}
		}),
		naive: local(func(n int) {
			for range n {
				naive.run(r.dst, r.src)
			}
		}),
	}
	if c.Payload >= minStream {
		y.stream = r.dense(c, strided.StreamAlways)
	}
	if c.Family == "small" {
		dl, sl := c.dst(), c.src()
		y.oneshot = local(func(n int) {
			for range n {
				strided.Copy(r.dst, dl, r.src, sl)
			}
		})
	}
	if r.cold {
		y.cold = coldCopy(c, r.src[:c.SrcBytes])
	}
	return y
}

// dense is a copy of the payload of c without gaps, by one worker at the best
// level: the same yardstick for every option.
func (r *runner) dense(c *Case, s strided.Streaming) *contender {
	layout := strided.C(c.ItemSize, c.Payload/c.ItemSize)
	plan, err := strided.NewPlan(layout, layout, strided.Options{Streaming: s})
	if err != nil {
		panic(err) // the case was checked, and this one is simpler
	}
	return planned(plan, r.dst[:c.Payload], r.src[:c.Payload])
}

// planned times a plan that has run on these slices before without an error.
func planned(plan *strided.Plan, dst, src []byte) *contender {
	return local(func(n int) {
		for range n {
			plan.Run(dst, src)
		}
	})
}

func (y *yardsticks) all() []*contender {
	all := []*contender{y.dense, y.builtin, y.naive}
	if y.stream != nil {
		all = append(all, y.stream)
	}
	if y.oneshot != nil {
		all = append(all, y.oneshot)
	}
	if y.cold != nil {
		all = append(all, y.cold)
	}
	return all
}

func (y *yardsticks) record(r *Result) {
	r.DenseNs, r.CopyNs, r.NaiveNs = y.dense.min(), y.builtin.min(), y.naive.min()
	if y.stream != nil {
		r.StreamNs = y.stream.min()
	}
	if y.oneshot != nil {
		r.OneshotNs = y.oneshot.min()
	}
	if y.cold != nil {
		r.ColdNs = y.cold.min()
	}
}

// reference is the meaning of a case.
func reference(dst, src []byte, c *Case, axis, d, s int) {
	if axis == len(c.Shape) {
		copy(dst[d:d+c.ItemSize], src[s:s+c.ItemSize])
		return
	}
	for i := range c.Shape[axis] {
		reference(dst, src, c, axis+1, d+i*c.DstStrides[axis], s+i*c.SrcStrides[axis])
	}
}

// minima returns the times of rivals, but not of those that failed on the way.
func minima(rivals map[string]*contender) map[string]float64 {
	ns := map[string]float64{}
	for name, c := range rivals {
		if m := c.min(); m < float64(time.Hour) {
			ns[name] = m
		}
	}
	return ns
}

func firstDifference(a, b []byte) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}
