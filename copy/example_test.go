package strided_test

import (
	"fmt"

	strided "github.com/stridecopy/stridecopy/copy"
)

// The example of the README.
func Example() {
	hwc := []uint8{1, 2, 3, 10, 20, 30} // an image: 1 row, 2 pixels, 3 channels
	chw := make([]uint8, len(hwc))
	err := strided.Permute(chw, hwc, []int{1, 2, 3}, 2, 0, 1) // axis 2 comes first
	fmt.Println(chw, err)
	// Output: [1 10 2 20 3 30] <nil>
}
