package memoryview

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
)

// The exporters of the conformance vectors.

// exporterSpec is an exporter as a vector gives it.
type exporterSpec struct {
	K       string
	Fmt     *string
	Isz     json.Number
	Ndim    *json.Number
	Len     json.Number
	Shape   []json.Number
	Strides []json.Number
	Sub     []json.Number
	Buf     []json.Number
	Ro      bool
	Mem     string
	Tabs    [][][]json.Number
	Type    string
	Py      struct{ Fail bool }
}

// A testExporter is any of the kinds that own memory. Its buffer has all fields set.
type testExporter struct {
	kind    string
	buf     Buffer
	blocks  []Pointer // block k, at offset 0
	fail    bool
	exports int
}

// errInexpressible says that a number of a vector does not fit an int.
type errInexpressible struct{ number json.Number }

func (e errInexpressible) Error() string { return fmt.Sprintf("%s does not fit an int", e.number) }

// mustInt panics with errInexpressible, which the replayer recovers.
func mustInt(n json.Number) int {
	i, ok := new(big.Int).SetString(string(n), 10)
	if !ok || !i.IsInt64() || int64(int(i.Int64())) != i.Int64() {
		panic(errInexpressible{n})
	}
	return int(i.Int64())
}

func mustInts(s []json.Number) []int {
	if s == nil {
		return nil
	}
	out := make([]int, len(s))
	for k, n := range s {
		out[k] = mustInt(n)
	}
	return out
}

func mustHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	if b == nil {
		b = []byte{}
	}
	return b
}

// build returns the object of a spec: a *testExporter, or a foreign value.
func (s *exporterSpec) build() any {
	if s.K == "plain" {
		return map[string]any{"dict": map[string]any{}, "float": 1.5, "int": 1, "str": "text", "list": []any{}}[s.Type]
	}
	x := &testExporter{kind: s.K, fail: s.Py.Fail}
	mem := mustHex(s.Mem)
	if s.K == "bytearray" {
		mem = slices.Clip(mem)
	}
	x.blocks = append(x.blocks, Pointer{Mem: mem})
	for _, tab := range s.Tabs {
		x.blocks = append(x.blocks, Pointer{Table: make([]Pointer, len(tab))})
	}
	for k, tab := range s.Tabs {
		for i, to := range tab {
			p := x.blocks[mustInt(to[0])]
			p.Offset = mustInt(to[1])
			x.blocks[k+1].Table[i] = p
		}
	}
	x.buf = s.buffer(x)
	return x
}

func (s *exporterSpec) buffer(x *testExporter) Buffer {
	b := Buffer{Buf: x.blocks[0], Obj: x, ReadOnly: s.Ro, Len: len(x.blocks[0].Mem), ItemSize: 1}
	switch s.K {
	case "bytes", "bytearray", "mem":
		return b
	case "array":
		b.Format, b.ItemSize, b.NDim = *s.Fmt, mustInt(s.Isz), 1
		b.Shape, b.Strides = []int{b.Len / b.ItemSize}, []int{b.ItemSize}
		return b
	}
	b.ItemSize, b.Shape, b.Strides, b.Suboffsets = mustInt(s.Isz), mustInts(s.Shape), mustInts(s.Strides), mustInts(s.Sub)
	b.NDim = len(b.Shape)
	if s.Ndim != nil {
		b.NDim = mustInt(*s.Ndim)
	}
	if s.Fmt != nil {
		b.Format, b.EmptyFormat = *s.Fmt, *s.Fmt == ""
	}
	if b.NDim == 0 {
		b.Shape, b.Strides, b.Suboffsets = nil, nil, nil
	}
	if s.K == "fixed" {
		b.Strides = nil
	} else if s.Buf == nil {
		b.Buf = Pointer{}
	} else {
		b.Buf = x.blocks[mustInt(s.Buf[0])]
		b.Buf.Offset = mustInt(s.Buf[1])
	}
	if s.K == "raw" {
		b.Obj, b.Len = nil, mustInt(s.Len)
	} else {
		b.setLen()
	}
	return b
}

