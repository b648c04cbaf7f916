package strided_test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	strided "github.com/stridecopy/stridecopy/copy"
)

// General is what RawMatrix of a gonum matrix returns.
type General struct {
	Rows, Cols int
	Data       []float64
	Stride     int
}

func ExampleFromMatrix() {
	m := General{Rows: 2, Cols: 2, Stride: 3, Data: []float64{1, 2, 0, 3, 4, 0}}
	t, _ := strided.FromMatrix(m).Permute()
	c, err := t.Contiguous()
	fmt.Println(c.Data, err)
	// Output: [1 3 2 4] <nil>
}

// Dense has the methods of a gorgonia tensor that matter.
type Dense struct {
	shape, strides []int
	data           []float32
}

func (d *Dense) Shape() []int   { return d.shape }
func (d *Dense) Strides() []int { return d.strides }
func (d *Dense) Data() any      { return d.data }

func ExampleFromTensor() {
	t := &Dense{shape: []int{3, 2}, strides: []int{1, 3}, data: []float32{1, 2, 3, 4, 5, 6}}
	a, err := strided.FromTensor[float32](t)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := a.Contiguous()
	fmt.Println(c.Data, err)
	// Output: [1 4 2 5 3 6] <nil>
}

func ExampleFromShape() {
	data, shape := []float32{1, 2, 3, 4, 5, 6}, []int64{1, 3, 2}
	a, err := strided.FromShape(data, shape)
	fmt.Println(a.Shape, err)
	// Output: [1 3 2] <nil>
}

func ExampleFromByteStrides() {
	data, shape, strides := []float64{1, 2, 3, 4, 5, 6}, []int64{2, 3}, []int64{24, 8}
	a, err := strided.FromByteStrides(data, shape, strides)
	fmt.Println(a.Shape, a.Strides, err)
	// Output: [2 3] [3 1] <nil>
}

func ExampleFromImage() {
	img := image.NewRGBA(image.Rect(0, 0, 2, 1))
	img.Set(0, 0, color.RGBA{10, 20, 30, 255})
	img.Set(1, 0, color.RGBA{11, 21, 31, 255})

	pixels, err := strided.FromImage(img) // 1 x 2 x 4
	if err != nil {
		fmt.Println(err)
		return
	}
	rgb, _ := pixels.Slice(2, 0, 3, 1)
	planes, _ := rgb.Permute(2, 0, 1)
	batch := strided.Of(make([]uint8, 6), 1, 3, 1, 2) // NCHW
	first, _ := batch.Index(0, 0)
	err = first.CopyFrom(planes)
	fmt.Println(batch.Data, err)
	// Output: [10 11 20 21 30 31] <nil>
}

// Any image, such as the paletted ones of PNG files: what has no channels of bytes is
// drawn into one that has.
func ExampleFromImage_any() {
	var img image.Image = image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{color.NRGBA{1, 2, 3, 255}})

	pixels, err := strided.FromImage(img)
	if err != nil {
		drawn := image.NewNRGBA(img.Bounds())
		draw.Draw(drawn, drawn.Rect, img, img.Bounds().Min, draw.Src)
		pixels, err = strided.FromImage(drawn)
	}
	fmt.Println(pixels.Shape, pixels.Data, err)
	// Output: [1 2 4] [1 2 3 255 1 2 3 255] <nil>
}

func ExampleFromYCbCr() {
	img := image.NewYCbCr(image.Rect(0, 0, 640, 480), image.YCbCrSubsampleRatio420)
	y, cb, cr := strided.FromYCbCr(img)
	fmt.Println(y.Shape, cb.Shape, cr.Shape)
	// Output: [480 640] [240 320] [240 320]
}
