//go:build linux || darwin

package asmtest

import "syscall"

// Protected reports whether the ends of a [Guard] are protected pages here.
const Protected = true

// allocate maps whole pages and protects the first and the last of them.
func (g *Guard) allocate(size int) (release func(), err error) {
	page := syscall.Getpagesize()
	body := (size + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, body+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	release = func() { _ = syscall.Munmap(m) }
	for _, p := range [][]byte{m[:page], m[page+body:]} {
		if err := syscall.Mprotect(p, syscall.PROT_NONE); err != nil {
			release()
			return nil, err
		}
	}
	g.mem = m[page : page+body : page+body]
	g.lo, g.hi = 0, body
	return release, nil
}
