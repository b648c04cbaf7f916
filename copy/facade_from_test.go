package strided

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
)

type fakeTensor struct {
	shape   fakeShape
	strides []int
	data    any
}

type fakeShape []int

func (t fakeTensor) Shape() fakeShape { return t.shape }
func (t fakeTensor) Strides() []int   { return t.strides }
func (t fakeTensor) Data() any        { return t.data }

func TestFromErrors(t *testing.T) {
	data := make([]float32, 6)
	_, err := FromTensor[float64](fakeTensor{fakeShape{2, 3}, []int{3, 1}, data})
	checkError(t, "element type", err, ErrItemSize)
	_, err = FromTensor[float32](fakeTensor{nil, nil, float32(1)})
	checkError(t, "scalar", err, ErrItemSize)
	_, err = FromTensor[float32](fakeTensor{fakeShape{2, 3}, []int{3}, data})
	checkError(t, "strides", err, ErrShape)
	_, err = FromShape(data, []int64{2, -3})
	checkError(t, "negative extent", err, ErrShape)
	_, err = FromShape(data, []uint64{math.MaxUint64})
	checkError(t, "huge extent", err, ErrShape)
	_, err = FromShape(data, make([]int64, 65))
	checkError(t, "rank", err, ErrShape)
	_, err = FromByteStrides(data, []int64{2, 3}, []int64{12, 6})
	checkError(t, "odd stride", err, ErrBounds)
	_, err = FromByteStrides(data, []int64{2, 3}, []int64{12})
	checkError(t, "stride count", err, ErrShape)
	_, err = FromByteStrides(data, []int64{2, -3}, []int64{12, 4})
	checkError(t, "negative extent", err, ErrShape)
	_, err = FromImage(image.NewRGBA64(image.Rect(0, 0, 2, 2)))
	checkError(t, "image", err, ErrItemSize)
}

// TestFromImage reads every channel of sub-images through their views.
func TestFromImage(t *testing.T) {
	bounds, part := image.Rect(0, 0, 9, 7), image.Rect(2, 1, 8, 6)
	type drawable interface {
		image.Image
		Set(x, y int, c color.Color)
		SubImage(r image.Rectangle) image.Image
	}
	for _, img := range []drawable{image.NewRGBA(bounds), image.NewNRGBA(bounds), image.NewGray(bounds), image.NewAlpha(bounds), image.NewCMYK(bounds)} {
		for i := range 63 {
			img.Set(i%9, i/9, color.NRGBA{uint8(i), uint8(2 * i), uint8(3 * i), uint8(255 - i)})
		}
		sub := img.SubImage(part)
		a, err := FromImage(sub)
		if err != nil {
			t.Fatal(err)
		}
		channels := a.Shape[2]
		if !slices.Equal(a.Shape[:2], []int{5, 6}) {
			t.Fatalf("%T: shape %v", img, a.Shape)
		}
		for y := range 5 {
			for x := range 6 {
				at, err := a.Position(y, x, 0)
				if err != nil {
					t.Fatal(err)
				}
				got, want := a.Data[at:at+channels], channelsOf(sub.At(x+2, y+1))
				if !slices.Equal(got, want) {
					t.Errorf("%T: %v at %d, %d, want %v", img, got, x, y, want)
				}
			}
		}
	}
}

func channelsOf(c color.Color) []uint8 {
	switch c := c.(type) {
	case color.RGBA:
		return []uint8{c.R, c.G, c.B, c.A}
	case color.NRGBA:
		return []uint8{c.R, c.G, c.B, c.A}
	case color.CMYK:
		return []uint8{c.C, c.M, c.Y, c.K}
	case color.Gray:
		return []uint8{c.Y}
	case color.Alpha:
		return []uint8{c.A}
	}
	return nil
}

// TestFromYCbCr compares the first and the last pixel of sub-images, and the sizes of
// the planes with those that image itself allocates.
func TestFromYCbCr(t *testing.T) {
	for ratio := image.YCbCrSubsampleRatio444; ratio <= image.YCbCrSubsampleRatio410; ratio++ {
		for _, r := range []image.Rectangle{image.Rect(0, 0, 9, 7), image.Rect(3, 1, 8, 7), image.Rect(4, 2, 5, 3), image.Rect(1, 1, 2, 2)} {
			fresh := image.NewYCbCr(r, ratio)
			_, cb, _ := FromYCbCr(fresh)
			if n := cb.Shape[0] * cb.Shape[1]; n != len(fresh.Cb) {
				t.Errorf("%v %v: %v, image has %d samples", ratio, r, cb.Shape, len(fresh.Cb))
			}
			img := image.NewYCbCr(image.Rect(0, 0, 11, 9), ratio)
			for i := range img.Y {
				img.Y[i] = uint8(i)
			}
			for i := range img.Cb {
				img.Cb[i], img.Cr[i] = uint8(i+100), uint8(i+50)
			}
			sub := img.SubImage(r).(*image.YCbCr)
			y, cb, cr := FromYCbCr(sub)
			last := func(a Array[uint8]) uint8 {
				at, err := a.Position(a.Shape[0]-1, a.Shape[1]-1)
				if err != nil {
					t.Fatal(ratio, r, err)
				}
				return a.Data[at]
			}
			if got, want := (color.YCbCr{Y: y.Data[0], Cb: cb.Data[0], Cr: cr.Data[0]}), sub.YCbCrAt(r.Min.X, r.Min.Y); got != want {
				t.Errorf("%v %v: first pixel %v, want %v", ratio, r, got, want)
			}
			if got, want := (color.YCbCr{Y: last(y), Cb: last(cb), Cr: last(cr)}), sub.YCbCrAt(r.Max.X-1, r.Max.Y-1); got != want {
				t.Errorf("%v %v: last pixel %v, want %v", ratio, r, got, want)
			}
		}
	}
	y, cb, _ := FromYCbCr(image.NewYCbCr(image.Rectangle{}, image.YCbCrSubsampleRatio420))
	if y.Shape[0] != 0 || cb.Shape[1] != 0 {
		t.Error("an empty image has pixels", y.Shape, cb.Shape)
	}
}
