package memoryview

// Export fills in b for an exporter whose memory full describes with all fields, as
// far as the flags ask for them. With b.Obj set to full.Obj it is all that the
// GetBuffer method of an [Exporter] of any layout needs to do. The error matches
// [ErrBuffer] if the flags exclude the layout.
func (full *Buffer) Export(b *Buffer, flags Flags) error {
	if err := full.refuses(flags, IsContiguous(full, OrderC), IsContiguous(full, OrderF)); err != nil {
		return err
	}
	*b = *full
	b.reduce(flags)
	return nil
}

// refuses returns why a request cannot be met, in CPython's order of checks. Whether
// the memory is contiguous in C and Fortran order is for the caller to say.
func (b *Buffer) refuses(flags Flags, c, f bool) error {
	reason := ""
	switch {
	case flags.Has(Writable) && b.ReadOnly:
		reason = "is not writable"
	case flags.Has(CContiguous) && !c:
		reason = "is not C-contiguous"
	case flags.Has(FContiguous) && !f:
		reason = "is not Fortran contiguous"
	case flags.Has(AnyContiguous) && !c && !f:
		reason = "is not contiguous"
	case !flags.Has(Indirect) && b.Suboffsets != nil:
		reason = "requires suboffsets"
	case !flags.Has(Strides) && !c:
		reason = "is not C-contiguous"
	case !flags.Has(ND) && flags.Has(Format):
		return raise(ErrBuffer, "memoryview: cannot cast to unsigned bytes if the format flag is present")
	default:
		return nil
	}
	return raise(ErrBuffer, "memoryview: underlying buffer %s", reason)
}

// reduce clears the fields that the flags do not ask for.
func (b *Buffer) reduce(flags Flags) {
	if !flags.Has(Format) {
		b.Format, b.EmptyFormat = "", false
	}
	if !flags.Has(Strides) {
		b.Strides = nil
	}
	if !flags.Has(ND) {
		b.NDim, b.Shape = 1, nil
	}
}
