package strided

import "sync"

// Copy copies every item of the array that sl describes in src to the same index
// of the array that dl describes in dst. The shapes and item sizes must be equal;
// the memory may overlap in any way, the result is as if the source had been read
// whole before the first write.
//
// Copy does not allocate where the two arrays do not overlap and the rank is at
// most 8. Errors match [ErrShape], [ErrItemSize], [ErrBounds] and [ErrOverlap];
// nothing has been written then.
func Copy(dst []byte, dl Layout, src []byte, sl Layout) error {
	if copyTiny(dst, &dl, src, &sl) {
		return nil
	}
	d, s, err := checkPair(&dl, &sl)
	if err != nil {
		return err
	}
	one := singles.Get().(*single)
	defer singles.Put(one)
	x, ok := normalize(&dl, &sl, one.room.normal[:])
	if !ok {
		return nil
	}
	if err := checkSlices(d, s, dst, src); err != nil {
		return err
	}
	one.plan = Plan{}
	one.room.build(&one.plan, x, d, s, Options{}, linePhase(dst))
	if shift, shared := one.plan.shares(dst, src); shared {
		return one.plan.runShared(dst, src, shift, usual)
	}
	one.plan.run(dst, src)
	return nil
}

// A single is the memory of a plan that is run once.
type single struct {
	plan Plan
	room room
}

var singles = sync.Pool{New: func() any { return new(single) }}

// Gather copies the array that sl describes in src to the start of dst, in C order
// without gaps: it makes a strided array contiguous. Errors are those of [Copy].
func Gather(dst, src []byte, sl Layout) error {
	return Copy(dst, Layout{ItemSize: sl.ItemSize, Shape: sl.Shape}, src, sl)
}

// Scatter copies a C-order array without gaps at the start of src to the items
// that dl describes in dst; the gaps between them are not touched. Errors are
// those of [Copy].
func Scatter(dst []byte, dl Layout, src []byte) error {
	return Copy(dst, dl, src, Layout{ItemSize: dl.ItemSize, Shape: dl.Shape})
}
