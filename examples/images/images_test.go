// Package images shows the images of the standard library as strided.Arrays.
package images

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/examples/compare"
)

// A PNG becomes a picture of three planes, in the order NCHW.
func Example() {
	drawing := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	draw.Draw(drawing, drawing.Rect, image.NewUniform(color.NRGBA{200, 100, 50, 255}), image.Point{}, draw.Src)
	drawing.Set(1, 0, color.NRGBA{1, 2, 3, 128})
	var file bytes.Buffer
	if err := png.Encode(&file, drawing); err != nil {
		fmt.Println(err)
		return
	}

	img, err := png.Decode(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	pixels, err := strided.FromImage(img) // height x width x 4
	if err != nil {
		fmt.Println(err)
		return
	}
	rgb, err := pixels.Slice(2, 0, 3, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	batch := strided.Of(make([]uint8, 3*2*2), 1, 3, 2, 2)
	err = batch.RearrangeFrom(rgb, "h w c -> 1 c h w")
	fmt.Println(batch.Data[:4], batch.Data[4:8], batch.Data[8:], err)
	// Output: [200 1 200 200] [100 2 100 100] [50 3 50 50] <nil>
}

// A part of a picture in planes, as a decoded JPEG is: Cb and Cr have half the rows
// and columns of Y.
func Example_planes() {
	picture := image.NewYCbCr(image.Rect(0, 0, 5, 3), image.YCbCrSubsampleRatio420)
	for i := range picture.Y {
		picture.Y[i] = uint8(i)
	}
	part := picture.SubImage(image.Rect(2, 0, 5, 3)).(*image.YCbCr)

	y, cb, cr := strided.FromYCbCr(part)
	dense, err := y.Contiguous()
	fmt.Println(y.Shape, cb.Shape, cr.Shape, dense.Data, err)
	// Output: [3 3] [2 2] [2 2] [2 3 4 7 8 9 12 13 14] <nil>
}

func BenchmarkRGBAtoPlanes(b *testing.B) {
	const width, height, plane = 1920, 1080, 1920 * 1080
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7)
	}
	ours, theirs := make([]uint8, 3*plane), make([]uint8, 3*plane)
	pixels, err := strided.FromImage(img)
	if err != nil {
		b.Fatal(err)
	}
	rgb, err := pixels.Slice(2, 0, 3, 1)
	if err != nil {
		b.Fatal(err)
	}
	to := strided.Of(ours, 3, height, width)
	copied := func() error { return to.RearrangeFrom(rgb, "h w c -> c h w") }
	same := func() bool { return slices.Equal(ours, theirs) }
	b.Run("Pix", func(b *testing.B) {
		compare.Bench(b, 3*plane, "loop", func() error {
			for i := range plane {
				p := img.Pix[4*i : 4*i+4]
				theirs[i], theirs[plane+i], theirs[2*plane+i] = p[0], p[1], p[2]
			}
			return nil
		}, copied, same)
	})
	b.Run("At", func(b *testing.B) {
		compare.Bench(b, 3*plane, "loop", func() error {
			for y := range height {
				for x := range width {
					c := img.RGBAAt(x, y)
					i := y*width + x
					theirs[i], theirs[plane+i], theirs[2*plane+i] = c.R, c.G, c.B
				}
			}
			return nil
		}, copied, same)
	})
}

// BenchmarkYCbCrCrop takes the Y plane of the middle of a picture, transposed, as for
// a picture that was taken upright.
func BenchmarkYCbCrCrop(b *testing.B) {
	const width, height = 1280, 720
	whole := image.NewYCbCr(image.Rect(0, 0, 1920, 1080), image.YCbCrSubsampleRatio420)
	for i := range whole.Y {
		whole.Y[i] = uint8(i * 7)
	}
	img := whole.SubImage(image.Rect(320, 180, 320+width, 180+height)).(*image.YCbCr)
	ours, theirs := make([]uint8, width*height), make([]uint8, width*height)
	y, _, _ := strided.FromYCbCr(img)
	upright, err := y.Permute()
	if err != nil {
		b.Fatal(err)
	}
	to := strided.Of(ours, width, height)
	compare.Bench(b, width*height, "loop", func() error {
		for row := range height {
			for col, v := range img.Y[row*img.YStride:][:width] {
				theirs[col*height+row] = v
			}
		}
		return nil
	}, func() error {
		return to.CopyFrom(upright)
	}, func() bool { return slices.Equal(ours, theirs) })
}
