//go:build cgo

// Package onnx shows the tensors of onnxruntime_go as strided.Arrays. Its tests need
// the ONNX Runtime library: its path is in ONNXRUNTIME_LIB, and without it they are
// skipped.
package onnx

import (
	"image"
	"os"
	"slices"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/examples/compare"
	ort "github.com/yalue/onnxruntime_go"
)

// runtime starts ONNX Runtime, or skips the test.
func runtime(t testing.TB) {
	lib := os.Getenv("ONNXRUNTIME_LIB")
	if lib == "" {
		t.Skip("ONNXRUNTIME_LIB does not name the library")
	}
	if ort.IsInitialized() {
		return
	}
	ort.SetSharedLibraryPath(lib)
	if err := ort.InitializeEnvironment(); err != nil {
		t.Fatal(err)
	}
}

// fill writes the colours of an image to one picture of an input tensor in the order
// NCHW.
func fill(input *ort.Tensor[uint8], picture int, img image.Image) error {
	batch, err := strided.FromShape(input.GetData(), input.GetShape())
	if err != nil {
		return err
	}
	planes, err := batch.Index(0, picture)
	if err != nil {
		return err
	}
	pixels, err := strided.FromImage(img)
	if err != nil {
		return err
	}
	colours, err := pixels.Slice(2, 0, 3, 1)
	if err != nil {
		return err
	}
	return planes.RearrangeFrom(colours, "h w c -> c h w")
}

// byHand is fill as it is usually written.
func byHand(input *ort.Tensor[uint8], picture int, img *image.RGBA) {
	shape, data := input.GetShape(), input.GetData()
	height, width := int(shape[2]), int(shape[3])
	plane := height * width
	data = data[picture*3*plane:]
	for y := range height {
		for x := range width {
			p := img.Pix[y*img.Stride+4*x:]
			data[y*width+x], data[plane+y*width+x], data[2*plane+y*width+x] = p[0], p[1], p[2]
		}
	}
}

func testImage(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7)
	}
	return img
}

func TestFill(t *testing.T) {
	runtime(t)
	a, err := ort.NewEmptyTensor[uint8](ort.NewShape(2, 3, 5, 7))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Destroy()
	b, err := a.Clone()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Destroy()
	for picture := range 2 {
		img := testImage(7, 5)
		if err := fill(a, picture, img); err != nil {
			t.Fatal(err)
		}
		byHand(b, picture, img)
	}
	if !slices.Equal(a.GetData(), b.GetData()) {
		t.Errorf("got %v\nwant %v", a.GetData(), b.GetData())
	}
}

func BenchmarkFill(b *testing.B) {
	runtime(b)
	const width, height = 640, 480
	ours, err := ort.NewEmptyTensor[uint8](ort.NewShape(1, 3, height, width))
	if err != nil {
		b.Fatal(err)
	}
	defer ours.Destroy()
	theirs, err := ours.Clone()
	if err != nil {
		b.Fatal(err)
	}
	defer theirs.Destroy()
	img := testImage(width, height)
	compare.Bench(b, 3*width*height, "by hand", func() error {
		byHand(theirs, 0, img)
		return nil
	}, func() error {
		return fill(ours, 0, img)
	}, func() bool { return slices.Equal(ours.GetData(), theirs.GetData()) })
}
