package memoryview

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"
)

// A Mapping is the content of a file as memory. On Linux, macOS and the BSDs the file
// is mapped: the bytes are those of the page cache, so that opening costs the same for
// a file of any size and writes are seen by everyone. Elsewhere, as on Windows, the
// file is read whole, and Close writes all of it back if it is writable, over what
// others may have written meanwhile.
//
// A Mapping is an [Exporter] of bytes, and cannot be closed while buffers of it are
// held. Its methods are safe for concurrent use.
//
// A mapping of a file that someone else truncates cannot be read any more: the
// system stops the program with a fault. This is so in every language; map only
// files that keep their length.
type Mapping struct {
	mu       sync.Mutex
	exports  int // buffers held
	closed   bool
	data     []byte
	file     *os.File // open where the bytes must be written back
	mapped   bool     // data must be given back to the system
	writable bool
}

// MapFile maps the named file, read-only or to be read and written, or reads it whole
// where [Mapping] says so; its length stays what it is. An empty file gives an empty
// slice. Errors are those of package os, or match [ErrFile] where the file is too long
// for the memory.
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
func (m *Mapping) Bytes() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data
}

// Writable reports whether the bytes may be written.
func (m *Mapping) Writable() bool { return m.writable }

// GetBuffer makes a Mapping an [Exporter]. The error matches [ErrBuffer] if the
// flags ask for writable memory and it is not, and [ErrValue] if m is closed.
func (m *Mapping) GetBuffer(b *Buffer, flags Flags) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return raise(ErrValue, "the mapping is closed")
	}
	if err := FillInfo(b, m, m.data, !m.writable, flags); err != nil {
		return err
	}
	m.exports++
	return nil
}

// ReleaseBuffer makes a Mapping an [Exporter]; consumers call [Buffer.Release].
func (m *Mapping) ReleaseBuffer(*Buffer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.exports--
}

// Close gives the memory back, after which nothing may touch it, and writes the
// bytes back where the file was read and not mapped. A second call does nothing.
// The error matches [ErrBuffer] while buffers of m are held, by a View, say;
// nothing changes then.
func (m *Mapping) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.exports > 0 {
		return raise(ErrBuffer, "cannot close exported pointers exist")
	}
	data, f := m.data, m.file
	m.data, m.file, m.closed = nil, nil, true
	if m.mapped && data != nil {
		return munmap(data)
	}
	if f == nil {
		return nil
	}
	_, err := f.WriteAt(data, 0)
	return errors.Join(err, f.Close())
}
