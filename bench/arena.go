package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"reflect" // for an address, without package unsafe

	"github.com/stridecopy/stridecopy/memoryview"
)

// An arena holds the memory of a whole run: one source, one destination, one
// expected result, each as large as the largest case needs and page-aligned, so
// that the offsets of a case decide the alignment of its items. Source and destination
// are parts of one block, so that they lie alike in every process that maps it.
type arena struct {
	src, dst, want []byte
	file           string // where other processes find the block, from src on; "" if private
	dstAt          int    // where dst begins in the block
	release        []func() error
}

const page = 4096

// skew is how many pages behind a multiple of 1 MiB from the source the destination
// begins. Processors guess the cache way of an address from some of its bits; buffers
// that are a large power of two apart would make every guess of the one wrong for the
// other.
const skew = 85

// newArena makes the memory for a list of cases, shared with other processes
// through a file if they need it.
func newArena(cases []Case, shared bool) (*arena, error) {
	var dst, src int
	for _, c := range cases {
		dst = max(dst, c.DstBytes, c.Payload) // dense copies need the payload on both sides
		src = max(src, c.SrcBytes, c.Payload)
	}
	const limit = min(64<<30, math.MaxInt/4)
	if dst > limit || src > limit {
		return nil, fmt.Errorf("the cases need %d MiB", (2*dst+src)>>20)
	}
	src, dst = wholePages(src), wholePages(dst)
	a := &arena{want: pages(dst), dstAt: (src+mebi-1)&^(mebi-1) + skew*page}
	var block []byte
	if shared {
		var err error
		if block, err = a.share(a.dstAt + dst); err != nil {
			return nil, errors.Join(err, a.close())
		}
	} else {
		block = pages(a.dstAt + dst)
	}
	a.src, a.dst = block[:src:src], block[a.dstAt:]
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

// share returns the memory of the file, a new one of n bytes. It is written once,
// since storing to a mapped file that the disk has no room for is a fault. A file
// system in memory is preferred: nothing is ever written back.
func (a *arena) share(n int) ([]byte, error) {
	var failures error
	for _, dir := range []string{"/dev/shm", os.TempDir()} {
		f, err := os.CreateTemp(dir, "stridecopy-")
		if err == nil {
			_, err = f.Write(pages(n))
			err = errors.Join(err, f.Close())
			if err != nil {
				os.Remove(f.Name())
			}
		}
		if err != nil {
			failures = errors.Join(failures, err)
			continue
		}
		a.release = append(a.release, func() error { return os.Remove(f.Name()) })
		m, err := memoryview.MapFile(f.Name(), true)
		if err != nil {
			return nil, err
		}
		a.release = append(a.release, m.Close)
		a.file = f.Name()
		return m.Bytes(), nil
	}
	return nil, failures
}

// close removes the shared file.
func (a *arena) close() (err error) {
	for _, f := range a.release {
		err = errors.Join(err, f())
	}
	a.release = nil
	return err
}

const mebi = 1 << 20

// pages returns whole pages, for at least n bytes, that begin at a multiple of 1 MiB.
func pages(n int) []byte {
	n = wholePages(n)
	b := make([]byte, n+mebi)
	skip := -int(reflect.ValueOf(b).Pointer()) & (mebi - 1)
	return b[skip : skip+n : skip+n]
}

// wholePages returns the bytes of as many pages as n bytes need, at least one.
func wholePages(n int) int { return (max(n, 1) + page - 1) &^ (page - 1) }

func (a *arena) size() int { return len(a.src) + len(a.dst) + len(a.want) }

// untouched is what destinations hold before a verified copy, so that bytes which
// must stay can be told from bytes that were written.
const untouched = 0xee

func fill(b []byte, v byte) {
	if len(b) == 0 {
		return
	}
	b[0] = v
	for done := 1; done < len(b); done *= 2 {
		copy(b[done:], b[:done])
	}
}
