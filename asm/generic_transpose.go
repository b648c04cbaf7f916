package asm

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// transposeGeneric writes item i of source row j to item j of destination row i.
// It works on so many destination rows at a time that neither their lines nor the
// source lines of the next ones leave the cache, in strips of a few source rows.
func transposeGeneric(dst []byte, d int, src []byte, s, size int, b *Block) {
	const most = 64 // destination rows at a time
	least, wide := stripOf(size)
	if !Strips(size, b.I, b.J) {
		transposeItems(dst, d, src, s, size, b)
		return
	}
	to, from := unsafe.Add(unsafe.Pointer(unsafe.SliceData(dst)), d), unsafe.Add(unsafe.Pointer(unsafe.SliceData(src)), s)
	for i := 0; i < b.I; i += most {
		// What does not fill a strip is slid back over items that are already done.
		lo := min(i, b.I-least)
		rows := b.DstOff[lo:min(i+most, b.I)]
		for j := 0; j < b.J; j += wide {
			j := min(j, b.J-wide)
			p, q, off := unsafe.Add(to, j*size), unsafe.Add(from, lo*size), b.SrcOff[j:j+wide]
			switch size {
			case 1:
				stripB1(p, q, rows, (*[8]int)(off))
			case 2:
				stripB2(p, q, rows, (*[4]int)(off))
			case 4:
				stripB4(p, q, rows, (*[8]int)(off))
			case 8:
				stripB8(p, q, rows, (*[8]int)(off))
			case 16:
				stripB16(p, q, rows, (*[4]int)(off))
			}
		}
	}
}

// stripOf returns the least number of destination rows and the number of source
// rows in a strip; no block is large enough for other sizes.
func stripOf(size int) (least, wide int) {
	switch size {
	case 1:
		return 4, 8
	case 2:
		return 2, 4
	case 4, 8:
		return 1, 8
	case 16:
		return 1, 4
	}
	return math.MaxInt, math.MaxInt
}

// Strips reports whether the pure-Go transpose makes words or lines of blocks of i by j
// items of the given size; it moves others item by item.
func Strips(size, i, j int) bool {
	least, wide := stripOf(size)
	return i >= least && j >= wide
}

