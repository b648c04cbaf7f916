// Package memoryview is the CPython buffer protocol and memoryview object in Go.
//
// An [Exporter] lends out its memory as a [Buffer], the Py_buffer of CPython:
// memory, item size, format, shape, strides, suboffsets. [GetBuffer] asks for one
// under request [Flags], and [Buffer.Release] gives it back. A [View] is the
// memoryview: it is made by [FromObject], [FromMemory], [FromBuffer] or
// [GetContiguous], and sliced, cast, compared, read and written through methods
// that carry CPython's names and do what CPython 3.13 does, error for error.
// [View.Sub], [View.Permute], [View.CastOrder], [View.CastStrides], [View.Assign],
// [View.Equal] and [As] go further than CPython does; they have names of their own,
// so that the others stay exact.
//
// # Memory
//
// No address is stored anywhere. Where CPython has a pointer, a Buffer has a
// [Pointer]: a byte slice and an offset. A table of pointers, which suboffsets
// need, is a []Pointer; see [FromRows]. Every access is checked against the slice,
// so a wrong Buffer is an error and never a fault. All copies are done by package
// strided, in the folder copy of this module.
//
// # Items
//
// Native formats have the sizes and alignments of a 64-bit Unix on every platform
// (int is 4 bytes, long and pointers are 8) in the byte order of the host. Signed
// integers are read as int64, unsigned ones as uint64, e, f and d as float64, ? as
// bool, and c as a []byte of length 1.
//
// # Files and Go slices
//
// [FromNpy], [FromNpz], [FromSafetensors] and [FromGGUF] make Views of the arrays in a
// file, whose bytes are a [Mapping] from [MapFile] or a []byte. [WriteNpy], [WriteNpz],
// [WriteSafetensors] and [WriteGGUF] write Views, sliced and permuted ones too, and
// [AppendNpyHeader] and its neighbours are for items that are made piece by piece.
//
// [As] gives a View Go's types in place, where its items lie aligned, in the byte order
// of the machine. A copy in a Go slice of one's own, in C order, is always to be had:
//
//	items := make([]float32, n) // v.NBytes() / 4
//	err := memoryview.ToContiguous(strided.Bytes(items), v.Buffer(), memoryview.OrderC)
//
// For numbers of the other byte order [View.AsNative] comes first. In the other
// direction [Of] makes a View of a slice, and [View.CastOrder] gives it a shape.
//
// # Lifetime
//
// Nothing is released by itself: each View that a function or method returns is
// released by [View.Release], in any order, and a Mapping can be closed when all
// Views of it are. A View of ordinary Go memory may be left to the garbage collector.
//
// # Errors
//
// An error matches, with [errors.Is], the sentinel that is named after the CPython
// exception, and its text is CPython's.
//
// # Concurrency
//
// A View may be used by any number of goroutines, also while one of them releases
// it: [View.Release] waits for the operations in progress, and later ones fail.
// The memory itself is shared, so writing to it needs the care that any shared
// memory needs. A Buffer belongs to the one consumer that asked for it.
package memoryview
