package strided_test

import (
	"errors"
	"fmt"

	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/cpu"
)

// The example of the README.
func Example() {
	hwc := []uint8{1, 2, 3, 10, 20, 30} // an image: 1 row, 2 pixels, 3 channels
	chw := make([]uint8, len(hwc))
	err := strided.Permute(chw, hwc, []int{1, 2, 3}, 2, 0, 1) // axis 2 comes first
	fmt.Println(chw, err)
	// Output: [1 10 2 20 3 30] <nil>
}

func ExampleCopy() {
	screen := []byte("..........\n..........\n..........\n") // 3 rows, 11 bytes apart
	sprite := []byte("abcd")                                 // 2 x 2
	window := strided.Layout{ItemSize: 1, Offset: 11 + 6, Shape: []int{2, 2}, Strides: []int{11, 1}}
	err := strided.Copy(screen, window, sprite, strided.C(1, 2, 2))
	fmt.Printf("%s%v\n", screen, err)

	window.Offset = 25
	err = strided.Copy(screen, window, sprite, strided.C(1, 2, 2))
	fmt.Println(errors.Is(err, strided.ErrBounds), err)
	// Output:
	// ..........
	// ......ab..
	// ......cd..
	// <nil>
	// true strided: out of bounds: dst reaches byte 38 of 33
}

// The two layouts may lie in one slice.
func ExampleCopy_overlapping() {
	line := []byte("strided.")
	err := strided.Copy(line, strided.Layout{ItemSize: 1, Offset: 1, Shape: []int{7}}, line, strided.C(1, 7))
	fmt.Printf("%s %v\n", line, err)
	// Output: sstrided <nil>
}

func ExampleGather() {
	pixels := []byte("RGBARGBARGBA")
	green := strided.Layout{ItemSize: 1, Offset: 1, Shape: []int{3}, Strides: []int{4}}
	dst := make([]byte, 3)
	err := strided.Gather(dst, pixels, green)
	fmt.Printf("%s %v\n", dst, err)
	// Output: GGG <nil>
}

func ExampleScatter() {
	pixels := []byte("RGB-RGB-RGB-")
	alpha := strided.Layout{ItemSize: 1, Offset: 3, Shape: []int{3}, Strides: []int{4}}
	err := strided.Scatter(pixels, alpha, []byte("xyz"))
	fmt.Printf("%s %v\n", pixels, err)
	// Output: RGBxRGByRGBz <nil>
}

func ExamplePermute() {
	pixels := []uint8{1, 10, 100, 2, 20, 200} // 1 x 2 pixels of 3 channels
	planes := make([]uint8, 6)
	err := strided.Permute(planes, pixels, []int{1, 2, 3}, 2, 0, 1)
	fmt.Println(planes, err)
	// Output: [1 2 10 20 100 200] <nil>
}

func ExampleTranspose() {
	src := []float64{
		1, 2, 3,
		4, 5, 6,
	}
	dst := make([]float64, 6)
	err := strided.Transpose(dst, src, 2, 3)
	fmt.Println(dst, err)
	// Output: [1 4 2 5 3 6] <nil>
}

func ExampleContiguous() {
	board := []int{
		1, 2, 3,
		4, 5, 6,
		7, 8, 9,
	}
	diagonal, err := strided.Contiguous(board, 0, []int{3}, []int{4})
	fmt.Println(diagonal, err)
	// Output: [1 5 9] <nil>
}

func ExampleBytes() {
	words := []uint32{0, 0}
	b := strided.Bytes(words)
	fmt.Println(len(b))
	for i := range b {
		b[i] = 1
	}
	fmt.Printf("%#x\n", words)
	// Output:
	// 8
	// [0x1010101 0x1010101]
}

func ExampleC() {
	l := strided.C(4, 2, 3)
	lo, hi, err := l.Extent()
	fmt.Println(l.Shape, lo, hi, err)
	// Output: [2 3] 0 24 <nil>
}

func ExampleFortran() {
	l := strided.Fortran(4, 2, 3)
	fmt.Println(l.Shape, l.Strides)
	// Output: [2 3] [4 8]
}

func ExampleLayout() {
	// The lower right quarter of a 4 x 6 matrix of float32, rows from the last up.
	l := strided.Layout{ItemSize: 4, Offset: (3*6 + 3) * 4, Shape: []int{2, 3}, Strides: []int{-24, 4}}
	fmt.Println(l.Check(4*6*4), l.Check(4*6*4-1))
	// Output: <nil> strided: out of bounds: layout reaches byte 96 of 95
}

