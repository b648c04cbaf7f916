package memoryview

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
)

// An Npz is the arrays in a .npz file, NumPy's format for several: a zip archive of
// .npy files.
type Npz struct {
	obj     any // exporter of the file's bytes
	members []npzMember
	byName  map[string]int // index in members
}

type npzMember struct {
	name           string // without .npy
	index          int    // in the directory
	compressed     bool
	offset, length int // in the file, of what is not compressed
}

// FromNpz reads the directory of a .npz file. obj is an exporter of the file's
// bytes, as for [FromNpy]. Members that are no .npy files are passed over. The error
// matches [ErrFile] if obj is no such file, or is that of [GetBuffer].
func FromNpz(obj any) (*Npz, error) {
	z := &Npz{obj: obj, byName: map[string]int{}}
	err := withBytes(obj, func(file []byte) error {
		r, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return npzError("%w", err)
		}
		for i, f := range r.File {
			if err := z.add(f, i, len(file)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return z, nil
}

// add appends the member f, of the given index, of a file of size bytes.
func (z *Npz) add(f *zip.File, index, size int) error {
	name, isNpy := strings.CutSuffix(f.Name, ".npy")
	if !isNpy {
		return nil
	}
	if _, twice := z.byName[name]; twice {
		return npzError("%q stands twice", f.Name)
	}
	m := npzMember{name: name, index: index, compressed: f.Method != zip.Store}
	if !m.compressed {
		offset, err := f.DataOffset()
		if err != nil {
			return npzError("%q: %w", f.Name, err)
		}
		if offset < 0 || offset > int64(size) || f.UncompressedSize64 > uint64(int64(size)-offset) || f.CompressedSize64 != f.UncompressedSize64 {
			return npzError("%q: %d bytes at %d of %d", f.Name, f.UncompressedSize64, offset, size)
		}
		m.offset, m.length = int(offset), int(f.UncompressedSize64)
	}
	z.byName[name] = len(z.members)
	z.members = append(z.members, m)
	return nil
}

// Names returns the names of the arrays in the order of the directory, without
// ".npy".
func (z *Npz) Names() []string {
	names := make([]string, len(z.members))
	for i, m := range z.members {
		names[i] = m.name
	}
	return names
}

// Header returns the header of an array: NumPy's own description of its items, and
// the shape, of which nothing but the header has been read. DataOffset counts from
// the start of the member. Errors are those of [Npz.View].
func (z *Npz) Header(name string) (h NpyHeader, err error) {
	m, err := z.member(name)
	if err != nil {
		return h, err
	}
	err = withBytes(z.obj, func(file []byte) error {
		if !m.compressed {
			h, _, err = m.stored(file)
			return err
		}
		f, err := m.packed(file)
		if err != nil {
			return err
		}
		r, err := f.Open()
		if err != nil {
			return npzError("%q: %w", f.Name, err)
		}
		defer r.Close()
		if h, err = ReadNpyHeader(r); err != nil {
			return npzError("%q: %w", f.Name, err)
		}
		return nil
	})
	return h, err
}

// View returns a View of an array. A member that is stored, as NumPy's savez does,
// is the memory of the file itself, and can be written if that can; its checksum is
// not compared. A compressed one is unpacked to new memory, which is read-only.
//
// The error matches [ErrIndex] if there is no array of the name, [ErrFile] if the
// member is damaged, or is that of [FromNpy].
func (z *Npz) View(name string) (*View, error) {
	m, err := z.member(name)
	if err != nil {
		return nil, err
	}
	if m.compressed {
		return z.unpack(m)
	}
	var h NpyHeader
	err = withBytes(z.obj, func(file []byte) error {
		var member []byte
		if h, member, err = m.stored(file); err == nil {
			err = h.checkData(len(member))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	l := h.Layout()
	l.Offset += m.offset
	return ArrayView(z.obj, h.Format, l)
}

func (z *Npz) member(name string) (npzMember, error) {
	i, ok := z.byName[name]
	if !ok {
		return npzMember{}, raise(ErrIndex, "no array is called %q", name)
	}
	return z.members[i], nil
}

// stored returns the header and the bytes of a member that is not compressed.
func (m *npzMember) stored(file []byte) (NpyHeader, []byte, error) {
	if m.offset > len(file) || m.length > len(file)-m.offset {
		return NpyHeader{}, nil, npzError("the file has become shorter")
	}
	member := file[m.offset : m.offset+m.length]
	h, err := ParseNpyHeader(member)
	return h, member, err
}

// packed returns a member that is compressed.
func (m *npzMember) packed(file []byte) (*zip.File, error) {
	r, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil || m.index >= len(r.File) {
		return nil, npzError("the file has changed: %v", err)
	}
	return r.File[m.index], nil
}

// unpack returns a View of a compressed member. Memory grows with what comes out, so
// that a false length in the directory costs nothing.
func (z *Npz) unpack(m npzMember) (*View, error) {
	var h NpyHeader
	var data []byte
	err := withBytes(z.obj, func(file []byte) error {
		f, err := m.packed(file)
		if err == nil {
			h, data, err = unpackNpy(f)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	l := h.Layout()
	l.Offset = 0
	return ArrayView(data, h.Format, l)
}

func unpackNpy(f *zip.File) (h NpyHeader, data []byte, err error) {
	if f.UncompressedSize64 > math.MaxInt {
		return h, nil, npzError("%q: %d bytes do not fit memory", f.Name, f.UncompressedSize64)
	}
	size := int(f.UncompressedSize64)
	r, err := f.Open()
	if err != nil {
		return h, nil, npzError("%q: %w", f.Name, err)
	}
	defer r.Close()
	if h, err = ReadNpyHeader(r); err == nil {
		err = h.checkData(size)
	}
	if err == nil { // one byte more, since the checksum is compared at the end
		data, err = io.ReadAll(io.LimitReader(r, int64(size-h.DataOffset)+1))
	}
	if err == nil && len(data) != size-h.DataOffset {
		err = fmt.Errorf("more than %d bytes", size)
	}
	if err != nil {
		return h, nil, npzError("%q: %w", f.Name, err)
	}
	return h, data, nil
}

// WriteNpz writes Views to w as a .npz file, uncompressed as NumPy's savez does, and
// each as [WriteNpy] would; the type of a Named is a descr in the form of
// [NpyHeader]. The data of every array begins at a multiple of 64 bytes of the file,
// so that it can be mapped and used as a slice of numbers. The error matches
// [ErrValue] if a name is empty or stands twice, or is that of WriteNpy.
func WriteNpz(w io.Writer, arrays ...Named) error {
	out := &counter{w: w}
	z := zip.NewWriter(out)
	seen := map[string]bool{}
	descriptor := int64(0) // bytes that zip will write behind the member before
	for _, a := range arrays {
		if a.Name == "" || seen[a.Name] {
			return raise(ErrValue, "the name %q is empty or stands twice", a.Name)
		}
		seen[a.Name] = true
		if err := z.Flush(); err != nil {
			return err
		}
		f, err := z.CreateHeader(alignedHeader(a.Name+".npy", out.n+descriptor))
		if err != nil {
			return err
		}
		n, err := writeNpy(f, a.View, a.Type)
		if err != nil {
			return fmt.Errorf("%q: %w", a.Name, err)
		}
		if descriptor = 16; n >= math.MaxUint32 {
			descriptor = 24
		}
	}
	return z.Close()
}

// alignedHeader returns the header of a member that begins at the given offset, with
// an extra field of zeros that fills it up to a multiple of npyAlign. The extra
// field is the one that Android's tools use for the same.
func alignedHeader(name string, offset int64) *zip.FileHeader {
	const fixed, field = 30, 4 // bytes before the name, and at least in the extra field
	fill := -(offset + fixed + int64(len(name)) + field) & (npyAlign - 1)
	extra := append([]byte{0x35, 0xd9, byte(fill), 0}, make([]byte, fill)...)
	return &zip.FileHeader{Name: name, Method: zip.Store, Extra: extra}
}

// A counter counts the bytes written to w.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func npzError(format string, args ...any) error {
	return fmt.Errorf("%w: npz: "+format, append([]any{ErrFile}, args...)...)
}
