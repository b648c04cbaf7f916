package memoryview_test

import (
	"fmt"

	"github.com/stridecopy/stridecopy/memoryview"
)

func ExampleView() {
	v, _ := memoryview.FromObject([]byte("abcdef"))
	defer v.Release()
	s, _ := v.GetItem(memoryview.Slice{Start: 1, Stop: nil, Step: 2}) // v[1::2]
	b, _ := s.(*memoryview.View).ToBytes(memoryview.OrderC)
	fmt.Println(string(b))
	// Output: bdf
}

func ExampleView_Buffer() {
	b := matrixView().Buffer()
	fmt.Println(b.NDim, b.Shape, b.Strides, b.Len)
	// Output: 2 [3 4] [4 1] 12
}

func ExampleView_Base() {
	c := &counted{mem: []byte("abc")}
	v, _ := memoryview.FromObject(c)
	w, _ := memoryview.FromObject(v)
	fmt.Println(w.Base() == c)
	// Output: true
}

func ExampleView_Release() {
	c := &counted{mem: []byte("abc")}
	v, _ := memoryview.FromObject(c)
	var b memoryview.Buffer
	memoryview.GetBuffer(v, &b, memoryview.Simple)
	fmt.Println(v.Release())
	b.Release()
	fmt.Println(v.Release(), v.Released(), c.exports)
	_, err := v.Len()
	fmt.Println(err)
	// Output:
	// memoryview has 1 exported buffer
	// <nil> true 0
	// operation forbidden on released memoryview object
}

func ExampleView_Released() {
	v := matrixView()
	fmt.Print(v.Released(), " ")
	v.Release()
	fmt.Println(v.Released())
	// Output: false true
}

func ExampleView_Enter() {
	v, err := matrixView().Enter() // with matrixView as v:
	if err != nil {
		return
	}
	defer v.Release()
	fmt.Println(v.Len())
	// Output: 3 <nil>
}

func ExampleView_GetBuffer() {
	var b memoryview.Buffer
	t, _ := matrixView().Permute()
	fmt.Println(t.GetBuffer(&b, memoryview.ND))
	// Output: memoryview: underlying buffer is not C-contiguous
}

func ExampleView_ReleaseBuffer() {
	v := matrixView()
	var b memoryview.Buffer
	memoryview.GetBuffer(v, &b, memoryview.FullRO)
	b.Release() // calls v.ReleaseBuffer
	fmt.Println(v.Release())
	// Output: <nil>
}

func ExampleView_Obj() {
	v := memoryview.FromMemory(make([]byte, 6), memoryview.Read)
	obj, err := v.Obj()
	n, _ := v.NBytes()
	readOnly, _ := v.ReadOnly()
	format, _ := v.Format()
	size, _ := v.ItemSize()
	ndim, _ := v.NDim()
	shape, _ := v.Shape()
	strides, _ := v.Strides()
	suboffsets, _ := v.Suboffsets()
	c, _ := v.CContiguous()
	f, _ := v.FContiguous()
	a, _ := v.Contiguous()
	fmt.Println(obj, err, n, readOnly, format, size, ndim, shape, strides, suboffsets, c, f, a)
	// Output: <nil> <nil> 6 true B 1 1 [6] [1] [] true true true
}

func ExampleView_NBytes()      { fmt.Println(matrixView().NBytes()) /* Output: 12 <nil> */ }
func ExampleView_ReadOnly()    { fmt.Println(matrixView().ReadOnly()) /* Output: false <nil> */ }
func ExampleView_Format()      { fmt.Println(matrixView().Format()) /* Output: B <nil> */ }
func ExampleView_ItemSize()    { fmt.Println(matrixView().ItemSize()) /* Output: 1 <nil> */ }
func ExampleView_NDim()        { fmt.Println(matrixView().NDim()) /* Output: 2 <nil> */ }
func ExampleView_Shape()       { fmt.Println(matrixView().Shape()) /* Output: [3 4] <nil> */ }
func ExampleView_Strides()     { fmt.Println(matrixView().Strides()) /* Output: [4 1] <nil> */ }
func ExampleView_Suboffsets()  { fmt.Println(matrixView().Suboffsets()) /* Output: [] <nil> */ }
func ExampleView_CContiguous() { fmt.Println(matrixView().CContiguous()) /* Output: true <nil> */ }
func ExampleView_FContiguous() { fmt.Println(matrixView().FContiguous()) /* Output: false <nil> */ }
func ExampleView_Contiguous()  { fmt.Println(matrixView().Contiguous()) /* Output: true <nil> */ }
func ExampleView_Len()         { fmt.Println(matrixView().Len()) /* Output: 3 <nil> */ }

