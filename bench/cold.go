package main

import (
	"time"

	"github.com/stridecopy/stridecopy/copy"
)

// coldCopy times copies of c, from src, into memory that nobody has touched: what a
// program pays that allocates its result. Getting and giving back the memory is not
// counted.
func coldCopy(c *Case, src []byte) *contender {
	plan, err := strided.NewPlan(c.dst(), c.src(), strided.Options{})
	if err != nil {
		panic(err) // it was planned before
	}
	return &contender{elapse: func(n int) (sum time.Duration) {
		for range n {
			dst, free, err := fresh(c.DstBytes)
			if err != nil {
				return time.Hour // no memory: ends its part of the competition
			}
			start := time.Now()
			plan.Run(dst, src)
			sum += time.Since(start)
			free()
		}
		return sum
	}}
}
