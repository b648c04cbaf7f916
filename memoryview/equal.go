package memoryview

import (
	"bytes"
	"hash/maphash"
	"slices"
)

// Eq is v == x of Python for a View or other exporter x: equal shapes, and items of
// equal value. What is no exporter, or has a format that the struct module does
// not know, is unequal to everything; released Views are equal only to themselves.
// [View.Equal] compares bytes instead.
//
// The error matches [ErrStruct] if a format needs more bytes than an item has, and
// [ErrBuffer] if an item lies outside its block.
func (v *View) Eq(x any) (bool, error) {
	w, isView := x.(*View)
	if !isView {
		var b Buffer
		if v.released() || GetBuffer(x, &b, FullRO) != nil {
			return false, nil
		}
		defer b.Release()
		return v.eqBuffer(b.complete())
	}
	if w.enter() != nil {
		return v == w, nil
	}
	defer w.leave()
	return v.eqBuffer(&w.buf)
}

func (v *View) eqBuffer(b *Buffer) (bool, error) {
	if v.enter() != nil {
		return false, nil
	}
	defer v.leave()
	if !sameShape(&v.buf, b) {
		return false, nil
	}
	equal, sizes, ok := comparer(&v.buf, b)
	if !ok {
		return false, nil
	}
	if slices.Contains(v.buf.Shape, 0) { // perhaps behind dimensions that take long to walk
		return true, nil
	}
	c := comparison{a: &v.buf, b: b, sizes: sizes, equal: equal}
	return c.from(0, v.buf.Buf, b.Buf)
}

// comparer returns a function that compares two items, and how many bytes of them;
// false if a format is invalid.
func comparer(a, b *Buffer) (equal func(p, q []byte) (bool, error), sizes [2]int, ok bool) {
	p, okP := nativeChar(a.Format)
	q, okQ := nativeChar(b.Format)
	if t := typeOf(p); okP && okQ && p == q && t.kind != unknownItem {
		return t.equalItems, [2]int{t.size, t.size}, true
	}
	f, errF := parseStruct(a.Format)
	g, errG := parseStruct(b.Format)
	if errF != nil || errG != nil {
		return nil, sizes, false
	}
	return func(p, q []byte) (bool, error) {
		x, err := f.unpack(p)
		if err != nil {
			return false, err
		}
		y, err := g.unpack(q)
		return err == nil && equalValues(x, y), err
	}, [2]int{a.ItemSize, b.ItemSize}, true
}

// equalItems compares two items of the same native format by value.
func (t itemType) equalItems(p, q []byte) (bool, error) {
	switch t.kind {
	case floatItem:
		x, y := floatOf(loadBits(p, hostOrder), t.size), floatOf(loadBits(q, hostOrder), t.size)
		return x == y, nil
	case boolItem:
		return (p[0] != 0) == (q[0] != 0), nil
	}
	return bytes.Equal(p, q), nil
}

// A comparison walks two arrays of the same shape together.
type comparison struct {
	a, b  *Buffer
	sizes [2]int
	equal func(p, q []byte) (bool, error)
}

// from compares the items of the dimensions k and on that begin at p and q.
func (c *comparison) from(k int, p, q Pointer) (bool, error) {
	if k == c.a.NDim {
		x, err := p.item(c.sizes[0])
		if err != nil {
			return false, err
		}
		y, err := q.item(c.sizes[1])
		if err != nil {
			return false, err
		}
		return c.equal(x, y)
	}
	for i := range c.a.Shape[k] {
		pi, err := c.a.step(p, k, i)
		if err != nil {
			return false, err
		}
		qi, err := c.b.step(q, k, i)
		if err != nil {
			return false, err
		}
		if same, err := c.from(k+1, pi, qi); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

// A Hasher is an exporter that Python would call hashable. The error matches
// [ErrType] or [ErrValue].
type Hasher interface{ Hash() (uint64, error) }

var hashSeed = maphash.MakeSeed()

// HashBytes returns the hash that every View of these bytes has. It differs from
// process to process.
func HashBytes(b []byte) uint64 { return maphash.Bytes(hashSeed, b) }

// Hash is hash(v) of Python: the [HashBytes] of the items in C order. Once computed
// it outlives a release. The error matches [ErrValue] if v is writable or its
// format is none of B, b and c, and [ErrType] if the exporter is no [Hasher].
func (v *View) Hash() (uint64, error) {
	if h := v.hash.Load(); h != nil {
		return *h, nil
	}
	if v.released() {
		return 0, errReleased
	}
	if !v.buf.ReadOnly {
		return 0, raise(ErrValue, "cannot hash writable memoryview object")
	}
	if !isByteFormat(v.buf.Format) {
		return 0, raise(ErrValue, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'")
	}
	if err := checkHashable(v.buf.Obj); err != nil {
		return 0, err
	}
	items, err := v.ToBytes(OrderC)
	if err != nil {
		return 0, err
	}
	h := HashBytes(items)
	v.hash.Store(&h)
	return h, nil
}

func checkHashable(obj any) error {
	switch x := obj.(type) {
	case nil, []byte:
		return nil
	case Hasher:
		_, err := x.Hash()
		return err
	}
	return raise(ErrType, "unhashable type: '%s'", typeName(obj))
}

// isByteFormat reports whether the items are native single bytes.
func isByteFormat(format string) bool {
	char, ok := nativeChar(format)
	return ok && (char == 'B' || char == 'b' || char == 'c')
}
