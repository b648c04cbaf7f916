package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/memoryview"
)

// A place is where an array is: a file, and its name in a file of many.
type place struct {
	path   string
	name   string // empty where none is given
	format string // of the file: one of fileFormats
}

// fileFormats are the endings of file names.
var fileFormats = []string{"npy", "npz", "safetensors", "gguf"}

// parsePlace reads a file name, with a colon and the name of an array behind it
// where there can be many: the first colon behind a known ending.
func parsePlace(arg string) (place, error) {
	lower := strings.ToLower(arg)
	for at, c := range lower {
		if c != ':' {
			continue
		}
		if format, ok := formatOf(lower[:at]); ok {
			if p := (place{arg[:at], arg[at+1:], format}); p.name != "" && format != "npy" {
				return p, nil
			}
			return place{}, fmt.Errorf("%q: a name of an array stands behind the colon, and a .npy file has none", arg)
		}
	}
	if format, ok := formatOf(lower); ok {
		return place{path: arg, format: format}, nil
	}
	return place{}, fmt.Errorf("%q does not end in .npy, .npz, .safetensors or .gguf, nor has such an ending before a colon", arg)
}

func formatOf(name string) (string, bool) {
	for _, format := range fileFormats {
		if strings.HasSuffix(name, "."+format) {
			return format, true
		}
	}
	return "", false
}

func (p place) String() string {
	if p.name == "" {
		return p.path
	}
	return p.path + ":" + p.name
}

// An array is one that a file holds, or what is made of it.
type array struct {
	place
	kind   string         // of the items, as the file names it: <f4, BF16
	descr  string         // the same as NumPy names it, or what comes nearest
	format string         // the same in PEP 3118
	bytes  []byte         // of the file, where not unpacked
	view   strided.Layout // of the items in the bytes; its C order is that of the array
	shape  []int          // of the array, which may merge axes of the view
	close  func()
}

// openArray maps a file and finds an array in it.
func openArray(p place) (*array, error) {
	mapping, err := memoryview.MapFile(p.path, false)
	if err != nil {
		return nil, err
	}
	a, err := openMapped(p, mapping)
	if err != nil {
		mapping.Close()
	}
	return a, err
}

// openMapped finds an array in a mapped file.
func openMapped(p place, mapping *memoryview.Mapping) (*array, error) {
	a := &array{place: p}
	var view *memoryview.View
	err := unlessCut(func() (err error) {
		view, err = a.find(mapping)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%v: %w", a.place, err)
	}
	b := view.Buffer()
	a.format = b.Format
	a.bytes = b.Buf.Mem
	a.view = strided.Layout{ItemSize: b.ItemSize, Offset: b.Buf.Offset, Shape: b.Shape, Strides: b.Strides}
	a.shape = b.Shape
	a.close = func() {
		view.Release()
		mapping.Close()
	}
	return a, nil
}

// find returns the array in a file, and enters what its items are.
func (a *array) find(file *memoryview.Mapping) (*memoryview.View, error) {
	switch a.place.format {
	case "npy":
		h, err := memoryview.ParseNpyHeader(file.Bytes())
		if err != nil {
			return nil, err
		}
		a.kind, a.descr = h.Descr, h.Descr
		return memoryview.FromNpy(file)
	case "npz":
		z, err := memoryview.FromNpz(file)
		if err == nil {
			err = a.choose(z.Names())
		}
		if err != nil {
			return nil, err
		}
		h, err := z.Header(a.name)
		if err != nil {
			return nil, err
		}
		a.kind, a.descr = h.Descr, h.Descr
		return z.View(a.name)
	case "safetensors":
		return a.findTensor(memoryview.FromSafetensors(file))
	}
	return a.findTensor(memoryview.FromGGUF(file))
}

func (a *array) findTensor(tensors *memoryview.Tensors, err error) (*memoryview.View, error) {
	if err != nil {
		return nil, err
	}
	list := tensors.List()
	names := make([]string, len(list))
	for i, x := range list {
		names[i] = x.Name
	}
	if err := a.choose(names); err != nil {
		return nil, err
	}
	for _, x := range list {
		if x.Name != a.name {
			continue
		}
		if strings.HasSuffix(x.Format, "s") {
			return nil, fmt.Errorf("%s packs several numbers in blocks of %d bytes: there are no items to move", x.Type, x.Layout.ItemSize)
		}
		a.kind = x.Type
		a.descr, err = memoryview.NpyDescr(x.Format)
		if err != nil {
			return nil, err
		}
	}
	return tensors.View(a.name)
}

// choose sets the name to that of the only array if none is given.
func (a *array) choose(names []string) error {
	if a.name == "" && len(names) == 1 {
		a.name = names[0]
	}
	if a.name != "" {
		return nil
	}
	const some = 20
	text := strings.Join(names[:min(len(names), some)], "\n  ")
	if more := len(names) - some; more > 0 {
		text += fmt.Sprintf("\n  and %d more", more)
	}
	return fmt.Errorf("holds %d arrays, name one as %s:NAME\n  %s", len(names), a.path, text)
}

// defaultName is what the array is called in another file: its name, or that of a
// file that has no names inside.
func (a *array) defaultName() string {
	if a.name != "" {
		return a.name
	}
	base := filepath.Base(a.path)
	return base[:len(base)-len(filepath.Ext(base))]
}
