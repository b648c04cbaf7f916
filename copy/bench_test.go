package strided

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/stridecopy/stridecopy/asm/asmtest"
	"github.com/stridecopy/stridecopy/cpu"
)

// BenchmarkPermute runs prepared plans for permutations of C-order arrays at every
// feature level, beside a plain loop over the same normal form and a copy that only
// moves as many bytes. Throughput is payload, which is read once and written once.
// Items have 4 bytes, for some shapes also 1, 2 and 8.
func BenchmarkPermute(b *testing.B) {
	for _, s := range asmtest.Shapes {
		sizes := []int{4}
		switch s.Name {
		case "tile64", "l2", "oddpitch", "hwc", "heads":
			sizes = []int{1, 2, 4, 8}
		case "empty", "scalar":
			continue // nothing to permute
		}
		for _, size := range sizes {
			name := fmt.Sprintf("size=%d/shape=%s/perm=%s", size, listed(s.Extents, "x"), listed(s.Axes, ""))
			b.Run(name, func(b *testing.B) { benchCase(b, s.Case(size)) })
		}
	}
}

func listed(list []int, separator string) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(list), "[]"), " ", separator)
}

// benchCase runs one copy in every way, each compared with the reference loop.
func benchCase(b *testing.B, c asmtest.Case) {
	dst, src, want := make([]byte, c.DstBytes), make([]byte, c.SrcBytes), make([]byte, c.DstBytes)
	asmtest.Fill(src, 1)
	c.Reference(want, src)
	run := func(impl string, f func()) {
		b.Run("impl="+impl, func(b *testing.B) {
			b.SetBytes(int64(len(dst)))
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
			if err := asmtest.Diff(dst, want); err != nil && impl != "memmove" {
				b.Error(err)
			}
		})
		clear(dst)
	}
	dl := Layout{ItemSize: c.ItemSize, Offset: c.DstOffset, Shape: c.Shape, Strides: c.DstStrides}
	sl := Layout{ItemSize: c.ItemSize, Offset: c.SrcOffset, Shape: c.Shape, Strides: c.SrcStrides}
	for _, level := range cpu.Levels(cpu.Detect()) {
		p, err := NewPlan(dl, sl, Options{Without: ^level})
		if err != nil {
			b.Fatal(err)
		}
		impl := level.Level()
		if level == 0 {
			impl = "generic"
		}
		run(impl, func() {
			if err := p.Run(dst, src); err != nil {
				b.Fatal(err)
			}
		})
	}
	run("naive", naive(&dl, &sl, dst, src))
	run("memmove", func() { copy(dst, src) })
}

// naive returns the loop nest that a programmer would write: axes that step as one
// joined, in the order of the destination, and an inner loop over typed items.
func naive(dl, sl *Layout, dst, src []byte) func() {
	x := nest{item: dl.ItemSize, dst: dl.Offset, src: sl.Offset}
	x.loops, _ = collect(dl, sl, nil)
	x.forward()
	x.sort()
	x.fuse()
	if len(x.loops) == 0 {
		x.loops = []loop{{n: 1}}
	}
	switch x.item {
	case 1:
		return naiveOf[uint8](&x, dst, src)
	case 2:
		return naiveOf[uint16](&x, dst, src)
	case 4:
		return naiveOf[uint32](&x, dst, src)
	}
	return naiveOf[uint64](&x, dst, src)
}

func naiveOf[T Elem](x *nest, dst, src []byte) func() {
	to, from := typed[T](dst), typed[T](src)
	var walk func(k, d, s int)
	walk = func(k, d, s int) {
		l := x.loops[k]
		l.dst, l.src = l.dst/x.item, l.src/x.item
		if k > 0 {
			for i := range l.n {
				walk(k-1, d+i*l.dst, s+i*l.src)
			}
			return
		}
		for range l.n {
			to[d] = from[s]
			d, s = d+l.dst, s+l.src
		}
	}
	return func() { walk(len(x.loops)-1, x.dst/x.item, x.src/x.item) }
}

// typed returns b as items of a type that fits.
func typed[T Elem](b []byte) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/sizeOf[T]())
}
