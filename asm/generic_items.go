package asm

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// wideItem is the size in bytes up to which an item takes one move or two.
const wideItem = 32

// CopyItems runs the pure-Go kernel for single items, which for a few of them is the
// quickest of all, without a [Block].
func CopyItems(dst []byte, d int, src []byte, s int, size int, inner, outer *Loop) {
	itemsGeneric(dst, d, src, s, size, inner, outer)
}

// itemsGeneric copies inner.N items of size bytes, outer.N times.
func itemsGeneric(dst []byte, d int, src []byte, s int, size int, inner, outer *Loop) {
	to, from := unsafe.Pointer(&dst[d]), unsafe.Pointer(&src[s])
	// Sizes between those of moves take two that overlap: the first bytes of the
	// item and the last.
	switch {
	case size == 4 && inner.Dst == 4 && inner.N >= 8:
		gatherQuads(to, from, inner, outer)
	case size == 4:
		moveItems[[4]byte](to, from, inner, outer)
	case size == 8:
		moveItems[[8]byte](to, from, inner, outer)
	case size == 1 && inner.Dst == 1 && inner.Src == -1 && inner.N >= 8:
		reverseBytes(to, from, inner, outer)
	case size == 1 && inner.Dst == 1 && inner.N >= 8:
		gatherBytes(to, from, inner, outer)
	case size == 1:
		moveItems[[1]byte](to, from, inner, outer)
	case size == 2 && inner.Dst == 2 && inner.N >= 4:
		gatherPairs(to, from, inner, outer)
	case size == 2:
		moveItems[[2]byte](to, from, inner, outer)
	case size == 3:
		moveItems[[3]byte](to, from, inner, outer)
	case size < 8:
		moveEnds[[4]byte](to, from, size-4, inner, outer)
	case size < 16:
		moveEnds[[8]byte](to, from, size-8, inner, outer)
	case size == 16:
		moveItems[[16]byte](to, from, inner, outer)
	case size <= wideItem:
		moveEnds[[16]byte](to, from, size-16, inner, outer)
	default:
		moveRows(dst, d, src, s, size, inner, outer)
	}
}

// A chunk is what the compiler moves by one load and one store, or two, wherever it
// lies, on machines that allow that, and by bytes on others.
type chunk interface {
	[1]byte | [2]byte | [3]byte | [4]byte | [8]byte | [16]byte
}

func move[T chunk](to, from unsafe.Pointer) { *(*T)(to) = *(*T)(from) }

// moveItems moves items of the size of T.
func moveItems[T chunk](to, from unsafe.Pointer, inner, outer *Loop) {
	n, ds, ss := inner.N, inner.Dst, inner.Src
	dstRow, srcRow := 0, 0
	for rows := outer.N; rows > 0; rows-- {
		d, s, k := dstRow, srcRow, n
		for ; k >= 4; k -= 4 {
			move[T](unsafe.Add(to, d), unsafe.Add(from, s))
			move[T](unsafe.Add(to, d+ds), unsafe.Add(from, s+ss))
			d, s = d+2*ds, s+2*ss
			move[T](unsafe.Add(to, d), unsafe.Add(from, s))
			move[T](unsafe.Add(to, d+ds), unsafe.Add(from, s+ss))
			d, s = d+2*ds, s+2*ss
		}
		for ; k > 0; k-- {
			move[T](unsafe.Add(to, d), unsafe.Add(from, s))
			d, s = d+ds, s+ss
		}
		dstRow, srcRow = dstRow+outer.Dst, srcRow+outer.Src
	}
}

// moveEnds moves items of up to twice the size of T, the last bytes of which begin
// at last.
func moveEnds[T chunk](to, from unsafe.Pointer, last int, inner, outer *Loop) {
	n, ds, ss := inner.N, inner.Dst, inner.Src
	dstRow, srcRow := 0, 0
	for rows := outer.N; rows > 0; rows-- {
		d, s := dstRow, srcRow
		for k := n; k > 0; k-- {
			move[T](unsafe.Add(to, d), unsafe.Add(from, s))
			move[T](unsafe.Add(to, d+last), unsafe.Add(from, s+last))
			d, s = d+ds, s+ss
		}
		dstRow, srcRow = dstRow+outer.Dst, srcRow+outer.Src
	}
}

