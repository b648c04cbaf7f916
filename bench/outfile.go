package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
)

// An outFile is a file that appears under its name whole or not at all: it is
// written beside its place under another name and renamed at the end. An error, an
// interrupt or a termination removes it.
type outFile struct {
	*os.File
	path string // where it goes

	mu      sync.Mutex // signal against commit and abort
	done    bool
	signals chan os.Signal
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
	o := &outFile{path: path, signals: make(chan os.Signal, 1)}
	signal.Notify(o.signals, os.Interrupt, syscall.SIGTERM) // before there is anything to remove
	dir, base := filepath.Split(path)
	for {
		name := filepath.Join(dir, fmt.Sprintf(".%s.%08x.part", base, rand.Uint32()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			o.end()
			return nil, err
		}
		o.File = f
		go o.watch()
		return o, nil
	}
}

// watch ends the process on a signal, with the status that shells expect, after
// removing the file.
func (o *outFile) watch() {
	s, open := <-o.signals
	if !open {
		return
	}
	o.abort()
	if number, ok := s.(syscall.Signal); ok {
		os.Exit(128 + int(number))
	}
	os.Exit(exitFailed)
}

// commit puts the file in its place.
func (o *outFile) commit() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done {
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
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.done {
		o.Close()
		os.Remove(o.Name())
		o.end()
	}
}

func (o *outFile) end() {
	o.done = true
	signal.Stop(o.signals)
	close(o.signals)
}
