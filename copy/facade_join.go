package strided

import "fmt"

// Concat writes the arrays srcs one after the other along an axis to dst, as NumPy's
// concatenate does. shape is that of the result, in items; how far a source reaches
// along the axis follows from its length. dst needs at least as many elements as the
// shape has; sources that overlap dst are copied aside first, otherwise nothing is
// allocated. Errors match [ErrAxes], [ErrBounds] for a short dst, and [ErrShape]
// where a source is not a whole number of slices or the sources do not fill the
// shape; nothing has been written then. It is safe for concurrent use on memory that
// nobody else writes.
func Concat[T Elem](dst []T, srcs [][]T, shape []int, axis int) error {
	m, err := bandsOf("dst", dst, srcs, "srcs", shape, axis)
	if err != nil {
		return err
	}
	return m.join(dst, srcs)
}

// Stack writes the arrays srcs, all of the given shape in items, to dst along a new
// axis, as NumPy's stack does: axis 0 of the result puts it first, len(shape) last.
// Stack also takes a [][]T to one slice, row by row with axis 0, or transposed with
// axis 1. dst needs len(srcs) times as many elements as the shape has, each source
// exactly as many; sources that overlap dst are copied aside first, otherwise
// nothing is allocated. Errors match [ErrAxes], [ErrShape] and [ErrBounds]; nothing
// has been written then. It is safe for concurrent use on memory that nobody else
// writes.
func Stack[T Elem](dst []T, srcs [][]T, shape []int, axis int) error {
	n, err := volume("srcs", shape)
	if err != nil {
		return err
	}
	if axis < 0 || axis > len(shape) {
		return fmt.Errorf("%w: new axis %d, the rank is %d", ErrAxes, axis, len(shape))
	}
	m := bands[T]{rows: 1}
	for _, extent := range shape[:axis] {
		m.rows *= extent
	}
	for i, s := range srcs {
		if len(s) != n {
			return fmt.Errorf("%w: srcs[%d] has %d items, its shape %d", ErrShape, i, len(s), n)
		}
	}
	total, ok := mul(n, len(srcs))
	if !ok {
		return fmt.Errorf("%w: %d arrays of %d items overflow", ErrShape, len(srcs), n)
	}
	if err := reaches("dst", len(dst), total); err != nil || total == 0 {
		return err
	}
	m.width = total / m.rows
	return m.join(dst, srcs)
}

// Split writes the parts of src, an array of the given shape in items, along an axis
// to dsts, as NumPy's split does; it is the inverse of [Concat], and with parts of
// extent 1 that of [Stack]. How far a part reaches along the axis follows from its
// length. The dsts must not overlap each other; if one overlaps src, src is copied
// aside first, otherwise nothing is allocated, but for more than 8 dsts that do not lie
// in memory in their order. Errors match [ErrAxes], [ErrBounds] for a short src,
// [ErrShape] where a part is not a whole number of slices or the parts do not fill the
// shape, and [ErrOverlap] where two parts share items; nothing has been written then.
// It is safe for concurrent use on memory that nobody else writes.
func Split[T Elem](dsts [][]T, src []T, shape []int, axis int) error {
	m, err := bandsOf("src", src, dsts, "dsts", shape, axis)
	if err != nil {
		return err
	}
	return m.split(dsts, src)
}

// Interleave writes the channels, all of the same length, to dst frame by frame:
// item i of channel c becomes dst[i*len(channels)+c]. It makes stereo out of left
// and right, and RGB pixels out of planes; where the channels lie one after the
// other in one slice, [Transpose] does the same in one pass. dst needs at least as
// many elements as all channels together; channels that overlap dst are copied aside
// first, otherwise nothing is allocated. Errors match [ErrShape] where there is no
// channel or their lengths differ, and [ErrBounds]; nothing has been written then.
// It is safe for concurrent use on memory that nobody else writes.
func Interleave[T Elem](dst []T, channels [][]T) error {
	m, err := frames(channels, "dst", len(dst))
	if err != nil {
		return err
	}
	return m.join(dst, channels)
}

// Deinterleave writes src, which holds frames of len(channels) items, to one slice a
// channel: src[i*len(channels)+c] becomes item i of channel c. It is the inverse of
// [Interleave]. The length of the channels is the number of frames; src may be
// longer. The channels must not overlap each other; if one overlaps src, src is
// copied aside first, otherwise nothing is allocated, but for more than 8 channels that
// do not lie in memory in their order. Errors match [ErrShape] where there is no channel
// or their lengths differ, [ErrBounds], and [ErrOverlap] where two channels share items;
// nothing has been written then. It is safe for concurrent use on memory that nobody
// else writes.
func Deinterleave[T Elem](channels [][]T, src []T) error {
	m, err := frames(channels, "src", len(src))
	if err != nil {
		return err
	}
	return m.split(channels, src)
}
