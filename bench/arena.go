package main

import (
	"fmt"
	"reflect" // for an address, without package unsafe
)

// An arena holds the memory of a whole run: one source, one destination, one
// expected result, each as large as the largest case needs and page-aligned, so
// that the offsets of a case decide the alignment of its items.
type arena struct{ src, dst, want []byte }

const page = 4096

func newArena(cases []Case) (*arena, error) {
	var dst, src int
	for _, c := range cases {
		dst = max(dst, c.DstBytes, c.Payload) // dense copies need the payload on both sides
		src = max(src, c.SrcBytes, c.Payload)
	}
	const limit = 64 << 30
	if dst > limit || src > limit {
		return nil, fmt.Errorf("the cases need %d MiB", (2*dst+src)>>20)
	}
	a := &arena{src: pages(src), dst: pages(dst), want: pages(dst)}
	random := uint64(88172645463325252)
	for i := 0; i+8 <= len(a.src); i += 8 {
		random ^= random << 13
		random ^= random >> 7
		random ^= random << 17
		for k := range 8 {
			a.src[i+k] = byte(random >> (8 * k))
		}
	}
	return a, nil
}

// pages returns at least n bytes of memory that begin and end at a page.
func pages(n int) []byte {
	n = (n + page) &^ (page - 1) // at least one
	b := make([]byte, n+page)
	skip := -int(reflect.ValueOf(b).Pointer()) & (page - 1)
	return b[skip : skip+n : skip+n]
}

func (a *arena) size() int { return len(a.src) + len(a.dst) + len(a.want) }

// fill sets every byte of b, so that bytes which must stay can be told from
// bytes that were written, and nothing of an earlier case is left.
func fill(b []byte, v byte) {
	if len(b) == 0 {
		return
	}
	b[0] = v
	for done := 1; done < len(b); done *= 2 {
		copy(b[done:], b[:done])
	}
}
