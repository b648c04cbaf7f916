package memoryview

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	strided "github.com/stridecopy/stridecopy/copy"
)

// Tensors are the arrays in a file of many: [FromSafetensors] and [FromGGUF] make
// them. Only the header of the file has been read.
type Tensors struct {
	obj      any // exporter of the file's bytes
	list     []Tensor
	byName   map[string]int
	metadata map[string]string
	values   func(file []byte) (map[string]any, error) // of the metadata; nil if they are all text
}

// A Tensor is one array in a file.
type Tensor struct {
	Name   string
	Type   string         // of the items, as the file names it: "BF16", "Q4_0"
	Format string         // of the items in PEP 3118; whole numbers and bytes where that has no such type
	Layout strided.Layout // of the items in the file
}

// A Named is a View to be written to a file of many arrays.
type Named struct {
	Name string
	View *View
	// Type is the file's name for the type of the items. If it is empty the type is
	// the one that the format of the View says.
	Type string
}

// describe returns what the header of a file says about Views.
func describe(tensors []Named) []Tensor {
	list := make([]Tensor, len(tensors))
	for i, x := range tensors {
		b := &x.View.buf
		list[i] = Tensor{x.Name, x.Type, b.Format, strided.C(b.ItemSize, b.Shape...)}
	}
	return list
}

// writeLittleEndian writes the items in C order.
func (x Named) writeLittleEndian(w io.Writer) error {
	little, err := x.View.inOrder(binary.LittleEndian)
	if err != nil {
		return fmt.Errorf("%q: %w", x.Name, err)
	}
	defer little.Release()
	s, err := NewStream(little, OrderC)
	if err != nil {
		return err
	}
	if _, err := s.WriteTo(w); err != nil {
		return fmt.Errorf("%q: %w", x.Name, err)
	}
	return nil
}

// List returns the arrays in the order of the file's header. The slice is the
// caller's.
func (t *Tensors) List() []Tensor { return slices.Clone(t.list) }

// Metadata returns what the header says about the whole file. The map must not be
// changed.
func (t *Tensors) Metadata() map[string]string { return t.metadata }

// MetadataValues returns the metadata with the types that the file gives the values,
// arrays included: what [WriteGGUF] takes. A safetensors file has only strings. The
// map is the caller's. The error is that of [FromGGUF], should the file have changed.
func (t *Tensors) MetadataValues() (map[string]any, error) {
	if t.values == nil {
		all := map[string]any{}
		for key, text := range t.metadata {
			all[key] = text
		}
		return all, nil
	}
	var all map[string]any
	err := withBytes(t.obj, func(file []byte) (err error) {
		all, err = t.values(file)
		return err
	})
	return all, err
}

// View returns a View of an array in the memory of the file: nothing is copied, and
// it may be written if the file may. The error matches [ErrIndex] if there is none
// of the name, or is that of [ArrayView].
func (t *Tensors) View(name string) (*View, error) {
	i, ok := t.byName[name]
	if !ok {
		return nil, raise(ErrIndex, "no array is called %q", name)
	}
	return ArrayView(t.obj, t.list[i].Format, t.list[i].Layout)
}

// add appends a tensor, whose name must be new.
func (t *Tensors) add(x Tensor) bool {
	if _, twice := t.byName[x.Name]; twice {
		return false
	}
	if t.byName == nil {
		t.byName = map[string]int{}
	}
	t.byName[x.Name] = len(t.list)
	t.list = append(t.list, x)
	return true
}

// sizeOfShape returns the bytes of an array in C order, and whether its rank and
// size are possible, also for whoever computes strides of an empty one.
func sizeOfShape(itemSize int, shape []int) (int, bool) {
	size, bound := itemSize, itemSize
	for _, n := range shape {
		var ok bool
		if bound, ok = mulSize(bound, max(n, 1)); !ok || n < 0 {
			return 0, false
		}
		size *= n
	}
	return size, len(shape) <= strided.MaxRank
}