func ExampleLayout_Rank() {
	fmt.Println(strided.C(8).Rank(), strided.C(8, 3, 4).Rank())
	// Output: 0 2
}

func ExampleLayout_Len() {
	fmt.Println(strided.C(8, 3, 4).Len())
	fmt.Println(strided.C(8, 3, -4).Len())
	// Output:
	// 12 <nil>
	// 0 strided: bad shape: layout: axis 1: negative extent -4
}

func ExampleLayout_Extent() {
	l := strided.Layout{ItemSize: 2, Offset: 30, Shape: []int{4}, Strides: []int{-8}}
	fmt.Println(l.Extent())
	// Output: 6 32 <nil>
}

func ExampleLayout_Check() {
	column := strided.Layout{ItemSize: 1, Shape: []int{3}, Strides: []int{10}}
	fmt.Println(column.Check(21), column.Check(20))
	// Output: <nil> strided: out of bounds: layout reaches byte 21 of 20
}

func ExampleLayout_Permute() {
	l, err := strided.C(1, 2, 3, 4).Permute(2, 0, 1)
	fmt.Println(l.Shape, l.Strides, err)
	_, err = strided.C(1, 2, 3, 4).Permute(2, 0, 2)
	fmt.Println(err)
	// Output:
	// [4 2 3] [1 12 4] <nil>
	// strided: bad axes: axis 2 stands twice
}

func ExampleLayout_Slice() {
	l, err := strided.C(1, 10).Slice(0, 9, 4, -2) // items 9, 7, 5, 3
	fmt.Println(l.Offset, l.Shape, l.Strides, err)
	// Output: 9 [4] [-2] <nil>
}

func ExampleLayout_Index() {
	l, err := strided.C(1, 5, 10).Index(0, 3) // the fourth row
	fmt.Println(l.Offset, l.Shape, l.Strides, err)
	// Output: 30 [10] [1] <nil>
}

func ExampleLayout_Flip() {
	l, err := strided.C(1, 5, 10).Flip(0) // upside down
	fmt.Println(l.Offset, l.Shape, l.Strides, err)
	// Output: 40 [5 10] [-10 1] <nil>
}

func ExampleLayout_Broadcast() {
	l, err := strided.C(4, 3).Broadcast(1000, 3) // the same three numbers in every row
	fmt.Println(l.Shape, l.Strides, err)
	// Output: [1000 3] [0 4] <nil>
}

func ExampleNewPlan() {
	frames, err := strided.C(2, 48000, 2).Permute() // stereo to two planes
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := strided.NewPlan(strided.C(2, 2, 48000), frames, strided.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	dst, src := make([]byte, plan.Bytes()), make([]byte, plan.Bytes())
	for range 3 { // as often as there is sound
		if err := plan.Run(dst, src); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(plan.Bytes())
	// Output: 192000
}

func ExamplePlan_Run() {
	plan, err := strided.NewPlan(strided.C(1, 2, 3), strided.Fortran(1, 2, 3), strided.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	dst := make([]byte, 6)
	err = plan.Run(dst, []byte("adbecf"))
	fmt.Printf("%s %v\n", dst, err)
	fmt.Println(plan.Run(dst, []byte("adbec")))
	// Output:
	// abcdef <nil>
	// strided: out of bounds: src reaches byte 6 of 5
}

func ExamplePlan_Bytes() {
	plan, err := strided.NewPlan(strided.C(12, 100, 7), strided.Fortran(12, 100, 7), strided.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Bytes())
	// Output: 8400
}

func ExamplePlan_Kernel() {
	dst, src := strided.C(4, 100, 100), strided.Fortran(4, 100, 100)
	pureGo, err := strided.NewPlan(dst, src, strided.Options{Without: ^cpu.Features(0)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pureGo.Kernel())
	// Output: transposeGeneric
}

func ExamplePlan_String() {
	column := strided.Layout{ItemSize: 4, Shape: []int{1000}, Strides: []int{36}}
	plan, err := strided.NewPlan(strided.C(4, 1000), column, strided.Options{Without: ^cpu.Features(0)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan)
	// Output: itemsGeneric 1000 +4/+36 items of 4 bytes
}
