package asmtest_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/stridecopy/stridecopy/asm/asmtest"
)

// poke writes byte i of b without a bounds check, as a faulty kernel would.
func poke(b []byte, i int) {
	*(*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i)) ^= 0xff
}

// samePage compares addresses as exactly as s390x reports them; 0 is not known.
func samePage(a, b uintptr) bool { return a == 0 || a>>12 == b>>12 }

func TestGuardFaults(t *testing.T) {
	if !asmtest.Protected {
		t.Skip("no protected pages on this system")
	}
	g := asmtest.New(t, 10_000)
	head := g.Head(100)
	base := uintptr(unsafe.Pointer(unsafe.SliceData(head)))
	if addr, faulted := asmtest.Fault(func() { poke(head, -1) }); !faulted || !samePage(addr, base-1) {
		t.Errorf("write before the head: fault %v at %#x, want %#x", faulted, addr, base-1)
	}
	tail := g.Tail(100)
	end := uintptr(unsafe.Pointer(unsafe.SliceData(tail))) + 100
	var sink byte
	if addr, faulted := asmtest.Fault(func() { sink = *(*byte)(unsafe.Add(unsafe.Pointer(&tail[0]), 100)) }); !faulted || !samePage(addr, end) {
		t.Errorf("read after the tail: fault %v at %#x, want %#x (%d)", faulted, addr, end, sink)
	}
	if _, faulted := asmtest.Fault(func() { tail[99]++ }); faulted {
		t.Error("a write inside the slice faults")
	}
}

func TestGuardWatchesTheOpenSide(t *testing.T) {
	for _, at := range []int{50, 60, 305} {
		g := asmtest.New(t, 1000)
		head := g.Head(50)
		poke(head, at)
		if g.Check() == nil {
			t.Errorf("byte %d of 50 written: no error", at)
		}
		poke(head, at)
		if err := g.Check(); err != nil {
			t.Error(err)
		}
	}
	g := asmtest.New(quiet{t}, 1000)
	poke(g.Tail(50), -3)
	g.Head(1000)
	if g.Check() == nil {
		t.Error("the next slice hid a write outside the one before it")
	}
}

// quiet is a test that does not mind an error: the one that a Guard reports at
// its end.
type quiet struct{ testing.TB }

func (quiet) Error(...any) {}

func TestGuardSizes(t *testing.T) {
	g := asmtest.New(t, 5000)
	for _, n := range []int{0, 1, 63, 4096, 5000} {
		if head, tail := g.Head(n), g.Tail(n); len(head) != n || len(tail) != n || cap(tail) != n {
			t.Errorf("%d bytes: head %d, tail %d of %d", n, len(head), len(tail), cap(tail))
		}
	}
}

func TestFaultPassesOtherPanics(t *testing.T) {
	defer func() {
		if r := recover(); r != "other" {
			t.Errorf("recovered %v", r)
		}
	}()
	asmtest.Fault(func() { panic("other") })
}

func TestGapsFindsOneByte(t *testing.T) {
	b := make([]byte, 100)
	shape, strides := []int{4, 3}, []int{25, -5}
	asmtest.Fill(b, 7)
	for at := range asmtest.Offsets(shape, strides, 12) {
		b[at], b[at+1] = 1, 2
	}
	if err := asmtest.Gaps(b, 7, 2, asmtest.Offsets(shape, strides, 12)); err != nil {
		t.Error(err)
	}
	b[4]++
	if asmtest.Gaps(b, 7, 2, asmtest.Offsets(shape, strides, 12)) == nil {
		t.Error("a changed gap was not found")
	}
}

// checkValid tests what Decode and Random promise about valid cases.
func checkValid(t *testing.T, c asmtest.Case) {
	t.Helper()
	if len(c.Shape) > 6 || c.ItemSize < 1 || c.ItemSize > 40 || c.DstBytes > 2<<20 || c.SrcBytes > 2<<20 {
		t.Fatalf("out of range: %v", c)
	}
	seen := make([]bool, c.DstBytes)
	for at := range asmtest.Offsets(c.Shape, c.DstStrides, c.DstOffset) {
		for i := at; i < at+c.ItemSize; i++ {
			if seen[i] {
				t.Fatalf("destination byte %d twice: %v", i, c)
			}
			seen[i] = true
		}
	}
	for at := range asmtest.Offsets(c.Shape, c.SrcStrides, c.SrcOffset) {
		if at < 0 || at+c.ItemSize > c.SrcBytes {
			t.Fatalf("source item at %d: %v", at, c)
		}
	}
}

