package strided_test

import (
	"fmt"

	strided "github.com/stridecopy/stridecopy/copy"
)

func ExampleOf() {
	a := strided.Of([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	t, err := a.Permute() // 3 x 2, the same memory
	at, _ := t.Position(2, 0)
	fmt.Println(t.Shape, t.Data[at], err)
	// Output: [3 2] 3 <nil>
}

func ExampleArray() {
	frame := []uint8{ // two rows of two RGB pixels and two bytes of padding
		1, 2, 3, 4, 5, 6, 0, 0,
		7, 8, 9, 10, 11, 12, 0, 0,
	}
	pixels := strided.Array[uint8]{Data: frame, Shape: []int{2, 2, 3}, Strides: []int{8, 3, 1}}
	planes, err := pixels.Permute(2, 0, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	dst := strided.Of(make([]uint8, 12), 3, 2, 2)
	err = dst.CopyFrom(planes)
	fmt.Println(dst.Data, err)
	// Output: [1 4 7 10 2 5 8 11 3 6 9 12] <nil>
}

func ExampleArray_Layout() {
	every2nd := strided.Array[float32]{Data: make([]float32, 6), Offset: 1, Shape: []int{3}, Strides: []int{2}}
	l, err := every2nd.Layout()
	fmt.Println(l.ItemSize, l.Offset, l.Shape, l.Strides, err)
	// Output: 4 4 [3] [8] <nil>
}

func ExampleArray_Position() {
	a := strided.Of([]int{1, 2, 3, 4, 5, 6}, 2, 3)
	at, err := a.Position(1, 0)
	a.Data[at] = 40
	fmt.Println(a.Data, err)
	// Output: [1 2 3 40 5 6] <nil>
}

func ExampleArray_CopyFrom() {
	canvas := strided.Of(make([]int, 12), 3, 4)
	rows, _ := canvas.Slice(0, 1, 2, 1)
	window, _ := rows.Slice(1, 1, 2, 1) // rows 1 and 2, columns 1 and 2
	err := window.CopyFrom(strided.Of([]int{1, 2, 3, 4}, 2, 2))
	fmt.Println(canvas.Data[:4], canvas.Data[4:8], canvas.Data[8:], err)
	// Output: [0 0 0 0] [0 1 2 0] [0 3 4 0] <nil>
}

func ExampleArray_Contiguous() {
	t, _ := strided.Of([]int{1, 2, 3, 4, 5, 6}, 2, 3).Permute()
	c, err := t.Contiguous()
	fmt.Println(c.Data, c.Shape, err)
	// Output: [1 4 2 5 3 6] [3 2] <nil>
}

func ExampleArray_Permute() {
	a := strided.Of(make([]int, 24), 2, 3, 4)
	v, err := a.Permute(2, 0, 1)
	fmt.Println(v.Shape, v.Strides, err)
	// Output: [4 2 3] [1 12 4] <nil>
}

func ExampleArray_Slice() {
	a := strided.Of([]int{0, 1, 2, 3, 4, 5, 6, 7}, 8)
	v, _ := a.Slice(0, 6, 3, -2)
	c, err := v.Contiguous()
	fmt.Println(c.Data, err)
	// Output: [6 4 2] <nil>
}

func ExampleArray_Index() {
	a := strided.Of([]int{1, 2, 3, 4, 5, 6}, 2, 3)
	column, _ := a.Index(1, 2)
	c, err := column.Contiguous()
	fmt.Println(c.Data, c.Shape, err)
	// Output: [3 6] [2] <nil>
}

func ExampleArray_Flip() {
	v, _ := strided.Of([]int{1, 2, 3, 4, 5, 6}, 2, 3).Flip(0)
	c, err := v.Contiguous()
	fmt.Println(c.Data, err)
	// Output: [4 5 6 1 2 3] <nil>
}

func ExampleArray_Broadcast() {
	row := strided.Of([]int{1, 2, 3}, 3)
	v, _ := row.Broadcast(2, 3)
	c, err := v.Contiguous()
	fmt.Println(c.Data, err)
	// Output: [1 2 3 1 2 3] <nil>
}

func ExampleArray_NewAxis() {
	column, err := strided.Of([]int{1, 2, 3}, 3).NewAxis(1)
	fmt.Println(column.Shape, err)
	// Output: [3 1] <nil>
}

func ExampleArray_View() {
	t, _ := strided.Of(make([]int, 6), 2, 3).Permute()
	v, err := t.View(3, 2, 1)
	fmt.Println(v.Shape, err)
	_, err = t.View(6)
	fmt.Println(err)
	// Output:
	// [3 2 1] <nil>
	// strided: bad shape: the strides allow no view of the new shape
}

func ExampleArray_Reshape() {
	t, _ := strided.Of([]int{1, 2, 3, 4, 5, 6}, 2, 3).Permute()
	r, err := t.Reshape(2, -1) // has to copy
	fmt.Println(r.Data, r.Shape, err)
	// Output: [1 4 2 5 3 6] [2 3] <nil>
}
