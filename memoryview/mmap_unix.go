//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package memoryview

import (
	"os"
	"syscall"
)

// mmap maps the first size bytes of f, size > 0; the mapping outlives f.
func mmap(f *os.File, size int, writable bool) ([]byte, error) {
	prot := syscall.PROT_READ
	if writable {
		prot |= syscall.PROT_WRITE
	}
	return syscall.Mmap(int(f.Fd()), 0, size, prot, syscall.MAP_SHARED)
}

func munmap(data []byte) error { return os.NewSyscallError("munmap", syscall.Munmap(data)) }
