package strided

import (
	"fmt"
	"image"
)

// FromImage returns the view of an image's bytes as height x width x channels, the
// order NHWC of one image: 4 channels for *image.RGBA, *image.NRGBA and *image.CMYK,
// 1 for *image.Gray and *image.Alpha, also for sub-images. Slice(2, 0, 3, 1) drops
// the alpha channel, and Permute(2, 0, 1) makes it CHW. Errors match [ErrItemSize]
// for images of other types, whose channels are not bytes side by side; see
// [FromYCbCr] for *image.YCbCr, which JPEG files give. Others, like the paletted and
// 16-bit images that PNG files may hold, can be drawn into an *image.NRGBA first,
// with package image/draw. FromImage of package memoryview takes those as they are,
// too, has no axis for a single channel, and its error is ErrType. It is safe for
// concurrent use.
func FromImage(img image.Image) (Array[uint8], error) {
	switch m := img.(type) {
	case *image.RGBA:
		return pixels(m.Pix, m.Stride, m.Rect, 4), nil
	case *image.NRGBA:
		return pixels(m.Pix, m.Stride, m.Rect, 4), nil
	case *image.CMYK:
		return pixels(m.Pix, m.Stride, m.Rect, 4), nil
	case *image.Gray:
		return pixels(m.Pix, m.Stride, m.Rect, 1), nil
	case *image.Alpha:
		return pixels(m.Pix, m.Stride, m.Rect, 1), nil
	}
	return Array[uint8]{}, fmt.Errorf("%w: the channels of %T are not bytes side by side", ErrItemSize, img)
}

func pixels(pix []uint8, stride int, r image.Rectangle, channels int) Array[uint8] {
	return Array[uint8]{Data: pix, Shape: []int{r.Dy(), r.Dx(), channels}, Strides: []int{stride, channels, 1}}
}

// FromYCbCr returns the views of the three planes of an image, each height x width.
// The planes of Cb and Cr are smaller than that of Y as the subsample ratio says; a
// sub-image that begins between two of their samples shares the first with its
// neighbour. It is safe for concurrent use.
func FromYCbCr(img *image.YCbCr) (y, cb, cr Array[uint8]) {
	across, down := 1, 1 // pixels to a sample
	switch img.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		across = 2
	case image.YCbCrSubsampleRatio420:
		across, down = 2, 2
	case image.YCbCrSubsampleRatio440:
		down = 2
	case image.YCbCrSubsampleRatio411:
		across = 4
	case image.YCbCrSubsampleRatio410:
		across, down = 4, 2
	}
	r := img.Rect
	height, width := r.Dy(), r.Dx()
	plane := func(data []uint8, stride, height, width int) Array[uint8] {
		return Array[uint8]{Data: data, Shape: []int{height, width}, Strides: []int{stride, 1}}
	}
	y = plane(img.Y, img.YStride, height, width)
	if height > 0 && width > 0 {
		height = (r.Max.Y-1)/down - r.Min.Y/down + 1
		width = (r.Max.X-1)/across - r.Min.X/across + 1
	}
	return y, plane(img.Cb, img.CStride, height, width), plane(img.Cr, img.CStride, height, width)
}
