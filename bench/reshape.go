package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/memoryview"
)

const reshapeUsage = `usage: bench reshape [-slice SPEC] [-perm LIST] in.npy out.npy

Writes in[SPEC].transpose(LIST) to out.npy in C order, with the same item type.

`

// reshape slices and permutes a .npy file. The input is mapped where the system
// can, the output is made and written piece by piece.
func reshape(args []string, stdout, stderr *os.File) error {
	f := flag.NewFlagSet("reshape", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, reshapeUsage); f.PrintDefaults() }
	slicing := f.String("slice", "", "NumPy's basic slicing, without the brackets: integers, a:b:c, ...")
	axes := f.String("perm", "", "comma-separated `list` of the axes left after slicing, in their new order")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err}
	}
	if f.NArg() != 2 {
		f.Usage()
		return usageError{fmt.Errorf("%d files named, want an input and an output", f.NArg())}
	}
	in, out := f.Arg(0), f.Arg(1)
	if err := differ(in, out); err != nil {
		return err
	}
	subscripts, err := parseSlicing(*slicing)
	if err != nil {
		return usageError{err}
	}
	mapping, err := memoryview.MapFile(in, false)
	if err != nil {
		return err
	}
	defer mapping.Close()
	header, view, err := openNpy(mapping.Bytes())
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	if view, err = applySlicing(view, subscripts); err != nil {
		return fmt.Errorf("%s: slice %q: %w", in, *slicing, err)
	}
	if *axes != "" {
		if view, err = permuted(view, *axes); err != nil {
			return fmt.Errorf("%s: %w", in, err)
		}
	}
	start := time.Now()
	if err := writeNpy(out, header.Descr, view, mapping.Bytes(), terminal(stderr)); err != nil {
		return err
	}
	n, _ := view.Len()
	seconds := time.Since(start).Seconds()
	fmt.Fprintf(stdout, "%s %v %s -> %s %v: %s in %.3f s, %.2f GB/s read and written\n",
		in, header.Shape, header.Descr, out, view.Shape, size(n*view.ItemSize), seconds, 2*float64(n*view.ItemSize)/seconds/1e9)
	return nil
}

// differ reports an output that is the input, under whatever name.
func differ(in, out string) error {
	i, err := os.Stat(in)
	if err != nil {
		return err
	}
	if o, err := os.Stat(out); err == nil && os.SameFile(i, o) {
		return fmt.Errorf("the output %s is the input %s", out, in)
	}
	return nil
}

// openNpy returns the header of a .npy file and the layout of its array in it.
func openNpy(file []byte) (memoryview.NpyHeader, strided.Layout, error) {
	header, err := memoryview.ParseNpyHeader(file)
	if err != nil {
		return header, strided.Layout{}, err
	}
	layout := header.Layout()
	if err := layout.Check(len(file)); err != nil {
		return header, layout, fmt.Errorf("truncated file: %w", err)
	}
	return header, layout, nil
}

// permuted returns view.transpose(list).
func permuted(view strided.Layout, list string) (strided.Layout, error) {
	axes, err := parseAxes(list, view.Rank())
	if err != nil {
		return view, err
	}
	p, err := view.Permute(axes...)
	if err != nil {
		return view, fmt.Errorf("perm %s of an array of %d dimensions: %w", list, view.Rank(), err)
	}
	return p, nil
}

// writeNpy writes the array that view describes in src to a new .npy file.
func writeNpy(path, descr string, view strided.Layout, src []byte, progress io.Writer) error {
	out, err := createOut(path)
	if err != nil {
		return err
	}
	defer out.abort()
	if _, err := out.Write(memoryview.AppendNpyHeader(nil, descr, false, view.Shape)); err != nil {
		return err
	}
	items, err := view.Len()
	if err != nil {
		return err
	}
	w := &npyWriter{to: out, src: src, total: items * view.ItemSize, progress: progress, start: time.Now()}
	if items > 0 {
		if err := w.guarded(view); err != nil {
			return err
		}
	}
	return out.commit()
}

// pieceBytes bounds the memory that a piece of the output takes, items aside that
// are longer. A piece of this size is still in the last-level cache when it is
// written to the file.
const pieceBytes = 16 << 20

// An npyWriter writes the items of a view in C order.
type npyWriter struct {
	to       io.Writer
	src      []byte // the mapped input
	piece    []byte
	total    int // bytes to write
	done     int
	start    time.Time
	progress io.Writer // nil where there is no terminal
}

// guarded is write, with an error in place of the fault that reading a mapped file
// raises when somebody has cut it short meanwhile.
func (w *npyWriter) guarded(view strided.Layout) (err error) {
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
	err = w.write(view, pieceBytes)
	if w.progress != nil {
		fmt.Fprint(w.progress, "\n")
	}
	return err
}

// write splits the view along its outermost axis until a piece fits, and copies
// piece after piece.
func (w *npyWriter) write(view strided.Layout, limit int) error {
	items, err := view.Len()
	if err != nil {
		return err
	}
	bytes := items * view.ItemSize
	if bytes <= limit || items == 1 {
		return w.copy(view, bytes)
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
		if err == nil {
			err = w.write(part, limit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *npyWriter) copy(view strided.Layout, bytes int) error {
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