func (x *testExporter) GetBuffer(b *Buffer, flags Flags) error {
	err := x.fill(b, flags)
	if err == nil {
		x.exports++
	}
	return err
}

func (x *testExporter) ReleaseBuffer(*Buffer) { x.exports-- }

func (x *testExporter) fill(b *Buffer, flags Flags) error {
	switch x.kind {
	case "bytes", "bytearray":
		return FillInfo(b, x, x.blocks[0].Mem, x.kind == "bytes", flags)
	case "fixed":
		*b = x.buf
		return nil
	case "array":
		*b = x.buf
		x.reduce(b, flags)
		return nil
	}
	if err := x.refuses(flags); err != nil {
		return err
	}
	*b = x.buf
	x.reduce(b, flags)
	if !flags.Has(ND) {
		b.NDim = 1
	}
	return nil
}

// reduce clears the fields that the flags do not ask for.
func (x *testExporter) reduce(b *Buffer, flags Flags) {
	if !flags.Has(Format) {
		b.Format, b.EmptyFormat = "", false
	}
	if !flags.Has(Strides) {
		b.Strides = nil
	}
	if !flags.Has(ND) {
		b.Shape = nil
	}
}

// refuses is the procedure of an "nd" exporter.
func (x *testExporter) refuses(flags Flags) error {
	c, f := IsContiguous(&x.buf, OrderC), IsContiguous(&x.buf, OrderF)
	switch {
	case x.fail:
		return raise(ErrBuffer, "ND_GETBUF_FAIL: forced test exception")
	case flags.Has(Writable) && x.buf.ReadOnly:
		return raise(ErrBuffer, "ndarray is not writable")
	case flags.Has(CContiguous) && !c:
		return raise(ErrBuffer, "ndarray is not C-contiguous")
	case flags.Has(FContiguous) && !f:
		return raise(ErrBuffer, "ndarray is not Fortran contiguous")
	case flags.Has(AnyContiguous) && !c && !f:
		return raise(ErrBuffer, "ndarray is not contiguous")
	case x.buf.pointerDims() > 0 && !flags.Has(Indirect):
		return raise(ErrBuffer, "ndarray cannot be represented without suboffsets")
	case !flags.Has(Strides) && !c:
		return raise(ErrBuffer, "ndarray is not C-contiguous")
	case !flags.Has(ND) && flags.Has(Format):
		return raise(ErrBuffer, "ndarray: cannot cast to unsigned bytes if the format flag is present")
	}
	return nil
}

func (x *testExporter) Hash() (uint64, error) {
	switch {
	case x.kind == "array":
		return 0, raise(ErrType, "unhashable type: 'array.array'")
	case x.kind == "bytearray" || x.kind == "fixed":
		return 0, raise(ErrType, "unhashable type: '%s'", x.kind)
	case x.kind == "nd" && !x.buf.ReadOnly:
		return 0, raise(ErrValue, "cannot hash writable ndarray object")
	}
	return 1, nil
}

// grow appends a byte to a bytearray.
func (x *testExporter) grow(c byte) error {
	if x.exports > 0 {
		return raise(ErrBuffer, "Existing exports of data: object cannot be re-sized")
	}
	x.blocks[0].Mem = append(x.blocks[0].Mem, c)
	return nil
}

// testByteArray is a bytearray as a plain value.
type testByteArray []byte

func (x testByteArray) Bytes() []byte { return x }

func (x testByteArray) GetBuffer(b *Buffer, flags Flags) error {
	return FillInfo(b, nil, x, false, flags)
}

func (x testByteArray) ReleaseBuffer(*Buffer) {}

type testIndex struct{ n *big.Int }

func (x testIndex) Index() *big.Int { return x.n }

type testFloat struct{ f float64 }

func (x testFloat) Float() float64 { return x.f }
