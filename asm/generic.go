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
	if b.Width <= 32 {
		itemsGeneric(dst, d, src, s, b.Width, b)
		return
	}
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
	// Sizes between those of moves take two that overlap: the first bytes of the
	// item and the last.
	switch {
	case size == 1:
		if ds == 1 {
			done := gatherBytes(unsafe.Add(to, d), unsafe.Add(from, s), n, ss)
			n, d, s = n-done, d+done, s+done*ss
		}
		for ; n > 0; n-- {
			*(*byte)(unsafe.Add(to, d)) = *(*byte)(unsafe.Add(from, s))
			d, s = d+ds, s+ss
		}
	case size == 2:
		if ds == 2 {
			done := gatherPairs(unsafe.Add(to, d), unsafe.Add(from, s), n, ss)
			n, d, s = n-done, d+2*done, s+done*ss
		}
		for ; n > 0; n-- {
			move2(unsafe.Add(to, d), unsafe.Add(from, s))
			d, s = d+ds, s+ss
		}
	case size == 3:
		for ; n > 0; n-- {
			move2(unsafe.Add(to, d), unsafe.Add(from, s))
			*(*byte)(unsafe.Add(to, d+2)) = *(*byte)(unsafe.Add(from, s+2))
			d, s = d+ds, s+ss
		}
	case size == 4:
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
	case size < 8:
		for ; n > 0; n-- {
			move4(unsafe.Add(to, d), unsafe.Add(from, s))
			move4(unsafe.Add(to, d+size-4), unsafe.Add(from, s+size-4))
			d, s = d+ds, s+ss
		}
	case size == 8:
		for ; n > 0; n-- {
			move8(unsafe.Add(to, d), unsafe.Add(from, s))
			d, s = d+ds, s+ss
		}
	case size <= 16:
		for ; n > 0; n-- {
			move8(unsafe.Add(to, d), unsafe.Add(from, s))
			move8(unsafe.Add(to, d+size-8), unsafe.Add(from, s+size-8))
			d, s = d+ds, s+ss
		}
	case size <= 32:
		for ; n > 0; n-- {
			move16(unsafe.Add(to, d), unsafe.Add(from, s))
			move16(unsafe.Add(to, d+size-16), unsafe.Add(from, s+size-16))
			d, s = d+ds, s+ss
		}
	default:
		for ; n > 0; n-- {
			copy(dst[d:d+size], src[s:s+size])
			d, s = d+ds, s+ss
		}
	}
}

// gatherBytes makes words of bytes that lie step apart, as many whole words as n
// bytes fill, and returns the number of bytes that it copied. gatherPairs does the
// same with items of two bytes. Both count offsets from the first item, since a
// pointer past the last one might point outside the source.
func gatherBytes(to, from unsafe.Pointer, n, step int) (done int) {
	for at := 0; done <= n-8; done, at = done+8, at+8*step {
		p, q := unsafe.Add(from, at), unsafe.Add(from, at+4*step)
		low := byteAt(p) | byteAt(unsafe.Add(p, step))<<8 | byteAt(unsafe.Add(p, 2*step))<<16 | byteAt(unsafe.Add(p, 3*step))<<24
		high := byteAt(q) | byteAt(unsafe.Add(q, step))<<8 | byteAt(unsafe.Add(q, 2*step))<<16 | byteAt(unsafe.Add(q, 3*step))<<24
		store8(unsafe.Add(to, done), low|high<<32)
	}
	return done
}

func gatherPairs(to, from unsafe.Pointer, n, step int) (done int) {
	for at := 0; done <= n-4; done, at = done+4, at+4*step {
		p, q := unsafe.Add(from, at), unsafe.Add(from, at+2*step)
		store8(unsafe.Add(to, 2*done), pairAt(p)|pairAt(unsafe.Add(p, step))<<16|pairAt(q)<<32|pairAt(unsafe.Add(q, step))<<48)
	}
	return done
}

func byteAt(p unsafe.Pointer) uint64 { return uint64(*(*byte)(p)) }
func pairAt(p unsafe.Pointer) uint64 { return uint64(binary.LittleEndian.Uint16((*[2]byte)(p)[:])) }

func move2(to, from unsafe.Pointer) {
	binary.NativeEndian.PutUint16((*[2]byte)(to)[:], binary.NativeEndian.Uint16((*[2]byte)(from)[:]))
}

func move4(to, from unsafe.Pointer) {
	binary.NativeEndian.PutUint32((*[4]byte)(to)[:], binary.NativeEndian.Uint32((*[4]byte)(from)[:]))
}

func move8(to, from unsafe.Pointer) {
	binary.NativeEndian.PutUint64((*[8]byte)(to)[:], binary.NativeEndian.Uint64((*[8]byte)(from)[:]))
}

func move16(to, from unsafe.Pointer) {
	move8(to, from)
	move8(unsafe.Add(to, 8), unsafe.Add(from, 8))
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