// moveRows moves items of any size.
func moveRows(dst []byte, d int, src []byte, s int, size int, inner, outer *Loop) {
	for range outer.N {
		dstAt, srcAt := d, s
		for range inner.N {
			copy(dst[dstAt:dstAt+size], src[srcAt:srcAt+size])
			dstAt, srcAt = dstAt+inner.Dst, srcAt+inner.Src
		}
		d, s = d+outer.Dst, s+outer.Src
	}
}

// gatherBytes makes words of bytes that lie inner.Src apart. gatherPairs and
// gatherQuads do the same with items of two and four bytes, reverseBytes with bytes
// that touch. All count offsets from the first item, since a pointer past the last one
// might point outside the source.
func gatherBytes(to, from unsafe.Pointer, inner, outer *Loop) {
	step, dstRow, srcRow := inner.Src, 0, 0
	for range outer.N {
		d, s, n := dstRow, srcRow, inner.N
		for ; n >= 8; n -= 8 {
			p, q := unsafe.Add(from, s), unsafe.Add(from, s+4*step)
			low := byteAt(p) | byteAt(unsafe.Add(p, step))<<8 | byteAt(unsafe.Add(p, 2*step))<<16 | byteAt(unsafe.Add(p, 3*step))<<24
			high := byteAt(q) | byteAt(unsafe.Add(q, step))<<8 | byteAt(unsafe.Add(q, 2*step))<<16 | byteAt(unsafe.Add(q, 3*step))<<24
			store8(unsafe.Add(to, d), low|high<<32)
			d, s = d+8, s+8*step
		}
		for ; n > 0; n-- {
			move[[1]byte](unsafe.Add(to, d), unsafe.Add(from, s))
			d, s = d+1, s+step
		}
		dstRow, srcRow = dstRow+outer.Dst, srcRow+outer.Src
	}
}

func gatherPairs(to, from unsafe.Pointer, inner, outer *Loop) {
	step, dstRow, srcRow := inner.Src, 0, 0
	for range outer.N {
		d, s, n := dstRow, srcRow, inner.N
		for ; n >= 4; n -= 4 {
			p, q := unsafe.Add(from, s), unsafe.Add(from, s+2*step)
			store8(unsafe.Add(to, d), pairAt(p)|pairAt(unsafe.Add(p, step))<<16|pairAt(q)<<32|pairAt(unsafe.Add(q, step))<<48)
			d, s = d+8, s+4*step
		}
		for ; n > 0; n-- {
			move[[2]byte](unsafe.Add(to, d), unsafe.Add(from, s))
			d, s = d+2, s+step
		}
		dstRow, srcRow = dstRow+outer.Dst, srcRow+outer.Src
	}
}

func gatherQuads(to, from unsafe.Pointer, inner, outer *Loop) {
	step, dstRow, srcRow := inner.Src, 0, 0
	for range outer.N {
		d, s, n := dstRow, srcRow, inner.N
		for ; n >= 4; n -= 4 {
			p, q := unsafe.Add(from, s), unsafe.Add(from, s+2*step)
			store8(unsafe.Add(to, d), join(p, unsafe.Add(p, step)))
			store8(unsafe.Add(to, d+8), join(q, unsafe.Add(q, step)))
			d, s = d+16, s+4*step
		}
		for ; n > 0; n-- {
			move[[4]byte](unsafe.Add(to, d), unsafe.Add(from, s))
			d, s = d+4, s+step
		}
		dstRow, srcRow = dstRow+outer.Dst, srcRow+outer.Src
	}
}

func reverseBytes(to, from unsafe.Pointer, inner, outer *Loop) {
	dstRow, srcRow := 0, 0
	for range outer.N {
		d, s, n := dstRow, srcRow, inner.N
		for ; n >= 8; n -= 8 {
			store8(unsafe.Add(to, d), bits.ReverseBytes64(load8(unsafe.Add(from, s-7))))
			d, s = d+8, s-8
		}
		for ; n > 0; n-- {
			move[[1]byte](unsafe.Add(to, d), unsafe.Add(from, s))
			d, s = d+1, s-1
		}
		dstRow, srcRow = dstRow+outer.Dst, srcRow+outer.Src
	}
}

func byteAt(p unsafe.Pointer) uint64 { return uint64(*(*byte)(p)) }
func pairAt(p unsafe.Pointer) uint64 { return uint64(binary.LittleEndian.Uint16((*[2]byte)(p)[:])) }
