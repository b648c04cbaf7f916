package strided_test

import (
	"errors"
	"fmt"

	strided "github.com/stridecopy/stridecopy/copy"
)

func ExampleFlip() {
	src := []int{1, 2, 3, 4, 5, 6}
	dst := make([]int, 6)
	err := strided.Flip(dst, src, []int{2, 3}, 1) // mirror every row
	fmt.Println(dst, err)
	// Output: [3 2 1 6 5 4] <nil>
}

func ExampleBroadcast() {
	bias := []float32{1, 2, 3}
	dst := make([]float32, 6)
	err := strided.Broadcast(dst, bias, []int{3}, 2, 3) // the same for two rows
	fmt.Println(dst, err)
	// Output: [1 2 3 1 2 3] <nil>
}

func ExampleTile() {
	dst := make([]int, 12)
	err := strided.Tile(dst, []int{1, 2, 3}, []int{3}, 2, 2)
	fmt.Println(dst[:6], dst[6:], err)
	// Output: [1 2 3 1 2 3] [1 2 3 1 2 3] <nil>
}

func ExamplePad() {
	src := []int{1, 2, 3, 4} // 2 x 2
	dst := make([]int, 4*3)
	err := strided.Pad(dst, src, []int{2, 2}, 9, [2]int{1, 1}, [2]int{0, 1})
	fmt.Println(dst[:3], dst[3:6], dst[6:9], dst[9:], err)
	// Output: [9 9 9] [1 2 9] [3 4 9] [9 9 9] <nil>
}

func ExampleTake() {
	table := []float32{0, 0, 1, 10, 2, 20, 3, 30} // four embeddings of two numbers
	tokens := []int32{3, 1, 1}
	dst := make([]float32, 6)
	err := strided.Take(dst, table, []int{4, 2}, 0, tokens)
	fmt.Println(dst, err)
	// Output: [3 30 1 10 1 10] <nil>
}

func ExamplePut() {
	dst := make([]int, 6) // 2 x 3
	err := strided.Put(dst, []int{1, 2, 3, 4}, []int{2, 3}, 1, []int{2, 0})
	fmt.Println(dst[:3], dst[3:], err)
	// Output: [2 0 1] [4 0 3] <nil>
}

func ExampleConcat() {
	a, b := []int{1, 2}, []int{3, 4, 5, 6} // 2 x 1 and 2 x 2
	dst := make([]int, 6)
	err := strided.Concat(dst, [][]int{a, b}, []int{2, 3}, 1)
	fmt.Println(dst[:3], dst[3:], err)
	// Output: [1 3 4] [2 5 6] <nil>
}

func ExampleStack() {
	rows := [][]int{{1, 2, 3}, {4, 5, 6}}
	matrix, transposed := make([]int, 6), make([]int, 6)
	err := errors.Join(
		strided.Stack(matrix, rows, []int{3}, 0),
		strided.Stack(transposed, rows, []int{3}, 1))
	fmt.Println(matrix, transposed, err)
	// Output: [1 2 3 4 5 6] [1 4 2 5 3 6] <nil>
}

func ExampleSplit() {
	src := []int{1, 2, 3, 4, 5, 6} // 2 x 3
	left, right := make([]int, 2), make([]int, 4)
	err := strided.Split([][]int{left, right}, src, []int{2, 3}, 1)
	fmt.Println(left, right, err)
	// Output: [1 4] [2 3 5 6] <nil>
}

func ExampleInterleave() {
	left, right := []int16{1, 2, 3}, []int16{-1, -2, -3}
	stereo := make([]int16, 6)
	err := strided.Interleave(stereo, [][]int16{left, right})
	fmt.Println(stereo, err)
	// Output: [1 -1 2 -2 3 -3] <nil>
}

func ExampleDeinterleave() {
	rgb := []uint8{10, 20, 30, 11, 21, 31} // two pixels
	r, g, b := make([]uint8, 2), make([]uint8, 2), make([]uint8, 2)
	err := strided.Deinterleave([][]uint8{r, g, b}, rgb)
	fmt.Println(r, g, b, err)
	// Output: [10 11] [20 21] [30 31] <nil>
}

func ExampleRearrange() {
	image := []int{ // 2 x 4 pixels of one channel
		1, 2, 3, 4,
		5, 6, 7, 8,
	}
	patches := make([]int, 8)
	err := strided.Rearrange(patches, image, "(h p) (w q) c -> (h w) (p q c)",
		strided.Axis("h", 1), strided.Axis("p", 2), strided.Axis("q", 2), strided.Axis("c", 1))
	fmt.Println(patches[:4], patches[4:], err)

	err = strided.Rearrange(patches, image, "h w -> w c", strided.Axis("h", 2))
	fmt.Println(err)
	// Output:
	// [1 2 5 6] [3 4 7 8] <nil>
	// strided: bad pattern: "h w -> w c": at byte 0, "h": stands on the left only
}

func ExampleAxis() {
	stereo := []int{1, -1, 2, -2, 3, -3}
	planes := make([]int, 6)
	err := strided.Rearrange(planes, stereo, "(n c) -> c n", strided.Axis("c", 2))
	fmt.Println(planes, err)
	// Output: [1 2 3 -1 -2 -3] <nil>
}

func ExampleArray_RearrangeFrom() {
	heads := strided.Of(make([]int, 8), 2, 2, 2)               // head, token, number
	tokens := strided.Of([]int{1, 2, 3, 4, 5, 6, 7, 8}, 2, 4)  // token, head and number
	err := heads.RearrangeFrom(tokens, "... (h d) -> h ... d") // h and d follow from the shapes
	fmt.Println(heads.Data, err)
	// Output: [1 2 5 6 3 4 7 8] <nil>
}

func ExampleNewRearrange() {
	// 128 tokens of 12 heads of 64 float32, on up to 4 goroutines
	tokens, heads := strided.C(4, 128, 12*64), strided.C(4, 12, 128, 64)
	plan, err := strided.NewRearrange(heads, tokens, strided.Options{Workers: 4}, "t (h d) -> h t d")
	if err != nil {
		fmt.Println(err)
		return
	}
	dst, src := make([]byte, plan.Bytes()), make([]byte, plan.Bytes())
	fmt.Println(plan.Bytes(), plan.Run(dst, src))
	// Output: 393216 <nil>
}

// The result of a pattern is made without knowing its shape beforehand.
func ExampleLayout_Rearrange() {
	image := []uint8{1, 2, 3, 4, 5, 6, 7, 8} // 2 x 4
	view, shape, err := strided.C(1, 2, 4).Rearrange("h (w q) -> w (h q)", strided.Axis("q", 2))
	if err != nil {
		fmt.Println(err)
		return
	}
	patches := make([]uint8, len(image))
	err = strided.Gather(patches, image, view)
	fmt.Println(patches, shape, err)
	// Output: [1 2 5 6 3 4 7 8] [2 4] <nil>
}
