package strided

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stridecopy/stridecopy/asm/asmtest"
	"github.com/stridecopy/stridecopy/cpu"
)

// chunkCases are pairs of layouts whose plans have loops around the leaf, of every
// leaf and with blocks that were slid back.
func chunkCases(t testing.TB) map[string][2]Layout {
	permuted := func(l Layout, axes ...int) Layout {
		p, err := l.Permute(axes...)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	cases := map[string][2]Layout{}
	add := func(name string, dst, src Layout) {
		cases[name] = [2]Layout{dst, src}
	}
	sizes := []int{1, 2, 3, 4, 8, 12, 16}
	if testing.Short() {
		sizes = []int{1, 3, 4, 16}
	}
	for _, size := range sizes {
		long := 200003 / size // blocks, and so payloads, of a few hundred kilobytes
		for _, n := range [][2]int{{512, 640 / size}, {257, 1999 / size}, {3, long}, {long, 3}, {1024, 1024 / size}} {
			add(fmt.Sprintf("transpose %dx%d of %d", n[0], n[1], size), C(size, n[1], n[0]), permuted(C(size, n[0], n[1]), 1, 0))
		}
		add(fmt.Sprint("permute 4-D of ", size), C(size, 7, 33, 9, 31), permuted(C(size, 31, 33, 9, 7), 3, 1, 2, 0))
		shape := []int{53, 33, 47}
		add(fmt.Sprint("crowded rows of ", size), Layout{ItemSize: size, Shape: shape, Strides: []int{33 * 2048, 2048, size}},
			Layout{ItemSize: size, Shape: shape, Strides: []int{size, 53 * size, 1 << 15}})
		add(fmt.Sprint("batch of 5x7 of ", size), C(size, long/20, 7, 5), permuted(C(size, long/20, 5, 7), 0, 2, 1))
		add(fmt.Sprint("columns of ", size), C(size, long/9, 3), Layout{ItemSize: size, Shape: []int{long / 9, 3}, Strides: []int{20 * size, size}})
		add(fmt.Sprint("into columns of ", size), Layout{ItemSize: size, Shape: []int{long / 9, 3}, Strides: []int{20 * size, size}}, C(size, long/9, 3))
		add(fmt.Sprint("reversed of ", size), C(size, 2*long+1), Layout{ItemSize: size, Offset: 2 * long * size, Shape: []int{2*long + 1}, Strides: []int{-size}})
		add(fmt.Sprint("fill of ", size), C(size, 2*long+1), Layout{ItemSize: size, Shape: []int{2*long + 1}, Strides: []int{0}})
		add(fmt.Sprint("rows of ", size), C(size, 300, 399), Layout{ItemSize: size, Shape: []int{300, 399}, Strides: []int{403 * size, size}})
	}
	add("dense", C(1, 1<<20+3), C(1, 1<<20+3))
	add("items of 100", C(100, 90, 80), permuted(C(100, 80, 90), 1, 0))
	add("small", C(4, 3, 5), permuted(C(4, 5, 3), 1, 0))
	add("blocks of 64", Layout{ItemSize: 8, Shape: []int{40, 32, 40, 32}, Strides: []int{8 * 40 * 32 * 32, 8 * 32, 8 * 32 * 32, 8}}, C(8, 40, 32, 40, 32))
	return cases
}

// TestPieces cuts plans finely and checks that every byte of the destination is
// written by one piece, that pieces know their payload, and that any order of them
// does the copy. What a piece writes is seen on two destinations with every bit
// different, of which only what it wrote is equal.
func TestPieces(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var noise []byte
	cut, slid := 0, 0
	for name, c := range chunkCases(t) {
		for _, level := range cpu.Levels(cpu.Detect()) {
			for _, streaming := range []Streaming{StreamNever, StreamAlways} {
				p, err := NewPlan(c[0], c[1], Options{Without: ^level, Streaming: streaming})
				if err != nil {
					t.Fatal(name, err)
				}
				for len(noise) < p.src.hi {
					noise = binary.NativeEndian.AppendUint64(noise, r.Uint64())
				}
				src, want := noise[:p.src.hi], make([]byte, p.dst.hi+64)
				if err := p.Run(want, src); err != nil {
					t.Fatal(name, err)
				}
				v := p.variant(want)
				d := v.divideInto(2 + r.IntN(7))
				if d.n > 1 {
					cut++
				}
				for _, l := range v.loops {
					if l.slid {
						slid++
					}
				}
				checkPieces(t, name+", "+v.String(), &d, r.Perm(d.n), want, src)
			}
		}
	}
	t.Logf("%d plans in pieces, %d with blocks slid back", cut, slid)
	if cut == 0 || slid == 0 && cpu.Detect().Has(cpu.AVX2) { // pure Go slides nothing
		t.Error("no plan of a kind")
	}
}

// checkPieces runs the pieces of d in an order. want is what the copy makes of zeros.
func checkPieces(t *testing.T, name string, d *division, order []int, want, src []byte) {
	t.Helper()
	ones := bytes.Repeat([]byte{0xff}, len(want))
	low, high := make([]byte, len(want)), make([]byte, len(want)) // what one piece writes
	allLow, allHigh := make([]byte, len(want)), bytes.Clone(ones) // what all write
	total := 0
	for _, i := range order {
		clear(low)
		copy(high, ones)
		for _, dst := range [][]byte{low, high, allLow, allHigh} {
			d.run(i, dst, src)
		}
		written := equalBytes(low, high)
		if says := d.bytes(i); says != written {
			t.Errorf("%s: piece %d of %d says that it moves %d bytes, wrote %d", name, i, d.n, says, written)
		}
		total += written
	}
	if !bytes.Equal(allLow, want) {
		t.Errorf("%s: %d pieces in order %v did another copy than Run", name, d.n, order)
	}
	if covered := equalBytes(allLow, allHigh); total != d.plan.bytes || covered != total {
		t.Errorf("%s: %d pieces wrote %d bytes in %d places of %d", name, d.n, total, covered, d.plan.bytes)
	}
}

// equalBytes counts the places where a and b are equal. It overwrites b.
func equalBytes(a, b []byte) int {
	subtle.XORBytes(b, a, b)
	return bytes.Count(b, []byte{0})
}

// FuzzPieces cuts plans of decoded cases.
func FuzzPieces(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	for k := range 20 {
		seed := make([]byte, 40)
		asmtest.Fill(seed, byte(r.Uint32()))
		f.Add(seed, uint8(k), k%2 == 0)
	}
	f.Fuzz(func(t *testing.T, data []byte, pieces uint8, stream bool) {
		c := asmtest.Decode(data, true)
		if c.Items() == 0 || max(c.DstBytes, c.SrcBytes) > 1<<16 {
			return
		}
		o := Options{Streaming: StreamNever}
		if stream {
			o.Streaming = StreamAlways
		}
		dl, sl := layoutsOf(c)
		p, err := NewPlan(dl, sl, o)
		if err != nil {
			t.Fatal(err)
		}
		src, want := make([]byte, c.SrcBytes), make([]byte, c.DstBytes)
		asmtest.Fill(src, 1)
		c.Reference(want, src)
		d := p.variant(want).divideInto(1 + int(pieces%16))
		order := make([]int, d.n)
		for k := range order {
			order[k] = (k + int(pieces/16)) % d.n
		}
		checkPieces(t, c.String()+", "+p.String(), &d, order, want, src)
	})
}

// TestChunkWeight checks that the chunks of large copies are neither so small that
// handing them out costs, nor so large that stopping takes long.
func TestChunkWeight(t *testing.T) {
	for name, c := range chunkCases(t) {
		p, err := NewPlan(c[0], c[1], Options{})
		if err != nil {
			t.Fatal(err)
		}
		n, w := p.Chunks(), p.weight()
		if n < 1 || n > 1 && w/float64(n) < leastPiece/4 {
			t.Errorf("%s: %d chunks of a weight of %.0f; %s", name, n, w, p)
		}
		if w/float64(n) > 3*mostPiece {
			t.Errorf("%s: only %d chunks of a weight of %.0f; %s", name, n, w, p)
		}
	}
}

// TestRunChunk runs the chunks of plans with two variants, where a destination
// begins at a line edge and where it does not.
func TestRunChunk(t *testing.T) {
	src := make([]byte, 4<<20)
	for k := range src {
		src[k] = byte(k*k>>8 + k)
	}
	sl, err := C(4, 1024, 1024).Permute(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(C(4, 1024, 1024), sl, Options{Streaming: StreamAlways})
	if err != nil {
		t.Fatal(err)
	}
	memory := make([]byte, len(src)+64)
	want := make([]byte, len(src))
	for at := range 64 {
		dst := memory[at:][:len(src)]
		clear(dst)
		clear(want)
		p.Run(want, src)
		for i := p.Chunks() - 1; i >= 0; i-- {
			if err := p.RunChunk(i, dst, src); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(dst, want) {
			t.Fatalf("%d chunks of a destination %d bytes into memory: wrong", p.Chunks(), at)
		}
	}
}

func TestRunChunkErrors(t *testing.T) {
	p, err := NewPlan(C(1, 2<<20), C(1, 2<<20), Options{})
	if err != nil {
		t.Fatal(err)
	}
	memory := bytes.Repeat([]byte{7}, 4<<20)
	long, other := memory[:2<<20], memory[2<<20:]
	for _, c := range []struct {
		name     string
		i        int
		dst, src []byte
		want     error
	}{
		{"below", -1, long, other, ErrBounds},
		{"past the last", p.Chunks(), long, other, ErrBounds},
		{"short dst", 0, long[1:], other, ErrBounds},
		{"short src", 0, long, other[1:], ErrBounds},
		{"shared", 0, memory[100:], long, ErrOverlap},
	} {
		if err := p.RunChunk(c.i, c.dst, c.src); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
	if bytes.Count(memory, []byte{7}) != len(memory) {
		t.Error("something was written")
	}
	empty, err := NewPlan(C(4, 0, 3), C(4, 0, 3), Options{})
	if err != nil || empty.Chunks() != 0 {
		t.Errorf("%d chunks of nothing, error %v", empty.Chunks(), err)
	}
}
