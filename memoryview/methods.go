package memoryview

import "strings"

// ToBytes returns a copy of the items: in C order, or in Fortran order for F; for A
// in the order of the memory if that is contiguous, else in C order. It is
// v.tobytes(order) of Python. The error matches [ErrValue] for another order,
// [ErrMemory], and [ErrBuffer] if an item lies outside its block.
func (v *View) ToBytes(order Order) ([]byte, error) {
	if err := v.enter(); err != nil {
		return nil, err
	}
	defer v.leave()
	if order != OrderC && order != OrderF && order != OrderA {
		return nil, errOrder
	}
	out, err := v.buf.alloc(v.buf.Len)
	if err != nil {
		return nil, err
	}
	if err := ToContiguous(out, &v.buf, order); err != nil {
		return nil, err
	}
	return out, nil
}

// ToList returns the items as nested []any, one level for each dimension, and the
// bare item if there is none. It is v.tolist() of Python. The error matches
// [ErrNotImplemented] if the format is no native single character, [ErrMemory], and
// [ErrBuffer] if an item lies outside its block.
func (v *View) ToList() (any, error) {
	if err := v.enter(); err != nil {
		return nil, err
	}
	defer v.leave()
	char, err := v.buf.itemChar()
	if err != nil {
		return nil, err
	}
	return v.buf.toList(func(p Pointer) (any, error) { return readItem(p, char) })
}

// mostListed bounds the entries of nested lists that no memory stands behind, as where
// a stride or a later extent is 0. An entry takes 16 bytes and more.
const mostListed = 1 << 21

// mayList reports whether the items of b may become nested lists, which have one entry
// for each item and each inner list: few, or not many more than b has bytes. An item
// counts once more for every 8 bytes, since its format may have as many elements.
func (b *Buffer) mayList() bool {
	n, entries := 1, 0
	for _, extent := range b.Shape {
		var ok bool
		if n, ok = mulSize(n, extent); !ok || n > maxAlloc/16-entries {
			return false
		}
		entries += n
	}
	size, ok := mulSize(n, b.ItemSize)
	entries += size / 8
	return ok && (entries <= mostListed || n > 0 && !b.repeats(entries/2))
}

// toList returns the items as nested []any.
func (b *Buffer) toList(read func(Pointer) (any, error)) (any, error) {
	if !b.mayList() {
		return nil, raise(ErrMemory, "lists of the items of shape %v do not fit memory", b.Shape)
	}
	return b.list(b.Buf, 0, read)
}

// list returns the items of the dimensions k and on that begin at p.
func (b *Buffer) list(p Pointer, k int, read func(Pointer) (any, error)) (any, error) {
	if k == b.NDim {
		return read(p)
	}
	list := make([]any, b.Shape[k])
	for i := range list {
		q, err := b.step(p, k, i)
		if err != nil {
			return nil, err
		}
		if list[i], err = b.list(q, k+1, read); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ToReadOnly returns a read-only View of the same memory, as v.toreadonly() of
// Python does.
func (v *View) ToReadOnly() (*View, error) {
	b := v.buf
	b.ReadOnly = true
	return v.derive(&b)
}

// Hex returns the items in C order as lower-case hexadecimal digits, as v.hex() of
// Python does. Errors are those of [View.ToBytes].
func (v *View) Hex() (string, error) { return v.hexString("", 0) }

// HexSep is [View.Hex] with the character sep between groups of perGroup bytes,
// which are counted from the right if perGroup is positive, and from the left if it
// is negative; for 0 there is a single group. It is v.hex(sep, bytes_per_sep) of
// Python. The error also matches [ErrValue] if sep is not one ASCII character.
func (v *View) HexSep(sep string, perGroup int) (string, error) {
	if v.released() {
		return "", errReleased
	}
	if len([]rune(sep)) != 1 {
		return "", raise(ErrValue, "sep must be length 1.")
	}
	if sep[0] >= 128 {
		return "", raise(ErrValue, "sep must be ASCII.")
	}
	return v.hexString(sep, perGroup)
}

func (v *View) hexString(sep string, perGroup int) (string, error) {
	data, err := v.ToBytes(OrderC)
	if err != nil {
		return "", err
	}
	const digits = "0123456789abcdef"
	n, first := len(data), 0 // the first group may be shorter
	group := uint(n)
	if perGroup > 0 {
		group, first = uint(perGroup), n%perGroup
	} else if perGroup < 0 {
		group = -uint(perGroup)
	}
	var out strings.Builder
	for i, x := range data {
		if i > 0 && i >= first && uint(i-first)%group == 0 {
			out.WriteString(sep)
		}
		out.WriteByte(digits[x>>4])
		out.WriteByte(digits[x&15])
	}
	return out.String(), nil
}
