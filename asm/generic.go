package asm

import (
	"encoding/binary"
	"unsafe"
)

// The pure-Go kernels: rows of the table like all others, compiled everywhere, and
// the whole engine where there is no assembly. Loads and stores of 2 to 8 bytes go
// through encoding/binary, which compiles to single unaligned moves where the
// machine has them and to byte moves where it does not.

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
	for range b.Outer.N {
		switch id {
		case idRowsGeneric:
			rowsGeneric(dst, d, src, s, b)
		case idFillGeneric:
			fillGeneric(dst, d, src, s, size, b)
		case idItemsGeneric:
			itemsGeneric(dst, d, src, s, size, b)
		case idTransposeGeneric:
			transposeGeneric(dst, d, src, s, size, b)
		case idPermuteGeneric:
			permuteGeneric(dst, d, src, s, b)
		}
		d += b.Outer.Dst
		s += b.Outer.Src
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

// itemsGeneric copies Inner.N items of size bytes.
func itemsGeneric(dst []byte, d int, src []byte, s, size int, b *Block) {
	n, ds, ss := b.Inner.N, b.Inner.Dst, b.Inner.Src
	to, from := unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(src))
	switch size {
	case 1:
		for ; n > 0; n-- {
			*(*byte)(unsafe.Add(to, d)) = *(*byte)(unsafe.Add(from, s))
			d, s = d+ds, s+ss
		}
	case 2:
		for ; n > 0; n-- {
			move2(unsafe.Add(to, d), unsafe.Add(from, s))
			d, s = d+ds, s+ss
		}
	case 4:
		for ; n >= 4; n -= 4 {
			move4(unsafe.Add(to, d), unsafe.Add(from, s))
			move4(unsafe.Add(to, d+ds), unsafe.Add(from, s+ss))
			move4(unsafe.Add(to, d+2*ds), unsafe.Add(from, s+2*ss))
			move4(unsafe.Add(to, d+3*ds), unsafe.Add(from, s+3*ss))
			d, s = d+4*ds, s+4*ss
		}
		for ; n > 0; n-- {
			move4(unsafe.Add(to, d), unsafe.Add(from, s))
			d, s = d+ds, s+ss
		}
	case 8:
		for ; n > 0; n-- {
			move8(unsafe.Add(to, d), unsafe.Add(from, s))
			d, s = d+ds, s+ss
		}
	case 16:
		for ; n > 0; n-- {
			move8(unsafe.Add(to, d), unsafe.Add(from, s))
			move8(unsafe.Add(to, d+8), unsafe.Add(from, s+8))
			d, s = d+ds, s+ss
		}
	default:
		for ; n > 0; n-- {
			copy(dst[d:d+size], src[s:s+size])
			d, s = d+ds, s+ss
		}
	}
}

func move2(to, from unsafe.Pointer) {
	binary.NativeEndian.PutUint16((*[2]byte)(to)[:], binary.NativeEndian.Uint16((*[2]byte)(from)[:]))
}

func move4(to, from unsafe.Pointer) {
	binary.NativeEndian.PutUint32((*[4]byte)(to)[:], binary.NativeEndian.Uint32((*[4]byte)(from)[:]))
}

func move8(to, from unsafe.Pointer) {
	binary.NativeEndian.PutUint64((*[8]byte)(to)[:], binary.NativeEndian.Uint64((*[8]byte)(from)[:]))
}

// transposeGeneric writes item i of source row j to item j of destination row i.
func transposeGeneric(dst []byte, d int, src []byte, s, size int, b *Block) {
	row := Block{Outer: Loop{N: 1}, Inner: Loop{N: b.J, Dst: size}}
	for i := range b.I {
		if step, ok := uniform(b.SrcOff[:b.J]); ok {
			row.Inner.Src = step
			itemsGeneric(dst, d+b.DstOff[i], src, s+b.SrcOff[0]+i*size, size, &row)
			continue
		}
		for j := range b.J {
			to, from := d+b.DstOff[i]+j*size, s+b.SrcOff[j]+i*size
			copy(dst[to:to+size], src[from:from+size])
		}
	}
}

// uniform reports whether the entries of a table rise by one step.
func uniform(off []int) (step int, ok bool) {
	if len(off) > 1 {
		step = off[1] - off[0]
	}
	for k := 1; k < len(off); k++ {
		if off[k]-off[k-1] != step {
			return 0, false
		}
	}
	return step, true
}

// permuteGeneric copies the bytes of Inner.N boxes one by one.
func permuteGeneric(dst []byte, d int, src []byte, s int, b *Block) {
	p := b.Perm
	for range b.Inner.N {
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
