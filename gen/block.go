package main

import (
	"bytes"
	"fmt"
)

// field is one field of the Block and Perm structs that Go code fills in and
// kernels read. The structs are written from these lists, so that the offsets in
// the assembly and the Go declarations cannot drift apart. Every field is made of
// 8-byte words on the 64-bit machines that have kernels.
type field struct {
	name, typ string
	words     int
	doc       string
}

var blockFields = []field{
	{"Outer", "Loop", 3, "the outer loop around everything else"},
	{"Turns", "[]int", 3, "bytes from each turn of Outer to the next, destination and source in turn, where Outer's own are not the same for all; else nil"},
	{"Inner", "Loop", 3, "the inner loop: rows, items or boxes; for Step kernels the steps of rows (Transpose)"},
	{"Last", "Loop", 3, "N, 1 or 0, boxes after those of Inner, so far from where its next one would be (Permute)"},
	{"Width", "int", 1, "bytes of a row (Rows, Fill)"},
	{"I", "int", 1, "items along a source row, the rows of the destination (Transpose)"},
	{"J", "int", 1, "items along a destination row, the rows of the source (Transpose)"},
	{"DstOff", "[]int", 3, "byte offset of destination row i; not used where kernels take these at equal steps (Transpose)"},
	{"SrcOff", "[]int", 3, "byte offset of source row j; likewise (Transpose)"},
	{"Next", "int", 1, "bytes from this block's source to the next one's, for prefetching"},
	{"Ahead", "int", 1, "source rows that prefetching runs ahead (streaming Transpose)"},
	{"Carry", "int", 1, "for kernels with scratch: 1 if the destination rows go on from the block before, which ended with whole lines of them, plus 2 if the next block goes on with them (Transpose)"},
	{"Scratch", "*byte", 1, "memory for the kernel alone, as much for every item of I as its row of the table says (Transpose)"},
	{"Stream", "int", 1, "1 where the boxes lie beyond the caches: to store past these where the windows are aligned or, under masks, to fetch windows ahead (Permute)"},
	{"Perm", "*Perm", 1, "the box (Permute) or the item's spread (Transpose of odd sizes)"},
	{"Chain", "int", 1, "where Carry is 0, for kernels that store whole lines of several rows at a time past the caches: how many places after a destination row there may be one that begins where it ends, or 0 (Transpose)"},
	{"Pause", "int", 1, "cycles from one item to the next, or 0 for none (Items, some)"},
}

// Sizes of a permutation box: up to permWindows windows on either side.
const permWindows = 8

var permFields = []field{
	{"Vector", "int", 1, "bytes of a window, 64 or 16"},
	{"NSrc", "int", 1, "source windows in use"},
	{"NDst", "int", 1, "destination windows in use"},
	{"SrcAt", fmt.Sprintf("[%d]int", permWindows), permWindows, "byte offset of each source window"},
	{"DstAt", fmt.Sprintf("[%d]int", permWindows), permWindows, "byte offset of each destination window"},
	{"SrcMask", fmt.Sprintf("[%d]uint64", permWindows), permWindows, "bytes of each source window that are loaded"},
	{"DstMask", fmt.Sprintf("[%d]uint64", permWindows), permWindows, "bytes of each destination window that are stored"},
	{"Blend", fmt.Sprintf("[%d]uint64", permWindows*permWindows/2), permWindows * permWindows / 2, "bytes of destination window d that come from source pair h, at [d*pairs+h] (64-byte windows)"},
	{"Index", "[]byte", 3, "index vectors, as the kernel's vector width wants them"},
	{"Exchange", "int", 1, "how an exchange is done, or 0: 1, plus 2 if the source windows are permuted before it, plus 4 if the destination windows are after it, by further index vectors"},
}

// offset returns the byte offset of a field.
func offset(fields []field, name string) int {
	words := 0
	for _, f := range fields {
		if f.name == name {
			return 8 * words
		}
		words += f.words
	}
	panic("gen: no field " + name)
}

func blockAt(name string) int { return offset(blockFields, name) }
func permAt(name string) int  { return offset(permFields, name) }

// blockFile renders the declarations of Block and Perm.
func blockFile() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\npackage asm\n", header)
	write := func(name, doc string, fields []field) {
		fmt.Fprintf(&b, "\n// %s\ntype %s struct {\n", doc, name)
		for _, f := range fields {
			fmt.Fprintf(&b, "\t%s %s // %s\n", f.name, f.typ, f.doc)
		}
		fmt.Fprintf(&b, "}\n")
	}
	fmt.Fprintf(&b, "\n// permWindows is the largest number of windows on either side of a box.\nconst permWindows = %d\n", permWindows)
	write("Block", "Block is the work of one kernel call, beside the addresses of its first items.", blockFields)
	write("Perm", "Perm is a box of a permutation: which source bytes make up which destination bytes.", permFields)
	return formatted(b.Bytes())
}
