// Package asmtest is what tests, fuzz targets and benchmarks of this module share:
// guarded memory that catches any access beyond its ends, a pattern that shows
// writes into gaps, a decoder that turns any bytes into a pair of layouts, one
// list of shapes with the reason for each, and the reference loop.
//
// It is for tests only and imports the standard library only, so that every
// package of the module may use it. Layouts are therefore plain fields here:
// strides, offsets and sizes in bytes, extents in items.
package asmtest
