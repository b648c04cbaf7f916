package memoryview

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// A Mapping is the content of a file as memory. Where the system can map files the
// bytes are those of the page cache, so that opening costs the same for a file of
// any size and writes are seen by everyone; elsewhere the file is read whole, and
// written back by Close.
//
// A mapping of a file that someone else truncates cannot be read any more: the
// system stops the program with a fault. This is so in every language; map only
// files that keep their length.
type Mapping struct {
	data     []byte
	file     *os.File // open where the bytes must be written back
	mapped   bool     // data must be given back to the system
	writable bool
}

// MapFile maps the named file, read-only or to be read and written; its length
// stays what it is. An empty file gives an empty slice. Errors are those of
// package os, or match [ErrFile] where the file is too long for the memory.
func MapFile(name string, writable bool) (*Mapping, error) {
	flag := os.O_RDONLY
	if writable {
		flag = os.O_RDWR
	}
	f, err := os.OpenFile(name, flag, 0)
	if err != nil {
		return nil, err
	}
	m, err := mapOpen(f, writable)
	if err != nil {
		f.Close()
		return nil, err
	}
	if m.file == nil {
		return m, f.Close()
	}
	return m, nil
}

func mapOpen(f *os.File, writable bool) (*Mapping, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a regular file", ErrFile, f.Name())
	}
	if info.Size() > int64(math.MaxInt) {
		return nil, fmt.Errorf("%w: %s: %d bytes do not fit memory", ErrFile, f.Name(), info.Size())
	}
	if info.Size() == 0 {
		return &Mapping{writable: writable}, nil
	}
	data, err := mmap(f, int(info.Size()), writable)
	if err == nil {
		return &Mapping{data: data, mapped: true, writable: writable}, nil
	}
	if !errors.Is(err, errors.ErrUnsupported) {
		return nil, &os.PathError{Op: "mmap", Path: f.Name(), Err: err}
	}
	return readMapping(f, int(info.Size()), writable)
}

// readMapping is the mapping of a system that has none.
func readMapping(f *os.File, size int, writable bool) (*Mapping, error) {
	m := &Mapping{data: make([]byte, size), writable: writable}
	if _, err := io.ReadFull(f, m.data); err != nil {
		return nil, err
	}
	if writable {
		m.file = f
	}
	return m, nil
}

// Bytes returns the memory of the file. It is valid until Close; where the mapping
// is read-only, a write to it stops the program with a fault.
func (m *Mapping) Bytes() []byte { return m.data }

// Writable reports whether the bytes may be written.
func (m *Mapping) Writable() bool { return m.writable }

// Close gives the memory back, after which nothing may touch it, and writes the
// bytes back where the file was read and not mapped. A second call does nothing.
func (m *Mapping) Close() error {
	data, f := m.data, m.file
	m.data, m.file = nil, nil
	if m.mapped && data != nil {
		return munmap(data)
	}
	if f == nil {
		return nil
	}
	_, err := f.WriteAt(data, 0)
	return errors.Join(err, f.Close())
}
