package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// An outFile is a file that appears under its name whole or not at all: it is
// written beside its place under another name and renamed at the end. An error, an
// interrupt or a termination removes it.
type outFile struct {
	*os.File
	path   string // where it goes
	forget func() // of interrupts; nil when nothing is left to do
}

// createOut begins a file. A symbolic link is followed, so that the link stays and
// the file that it names is replaced.
func createOut(path string) (*outFile, error) {
	mode := fs.FileMode(0o666)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	switch info, err := os.Stat(path); {
	case err == nil && !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", path)
	case err == nil:
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	dir, base := filepath.Split(path)
	for {
		name := filepath.Join(dir, fmt.Sprintf(".%s.%08x.part", base, rand.Uint32()))
		if _, err := os.Lstat(name); err == nil {
			continue // somebody else's, which an interrupt must not remove
		}
		forget := interrupts.add(func() { os.Remove(name) }) // before there is anything to remove
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err != nil {
			forget()
			return nil, err
		}
		return &outFile{f, path, forget}, nil
	}
}

// commit puts the file in its place.
func (o *outFile) commit() error {
	if o.forget == nil {
		return fs.ErrClosed
	}
	err := o.Close()
	if err == nil {
		err = os.Rename(o.Name(), o.path)
	}
	if err != nil {
		os.Remove(o.Name())
	}
	o.end()
	return err
}

// abort removes the file; after commit it does nothing.
func (o *outFile) abort() {
	if o.forget != nil {
		o.Close()
		os.Remove(o.Name())
		o.end()
	}
}

func (o *outFile) end() {
	o.forget()
	o.forget = nil
}
