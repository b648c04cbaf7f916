package memoryview

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"
)

func TestFromImage(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	full := image.Rect(-3, 2, 8, 9)
	part := image.Rect(0, 3, 5, 8)
	channels := func(values ...any) []uint32 { // of one pixel
		out := make([]uint32, len(values))
		for i, v := range values {
			fmt.Sscan(fmt.Sprint(v), &out[i])
		}
		return out
	}
	for _, m := range []draw.Image{
		image.NewRGBA(full), image.NewNRGBA(full), image.NewRGBA64(full), image.NewNRGBA64(full), image.NewCMYK(full),
		image.NewGray(full), image.NewGray16(full), image.NewAlpha(full), image.NewAlpha16(full),
		image.NewPaletted(full, color.Palette{color.Black, color.White, color.Gray{7}}),
	} {
		for y := full.Min.Y; y < full.Max.Y; y++ {
			for x := full.Min.X; x < full.Max.X; x++ {
				m.Set(x, y, color.NRGBA64{uint16(r.Uint32()), uint16(r.Uint32()), uint16(r.Uint32()), uint16(r.Uint32())})
			}
		}
		sub := m.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(part)
		for _, img := range []image.Image{m, sub} {
			v, err := FromImage(img)
			if err != nil {
				t.Fatal(err)
			}
			if v.Base() != img || v.buf.ReadOnly || v.buf.Shape[0] != img.Bounds().Dy() || v.buf.Shape[1] != img.Bounds().Dx() {
				t.Errorf("%T: %+v", img, v.buf)
			}
			w, err := v.AsNative()
			if err != nil {
				t.Fatal(err)
			}
			for y := range img.Bounds().Dy() {
				for x := range img.Bounds().Dx() {
					var want []uint32
					switch c := img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y).(type) {
					case color.RGBA:
						want = channels(c.R, c.G, c.B, c.A)
					case color.NRGBA:
						want = channels(c.R, c.G, c.B, c.A)
					case color.RGBA64:
						want = channels(c.R, c.G, c.B, c.A)
					case color.NRGBA64:
						want = channels(c.R, c.G, c.B, c.A)
					case color.CMYK:
						want = channels(c.C, c.M, c.Y, c.K)
					case color.Gray:
						want = channels(c.Y)
						if p, ok := img.(*image.Paletted); ok {
							want = channels(p.Palette.Index(c))
						}
					case color.Gray16:
						want = channels(c.Y)
						if p, ok := img.(*image.Paletted); ok {
							want = channels(p.Palette.Index(c))
						}
					case color.Alpha:
						want = channels(c.A)
					case color.Alpha16:
						want = channels(c.A)
					}
					for k, value := range want {
						key := Tuple{y, x}
						if len(want) > 1 {
							key = append(key, k)
						}
						if got, err := w.GetItem(key); err != nil || got != uint64(value) {
							t.Fatalf("%T: item %v is %v, %v; want %d", img, key, got, err, value)
						}
					}
				}
			}
		}
	}
}

func TestFromYCbCr(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		for _, rect := range []image.Rectangle{image.Rect(0, 0, 9, 7), image.Rect(3, 1, 12, 6), image.Rect(0, 0, 0, 0)} {
			m := image.NewYCbCr(rect, ratio)
			r := rand.New(rand.NewPCG(uint64(ratio), 1))
			for _, plane := range [][]byte{m.Y, m.Cb, m.Cr} {
				for i := range plane {
					plane[i] = byte(r.Uint32())
				}
			}
			img := m.SubImage(rect.Inset(min(1, rect.Dx()))).(*image.YCbCr)
			y, cb, cr, err := FromYCbCr(img)
			if err != nil {
				t.Fatal(ratio, rect, err)
			}
			b := img.Rect
			across, down := subsampling(ratio)
			for py := b.Min.Y; py < b.Max.Y; py++ {
				for px := b.Min.X; px < b.Max.X; px++ {
					luma := Tuple{py - b.Min.Y, px - b.Min.X}
					chroma := Tuple{py/down - b.Min.Y/down, px/across - b.Min.X/across}
					want := img.YCbCrAt(px, py)
					for _, c := range []struct {
						v    *View
						key  Tuple
						want byte
					}{{y, luma, want.Y}, {cb, chroma, want.Cb}, {cr, chroma, want.Cr}} {
						if got, err := c.v.GetItem(c.key); err != nil || got != uint64(c.want) {
							t.Fatalf("%v %v: item %v is %v, %v; want %d", ratio, b, c.key, got, err, c.want)
						}
					}
				}
			}
		}
	}
}

func TestImageErrors(t *testing.T) {
	if _, err := FromImage(image.NewUniform(color.Black)); !errors.Is(err, ErrType) {
		t.Errorf("uniform: %v", err)
	}
	short := image.NewRGBA(image.Rect(0, 0, 4, 4))
	short.Pix = short.Pix[:63]
	inverted := image.NewGray(image.Rect(0, 0, 4, 4))
	inverted.Rect.Max.X = -1
	wide := image.NewGray(image.Rect(0, 0, 4, 4))
	wide.Stride = 1 << 30
	for _, img := range []image.Image{short, inverted, wide} {
		if _, err := FromImage(img); !errors.Is(err, ErrValue) {
			t.Errorf("%T with wrong fields: %v", img, err)
		}
	}
	for i := range 3 {
		m := image.NewYCbCr(image.Rect(0, 0, 4, 4), image.YCbCrSubsampleRatio420)
		plane := []*[]byte{&m.Y, &m.Cb, &m.Cr}[i]
		*plane = (*plane)[1:]
		if _, _, _, err := FromYCbCr(m); !errors.Is(err, ErrValue) {
			t.Errorf("plane %d too short: %v", i, err)
		}
	}
}

// Planes of channels, as neural networks want them, from an image.
func ExampleFromImage() {
	img := image.NewRGBA(image.Rect(0, 0, 2, 1))
	img.Set(0, 0, color.RGBA{1, 2, 3, 4})
	img.Set(1, 0, color.RGBA{5, 6, 7, 8})
	v, err := FromImage(img)
	if err != nil {
		panic(err)
	}
	planes, err := v.Permute(2, 0, 1)
	if err != nil {
		panic(err)
	}
	bytes, err := planes.ToBytes(OrderC)
	fmt.Println(planes.Buffer().Shape, bytes, err)
	// Output: [4 1 2] [1 5 2 6 3 7 4 8] <nil>
}

func ExampleFromYCbCr() {
	img := image.NewYCbCr(image.Rect(0, 0, 5, 4), image.YCbCrSubsampleRatio420)
	y, cb, cr, err := FromYCbCr(img)
	if err != nil {
		panic(err)
	}
	fmt.Println(y.Buffer().Shape, cb.Buffer().Shape, cr.Buffer().Shape)
	// Output: [4 5] [2 3] [2 3]
}