func TestRandomIsValidAndVaried(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	n := 1000
	if testing.Short() {
		n = 200
	}
	ranks, odd, negative, zero, large, empty := map[int]int{}, 0, 0, 0, 0, 0
	for range n {
		c := asmtest.Random(r, true)
		checkValid(t, c)
		ranks[len(c.Shape)]++
		if c.ItemSize&(c.ItemSize-1) != 0 {
			odd++
		}
		if c.Items() == 0 {
			empty++
			continue
		}
		for axis := range c.Shape {
			if c.DstStrides[axis] < 0 || c.SrcStrides[axis] < 0 {
				negative++
			}
			if c.SrcStrides[axis] == 0 {
				zero++
			}
			if c.Shape[axis] >= 300 {
				large++
			}
		}
	}
	t.Logf("%d cases: ranks %v, odd item sizes %d, negative strides %d, zero %d, large extents %d, empty %d",
		n, ranks, odd, negative, zero, large, empty)
	if len(ranks) != 7 || odd < n/10 || negative < n/10 || zero < n/50 || large == 0 || empty == 0 {
		t.Error("a kind of case is rare")
	}
}

func TestDecodeIsTotal(t *testing.T) {
	if c := asmtest.Decode(nil, true); c.Items() != 1 || c.DstBytes != 1 {
		t.Errorf("no bytes decode to %v", c)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		data := make([]byte, r.IntN(64))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		asmtest.Decode(data, false)
		a, b := asmtest.Decode(data, true), asmtest.Decode(data, true)
		if a.String() != b.String() {
			t.Fatalf("%x decodes to %v and to %v", data, a, b)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{3, 2, 0, 5, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		asmtest.Decode(data, false)
		checkValid(t, asmtest.Decode(data, true))
	})
}

func TestShapesAreCases(t *testing.T) {
	names := map[string]bool{}
	for _, s := range asmtest.Shapes {
		if names[s.Name] || s.Why == "" || len(s.Axes) != len(s.Extents) {
			t.Errorf("%s: name taken, no reason, or no permutation", s.Name)
		}
		names[s.Name] = true
		c := s.Case(3)
		if c.Items() > 1<<21 {
			t.Errorf("%s: %d items", s.Name, c.Items())
		}
		if testing.Short() && c.Items() > 1<<16 {
			continue
		}
		at := slices.Collect(asmtest.Offsets(c.Shape, c.SrcStrides, c.SrcOffset))
		slices.Sort(at)
		for i := range at {
			if at[i] != 3*i {
				t.Errorf("%s: %v is no permutation", s.Name, s.Axes)
				break
			}
		}
	}
}

func TestDiff(t *testing.T) {
	if err := asmtest.Diff([]byte("abc"), []byte("abc")); err != nil {
		t.Error(err)
	}
	if asmtest.Diff([]byte("abc"), []byte("abd")) == nil || asmtest.Diff(nil, []byte("a")) == nil {
		t.Error("a difference was not found")
	}
}

func ExampleReference() {
	// The transpose of a 2x3 matrix of bytes.
	src := []byte("abcdef")
	dst := make([]byte, 6)
	asmtest.Reference(dst, src, 1, []int{3, 2}, []int{2, 1}, 0, []int{1, 3}, 0)
	fmt.Printf("%s\n", dst)
	// Output: adbecf
}

func ExampleOffsets() {
	// Two rows of three 2-byte items, the rows 10 bytes apart, read backwards.
	fmt.Println(slices.Collect(asmtest.Offsets([]int{2, 3}, []int{10, -2}, 4)))
	// Output: [4 2 0 14 12 10]
}

func ExampleGaps() {
	b := make([]byte, 12)
	asmtest.Fill(b, 0)
	want := bytes.Clone(b)
	b[0], b[8] = b[0]+1, b[8]+1 // the items
	b[5]++                      // a gap
	err := asmtest.Gaps(b, 0, 1, slices.Values([]int{0, 4, 8}))
	fmt.Println(err != nil, want[5] != b[5])
	// Output: true true
}

func ExampleDecode() {
	fmt.Println(asmtest.Decode([]byte{2, 2, 0, 1, 6, 0, 4, 0}, true))
	// Output: itemsize 4 shape [7 5] dst [20 4]+0 of 140 src [20 4]+0 of 140
}

func ExampleShape_Case() {
	for _, s := range asmtest.Shapes {
		if s.Name == "chw" {
			fmt.Println(s.Case(1))
		}
	}
	// Output: itemsize 1 shape [120 161 3] dst [483 3 1]+0 of 57960 src [161 1 19320]+0 of 57960
}
