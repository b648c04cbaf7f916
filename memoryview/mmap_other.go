//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package memoryview

import (
	"errors"
	"os"
)

// mmap fails, and MapFile reads the file.
func mmap(*os.File, int, bool) ([]byte, error) { return nil, errors.ErrUnsupported }

func munmap([]byte) error { return errors.ErrUnsupported }
