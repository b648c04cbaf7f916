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
// that the offsets of a case decide the alignment of its items.
type arena struct {
	src, dst, want   []byte
	srcFile, dstFile string // where other processes find src and dst; "" if private
	release          []func() error
}

const page = 4096

// newArena makes the memory for a list of cases, shared with other processes
// through files if they need it.
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
	a := &arena{want: pages(dst)}
	if shared {
		var err error
		a.src, a.srcFile, err = a.share(src)
		if err == nil {
			a.dst, a.dstFile, err = a.share(dst)
		}
		if err != nil {
			return nil, errors.Join(err, a.close())
		}
	} else {
		a.src, a.dst = pages(src), pagesAt(dst, skew)
	}
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

// share returns the memory of a new file of at least n bytes. It is written once,
// since storing to a mapped file that the disk has no room for is a fault. A file
// system in memory is preferred: nothing is ever written back.
func (a *arena) share(n int) ([]byte, string, error) {
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
			return nil, "", err
		}
		a.release = append(a.release, m.Close)
		return m.Bytes(), f.Name(), nil
	}
	return nil, "", failures
}

// close removes the shared files.
func (a *arena) close() (err error) {
	for _, f := range a.release {
		err = errors.Join(err, f())
	}
	a.release = nil
	return err
}

// pages returns at least n bytes of memory that begin and end at a page.
func pages(n int) []byte { return pagesAt(n, 0) }

// skew is how many pages behind a multiple of 1 MiB destinations begin. Processors
// guess the cache way of an address from some of its bits; buffers that are a large
// power of two apart would make every guess of the one wrong for the other.
const skew = 85

// pagesAt returns at least n bytes that begin so many pages behind a multiple of 1 MiB
// and end at a page.
func pagesAt(n, behind int) []byte {
	const around = 1 << 20
	n = (n + page) &^ (page - 1) // at least one
	b := make([]byte, n+around)
	skip := (behind*page - int(reflect.ValueOf(b).Pointer())) & (around - 1)
	return b[skip : skip+n : skip+n]
}

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
