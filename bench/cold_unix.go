//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import "syscall"

// fresh returns n bytes of memory that the system has not provided pages for yet.
func fresh(n int) (b []byte, free func(), err error) {
	b, err = syscall.Mmap(-1, 0, max(n, 1), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	return b, func() { syscall.Munmap(b) }, err
}
