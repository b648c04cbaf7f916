package main

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"

	"github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/memoryview"
)

// An arrayWriter writes an array to a new file.
type arrayWriter struct {
	*array
	out    place
	header []byte // what stands before the items, or before those in a member of an archive
	total  int    // bytes of all items
}

// newArrayWriter prepares the file, so that what it cannot hold is known before
// anything is written.
func newArrayWriter(a *array, out place) (*arrayWriter, error) {
	w := &arrayWriter{array: a, out: out}
	items, err := a.view.Len()
	if err != nil {
		return nil, err
	}
	w.total = items * a.view.ItemSize
	tensor := memoryview.Tensor{Name: out.name, Format: a.format, Layout: strided.C(a.view.ItemSize, a.shape...)}
	if from := a.place.format; from == "safetensors" || from == "gguf" {
		tensor.Type = a.kind // both name types alike
	}
	switch out.format {
	case "safetensors":
		w.header, err = memoryview.AppendSafetensorsHeader(nil, nil, tensor)
	case "gguf":
		w.header, err = memoryview.AppendGGUFHeader(nil, nil, tensor)
	default:
		w.header = memoryview.AppendNpyHeader(nil, a.descr, false, a.shape)
		return w, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%v: %w", out, err)
	}
	if a.descr[0] == '>' { // these files are little-endian
		w.array = a.swapped()
	}
	return w, nil
}

// newKind is the type of the items in the new file where its name may be another.
func (w *arrayWriter) newKind() string {
	if w.out.format == "npy" || w.out.format == "npz" {
		return " " + w.descr
	}
	return ""
}

// swapped returns the array with the bytes of every number in reverse order: as an
// array of bytes with one more axis, which is walked backwards.
func (a *array) swapped() *array {
	unit := a.view.ItemSize
	if a.descr[1] == 'c' { // a complex number is two
		unit /= 2
	}
	s, v := *a, &a.view
	rank := len(v.Shape)
	s.view = strided.Layout{
		ItemSize: 1,
		Offset:   v.Offset + unit - 1,
		Shape:    append(v.Shape[:rank:rank], v.ItemSize/unit, unit),
		Strides:  append(v.Strides[:rank:rank], unit, -1),
	}
	return &s
}

// write writes the file, whole or not at all.
func (w *arrayWriter) write(progress io.Writer) error {
	file, err := createOut(w.out.path)
	if err != nil {
		return err
	}
	defer file.abort()
	var to io.Writer = file
	finish := func() error { return nil }
	switch w.out.format {
	case "npz":
		z := zip.NewWriter(file)
		if to, err = z.CreateHeader(npzMember(w.out.name)); err != nil {
			return err
		}
		finish = z.Close
	case "gguf":
		finish = func() error {
			_, err := file.Write(make([]byte, -w.total&(ggufAlign-1)))
			return err
		}
	}
	if _, err := to.Write(w.header); err != nil {
		return err
	}
	p := newPieceWriter(to, w.bytes, w.total, progress)
	if err := p.whole(w.view); err != nil {
		return err
	}
	if err := finish(); err != nil {
		return err
	}
	return file.commit()
}

// ggufAlign is the multiple of bytes that arrays of GGUF end at.
const ggufAlign = 32

// npzMember returns the header of the first member of an .npz file, filled up so that
// the .npy file in it begins at a multiple of 64 bytes, and with it its items.
func npzMember(name string) *zip.FileHeader {
	name += ".npy"
	const fixed, field = 30, 4 // bytes before the name, and at least in the extra field
	fill := -(fixed + len(name) + field) & 63
	extra := append([]byte{0x35, 0xd9, byte(fill), 0}, make([]byte, fill)...)
	return &zip.FileHeader{Name: name, Method: zip.Store, Extra: extra}
}

// explain says what write would do.
func (w *arrayWriter) explain(to io.Writer, summary string) error {
	var first *strided.Layout
	pieces := 0
	for piece, err := range split(w.view, pieceBytes) {
		if err != nil {
			return err
		}
		if pieces++; first == nil {
			first = &piece
		}
	}
	fmt.Fprintf(to, "%s: %s, nothing is written\n", summary, size(w.total))
	if first == nil {
		fmt.Fprintln(to, "nothing to copy")
		return nil
	}
	plan, err := strided.NewPlan(strided.C(first.ItemSize, first.Shape...), *first, strided.Options{})
	if err != nil {
		return err
	}
	if pieces > 1 {
		fmt.Fprintf(to, "in %d pieces, of which the first has %s:\n", pieces, size(plan.Bytes()))
	}
	fmt.Fprintln(to, strings.TrimRight(plan.Explain(), "\n"))
	return nil
}
