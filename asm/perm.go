package asm

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// unused marks, in the index vectors of 16-byte windows, a byte that another source
// window supplies: shuffles by 16-byte tables write zero for it.
const unused = 0x80

// Reset prepares p for a box of nsrc source and ndst destination windows of vector
// bytes, 64 or 16, at the offsets that the caller then puts into SrcAt and DstAt.
// No byte is taken from anywhere yet. The index vectors go to where Index has room.
func (p *Perm) Reset(vector, nsrc, ndst int) {
	p.Vector, p.NSrc, p.NDst = vector, nsrc, ndst
	p.SrcMask, p.DstMask, p.Exchange = [permWindows]uint64{}, [permWindows]uint64{}, 0
	if vector == 64 {
		pairs := ndst * ((nsrc + 1) / 2)
		clear(p.Blend[:pairs])
		p.Index = slices.Grow(p.Index[:0], pairs*64)[:pairs*64]
		clear(p.Index)
		return
	}
	p.Index = slices.Grow(p.Index[:0], ndst*nsrc*16)[:ndst*nsrc*16]
	for k := range p.Index {
		p.Index[k] = unused
	}
}

// FindExchange looks whether each window of p takes as many bytes of each window of the
// other side, of which there are as many, and puts the steps of such an exchange where its
// kernels look for them: in Exchange, and in index vectors after the others. In the first
// step every source window is permuted so that it holds, side by side, what goes to the first
// destination window, to the second, and so on; in the last, every destination window so
// that the bytes of the first source window, the second and so on come to their places.
func (p *Perm) FindExchange() {
	n := p.NSrc
	pairs := 16 * n * n
	if p.Exchange = 0; p.Vector != 16 || n != p.NDst || n&(n-1) != 0 || len(p.Index) != pairs {
		return
	}
	group := 16 / n
	for at := 0; at < pairs; at += 16 {
		if bits.OnesCount64(usedIn(p.Index[at:]))+bits.OnesCount64(usedIn(p.Index[at+8:])) != group {
			return
		}
	}
	var before, after [16 * permWindows]byte
	var moved, movedTo int
	for w := range n {
		for from := range n {
			index := p.Index[(w*n+from)*16:][:16]
			slot, to := group*w, group*from // in the source window and in the destination's
			for half := 0; half < 16; half += 8 {
				for used := usedIn(index[half:]); used != 0; used &= used - 1 {
					k := half + bits.TrailingZeros64(used)/8
					q := int(index[k&15])
					before[(16*from+slot)&127], after[(16*w+k)&127] = byte(q), byte(to)
					moved, movedTo = moved|(q^slot), movedTo|(k^to)
					slot, to = slot+1, to+1
				}
			}
		}
	}
	p.Index = append(append(p.Index, before[:16*n]...), after[:16*n]...)
	p.Exchange = 1
	if moved != 0 {
		p.Exchange |= 2
	}
	if movedTo != 0 {
		p.Exchange |= 4
	}
}

// usedIn returns a bit for each of eight bytes of an index vector that is used.
func usedIn(index []byte) uint64 {
	return ^binary.LittleEndian.Uint64(index) & (unused * 0x0101010101010101)
}

// Clone returns a copy of p.
func (p *Perm) Clone() *Perm {
	q := *p
	q.Index = append([]byte(nil), p.Index...)
	return &q
}

// Set makes byte k of destination window w a copy of byte n of source window from.
func (p *Perm) Set(w, k, from, n int) {
	p.SetItems([]uint16{uint16(w*p.Vector + k)}, []uint16{uint16(from*p.Vector + n)}, 1)
}

// SetItems makes the items of size bytes, 1, 2, 4 or 8, at the positions dst copies of
// those at the positions src: the window times the vector plus the byte in it, where
// all bytes of an item lie in that window.
func (p *Perm) SetItems(dst, src []uint16, size int) {
	mask := uint64(1)<<size - 1
	if p.Vector == 16 {
		for k, to := range dst {
			w, from := to/16, src[k]/16
			p.DstMask[w] |= mask << (to % 16)
			p.SrcMask[from] |= mask << (src[k] % 16)
			consecutive(p.Index[(int(w)*p.NSrc+int(from))*16+int(to%16):], src[k]%16, size)
		}
		return
	}
	pairs := (p.NSrc + 1) / 2
	src = src[:len(dst)]
	for k, to := range dst {
		from := src[k]
		p.SrcMask[from/64] |= mask << (from % 64)
		pair := int(to/64)*pairs + int(from/128)
		p.Blend[pair] |= mask << (to % 64)
		consecutive(p.Index[pair*64+int(to%64):], from%128, size)
	}
	for w := range p.NDst {
		for _, m := range p.Blend[w*pairs : (w+1)*pairs] {
			p.DstMask[w] |= m
		}
	}
}

// consecutive writes size consecutive numbers from n on.
func consecutive(to []byte, n uint16, size int) {
	const ones, digits = 0x0101010101010101, 0x0706050403020100
	switch v := uint64(n)*ones + digits; size {
	case 1:
		to[0] = byte(v)
	case 2:
		binary.LittleEndian.PutUint16(to, uint16(v))
	case 4:
		binary.LittleEndian.PutUint32(to, uint32(v))
	case 8:
		binary.LittleEndian.PutUint64(to, v)
	}
}

// Source returns the source window and the byte in it that byte k of destination
// window w is a copy of.
func (p *Perm) Source(w, k int) (from, n int) {
	if p.Vector == 16 {
		for from := range p.NSrc {
			if n := p.Index[(w*p.NSrc+from)*16+k]; n != unused {
				return from, int(n)
			}
		}
		return 0, 0
	}
	pairs := (p.NSrc + 1) / 2
	h := 0
	for q := 1; q < pairs; q++ {
		if p.Blend[w*pairs+q]>>k&1 != 0 {
			h = q
		}
	}
	n = int(p.Index[(w*pairs+h)*64+k])
	return 2*h + n>>6, n & 63
}

// Full reports whether every byte of every destination window is written.
func (p *Perm) Full() bool {
	for _, m := range p.DstMask[:p.NDst] {
		if m != 1<<p.Vector-1 {
			return false
		}
	}
	return true
}

// is reports whether p, with as many windows of 16 bytes on either side, is the given
// permutation of items of size bytes.
func (p *Perm) is(weave Weave, size int) bool {
	if weave == Exchange {
		return p.Exchange != 0
	}
	n, together := p.NDst, &p.SrcAt
	if weave == Interleave {
		together = &p.DstAt
	}
	for w := range n {
		if p.Vector != 16 || together[w] != together[0]+16*w {
			return false
		}
	}
	for at := range 16 * n { // byte at of the windows that touch
		item, rest := at/size, at%size
		w, k := item%n, item/n*size+rest
		from, q := at/16, at%16
		if weave == Interleave {
			w, k, from, q = from, q, w, k
		}
		if p.Index[(w*n+from)*16+k] != byte(q) {
			return false
		}
	}
	return true
}
