package memoryview_test

import (
	"errors"
	"fmt"

	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/memoryview"
)

// counted is an exporter of bytes that counts its exports, like a bytearray.
type counted struct {
	mem     []byte
	exports int
}

func (c *counted) GetBuffer(b *memoryview.Buffer, flags memoryview.Flags) error {
	if err := memoryview.FillInfo(b, c, c.mem, false, flags); err != nil {
		return err
	}
	c.exports++
	return nil
}

func (c *counted) ReleaseBuffer(*memoryview.Buffer) { c.exports-- }

// matrix returns a buffer of a matrix of bytes in C order, 3 rows of 4.
func matrix() *memoryview.Buffer {
	mem := make([]byte, 12)
	for i := range mem {
		mem[i] = byte(i)
	}
	return &memoryview.Buffer{
		Buf: memoryview.Pointer{Mem: mem}, Len: 12, ItemSize: 1, NDim: 2, Format: "B",
		Shape: []int{3, 4}, Strides: []int{4, 1},
	}
}

func matrixView() *memoryview.View {
	v, err := memoryview.FromBuffer(matrix())
	if err != nil {
		panic(err)
	}
	return v
}

func ExampleExporter() {
	c := &counted{mem: []byte("abc")}
	v, _ := memoryview.FromObject(c)
	w, _ := v.ToReadOnly()
	fmt.Println(c.exports) // all views of one memory are one export
	v.Release()
	w.Release()
	fmt.Println(c.exports)
	// Output:
	// 1
	// 0
}

func ExampleCheckBuffer() {
	fmt.Println(memoryview.CheckBuffer([]byte("abc")), memoryview.CheckBuffer("abc"))
	// Output: true false
}

func ExampleGetBuffer() {
	var b memoryview.Buffer
	if err := memoryview.GetBuffer([]byte("abc"), &b, memoryview.RecordsRO); err != nil {
		fmt.Println(err)
		return
	}
	defer b.Release()
	fmt.Println(b.Len, b.ItemSize, b.ReadOnly, b.Format, b.Shape, b.Strides)

	err := memoryview.GetBuffer([]byte("abc"), &b, memoryview.Writable)
	fmt.Println(errors.Is(err, memoryview.ErrBuffer), err)
	// Output:
	// 3 1 true B [3] [1]
	// true Object is not writable.
}

func ExampleBuffer_Release() {
	c := &counted{mem: []byte("abc")}
	var b memoryview.Buffer
	memoryview.GetBuffer(c, &b, memoryview.Simple)
	fmt.Println(c.exports)
	b.Release()
	b.Release() // harmless
	fmt.Println(c.exports, b.Obj)
	// Output:
	// 1
	// 0 <nil>
}

// The sample of README.md.
func ExampleBuffer_Bytes() {
	obj, _ := matrixView().GetItem(memoryview.Slice{Start: 1}) // contiguous: nothing is copied
	var b memoryview.Buffer
	err := memoryview.GetBuffer(obj, &b, memoryview.FullRO)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Release()

	v, err := memoryview.GetContiguous(obj, memoryview.Read, memoryview.OrderC)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer v.Release()
	mem, err := v.Buffer().Bytes()
	fmt.Println(mem, err)
	// Output: [4 5 6 7 8 9 10 11] <nil>
}

func ExampleBuffer_HasFormat() {
	var b memoryview.Buffer
	memoryview.GetBuffer([]byte("abc"), &b, memoryview.Simple)
	fmt.Println(b.HasFormat())
	// Output: false
}

func ExampleBuffer_Export() {
	var b memoryview.Buffer
	err := matrix().Export(&b, memoryview.ND)
	fmt.Println(b.Shape, b.Strides, err)
	err = matrix().Export(&b, memoryview.FContiguous)
	fmt.Println(err)
	// Output:
	// [3 4] [] <nil>
	// memoryview: underlying buffer is not Fortran contiguous
}

