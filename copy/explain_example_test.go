package strided_test

import (
	"fmt"
	"strings"

	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/cpu"
)

func ExamplePlan_Explain() {
	src, err := strided.C(8, 20, 30).Permute() // 30 x 20
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := strided.NewPlan(strided.C(8, 30, 20), src, strided.Options{Without: ^cpu.Features(0)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.SplitAfter(plan.Explain(), "\n")[0])
	// Output: copy     600 items of 8 bytes in loops 30 +160/+8, 20 +8/+240
}

func ExamplePlan_Predict() {
	plan, err := strided.NewPlan(strided.C(4, 1000), strided.C(4, 1000), strided.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	level, ns := plan.Predict()
	fmt.Println(level, ns > 0)
	// Output: L1 true
}
