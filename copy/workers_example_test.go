package strided_test

import (
	"context"
	"fmt"
	"sync"

	strided "github.com/stridecopy/stridecopy/copy"
)

// transposing returns the plan for the transpose of 1024 x 1024 items of 4 bytes, and
// memory for both sides.
func transposing(o strided.Options) (plan *strided.Plan, dst, src []byte) {
	turned, err := strided.C(4, 1024, 1024).Permute(1, 0)
	if err != nil {
		panic(err)
	}
	if plan, err = strided.NewPlan(strided.C(4, 1024, 1024), turned, o); err != nil {
		panic(err)
	}
	return plan, make([]byte, 4<<20), make([]byte, 4<<20)
}

func ExampleOptions_workers() {
	plan, dst, src := transposing(strided.Options{Workers: 4})
	fmt.Println(plan.Run(dst, src))
	// Output: <nil>
}

func ExampleOptions_executor() {
	// What a program has to run functions beside each other, a pool for example.
	execute := func(n int, f func(i int)) {
		var all sync.WaitGroup
		for i := range n {
			all.Add(1)
			go func() {
				defer all.Done()
				f(i)
			}()
		}
		all.Wait()
	}
	plan, dst, src := transposing(strided.Options{Executor: execute})
	fmt.Println(plan.Run(dst, src))
	// Output: <nil>
}

func ExamplePlan_RunChunk() {
	plan, dst, src := transposing(strided.Options{})
	var all sync.WaitGroup
	for half := range 2 {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := half; i < plan.Chunks(); i += 2 {
				if err := plan.RunChunk(i, dst, src); err != nil {
					fmt.Println(err)
				}
			}
		}()
	}
	all.Wait()
	fmt.Println(plan.Chunks() > 1)
	// Output: true
}

func ExamplePlan_RunContext() {
	plan, dst, src := transposing(strided.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done, err := plan.RunContext(ctx, dst, src, func(done, total int) {
		if done >= total/2 {
			cancel() // enough
		}
	})
	fmt.Printf("%.0f %%: %v\n", 100*float64(done)/float64(plan.Bytes()), err)
	// Output: 50 %: context canceled
}