func ExampleFillInfo() {
	var b memoryview.Buffer
	err := memoryview.FillInfo(&b, nil, make([]byte, 5), false, memoryview.ContigRO)
	fmt.Println(b.Len, b.Shape, b.Strides, err)
	// Output: 5 [5] [] <nil>
}

func ExampleFlags_Has() {
	flags := memoryview.CContiguous | memoryview.Format
	fmt.Println(flags.Has(memoryview.Strides), flags.Has(memoryview.FContiguous), flags.Has(memoryview.Writable))
	// Output: true false false
}

func ExampleIsContiguous() {
	b := matrix()
	fmt.Println(memoryview.IsContiguous(b, "C"), memoryview.IsContiguous(b, "F"), memoryview.IsContiguous(b, "A"))
	// Output: true false true
}

func ExampleGetPointer() {
	p, err := memoryview.GetPointer(matrix(), 2, 1)
	fmt.Println(p.Offset, p.Mem[p.Offset], err)
	// Output: 9 9 <nil>
}

func ExampleToContiguous() {
	b := matrix()
	out := make([]byte, b.Len)
	err := memoryview.ToContiguous(out, b, memoryview.OrderF)
	fmt.Println(out, err)
	// Output: [0 4 8 1 5 9 2 6 10 3 7 11] <nil>
}