// transposeItems does the same for blocks without strips, item by item: along the
// destination rows, which stay in the cache, unless they are but a few items.
func transposeItems(dst []byte, d int, src []byte, s, size int, b *Block) {
	once := Loop{N: 1}
	dstStep, dstUniform := uniform(b.DstOff[:b.I])
	srcStep, srcUniform := uniform(b.SrcOff[:b.J])
	switch {
	case srcUniform && (b.J >= min(b.I, 8) || !dstUniform):
		row := Loop{N: b.J, Dst: size, Src: srcStep}
		for i, off := range b.DstOff[:b.I] {
			itemsGeneric(dst, d+off, src, s+b.SrcOff[0]+i*size, size, &row, &once)
		}
	case dstUniform:
		row := Loop{N: b.I, Dst: dstStep, Src: size}
		for j, off := range b.SrcOff[:b.J] {
			itemsGeneric(dst, d+b.DstOff[0]+j*size, src, s+off, size, &row, &once)
		}
	default:
		for i, to := range b.DstOff[:b.I] {
			for j, from := range b.SrcOff[:b.J] {
				p, q := d+to+j*size, s+from+i*size
				copy(dst[p:p+size], src[q:q+size])
			}
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

// Short items are transposed in words of eight bytes, whose first item is the lowest
// on every machine. A word is loaded as parts of two rows; the rest is exchanging
// parts between two words.

// join returns four bytes from p and four from q.
func join(p, q unsafe.Pointer) uint64 {
	return uint64(binary.LittleEndian.Uint32((*[4]byte)(p)[:])) | uint64(binary.LittleEndian.Uint32((*[4]byte)(q)[:]))<<32
}

func load8(p unsafe.Pointer) uint64     { return binary.LittleEndian.Uint64((*[8]byte)(p)[:]) }
func store8(p unsafe.Pointer, v uint64) { binary.LittleEndian.PutUint64((*[8]byte)(p)[:], v) }

// swap16 exchanges the second of every two 16-bit parts of a with the first of b;
// swap8 does so with bytes.
func swap16(a, b uint64) (uint64, uint64) {
	t := (a>>16 ^ b) & 0x0000ffff0000ffff
	return a ^ t<<16, b ^ t
}

func swap8(a, b uint64) (uint64, uint64) {
	t := (a>>8 ^ b) & 0x00ff00ff00ff00ff
	return a ^ t<<8, b ^ t
}

// stripB1 transposes 4 columns of 8 rows a turn.
func stripB1(to, from unsafe.Pointer, dstOff []int, srcOff *[8]int) {
	k, l, m, n := unsafe.Add(from, srcOff[0]), unsafe.Add(from, srcOff[1]), unsafe.Add(from, srcOff[2]), unsafe.Add(from, srcOff[3])
	o, p, q, r := unsafe.Add(from, srcOff[4]), unsafe.Add(from, srcOff[5]), unsafe.Add(from, srcOff[6]), unsafe.Add(from, srcOff[7])
	for i := 0; i < len(dstOff); i += 4 {
		i := min(i, len(dstOff)-4)
		off := (*[4]int)(dstOff[i:])
		a, b := join(unsafe.Add(k, i), unsafe.Add(o, i)), join(unsafe.Add(l, i), unsafe.Add(p, i))
		c, d := join(unsafe.Add(m, i), unsafe.Add(q, i)), join(unsafe.Add(n, i), unsafe.Add(r, i))
		a, c = swap16(a, c)
		b, d = swap16(b, d)
		a, b = swap8(a, b)
		c, d = swap8(c, d)
		store8(unsafe.Add(to, off[0]), a)
		store8(unsafe.Add(to, off[1]), b)
		store8(unsafe.Add(to, off[2]), c)
		store8(unsafe.Add(to, off[3]), d)
	}
}

// stripB2 transposes 2 columns of 4 rows a turn.
func stripB2(to, from unsafe.Pointer, dstOff []int, srcOff *[4]int) {
	k, l, m, n := unsafe.Add(from, srcOff[0]), unsafe.Add(from, srcOff[1]), unsafe.Add(from, srcOff[2]), unsafe.Add(from, srcOff[3])
	for i := 0; i < len(dstOff); i += 2 {
		i := min(i, len(dstOff)-2)
		off := (*[2]int)(dstOff[i:])
		a, b := swap16(join(unsafe.Add(k, 2*i), unsafe.Add(m, 2*i)), join(unsafe.Add(l, 2*i), unsafe.Add(n, 2*i)))
		store8(unsafe.Add(to, off[0]), a)
		store8(unsafe.Add(to, off[1]), b)
	}
}

// Longer items are moved one by one, from as many rows as fit into registers.

func stripB4(to, from unsafe.Pointer, dstOff []int, srcOff *[8]int) {
	k, l, m, n := unsafe.Add(from, srcOff[0]), unsafe.Add(from, srcOff[1]), unsafe.Add(from, srcOff[2]), unsafe.Add(from, srcOff[3])
	o, p, q, r := unsafe.Add(from, srcOff[4]), unsafe.Add(from, srcOff[5]), unsafe.Add(from, srcOff[6]), unsafe.Add(from, srcOff[7])
	for i, off := range dstOff {
		i, to := 4*i, unsafe.Add(to, off)
		move[[4]byte](to, unsafe.Add(k, i))
		move[[4]byte](unsafe.Add(to, 4), unsafe.Add(l, i))
		move[[4]byte](unsafe.Add(to, 8), unsafe.Add(m, i))
		move[[4]byte](unsafe.Add(to, 12), unsafe.Add(n, i))
		move[[4]byte](unsafe.Add(to, 16), unsafe.Add(o, i))
		move[[4]byte](unsafe.Add(to, 20), unsafe.Add(p, i))
		move[[4]byte](unsafe.Add(to, 24), unsafe.Add(q, i))
		move[[4]byte](unsafe.Add(to, 28), unsafe.Add(r, i))
	}
}

func stripB8(to, from unsafe.Pointer, dstOff []int, srcOff *[8]int) {
	k, l, m, n := unsafe.Add(from, srcOff[0]), unsafe.Add(from, srcOff[1]), unsafe.Add(from, srcOff[2]), unsafe.Add(from, srcOff[3])
	o, p, q, r := unsafe.Add(from, srcOff[4]), unsafe.Add(from, srcOff[5]), unsafe.Add(from, srcOff[6]), unsafe.Add(from, srcOff[7])
	for i, off := range dstOff {
		i, to := 8*i, unsafe.Add(to, off)
		move[[8]byte](to, unsafe.Add(k, i))
		move[[8]byte](unsafe.Add(to, 8), unsafe.Add(l, i))
		move[[8]byte](unsafe.Add(to, 16), unsafe.Add(m, i))
		move[[8]byte](unsafe.Add(to, 24), unsafe.Add(n, i))
		move[[8]byte](unsafe.Add(to, 32), unsafe.Add(o, i))
		move[[8]byte](unsafe.Add(to, 40), unsafe.Add(p, i))
		move[[8]byte](unsafe.Add(to, 48), unsafe.Add(q, i))
		move[[8]byte](unsafe.Add(to, 56), unsafe.Add(r, i))
	}
}

func stripB16(to, from unsafe.Pointer, dstOff []int, srcOff *[4]int) {
	k, l, m, n := unsafe.Add(from, srcOff[0]), unsafe.Add(from, srcOff[1]), unsafe.Add(from, srcOff[2]), unsafe.Add(from, srcOff[3])
	for i, off := range dstOff {
		i, to := 16*i, unsafe.Add(to, off)
		move[[16]byte](to, unsafe.Add(k, i))
		move[[16]byte](unsafe.Add(to, 16), unsafe.Add(l, i))
		move[[16]byte](unsafe.Add(to, 32), unsafe.Add(m, i))
		move[[16]byte](unsafe.Add(to, 48), unsafe.Add(n, i))
	}
}
