package memoryview

import (
	"errors"
	"slices"

	strided "github.com/stridecopy/stridecopy/copy"
)

// copyItems copies every item of src to the item of dst with the same indices. The
// shape and the item size are those of src; dst must have as many dimensions. The
// memory may overlap in any way, except through pointers. Where items of dst
// overlap each other the last one in C order wins.
func copyItems(dst, src *Buffer) error {
	err := engineCopy(dst, src)
	if !errors.Is(err, strided.ErrOverlap) {
		return engineError(err)
	}
	flat, err := gather(src, OrderC)
	if err != nil {
		return err
	}
	to := *dst
	to.ItemSize, to.Shape = src.ItemSize, src.Shape
	return scatterInOrder(&to, flat, OrderC)
}

// engineError gives an error of the engine its class.
func engineError(err error) error {
	if err == nil || errors.Is(err, ErrBuffer) {
		return err
	}
	return raise(ErrBuffer, "%w", err)
}

// engineCopy is copyItems with the errors of the engine. The dimensions behind the
// last pointer lie in one block on both sides: they are one plan, which runs once
// for each segment.
func engineCopy(dst, src *Buffer) error {
	if src.ItemSize == 0 || slices.Contains(src.Shape, 0) {
		return nil
	}
	outer := max(dst.pointerDims(), src.pointerDims())
	to := layout(src.ItemSize, src.Shape[outer:], dst.Strides[outer:])
	from := layout(src.ItemSize, src.Shape[outer:], src.Strides[outer:])
	if outer > 0 {
		return copySegments(dst, src, outer, to, from)
	}
	to.Offset, from.Offset = dst.Buf.Offset, src.Buf.Offset
	return strided.Copy(dst.Buf.Mem, to, src.Buf.Mem, from)
}

// layout is the engine's layout of an array without pointers, which lies at the
// start of its block. The engine's rank has a limit; axes of length 1 do not count.
func layout(itemSize int, shape, strides []int) strided.Layout {
	if len(shape) > strided.MaxRank {
		var n, step []int
		for k, extent := range shape {
			if extent != 1 {
				n, step = append(n, extent), append(step, strides[k])
			}
		}
		shape, strides = n, step
	}
	return strided.Layout{ItemSize: itemSize, Shape: shape, Strides: strides}
}

// copySegments runs the plan from one segment to another for all indices of the
// first outer dimensions. The places of all segments are proven before the first
// item is written.
func copySegments(dst, src *Buffer, outer int, to, from strided.Layout) error {
	d, err := newRun(&to)
	if err != nil {
		return err
	}
	s, err := newRun(&from)
	if err != nil {
		return err
	}
	plan, err := strided.NewPlan(to, from, strided.Options{})
	if err != nil {
		return err
	}
	var run bool
	visit := func(index []int) error {
		dmem, err := d.segment(dst, index)
		if err != nil {
			return err
		}
		smem, err := s.segment(src, index)
		if err != nil || !run {
			return err
		}
		return plan.Run(dmem, smem)
	}
	if err := eachIndex(src.Shape[:outer], visit); err != nil {
		return err
	}
	run = true
	return eachIndex(src.Shape[:outer], visit)
}

// A run is where the items of one segment lie around the place that the segment
// begins at: from lo to hi, in bytes.
type run struct{ lo, hi int }

// newRun moves the layout up, so that its first byte in memory is byte 0.
func newRun(l *strided.Layout) (run, error) {
	lo, hi, err := l.Extent()
	l.Offset = -lo
	return run{lo, hi}, err
}

// segment returns the memory of the segment of b with the given outer indices.
func (r run) segment(b *Buffer, index []int) ([]byte, error) {
	p, err := b.at(b.Buf, index)
	if err != nil {
		return nil, err
	}
	p.Offset += r.lo
	return p.item(r.hi - r.lo)
}

// eachIndex calls f with every index tuple of the shape, in C order, until f
// fails. The shape holds no 0. f must not keep the slice.
func eachIndex(shape []int, f func(index []int) error) error {
	index := make([]int, len(shape))
	for {
		if err := f(index); err != nil {
			return err
		}
		if !next(index, shape, OrderC) {
			return nil
		}
	}
}

// next moves index to the next index tuple of the shape in the order C or F. After
// the last one it moves back to the first and returns false.
func next(index, shape []int, order Order) bool {
	for i := range index {
		k := len(index) - 1 - i
		if order == OrderF {
			k = i
		}
		if index[k]++; index[k] < shape[k] {
			return true
		}
		index[k] = 0
	}
	return false
}

// scatterInOrder writes the items of flat, one after the other, to those of dst in
// the order C or F, as many as there are. Nothing is written if one of them lies
// outside its block.
func scatterInOrder(dst *Buffer, flat []byte, order Order) error {
	index := make([]int, dst.NDim)
	for _, write := range []bool{false, true} {
		clear(index)
		for from := flat; len(from) > 0; from = from[dst.ItemSize:] {
			item, err := dst.itemAt(index)
			if err != nil {
				return err
			}
			if write {
				copy(item, from)
			}
			next(index, dst.Shape, order)
		}
	}
	return nil
}

// gather returns the items of b, a complete buffer, in the order C or F, as one
// block of new memory.
func gather(b *Buffer, order Order) ([]byte, error) {
	n, ok := b.items()
	if !ok {
		return nil, raise(ErrMemory, "shape %v of items of %d bytes does not fit memory", b.Shape, b.ItemSize)
	}
	out, err := b.alloc(n * b.ItemSize)
	if err != nil {
		return nil, err
	}
	return out, gatherTo(out, b, order)
}

// gatherTo is gather to given memory, which is long enough.
func gatherTo(out []byte, b *Buffer, order Order) error {
	if order == OrderF || b.NDim > strided.MaxRank || b.pointerDims() > 0 {
		return copyItems(contiguous(out, b, order), b)
	}
	if b.ItemSize == 0 || slices.Contains(b.Shape, 0) {
		return nil
	}
	return engineError(strided.Gather(out, b.Buf.Mem, strided.Layout{
		ItemSize: b.ItemSize, Offset: b.Buf.Offset, Shape: b.Shape, Strides: b.Strides,
	}))
}
