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

func BenchmarkRGBAtoPlanes(b *testing.B) {
	const width, height = 1920, 1080
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7)
	}
	ours, loop, at := make([]uint8, 3*width*height), make([]uint8, 3*width*height), make([]uint8, 3*width*height)
	b.Run("strided", func(b *testing.B) {
		b.SetBytes(3 * width * height)
		pixels, _ := strided.FromImage(img)
		rgb, _ := pixels.Slice(2, 0, 3, 1)
		planes, _ := rgb.Permute(2, 0, 1)
		to := strided.Of(ours, 3, height, width)
		for b.Loop() {
			if err := to.CopyFrom(planes); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("loop over Pix", func(b *testing.B) {
		b.SetBytes(3 * width * height)
		const plane = width * height
		for b.Loop() {
			for i := range plane {
				p := img.Pix[4*i : 4*i+4]
				loop[i], loop[plane+i], loop[2*plane+i] = p[0], p[1], p[2]
			}
		}
	})
	b.Run("loop over At", func(b *testing.B) {
		b.SetBytes(3 * width * height)
		const plane = width * height
		for b.Loop() {
			for y := range height {
				for x := range width {
					c := img.RGBAAt(x, y)
					i := y*width + x
					at[i], at[plane+i], at[2*plane+i] = c.R, c.G, c.B
				}
			}
		}
	})
	if loop[0]+loop[1] != 0 && !slices.Equal(ours, loop) {
		b.Fatal("results differ")
	}
}
