package strided

import (
	"errors"
	"fmt"
	"slices"
)

// The errors that all failures of this package match with errors.Is. The text
// that comes with them names the argument, the axis and the numbers.
var (
	// ErrShape: the shapes of the two layouts differ, an extent is negative, the
	// rank is above 64, or the number of strides is not the number of axes.
	ErrShape = errors.New("strided: bad shape")
	// ErrBounds: an item lies outside its slice, or its offset overflows.
	ErrBounds = errors.New("strided: out of bounds")
	// ErrOverlap: two items of the destination share a byte, or two destinations of one
	// call; or, for a chunk, source and destination do. What takes more than 65,536 steps
	// to decide is refused too, with a text that says so; layouts of real arrays take a
	// handful.
	ErrOverlap = errors.New("strided: destination items overlap")
	// ErrItemSize: an item size is below 1, or the two differ.
	ErrItemSize = errors.New("strided: bad item size")
	// ErrPointers: the element type holds Go pointers.
	ErrPointers = errors.New("strided: element type holds pointers")
	// ErrAxes: a list of axes is not a permutation, or an axis does not exist.
	ErrAxes = errors.New("strided: bad axes")
	// ErrTooLarge: a new slice would be larger than 1 GiB and than what it is made of.
	ErrTooLarge = errors.New("strided: result too large")
	// ErrPattern: the pattern of [Rearrange] is malformed, or its names and the sizes
	// that are given for them do not belong together.
	ErrPattern = errors.New("strided: bad pattern")
)

// An undecided is the ErrOverlap of a destination for which the search gave up.
type undecided struct{ text string }

func (u undecided) Error() string { return u.text }

func (u undecided) Unwrap() error { return ErrOverlap }

// overlapError returns the error for a destination of verdict v, which is not disjoint.
func overlapError(v verdict, l *Layout) error {
	// Printing a slice makes it escape: print copies.
	text := fmt.Sprintf("shape %v, strides %v, item size %d", slices.Clone(l.Shape), slices.Clone(l.Strides), l.ItemSize)
	if v == tooHard {
		return undecided{fmt.Sprintf("strided: destination items may overlap, undecided after %d steps: %s", searchBudget, text)}
	}
	return fmt.Errorf("%w: %s", ErrOverlap, text)
}
