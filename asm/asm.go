// Package asm holds the kernels that move memory: assembly where the processor has
// it, and pure-Go twins everywhere. It is the bottom layer of package strided,
// which checks all bounds; nothing here does. Programs import package strided, in the
// folder copy; what is exported here is for it, for tests and for reports.
//
// One table lists every kernel, and everything walks it: selection, tests,
// benchmarks, documentation. A kernel runs through [Call], which takes the two
// slices, the offsets of the first items, and a [Block] with the extents and
// steps. All steps and offsets are bytes; extents are items.
//
// # Rules for blocks
//
// Kernels that fetch ahead take, in a block's Ahead, a number of source rows up to J
// that is a multiple of their own J; the addresses they fetch need not exist.
//
// Merge and Masked kernels read the table of source rows in whole tiles: it goes on,
// after the entries in use, with copies of the last one up to a multiple of their I.
//
// Step kernels take no table of the rows that lie at equal steps, but these steps in
// Inner: Src between source rows, Dst between destination rows.
//
// The rows of a merging Rows kernel touch on the destination: Inner.Dst is Width, the
// rows of an inner loop are at most PackBytes. Of any Rows kernel Width is at least its I.
//
// Where Turns is set, it has two words for every turn of Outer, the last one's being
// idle, and the steps of Outer do not matter.
//
// A kernel reads no byte outside the span of its source items and writes no byte
// that is not part of a destination item.
//
//go:generate go run ../gen -dir .
package asm

import "github.com/stridecopy/stridecopy/cpu"

// An Op is what a kernel does; its exact meaning is the Go loop in the kernel's
// documentation.
type Op uint8

const (
	Rows      Op = iota // a 2-D block of wide rows
	Fill                // rows that repeat one item
	Items               // a 2-D block of single items
	Transpose           // rows and columns exchanged, both sides through tables of offsets
	Permute             // boxes of up to eight vectors on either side, by byte
)

var opNames = [...]string{"rows", "fill", "items", "transpose", "permute"}

func (o Op) String() string { return opNames[o] }

// A Weave is a kind of permutation that kernels of their own do, without an index vector
// for every pair of windows. On one side of the first two the windows touch and hold, in
// turn, an item of each window of the other side.
type Weave uint8

const (
	AnyWeave     Weave = iota // whatever a box's index vectors say
	Deinterleave              // the windows touch on the source
	Interleave                // the windows touch on the destination
	Exchange                  // each window takes as many bytes of each of the other side, see [Perm.FindExchange]
)

// Sides are sides of a copy.
type Sides uint8

const (
	DstSide Sides = 1 << iota // the destination
	SrcSide                   // the source

	BothSides = DstSide | SrcSide // both
)

// PackBytes is the most that one inner loop of a merging Rows kernel writes.
const PackBytes = 4096

// A Loop is one level of a loop nest: N turns that advance by bytes.
type Loop struct{ N, Dst, Src int }

// Step returns how many bytes lie between turn o of Outer and the next.
func (b *Block) Step(o int) (dst, src int) {
	if b.Turns == nil {
		return b.Outer.Dst, b.Outer.Src
	}
	return b.Turns[2*o], b.Turns[2*o+1]
}

// Turn returns where turn i of Inner lies, counted from its first; the one after Inner's
// is Last.
func (b *Block) Turn(i int) (dst, src int) {
	dst, src = i*b.Inner.Dst, i*b.Inner.Src
	if i == b.Inner.N {
		dst, src = dst+b.Last.Dst, src+b.Last.Src
	}
	return dst, src
}

// DstRow returns where destination row i of a Transpose begins: what the table says or,
// where there is none, since the kernel takes rows at equal steps, what Inner does.
func (b *Block) DstRow(i int) int {
	if b.DstOff == nil {
		return i * b.Inner.Dst
	}
	return b.DstOff[i]
}

// SrcRow returns where source row j of a Transpose begins, like [Block.DstRow].
func (b *Block) SrcRow(j int) int {
	if b.SrcOff == nil {
		return j * b.Inner.Src
	}
	return b.SrcOff[j]
}

// An ID names a kernel; it is its place in [Kernels].
type ID int

// A Kernel is one row of the kernel table.
type Kernel struct {
	ID      ID
	Name    string       // symbol name
	Op      Op           // what it does
	Size    int          // bytes of an item; 0 where any size will do
	I, J    int          // smallest extents it takes (Transpose) or width (Rows); source and destination windows (Permute)
	Vector  int          // bytes of a window (Permute)
	Stream  bool         // stores past the caches: whole aligned lines only
	Merge   bool         // streams rows that begin anywhere in a line (Transpose, Rows)
	Line    bool         // moves whole cache lines on both sides (Transpose)
	Strings bool         // moves bytes by the processor's own loop (Rows)
	Step    Sides        // where it takes rows at equal steps only (Transpose)
	Masked  bool         // loads and stores under masks (Permute), or stores the last tile of a row so (Transpose)
	Fewer   bool         // takes any number of destination windows up to J, not J alone (Permute)
	Whole   bool         // moves lines as one vector where others do in halves (Permute, Rows)
	Scratch int          // bytes of a block's scratch memory for every item of I; 0 if it needs none (Transpose)
	Run     int          // bytes of a destination row that it puts together before it stores them; 0 if it does not (Transpose)
	Weave   Weave        // the kind of permutation it does, of items of Size if it has one (Permute)
	Needs   cpu.Features // features of the instructions it uses
}

// Aligned reports whether k writes whole lines only: every destination row then has
// to begin at a line edge and J to be a multiple of the kernel's own.
func (k Kernel) Aligned() bool { return k.Op == Transpose && k.Stream && !k.Merge }

// Low reports whether k takes rows at equal steps, and of them as few as make 16 bytes of
// a destination row.
func (k Kernel) Low() bool { return k.Step == BothSides && k.J*k.Size == 16 }

// Kernels returns the kernel table: pure Go first, then this architecture's
// assembly in order of preference.
func Kernels() []Kernel { return append([]Kernel(nil), kernels...) }

// Info returns the table's row of a kernel.
func Info(id ID) Kernel { return kernels[id] }

var kernels = append(append([]Kernel(nil), genericKernels...), archKernels...)
