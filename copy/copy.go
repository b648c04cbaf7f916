package strided

// Copy copies every item of the array that sl describes in src to the same index
// of the array that dl describes in dst. The shapes and item sizes must be equal;
// the memory may overlap in any way, the result is as if the source had been read
// whole before the first write.
//
// Copy does not allocate where the two arrays do not overlap and the rank is at
// most 8. Errors match [ErrShape], [ErrItemSize], [ErrBounds] and [ErrOverlap];
// nothing has been written then.
func Copy(dst []byte, dl Layout, src []byte, sl Layout) error {
	var x tiny
	few := x.fits(dst, &dl, src, &sl)
	if few && x.cost() <= tinyCost {
		x.walk(x.n-1, dst, dl.Offset, src, sl.Offset)
		return nil
	}
	d := desks.Get().(*desk)
	defer desks.Put(d)
	var pair pairing
	pair.set(&dl, &sl)
	one := d.find(&pair, dst)
	if one == nil && few && !d.met(&pair) {
		x.walk(x.n-1, dst, dl.Offset, src, sl.Offset)
		return nil
	}
	if one == nil {
		var err error
		if one, err = d.plan(&dl, &sl, &pair, dst); err != nil {
			return err
		}
	}
	return one.run(dst, src)
}

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
