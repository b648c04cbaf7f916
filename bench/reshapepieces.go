package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime/debug"
	"time"

	"github.com/stridecopy/stridecopy/copy"
)

// pieceBytes bounds the memory that a piece of the output takes, items aside that
// are longer. A piece of this size is still in the last-level cache when it is
// written to the file.
const pieceBytes = 16 << 20

// split returns parts of a view that are the whole one after the other in C order,
// each of at most limit bytes or one item. It splits along the outermost axis, and the
// slices of that where they are too long.
func split(view strided.Layout, limit int) iter.Seq2[strided.Layout, error] {
	return func(yield func(strided.Layout, error) bool) { splitTo(yield, view, limit) }
}

// splitTo reports whether to go on.
func splitTo(yield func(strided.Layout, error) bool, view strided.Layout, limit int) bool {
	items, err := view.Len()
	bytes := items * view.ItemSize
	if err != nil || items == 1 || items > 0 && bytes <= limit {
		return yield(view, err)
	}
	if items == 0 {
		return true
	}
	rows := view.Shape[0]
	step := limit / (bytes / rows)
	for row := 0; row < rows; row += max(step, 1) {
		var part strided.Layout
		if step <= 1 {
			part, err = view.Index(0, row)
		} else {
			part, err = view.Slice(0, row, min(step, rows-row), 1)
		}
		if err != nil {
			return yield(part, err)
		}
		if !splitTo(yield, part, limit) {
			return false
		}
	}
	return true
}

// A pieceWriter writes the items of a view in C order.
type pieceWriter struct {
	to       io.Writer
	src      []byte // the mapped input
	piece    []byte
	total    int // bytes to write
	done     int
	start    time.Time
	progress io.Writer // nil where there is no terminal
}

func newPieceWriter(to io.Writer, src []byte, total int, progress io.Writer) *pieceWriter {
	return &pieceWriter{to: to, src: src, total: total, start: time.Now(), progress: progress}
}

// whole writes the view.
func (w *pieceWriter) whole(view strided.Layout) error {
	err := unlessCut(func() error { return w.write(view, pieceBytes) })
	if w.progress != nil {
		fmt.Fprint(w.progress, "\n")
	}
	return err
}

// unlessCut calls read, and returns an error in place of the fault that reading a
// mapped file raises when somebody has cut it short meanwhile.
func unlessCut(read func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			err = errors.New("the input cannot be read: its file has become shorter")
		default:
			panic(fault)
		}
	}()
	return read()
}

// write copies piece after piece, of at most limit bytes.
func (w *pieceWriter) write(view strided.Layout, limit int) error {
	for piece, err := range split(view, limit) {
		if err == nil {
			err = w.copy(piece)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *pieceWriter) copy(view strided.Layout) error {
	items, err := view.Len()
	if err != nil {
		return err
	}
	bytes := items * view.ItemSize
	if len(w.piece) < bytes {
		w.piece = make([]byte, bytes)
	}
	if err := strided.Gather(w.piece, w.src, view); err != nil {
		return err
	}
	if _, err := w.to.Write(w.piece[:bytes]); err != nil {
		return err
	}
	w.done += bytes
	if w.progress != nil {
		seconds := max(time.Since(w.start).Seconds(), 1e-9)
		fmt.Fprintf(w.progress, "\r%3.0f %%  %s of %s  %.2f GB/s  ",
			100*float64(w.done)/float64(w.total), size(w.done), size(w.total), 2*float64(w.done)/seconds/1e9)
	}
	return nil
}