func ExampleView_GetItem() {
	v := matrixView()
	x, _ := v.GetItem(memoryview.Tuple{1, -1}) // v[1, -1]
	fmt.Println(x)
	s, _ := v.GetItem(memoryview.Slice{Start: nil, Stop: nil, Step: -2}) // v[::-2]
	list, _ := s.(*memoryview.View).ToList()
	fmt.Println(list)
	_, err := v.GetItem(0)
	fmt.Println(err)
	// Output:
	// 7
	// [[8 9 10 11] [0 1 2 3]]
	// multi-dimensional sub-views are not implemented
}

func ExampleView_SetItem() {
	mem := []byte("hello world")
	v := memoryview.FromMemory(mem, memoryview.Write)
	v.SetItem(0, 'J')                                                    // v[0] = 74
	v.SetItem(memoryview.Slice{Start: 6, Stop: 11}, []byte("gophe"))     // v[6:11] = b"gophe"
	err := v.SetItem(memoryview.Slice{Start: 0, Stop: 2}, []byte("abc")) // v[0:2] = b"abc"
	fmt.Println(string(mem), err)
	// Output: Jello gophe memoryview assignment: lvalue and rvalue have different structures
}

func ExampleView_DelItem() {
	fmt.Println(matrixView().DelItem(0))
	// Output: cannot delete memory
}

func ExampleView_At() {
	fmt.Println(matrixView().At(2, 3))
	// Output: 11 <nil>
}

func ExampleView_SetAt() {
	v := matrixView()
	fmt.Println(v.SetAt(256, 0, 0))
	// Output: memoryview: invalid value for format 'B'
}

func ExampleView_ToBytes() {
	v := matrixView()
	c, _ := v.ToBytes(memoryview.OrderC)
	f, _ := v.ToBytes(memoryview.OrderF)
	fmt.Println(c, f)
	// Output: [0 1 2 3 4 5 6 7 8 9 10 11] [0 4 8 1 5 9 2 6 10 3 7 11]
}

func ExampleView_ToList() {
	v, _ := memoryview.FromMemory([]byte{0, 0, 0, 1}, memoryview.Read).Cast("?", []int{2, 2})
	fmt.Println(v.ToList())
	// Output: [[false false] [false true]] <nil>
}

func ExampleView_ToReadOnly() {
	v, _ := matrixView().ToReadOnly()
	fmt.Println(v.SetAt(1, 0, 0))
	// Output: cannot modify read-only memory
}

func ExampleView_Hex() {
	v, _ := memoryview.FromObject([]byte("\x01\xab\xff"))
	fmt.Println(v.Hex())
	// Output: 01abff <nil>
}

func ExampleView_HexSep() {
	v, _ := memoryview.FromObject([]byte("\x01\x02\x03\x04\x05"))
	right, _ := v.HexSep("-", 2)
	left, _ := v.HexSep("-", -2)
	fmt.Println(right, left)
	// Output: 01-0203-0405 0102-0304-05
}

func ExampleView_Cast() {
	v := memoryview.FromMemory(make([]byte, 24), memoryview.Write)
	m, err := v.Cast("i", []int{2, 3})
	list, _ := m.ToList()
	fmt.Println(list, err)
	_, err = m.Cast("d", nil)
	fmt.Println(err)
	// Output:
	// [[0 0 0] [0 0 0]] <nil>
	// memoryview: cannot cast between two non-byte formats
}

