package asmtest

// A Shape is a permutation of a C-order array that stands for a kind of input.
type Shape struct {
	Name    string
	Why     string
	Extents []int // of the source, in items
	Axes    []int // axis i of the destination is axis Axes[i] of the source
}

// Shapes are the shapes that tests and benchmarks walk. None has more than 2^21
// items, most have far fewer.
var Shapes = []Shape{
	{"tile3", "below every tile", []int{3, 3}, []int{1, 0}},
	{"tile4", "one tile of 16-byte vectors of 4-byte items", []int{4, 4}, []int{1, 0}},
	{"tile7x9", "one less and one more than a tile of 8", []int{7, 9}, []int{1, 0}},
	{"tile8", "one tile of 32-byte vectors of 4-byte items", []int{8, 8}, []int{1, 0}},
	{"tile15x17", "one less and one more than a tile of 16", []int{15, 17}, []int{1, 0}},
	{"tile16", "one tile of whole lines of 4-byte items", []int{16, 16}, []int{1, 0}},
	{"tile31x33", "one less and one more than a tile of 32", []int{31, 33}, []int{1, 0}},
	{"tile63x65", "one less and one more than a line of bytes", []int{63, 65}, []int{1, 0}},
	{"tile64", "whole lines of bytes on both sides", []int{64, 64}, []int{1, 0}},
	{"primes", "no extent is a multiple of anything", []int{101, 211}, []int{1, 0}},
	{"row", "one row: nothing to transpose", []int{1, 1000}, []int{1, 0}},
	{"thin2", "two rows: interleave", []int{2, 1021}, []int{1, 0}},
	{"thin3", "three columns: deinterleave", []int{1021, 3}, []int{1, 0}},
	{"thin5", "an axis below a tile, not a power of two", []int{5, 517}, []int{1, 0}},
	{"l1", "half of a 32 KiB cache with 4-byte items", []int{64, 61}, []int{1, 0}},
	{"l2", "half of a 1 MiB cache with 4-byte items", []int{360, 364}, []int{1, 0}},
	{"pow2pitch", "rows 4 KiB apart with 4-byte items fall into one cache set", []int{128, 1024}, []int{1, 0}},
	{"pow2", "power-of-two pitch on both sides, past the second-level cache", []int{1024, 1024}, []int{1, 0}},
	{"oddpitch", "the same size without the power of two", []int{1000, 1003}, []int{1, 0}},
	{"hwc", "image of 3 channels to planes", []int{120, 161, 3}, []int{2, 0, 1}},
	{"chw", "planes to an image of 3 channels", []int{3, 120, 161}, []int{1, 2, 0}},
	{"rgba", "image of 4 channels to planes", []int{64, 96, 4}, []int{2, 0, 1}},
	{"nchw", "activations to channels last", []int{2, 19, 14, 14}, []int{0, 2, 3, 1}},
	{"nhwc", "activations to channels first", []int{2, 14, 14, 19}, []int{0, 3, 1, 2}},
	{"heads", "attention: sequence and heads change places, rows stay", []int{2, 33, 12, 64}, []int{0, 2, 1, 3}},
	{"keys", "attention: keys to columns for each head", []int{2, 4, 33, 64}, []int{0, 1, 3, 2}},
	{"batch2x2", "many matrices of 2x2", []int{777, 2, 2}, []int{0, 2, 1}},
	{"batch4x4", "many matrices of 4x4", []int{333, 4, 4}, []int{0, 2, 1}},
	{"fortran3", "C order to Fortran order, three axes", []int{23, 37, 29}, []int{2, 1, 0}},
	{"fortran4", "C order to Fortran order, four axes", []int{9, 11, 13, 15}, []int{3, 2, 1, 0}},
	{"rotate", "the last axis becomes the first", []int{6, 50, 70}, []int{2, 0, 1}},
	{"rank6", "six axes of 2 in reverse: every axis is short", []int{2, 2, 2, 2, 2, 2}, []int{5, 4, 3, 2, 1, 0}},
	{"unit", "axes of length 1 between the others", []int{1, 17, 1, 19, 1}, []int{4, 3, 2, 1, 0}},
	{"empty", "an extent of 0: nothing to do", []int{4, 0, 3}, []int{2, 1, 0}},
	{"scalar", "no axes: one item", nil, nil},
}

// Case returns the copy that permutes a C-order array of s into C order, with
// items of itemSize bytes. Its shape is that of the destination.
func (s Shape) Case(itemSize int) Case {
	rank := len(s.Extents)
	c := Case{ItemSize: itemSize, Shape: make([]int, rank), DstStrides: make([]int, rank), SrcStrides: make([]int, rank)}
	src := cOrder(itemSize, s.Extents)
	for i, axis := range s.Axes {
		c.Shape[i], c.SrcStrides[i] = s.Extents[axis], src[axis]
	}
	c.DstStrides = cOrder(itemSize, c.Shape)
	c.DstBytes = c.Items() * itemSize
	c.SrcBytes = c.DstBytes
	return c
}

func cOrder(itemSize int, shape []int) []int {
	strides := make([]int, len(shape))
	step := itemSize
	for axis := len(shape) - 1; axis >= 0; axis-- {
		strides[axis] = step
		step *= max(shape[axis], 1)
	}
	return strides
}
