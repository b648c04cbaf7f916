package strided

import "fmt"

// The functions of this file and its neighbours take plain slices that hold arrays
// in C order from their first element on. Each of them only describes its result to
// the planner of Copy; none has a copy loop of its own.

// Flip writes src, an array of the given shape in items, to dst with the given axes
// reversed, or with all axes reversed if none is given, as NumPy's flip does. dst
// and src may overlap, and both need at least as many elements as the shape has.
// Errors match [ErrAxes], [ErrShape] and [ErrBounds]; nothing has been written then.
// It is safe for concurrent use on memory that nobody else writes.
func Flip[T Elem](dst, src []T, shape []int, axes ...int) error {
	n, err := holds("src", len(src), shape)
	if err != nil {
		return err
	}
	if err := reaches("dst", len(dst), n); err != nil {
		return err
	}
	set, err := axisSet(axes, len(shape))
	if err != nil || n == 0 {
		return err
	}
	loops, at, step := pair{size: sizeOf[T]()}, 0, n
	for axis, extent := range shape {
		step /= extent
		if set>>axis&1 != 0 {
			at += (extent - 1) * step
			loops.add(extent, step, -step)
		} else {
			loops.add(extent, step, step)
		}
	}
	return loops.copy(Bytes(dst), 0, Bytes(src), at)
}

// Broadcast writes src, an array of the given shape in items, to dst as an array of
// shape to, by NumPy's rule: axes are matched from the last one, and an axis of
// extent 1, or one that src lacks, is repeated. dst and src may overlap, and need at
// least as many elements as their shapes have. Errors match [ErrShape] and
// [ErrBounds]; nothing has been written then. It is safe for concurrent use on
// memory that nobody else writes.
func Broadcast[T Elem](dst, src []T, shape []int, to ...int) error {
	have, err := holds("src", len(src), shape)
	if err != nil {
		return err
	}
	n, err := holds("dst", len(dst), to)
	if err != nil {
		return err
	}
	lead := len(to) - len(shape)
	if lead < 0 {
		return fmt.Errorf("%w: rank %d cannot be broadcast to rank %d", ErrShape, len(shape), len(to))
	}
	for axis, extent := range shape {
		if want := to[lead+axis]; extent != want && extent != 1 {
			return fmt.Errorf("%w: axis %d: extent %d cannot be broadcast to %d", ErrShape, axis, extent, want)
		}
	}
	if n == 0 {
		return nil
	}
	loops, step, from := pair{size: sizeOf[T]()}, n, have
	for axis, extent := range to {
		step /= extent
		if axis < lead || shape[axis-lead] == 1 {
			loops.add(extent, step, 0)
		} else {
			from /= extent
			loops.add(extent, step, from)
		}
	}
	return loops.copy(Bytes(dst), 0, Bytes(src), 0)
}

// Tile writes src, an array of the given shape in items, to dst reps[k] times along
// axis k, as NumPy's tile does: the shorter of shape and reps is led by ones. dst
// and src may overlap; dst needs as many elements as the product of all extents and
// repetitions. Errors match [ErrShape], also for a negative repetition, and
// [ErrBounds]; nothing has been written then. It is safe for concurrent use on
// memory that nobody else writes.
func Tile[T Elem](dst, src []T, shape []int, reps ...int) error {
	have, err := holds("src", len(src), shape)
	if err != nil {
		return err
	}
	times, err := volume("reps", reps)
	if err != nil {
		return err
	}
	n, ok := mul(have, times)
	if !ok {
		return fmt.Errorf("%w: %d items %d times overflow", ErrShape, have, times)
	}
	if err := reaches("dst", len(dst), n); err != nil || n == 0 {
		return err
	}
	rank := max(len(shape), len(reps))
	loops, step, from := pair{size: sizeOf[T]()}, n, have
	for axis := range rank {
		extent, rep := 1, 1
		if k := axis - (rank - len(shape)); k >= 0 {
			extent = shape[k]
		}
		if k := axis - (rank - len(reps)); k >= 0 {
			rep = reps[k]
		}
		step, from = step/(extent*rep), from/extent
		loops.add(rep, extent*step, 0)
		loops.add(extent, step, from)
	}
	return loops.copy(Bytes(dst), 0, Bytes(src), 0)
}

// Pad writes src, an array of the given shape in items, to dst with widths[k][0]
// items of the given value before axis k and widths[k][1] after it, as NumPy's pad
// does in its constant mode. There is one pair of widths an axis. dst and src may
// overlap; dst needs as many elements as the padded shape has. Errors match
// [ErrShape], also for a negative width, [ErrAxes] where the number of widths is not
// the rank, and [ErrBounds]; nothing has been written then. It is safe for
// concurrent use on memory that nobody else writes.
func Pad[T Elem](dst, src []T, shape []int, value T, widths ...[2]int) error {
	have, err := holds("src", len(src), shape)
	if err != nil {
		return err
	}
	if len(widths) != len(shape) {
		return fmt.Errorf("%w: %d widths for rank %d", ErrAxes, len(widths), len(shape))
	}
	var padded [MaxRank]int
	for axis, w := range widths {
		sum, ok := add(w[0], w[1])
		total, ok2 := add(sum, shape[axis])
		if w[0] < 0 || w[1] < 0 || !ok || !ok2 {
			return fmt.Errorf("%w: axis %d: widths %d and %d", ErrShape, axis, w[0], w[1])
		}
		padded[axis] = total
	}
	n, err := holds("dst", len(dst), padded[:len(shape)])
	if err != nil || n == 0 {
		return err
	}
	loops, at, step, from := pair{size: sizeOf[T]()}, 0, n, have
	for axis, extent := range shape {
		step, from = step/padded[axis], from/max(extent, 1)
		at += widths[axis][0] * step
		loops.add(extent, step, from)
	}
	// The interior goes first: the border may lie where an overlapping src is.
	if err := loops.copy(Bytes(dst), at, Bytes(src), 0); err != nil {
		return err
	}
	return border(dst, shape, padded[:len(shape)], n, value, widths)
}

// border fills what lies around the interior of a padded array of n items. The slab
// before and the one after an axis are as wide as the interior on the axes ahead of
// it and as the whole array on those behind it, so no two slabs share an item.
func border[T Elem](dst []T, shape, padded []int, n int, value T, widths [][2]int) error {
	one := [1]T{value}
	start, outer := 0, n // of the interior of the axes ahead
	for axis := range shape {
		outer /= padded[axis]
		for side, width := range widths[axis] {
			if width == 0 {
				continue
			}
			loops, step, at := pair{size: sizeOf[T]()}, n, start
			for k, extent := range padded {
				step /= extent
				switch {
				case k < axis:
					extent = shape[k]
				case k == axis:
					at += side * (extent - width) * step
					extent = width
				}
				loops.add(extent, step, 0)
			}
			if err := loops.copy(Bytes(dst), at, Bytes(one[:]), 0); err != nil {
				return err
			}
		}
		start += widths[axis][0] * outer
	}
	return nil
}
