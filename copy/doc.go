// Package strided copies N-dimensional arrays between any two memory layouts of
// the same shape: the memcpy of tensors.
//
// A [Layout] says where the items of an array lie in a byte slice: an item size,
// a shape in items, and one byte stride an axis, of any sign. [Copy] moves every
// item of one layout to the same index of another; [Gather] makes a strided array
// contiguous, [Scatter] does the reverse. A [Plan] is a prepared copy for a pair of
// layouts that is run more than once.
//
// Typed slices need no layouts. [Permute], [Transpose], [Flip], [Broadcast], [Tile],
// [Pad], [Take], [Put], [Concat], [Stack], [Split], [Interleave] and [Deinterleave]
// do what NumPy's functions of these names do, from one slice in C order to another;
// [Rearrange] does what a pattern of einops says, and [NewRearrange] makes a plan of
// it. An [Array] is a typed view of any strides, to slice, permute and copy parts of
// slices; [FromMatrix], [FromTensor], [FromImage] and their neighbours make one of
// what other libraries hold.
//
// Where to begin: slices in C order need nothing but the functions. A matrix, tensor or
// image of another library becomes an Array. Structs, items of any other size, gaps
// between rows that are no whole items, and copies that are made many times take a
// Layout: [C] and [Fortran] make one without gaps, its methods cut and turn it, and
// [Bytes] gives the bytes of a typed slice.
//
// Arguments stand in the order dst, src. Strides and offsets are bytes in a
// Layout, items in an Array and in the typed functions; shapes are items everywhere.
//
// # Promises
//
// Every layout is proven to lie inside its slice before anything is touched, so
// bad input is an error, and when an error is returned nothing has been written.
// The result is that of the plain loop over all indices, byte for byte, as if the
// source had been read whole before the first write: overlapping source and
// destination are fine. A destination whose own items overlap is refused. No byte
// outside the items of the destination is written, gaps included.
//
// Items must not hold Go pointers: the kernels write memory without telling the
// garbage collector. The typed functions enforce it.
//
// # Speed
//
// The kernel is chosen from the normal form of the two layouts: see [Plan.Explain] for
// what a plan does, why, and how long that should take. The first copy into memory
// that was never touched waits for the system to provide it, which can cost more than
// the copy: reuse destinations where speed matters. Working memory comes from pools:
// where a function is said not to allocate, the first calls still fill these, and fill
// them again after a garbage collection has emptied them. The environment variable
// STRIDECOPY_CPU and [Options] restrict the instruction sets; see package cpu.
//
// # Concurrency
//
// All functions are safe for concurrent use on memory that nobody else writes. A
// Plan is immutable and may be shared by any number of goroutines. One copy is done
// by several goroutines where [Options] allow it; [Plan.RunContext] can be stopped,
// and [Plan.RunChunk] leaves it to the caller who copies what, and when.
//
// The package lives in the folder copy and is called strided, since a package
// called copy would hide the builtin in every file that imports it.
package strided
