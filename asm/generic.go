package asm

// The pure-Go kernels: rows of the table like all others, compiled everywhere, and
// the whole engine where there is no assembly.

const (
	idRowsGeneric ID = iota
	idFillGeneric
	idItemsGeneric
	idTransposeGeneric
	idPermuteGeneric
	numGeneric
)

var genericKernels = []Kernel{
	{ID: idRowsGeneric, Name: "rowsGeneric", Op: Rows},
	{ID: idFillGeneric, Name: "fillGeneric", Op: Fill},
	{ID: idItemsGeneric, Name: "itemsGeneric", Op: Items},
	{ID: idTransposeGeneric, Name: "transposeGeneric", Op: Transpose, I: 1, J: 1},
	{ID: idPermuteGeneric, Name: "permuteGeneric", Op: Permute, I: permWindows, J: permWindows, Masked: true},
}

var genericID = [...]ID{Rows: idRowsGeneric, Fill: idFillGeneric, Items: idItemsGeneric, Transpose: idTransposeGeneric, Permute: idPermuteGeneric}

func callGeneric(id ID, dst []byte, d int, src []byte, s int, size int, b *Block) {
	items := size
	if id == idRowsGeneric && b.Width <= wideItem {
		id, items = idItemsGeneric, b.Width
	}
	if id == idItemsGeneric && b.Turns == nil {
		itemsGeneric(dst, d, src, s, items, &b.Inner, &b.Outer)
		return
	}
	for o := range b.Outer.N {
		switch id {
		case idItemsGeneric:
			itemsGeneric(dst, d, src, s, items, &b.Inner, &Loop{N: 1})
		case idRowsGeneric:
			rowsGeneric(dst, d, src, s, b)
		case idFillGeneric:
			fillGeneric(dst, d, src, s, size, b)
		case idTransposeGeneric:
			transposeGeneric(dst, d, src, s, size, b)
		case idPermuteGeneric:
			permuteGeneric(dst, d, src, s, b)
		}
		nextDst, nextSrc := b.Step(o)
		d += nextDst
		s += nextSrc
	}
}

// rowsGeneric copies Inner.N rows of Width bytes.
func rowsGeneric(dst []byte, d int, src []byte, s int, b *Block) {
	for range b.Inner.N {
		copy(dst[d:d+b.Width], src[s:s+b.Width])
		d += b.Inner.Dst
		s += b.Inner.Src
	}
}

// fillGeneric fills Inner.N rows of Width bytes with one item each, by doubling
// what is already there.
func fillGeneric(dst []byte, d int, src []byte, s, size int, b *Block) {
	for range b.Inner.N {
		row := dst[d : d+b.Width]
		for n := copy(row, src[s:s+size]); n < len(row); n *= 2 {
			copy(row[n:], row[:n])
		}
		d += b.Inner.Dst
		s += b.Inner.Src
	}
}

// permuteGeneric copies the bytes of the boxes of Inner and Last one by one.
func permuteGeneric(dst []byte, d int, src []byte, s int, b *Block) {
	p := b.Perm
	for i := range b.Inner.N + b.Last.N {
		if i == b.Inner.N {
			d += b.Last.Dst
			s += b.Last.Src
		}
		for w := range p.NDst {
			for k := range p.Vector {
				if p.DstMask[w]>>k&1 != 0 {
					from, n := p.Source(w, k)
					dst[d+p.DstAt[w]+k] = src[s+p.SrcAt[from]+n]
				}
			}
		}
		d += b.Inner.Dst
		s += b.Inner.Src
	}
}
