package memoryview

import (
	"image"

	strided "github.com/stridecopy/stridecopy/copy"
)

// FromImage returns a View of the pixels of an image of the standard library, which
// may be written: rows, columns, and channels where there are several, in the order
// of the image's own fields. Channels of 16 bits are big-endian, as the image keeps
// them: format >H. A sub-image is a View of its part of the memory. The exporter,
// [View.Base], is the image. FromImage of package strided differs: it takes fewer types,
// always gives an axis of channels, of length 1 for Gray and Alpha, and its error is
// strided.ErrItemSize.
//
// It knows RGBA, NRGBA, RGBA64, NRGBA64, CMYK, Gray, Gray16, Alpha, Alpha16 and
// Paletted; [FromYCbCr] is for images with planes. The error matches [ErrType] for
// other types, and [ErrValue] if the fields of the image contradict each other.
func FromImage(img image.Image) (*View, error) {
	switch m := img.(type) {
	case *image.RGBA:
		return pixels(m, m.Pix, m.Stride, m.Rect, "B", 4)
	case *image.NRGBA:
		return pixels(m, m.Pix, m.Stride, m.Rect, "B", 4)
	case *image.RGBA64:
		return pixels(m, m.Pix, m.Stride, m.Rect, ">H", 4)
	case *image.NRGBA64:
		return pixels(m, m.Pix, m.Stride, m.Rect, ">H", 4)
	case *image.CMYK:
		return pixels(m, m.Pix, m.Stride, m.Rect, "B", 4)
	case *image.Gray:
		return pixels(m, m.Pix, m.Stride, m.Rect, "B", 1)
	case *image.Gray16:
		return pixels(m, m.Pix, m.Stride, m.Rect, ">H", 1)
	case *image.Alpha:
		return pixels(m, m.Pix, m.Stride, m.Rect, "B", 1)
	case *image.Alpha16:
		return pixels(m, m.Pix, m.Stride, m.Rect, ">H", 1)
	case *image.Paletted:
		return pixels(m, m.Pix, m.Stride, m.Rect, "B", 1)
	}
	return nil, raise(ErrType, "an image of type %T has no memory that is known", img)
}

// FromYCbCr returns Views of the three planes of an image, rows and columns of
// bytes, which may be written. Those of cb and cr have fewer rows and columns, as
// the subsampling says. The error matches [ErrValue] if the fields of the image
// contradict each other.
func FromYCbCr(img *image.YCbCr) (y, cb, cr *View, err error) {
	r := img.Rect
	chroma := r // in the coordinates of the chroma planes
	across, down := subsampling(img.SubsampleRatio)
	chroma.Min.X, chroma.Max.X = r.Min.X/across, (r.Max.X+across-1)/across
	chroma.Min.Y, chroma.Max.Y = r.Min.Y/down, (r.Max.Y+down-1)/down
	if y, err = pixels(img, img.Y, img.YStride, r, "B", 1); err != nil {
		return nil, nil, nil, err
	}
	if cb, err = pixels(img, img.Cb, img.CStride, chroma, "B", 1); err != nil {
		return nil, nil, nil, err
	}
	if cr, err = pixels(img, img.Cr, img.CStride, chroma, "B", 1); err != nil {
		return nil, nil, nil, err
	}
	return y, cb, cr, nil
}

// subsampling returns how many luma columns and rows share a chroma sample.
func subsampling(ratio image.YCbCrSubsampleRatio) (across, down int) {
	switch ratio {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// pixels returns the View of a rectangle whose first pixel is the first byte of pix.
func pixels(img image.Image, pix []byte, stride int, r image.Rectangle, format string, channels int) (*View, error) {
	size := 1
	if format == ">H" {
		size, format = 2, nativeScalar(format)
	}
	l := strided.Layout{ItemSize: size, Shape: []int{r.Dy(), r.Dx()}, Strides: []int{stride, size * channels}}
	if channels > 1 {
		l.Shape, l.Strides = append(l.Shape, channels), append(l.Strides, size)
	}
	return newView(img, pix, format, l)
}
