package memoryview

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// randomView returns a View of any layout, with pointers if tables is set.
func randomView(t *testing.T, r *rand.Rand, tables bool) *View {
	ndim := r.IntN(5)
	b := Buffer{ItemSize: 1 + r.IntN(9), NDim: ndim, Format: "x", Shape: make([]int, ndim), Strides: make([]int, ndim)}
	step := b.ItemSize + r.IntN(3)
	for _, k := range r.Perm(ndim) {
		n := 1 + r.IntN(6)
		b.Shape[k], b.Strides[k] = n, step
		step *= n + r.IntN(2)
		if r.IntN(3) == 0 {
			b.Buf.Offset += (n - 1) * b.Strides[k]
			b.Strides[k] = -b.Strides[k]
		}
	}
	fill := func() []byte {
		mem := make([]byte, step+16)
		for i := range mem {
			mem[i] = byte(r.Uint32())
		}
		return mem
	}
	b.Buf.Mem = fill()
	if tables && ndim > 0 {
		n := b.Shape[0]
		table := make([]Pointer, n)
		for i := range table {
			table[i] = Pointer{Mem: fill(), Offset: r.IntN(8)}
		}
		b.Suboffsets = make([]int, ndim)
		for k := range b.Suboffsets {
			b.Suboffsets[k] = -1
		}
		b.Suboffsets[0] = b.Buf.Offset
		if b.Strides[0] < 0 {
			b.Suboffsets[0] += (n - 1) * b.Strides[0]
		}
		b.Buf, b.Strides[0] = Pointer{Table: table}, PointerSize
	}
	if ndim > 0 && r.IntN(10) == 0 {
		b.Shape[r.IntN(ndim)] = 0
	}
	b.setLen()
	v, err := FromBuffer(&b)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestStream(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		v := randomView(t, r, r.IntN(3) == 0)
		for _, order := range []Order{OrderC, OrderF, OrderA} {
			want, err := v.ToBytes(order)
			if err != nil {
				t.Fatal(err)
			}
			s, err := NewStream(v, order)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			n, err := s.WriteTo(&out)
			if err != nil || n != s.Size() || !bytes.Equal(out.Bytes(), want) {
				t.Fatalf("%+v, order %s: %d bytes %x, %v; want %x", v.buf, order, n, out.Bytes(), err, want)
			}
			for range 5 {
				p, off := make([]byte, r.IntN(len(want)+5)), r.IntN(len(want)+3)
				n, err := s.ReadAt(p, int64(off))
				rest := want[min(off, len(want)):]
				atEnd := len(rest) < len(p) || len(rest) == 0
				if n != min(len(p), len(rest)) || !bytes.Equal(p[:n], rest[:n]) || atEnd != (err == io.EOF) || !atEnd && err != nil {
					t.Fatalf("%+v, order %s: ReadAt(%d bytes, %d): %d bytes %x, %v; want %x", v.buf, order, len(p), off, n, p, err, rest)
				}
			}
			if err := iotest.TestReader(io.NewSectionReader(s, 0, s.Size()), want); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// An array much larger than the buffer, with rows that are larger, and with items
// that are larger.
func TestStreamLarge(t *testing.T) {
	for _, b := range []Buffer{
		{ItemSize: 2, Shape: []int{3, 7, 100003}, Strides: []int{14, 2, 42}},
		{ItemSize: 8, Shape: []int{300000, 2}, Strides: []int{8, 2400000}},
		{ItemSize: 2200000, Shape: []int{2}, Strides: []int{-2200000}, Buf: Pointer{Offset: 2200000}},
	} {
		b.NDim, b.Format = len(b.Shape), "x"
		b.setLen()
		b.Buf.Mem = make([]byte, b.Len)
		for i := range b.Buf.Mem {
			b.Buf.Mem[i] = byte(uint32(i) * 2654435761 >> 13)
		}
		v, err := FromBuffer(&b)
		if err != nil {
			t.Fatal(err)
		}
		for _, order := range []Order{OrderC, OrderF} {
			want, err := v.ToBytes(order)
			if err != nil {
				t.Fatal(err)
			}
			s, err := NewStream(v, order)
			if err != nil {
				t.Fatal(err)
			}
			var out writeLog
			if _, err := s.WriteTo(&out); err != nil || !bytes.Equal(out.data, want) {
				t.Errorf("%v: %d bytes, %v", b.Shape, len(out.data), err)
			}
			if !IsContiguous(&b, order) && out.largest > streamBuffer {
				t.Errorf("%v: a write of %d bytes", b.Shape, out.largest)
			}
		}
	}
}

type writeLog struct {
	data    []byte
	largest int
}

func (w *writeLog) Write(p []byte) (int, error) {
	w.data = append(w.data, p...)
	w.largest = max(w.largest, len(p))
	return len(p), nil
}

func TestStreamErrors(t *testing.T) {
	v := FromMemory(make([]byte, 100), Read)
	if _, err := NewStream(v, "X"); !errors.Is(err, ErrValue) {
		t.Errorf("order X: %v", err)
	}
	s, err := NewStream(v, OrderC)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReadAt(make([]byte, 1), -1); !errors.Is(err, ErrValue) {
		t.Errorf("negative offset: %v", err)
	}
	broken := errors.New("broken")
	if n, err := s.WriteTo(writerFunc(func(p []byte) (int, error) {
		if err := v.Release(); !errors.Is(err, ErrBuffer) {
			t.Errorf("released while it is written: %v", err)
		}
		return 7, broken
	})); n != 7 || err != broken {
		t.Errorf("broken writer: %d, %v", n, err)
	}
	if n, err := s.WriteTo(writerFunc(func(p []byte) (int, error) { return 7, nil })); n != 7 || err != io.ErrShortWrite {
		t.Errorf("short write: %d, %v", n, err)
	}
	outside := Buffer{Buf: Pointer{Mem: make([]byte, 9)}, Len: 10, ItemSize: 1, NDim: 1, Shape: []int{10}, Strides: []int{1}}
	wrong := outside
	wrong.Len = 11
	if w, err := FromBuffer(&wrong); err == nil {
		if _, err := NewStream(w, OrderC); !errors.Is(err, ErrValue) {
			t.Errorf("wrong length: %v", err)
		}
	}
	if w, err := FromBuffer(&outside); err == nil {
		s, err := NewStream(w, OrderC)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.WriteTo(io.Discard); !errors.Is(err, ErrBuffer) {
			t.Errorf("items outside: %v", err)
		}
		if _, err := s.ReadAt(make([]byte, 10), 0); !errors.Is(err, ErrBuffer) {
			t.Errorf("items outside: %v", err)
		}
	}
	if err := v.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := NewStream(v, OrderC); !errors.Is(err, ErrValue) {
		t.Errorf("released: %v", err)
	}
	if _, err := s.WriteTo(io.Discard); !errors.Is(err, ErrValue) {
		t.Errorf("released: %v", err)
	}
	if _, err := s.ReadAt(nil, 0); !errors.Is(err, ErrValue) {
		t.Errorf("released: %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func ExampleNewStream() {
	v, err := FromBuffer(&Buffer{
		Buf: Pointer{Mem: []byte("a1b2c3d4")}, Len: 8, ItemSize: 2, NDim: 2, Format: "2s", Shape: []int{2, 2}, Strides: []int{4, 2},
	})
	if err != nil {
		panic(err)
	}
	for _, order := range []Order{OrderC, OrderF} {
		s, err := NewStream(v, order)
		if err != nil {
			panic(err)
		}
		var out bytes.Buffer
		n, err := s.WriteTo(&out)
		fmt.Println(order, n, out.String(), err)
	}
	// Output:
	// C 8 a1b2c3d4 <nil>
	// F 8 a1c3b2d4 <nil>
}

func ExampleStream_ReadAt() {
	v := FromMemory([]byte("strided"), Read)
	s, err := NewStream(v, OrderC)
	if err != nil {
		panic(err)
	}
	p := make([]byte, 4)
	n, err := s.ReadAt(p, 2)
	fmt.Println(n, string(p), err)
	// Output: 4 ride <nil>
}

// Any part of the transpose of an array, as a file.
func ExampleStream_WriteTo() {
	v, err := OfArray(&[2][3]byte{{'a', 'b', 'c'}, {'d', 'e', 'f'}})
	if err != nil {
		panic(err)
	}
	s, err := NewStream(v, OrderF)
	if err != nil {
		panic(err)
	}
	var out bytes.Buffer
	n, err := s.WriteTo(&out)
	fmt.Println(n, s.Size(), out.String(), err)
	// Output: 6 6 adbecf <nil>
}

// TestStreamNegativeSuboffsets streams rows whose pointers are to their last bytes: a
// piece that begins inside a row has no suboffset that says where.
func TestStreamNegativeSuboffsets(t *testing.T) {
	for _, cols := range []int{5, streamBuffer*3/2 + 1} {
		table := make([]Pointer, 2)
		for i := range table {
			mem := make([]byte, cols)
			for j := range mem {
				mem[j] = byte(uint32(i*cols+j) * 2654435761 >> 13)
			}
			table[i] = Pointer{Mem: mem, Offset: cols - 1}
		}
		v, err := FromBuffer(&Buffer{Buf: Pointer{Table: table}, Len: 2 * cols, ItemSize: 1, NDim: 2, Shape: []int{2, cols}, Strides: []int{PointerSize, -1}, Suboffsets: []int{0, -1}})
		if err != nil {
			t.Fatal(err)
		}
		for _, order := range []Order{OrderC, OrderF} {
			want, err := v.ToBytes(order)
			if err != nil {
				t.Fatal(err)
			}
			s, err := NewStream(v, order)
			if err != nil {
				t.Fatal(err)
			}
			for off := 0; off < len(want); off += max(1, len(want)/4) {
				p := make([]byte, len(want)-off)
				if n, err := s.ReadAt(p, int64(off)); err != nil || !bytes.Equal(p[:n], want[off:]) {
					t.Errorf("%d columns, order %s: ReadAt %d: %d bytes, %v", cols, order, off, n, err)
				}
			}
			var out bytes.Buffer
			if _, err := s.WriteTo(&out); err != nil || !bytes.Equal(out.Bytes(), want) {
				t.Errorf("%d columns, order %s: %d bytes, %v", cols, order, out.Len(), err)
			}
		}
		var out bytes.Buffer
		if _, err := WriteNpy(&out, v); err != nil {
			t.Errorf("%d columns: %v", cols, err)
		}
		if back, err := FromNpy(out.Bytes()); err != nil {
			t.Errorf("%d columns: %v", cols, err)
		} else if same, err := back.Equal(v); err != nil || !same {
			t.Errorf("%d columns: %t, %v", cols, same, err)
		}
	}
}
