package strided

import (
	"fmt"
	"slices"
)

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
// aside first, otherwise nothing is allocated. Errors match [ErrAxes], [ErrBounds]
// for a short src, and [ErrShape] where a part is not a whole number of slices or
// the parts do not fill the shape; nothing has been written then. It is safe for
// concurrent use on memory that nobody else writes.
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
// copied aside first, otherwise nothing is allocated. Errors match [ErrShape] where
// there is no channel or their lengths differ, and [ErrBounds]; nothing has been
// written then. It is safe for concurrent use on memory that nobody else writes.
func Deinterleave[T Elem](channels [][]T, src []T) error {
	m, err := frames(channels, "src", len(src))
	if err != nil {
		return err
	}
	return m.split(channels, src)
}

// bands is a matrix of rows x width items that is cut, or put together, by columns:
// every part is a matrix of as many rows and of its own width.
type bands[T Elem] struct{ rows, width int }

// bandsOf checks the arguments of Concat and Split.
func bandsOf[T Elem](arg string, whole []T, parts [][]T, partsArg string, shape []int, axis int) (m bands[T], err error) {
	n, err := holds(arg, len(whole), shape)
	if err != nil {
		return m, err
	}
	if axis < 0 || axis >= len(shape) {
		return m, fmt.Errorf("%w: axis %d, the rank is %d", ErrAxes, axis, len(shape))
	}
	unit := 1
	m.rows = 1
	for k, extent := range shape {
		if k < axis {
			m.rows *= extent
		} else if k > axis {
			unit *= extent
		}
	}
	slice, sum := m.rows*unit, 0
	for i, p := range parts {
		if slice == 0 && len(p) > 0 || slice > 0 && len(p)%slice != 0 {
			return m, fmt.Errorf("%w: %s[%d] has %d items, a slice of the axis %d", ErrShape, partsArg, i, len(p), slice)
		}
		sum += len(p)
	}
	if sum != n {
		return m, fmt.Errorf("%w: %s have %d items together, the shape has %d", ErrShape, partsArg, sum, n)
	}
	if n > 0 {
		m.width = n / m.rows
	}
	return m, nil
}

// frames checks the arguments of Interleave and Deinterleave.
func frames[T Elem](channels [][]T, arg string, have int) (m bands[T], err error) {
	if len(channels) == 0 {
		return m, fmt.Errorf("%w: no channels", ErrShape)
	}
	n := len(channels[0])
	for c := range channels {
		if len(channels[c]) != n {
			return m, fmt.Errorf("%w: channel %d has %d items, channel 0 %d", ErrShape, c, len(channels[c]), n)
		}
	}
	total, ok := mul(n, len(channels))
	if !ok {
		return m, fmt.Errorf("%w: %d channels of %d items overflow", ErrShape, len(channels), n)
	}
	return bands[T]{rows: n, width: len(channels)}, reaches(arg, have, total)
}

// join writes the parts to the bands of whole.
func (m bands[T]) join(whole []T, parts [][]T) error {
	copied := false
	for i, part := range parts {
		if !sharesMemory(whole, part) {
			continue
		}
		if !copied {
			parts, copied = slices.Clone(parts), true
		}
		parts[i] = slices.Clone(part)
	}
	return m.run(whole, parts, true)
}

// split writes the bands of whole to the parts.
func (m bands[T]) split(parts [][]T, whole []T) error {
	for _, part := range parts {
		if sharesMemory(part, whole) {
			whole = slices.Clone(whole)
			break
		}
	}
	return m.run(whole, parts, false)
}

// run copies each part to or from its band. Where the bands are narrow, a band after
// the other would touch every cache line of whole once a part; so run takes as many
// rows at a time as stay in the first-level cache.
func (m bands[T]) run(whole []T, parts [][]T, join bool) error {
	if m.rows == 0 || m.width == 0 {
		return nil
	}
	const cache = 16 << 10
	loops := pair{size: sizeOf[T]()}
	rowBytes := m.width * loops.size
	block := m.rows
	if rowBytes < len(parts)*64 { // less than a cache line each, on average
		block = max(1, cache/rowBytes)
	}
	for row := 0; row < m.rows; row += block {
		rows, at := min(block, m.rows-row), row*m.width
		for _, part := range parts {
			width := len(part) / m.rows
			loops.rank = 0
			var err error
			if join {
				loops.add(rows, m.width, width)
				loops.add(width, 1, 1)
				err = loops.copy(Bytes(whole), at, Bytes(part), row*width)
			} else {
				loops.add(rows, width, m.width)
				loops.add(width, 1, 1)
				err = loops.copy(Bytes(part), row*width, Bytes(whole), at)
			}
			if err != nil {
				return err
			}
			at += width
		}
	}
	return nil
}