func ExampleFromContiguous() {
	b := matrix()
	err := memoryview.FromContiguous(b, []byte{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, memoryview.OrderF)
	fmt.Println(b.Buf.Mem, err)
	// Output: [0 1 2 3 4 5 6 7 8 9 10 11] <nil>
}

func ExampleCopyData() {
	dst, src := matrixView(), matrixView()
	part, _ := dst.Sub(memoryview.Slice{}, memoryview.Slice{Start: 0, Stop: 2})
	from, _ := src.Sub(memoryview.Slice{}, memoryview.Slice{Start: 2})
	err := memoryview.CopyData(part, from)
	list, _ := dst.ToList()
	fmt.Println(list, err)
	// Output: [[2 3 2 3] [6 7 6 7] [10 11 10 11]] <nil>
}

func ExampleFillContiguousStrides() {
	shape := []int{2, 3, 4}
	strides := make([]int, 3)
	memoryview.FillContiguousStrides(shape, strides, 8, memoryview.OrderC)
	fmt.Println(strides)
	memoryview.FillContiguousStrides(shape, strides, 8, memoryview.OrderF)
	fmt.Println(strides)
	// Output:
	// [96 32 8]
	// [8 16 48]
}

func ExampleFromObject() {
	v, err := memoryview.FromObject([]byte("hello"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer v.Release()
	list, _ := v.ToList()
	fmt.Println(list)

	_, err = memoryview.FromObject(42)
	fmt.Println(errors.Is(err, memoryview.ErrType), err)
	// Output:
	// [104 101 108 108 111]
	// true memoryview: a bytes-like object is required, not 'int'
}

func ExampleFromMemory() {
	mem := []byte{1, 2, 3, 4}
	v := memoryview.FromMemory(mem, memoryview.Write)
	v.SetItem(0, 255)
	err := memoryview.FromMemory(mem, memoryview.Read).SetItem(0, 0)
	fmt.Println(mem, err)
	// Output: [255 2 3 4] cannot modify read-only memory
}

func ExampleFromBuffer() {
	v, err := memoryview.FromBuffer(matrix())
	list, _ := v.ToList()
	fmt.Println(list, err)
	// Output: [[0 1 2 3] [4 5 6 7] [8 9 10 11]] <nil>
}

func ExampleGetContiguous() {
	v := matrixView()
	t, _ := v.Permute()
	c, err := memoryview.GetContiguous(t, memoryview.Read, memoryview.OrderC)
	fmt.Println(c.Buffer().Buf.Mem, err) // one copy

	same, err := memoryview.GetContiguous(t, memoryview.Write, memoryview.OrderF)
	fmt.Println(&same.Buffer().Buf.Mem[0] == &v.Buffer().Buf.Mem[0], err) // no copy

	_, err = memoryview.GetContiguous(t, memoryview.Write, memoryview.OrderC)
	fmt.Println(err)
	// Output:
	// [0 4 8 1 5 9 2 6 10 3 7 11] <nil>
	// true <nil>
	// writable contiguous buffer requested for a non-contiguous object.
}

func ExampleCheck() {
	fmt.Println(memoryview.Check(matrixView()), memoryview.Check([]byte("abc")))
	// Output: true false
}

func ExampleHashBytes() {
	v, _ := memoryview.FromObject([]byte("key"))
	h, err := v.Hash()
	fmt.Println(h == memoryview.HashBytes([]byte("key")), err)
	// Output: true <nil>
}

func ExampleFromRows() {
	rows := [][]float32{{1, 2, 3}, {4, 5, 6}} // each with memory of its own
	r, err := memoryview.FromRows(rows)
	if err != nil {
		fmt.Println(err)
		return
	}
	v, _ := memoryview.FromObject(r)
	defer v.Release()
	fmt.Println(v.Buffer().Shape, v.Buffer().Suboffsets)
	corner, _ := v.Sub(memoryview.Slice{}, memoryview.Slice{Start: 1})
	list, _ := corner.ToList()
	fmt.Println(list)
	v.SetAt(9, 1, 0)
	fmt.Println(rows[1])
	// Output:
	// [2 3] [0 -1]
	// [[2 3] [5 6]]
	// [9 5 6]
}

func ExampleAs() {
	r, _ := memoryview.FromMemory(make([]byte, 32), memoryview.Write).Cast("d", []int{2, 2})
	g, err := memoryview.As[float64](r)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Release()
	g.Set(2.5, 1, 0)
	flat, ok := g.Slice()
	fmt.Println(g.At(1, 0), g.Shape(), flat, ok)
	// Output: 2.5 [2 2] [0 0 2.5 0] true
}

func ExampleGrid() {
	v, _ := memoryview.FromMemory([]byte{1, 2, 3, 4, 5, 6}, memoryview.Read).Cast("B", []int{2, 3})
	t, _ := v.Permute()
	g, _ := memoryview.As[uint8](t)
	defer g.Release()
	for x := range g.All() {
		fmt.Print(x, " ")
	}
	_, ok := g.Slice()
	fmt.Println(ok, g.Set(0, 0, 0))
	// Output: 1 4 2 5 3 6 false cannot modify read-only memory
}

// A matrix in Fortran order, as it lies in a file, is copied by package strided.
func ExampleGrid_Array() {
	bytes := []byte{1, 2, 3, 4, 5, 6}
	v, err := memoryview.FromNpy(append(memoryview.AppendNpyHeader(nil, "|u1", true, []int{2, 3}), bytes...))
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := memoryview.As[uint8](v)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Release()
	a, err := g.Array()
	if err != nil {
		fmt.Println(err)
		return
	}
	dst := strided.Of(make([]uint8, 6), 3, 2)
	err = dst.RearrangeFrom(a, "row col -> col row")
	fmt.Println(a.Strides, dst.Data, err)
	// Output: [1 2] [1 2 3 4 5 6] <nil>
}

func ExampleRows() {
	r, _ := memoryview.FromRows([][]int16{{1, 2}, {3, 4}})
	var b memoryview.Buffer
	err := memoryview.GetBuffer(r, &b, memoryview.StridedRO)
	fmt.Println(err)
	err = memoryview.GetBuffer(r, &b, memoryview.FullRO)
	fmt.Println(b.Format, b.Shape, b.Strides, b.Suboffsets, err)
	b.Release()
	// Output:
	// memoryview: underlying buffer requires suboffsets
	// h [2 2] [8 2] [0 -1] <nil>
}
