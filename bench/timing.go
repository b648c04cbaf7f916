package main

import (
	"slices"
	"time"
)

// A contender is one of the things that are timed against each other.
type contender struct {
	elapse  func(n int) time.Duration // runs n times and says how long they took
	reps    int                       // runs a batch
	warm    bool                      // an untimed batch goes before each turn
	spent   time.Duration
	samples []float64 // ns a run
}

// local is a contender of this process.
func local(run func(n int)) *contender {
	return &contender{elapse: func(n int) time.Duration {
		start := time.Now()
		run(n)
		return time.Since(start)
	}}
}

const (
	minBatch  = 20 * time.Microsecond // far above the cost of reading the clock
	longBatch = 10 * time.Millisecond // a run this long has no cache to find warm
	rounds    = 8                     // among which a budget is divided
)

// compete times the contenders in rounds, a turn of each after the other, so that
// whatever else the machine does meets all of them alike. A contender leaves when
// it has used up its budget and has enough samples.
func compete(contenders []*contender, budget time.Duration) {
	for _, c := range contenders {
		c.calibrate()
	}
	for again := true; again; {
		again = false
		for _, c := range contenders {
			if c.spent < budget || len(c.samples) < c.enough() {
				c.turn(budget / rounds)
				again = true
			}
		}
	}
}

// calibrate finds the number of runs that fill a batch. Its own runs are the
// first ones, for which nothing is warm; they count only where nothing ever is.
func (c *contender) calibrate() {
	c.reps = 1
	for {
		elapsed := c.elapse(c.reps)
		switch {
		case elapsed >= longBatch:
			c.record(elapsed)
			return
		case elapsed >= minBatch:
			c.warm = true
			return
		}
		// Aim past the mark; the first runs may be many times too slow.
		c.reps = int(float64(c.reps)*min(8, 1.2*float64(minBatch)/float64(max(elapsed, 1)))) + 1
	}
}

// turn takes samples for so long. They follow each other without a pause, and after
// an untimed batch: the contender before may have pushed the buffers out of the
// caches, as streaming stores do.
func (c *contender) turn(length time.Duration) {
	if c.warm {
		c.elapse(c.reps)
	}
	for end := c.spent + length; ; {
		c.record(c.elapse(c.reps))
		if c.spent >= end {
			return
		}
	}
}

func (c *contender) record(elapsed time.Duration) {
	c.spent += elapsed
	c.samples = append(c.samples, float64(elapsed.Nanoseconds())/float64(c.reps))
}

// enough is the number of samples below which a minimum means little, less where
// each one takes long.
func (c *contender) enough() int {
	switch {
	case len(c.samples) == 0:
		return 1
	case c.samples[0] > 300e6:
		return 1
	case c.samples[0] > 100e6:
		return 2
	case c.samples[0] > 20e6:
		return 3
	}
	return 7
}

func (c *contender) min() float64 { return slices.Min(c.samples) }

func (c *contender) median() float64 {
	slices.Sort(c.samples)
	return c.samples[len(c.samples)/2]
}