func ExampleView_All() {
	v, _ := memoryview.FromObject([]byte{3, 5, 7})
	for x, err := range v.All() {
		fmt.Print(x, " ", err, " ")
	}
	// Output: 3 <nil> 5 <nil> 7 <nil>
}

func ExampleView_Backward() {
	v, _ := memoryview.FromObject([]byte{3, 5, 7})
	for x := range v.Backward() {
		fmt.Print(x, " ")
	}
	// Output: 7 5 3
}

func ExampleView_Contains() {
	v, _ := memoryview.FromObject([]byte{3, 5, 7})
	fmt.Println(v.Contains(5.0))
	// Output: true <nil>
}

func ExampleView_Count() {
	v, _ := memoryview.FromObject([]byte("banana"))
	fmt.Println(v.Count('a'))
	// Output: 3 <nil>
}

func ExampleView_Index() {
	v, _ := memoryview.FromObject([]byte("banana"))
	fmt.Println(v.Index('a', 2))
	_, err := v.Index('x')
	fmt.Println(err)
	// Output:
	// 3 <nil>
	// memoryview.index(x): x not found
}

func ExampleView_Eq() {
	v, _ := memoryview.FromMemory([]byte{1, 0, 2, 0}, memoryview.Read).Cast("H", nil)
	w, _ := memoryview.FromMemory([]byte{1, 2}, memoryview.Read).Cast("b", nil)
	swapped, _ := memoryview.FromMemory([]byte{0, 1, 0, 2}, memoryview.Read).Cast("H", nil)
	byValue, _ := v.Eq(w)
	other, _ := v.Eq(swapped)
	big, _ := swapped.Eq(w)
	fmt.Println(byValue != big, other) // one of the two, by the byte order of the host
	// Output: true false
}

func ExampleView_Hash() {
	v := matrixView()
	_, err := v.Hash()
	fmt.Println(err)
	// Output: cannot hash writable memoryview object
}

func ExampleView_Sub() {
	v := matrixView()
	column, _ := v.Sub(memoryview.Slice{}, 1)                         // NumPy's a[:, 1]
	block, _ := v.Sub(memoryview.Ellipsis, memoryview.Slice{Step: 3}) // a[..., ::3]
	row, _ := v.Sub(-1, memoryview.NewAxis)                           // a[-1, None]
	for _, w := range []*memoryview.View{column, block, row} {
		list, _ := w.ToList()
		fmt.Println(list)
	}
	// Output:
	// [1 5 9]
	// [[0 3] [4 7] [8 11]]
	// [[8 9 10 11]]
}

func ExampleView_Permute() {
	t, _ := matrixView().Permute(1, 0)
	fmt.Println(t.ToList())
	// Output: [[0 4 8] [1 5 9] [2 6 10] [3 7 11]] <nil>
}

func ExampleView_CastOrder() {
	v := memoryview.FromMemory([]byte{0, 1, 2, 3, 4, 5}, memoryview.Read)
	m, _ := v.CastOrder("B", []int{2, 3}, memoryview.OrderF)
	fmt.Println(m.ToList())
	// Output: [[0 2 4] [1 3 5]] <nil>
}

func ExampleView_CastStrides() {
	v := memoryview.FromMemory([]byte{0, 1, 2, 3, 4, 5}, memoryview.Read)
	windows, _ := v.CastStrides("B", 0, []int{4, 3}, []int{1, 1})
	fmt.Println(windows.ToList())
	// Output: [[0 1 2] [1 2 3] [2 3 4] [3 4 5]] <nil>
}

func ExampleView_Assign() {
	v := matrixView()
	top, _ := v.Sub(memoryview.Slice{Stop: 2})
	bottom, _ := v.Sub(memoryview.Slice{Start: 1})
	err := bottom.Assign(top) // one row down, as if top had been copied first
	list, _ := v.ToList()
	fmt.Println(list, err)
	// Output: [[0 1 2 3] [0 1 2 3] [4 5 6 7]] <nil>
}

func ExampleView_Equal() {
	v := matrixView()
	f, _ := memoryview.GetContiguous(v, memoryview.Read, memoryview.OrderF)
	fmt.Println(v.Equal(f))
	// Output: true <nil>
}
