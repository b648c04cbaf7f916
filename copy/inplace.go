package strided

import "fmt"

// TransposeInPlace transposes m, a matrix of rows x cols elements in C order, which
// becomes cols x rows in C order. Elements of m after those of the matrix are not
// touched. Errors match [ErrShape] and [ErrBounds].
//
// A square matrix trades tiles and needs a scratch of 16 KiB, as does any matrix of
// that size. Other matrices need the longer of rows and cols in elements, or, if
// that is more, 64 bytes for each of the shorter, or 128 KiB. They are read and
// written three times, so where there is memory for a second matrix, [Transpose]
// into it is several times faster.
func TransposeInPlace[T Elem](m []T, rows, cols int) error {
	n, ok := mul(rows, cols)
	switch {
	case rows < 0 || cols < 0:
		return fmt.Errorf("%w: %d rows, %d columns", ErrShape, rows, cols)
	case !ok:
		return fmt.Errorf("%w: %d rows of %d columns overflow", ErrShape, rows, cols)
	case n > len(m):
		return fmt.Errorf("%w: m has %d elements, %d rows of %d columns need %d", ErrBounds, len(m), rows, cols, n)
	case rows <= 1 || cols <= 1:
		return nil
	case rows == cols || n*sizeOf[T]() <= usual.scratch:
		return Transpose(m, m, rows, cols)
	}
	transposeOblong(m[:n], rows, cols)
	return nil
}

// transposeOblong transposes by moving elements within rows and within columns
// only, so that one row or some columns are all that has to be held elsewhere.
//
// An element (i, j) of a matrix with fewer rows than columns belongs at i + j*rows
// in row-major order. Shuffling each row brings every element to its column,
// j*rows + i modulo cols, provided that no two of a row belong in one: that holds
// after rotating each column upwards by j/b, where b is cols divided by the greatest
// common divisor of the sides. Each column then holds its elements in the order
// that the third step undoes. A matrix with more rows than columns is transposed by
// doing the reverse of what would produce it.
//
// The method is that of Catanzaro, Keller and Garland, "A decomposition for in-place
// matrix transposition", 2014.
func transposeOblong[T Elem](m []T, rows, cols int) {
	back := rows > cols
	if back {
		rows, cols = cols, rows
	}
	common := int(gcdOf(uint64(rows), uint64(cols)))
	t := oblong[T]{m: m, rows: rows, cols: cols, run: cols / common, back: back}
	rotate := func() {
		if common > 1 {
			t.columns(t.run, func(i int) int { return i })
		}
	}
	unshuffle := func() {
		t.columns(1, func(i int) int { return (i*cols - i*common/rows) % rows })
	}
	if back {
		unshuffle()
		t.shuffleRows()
		rotate()
	} else {
		rotate()
		t.shuffleRows()
		unshuffle()
	}
}

// An oblong is a matrix with fewer rows than columns that is being transposed, or,
// where back is set, being restored from its transpose.
type oblong[T Elem] struct {
	m          []T
	rows, cols int
	run        int // columns that are rotated by the same distance
	back       bool
	scratch    []T
}

// hold returns a scratch of n elements.
func (t *oblong[T]) hold(n int) []T {
	if n > len(t.scratch) {
		t.scratch = make([]T, n)
	}
	return t.scratch[:n]
}

// shuffleRows moves element j of each row i, which came from row r = i + j/run
// modulo rows, to column j*rows + r modulo cols; or back.
func (t *oblong[T]) shuffleRows() {
	held := t.hold(t.cols)
	for i := range t.rows {
		row := t.m[i*t.cols:][:t.cols]
		r := i
		for j := 0; j < t.cols; j += t.run {
			// Whole runs fill whole turns: j*rows is 0 modulo cols here.
			if t.back {
				gatherTurns(held[j:j+t.run], row, r, t.rows)
			} else {
				scatterTurns(held, row[j:j+t.run], r, t.rows)
			}
			if r++; r == t.rows {
				r = 0
			}
		}
		copy(row, held)
	}
}

// scatterTurns writes src to every step-th element of dst from at on, going round
// at its end.
func scatterTurns[T Elem](dst, src []T, at, step int) {
	for _, v := range src {
		dst[at] = v
		if at += step; at >= len(dst) {
			at -= len(dst)
		}
	}
}

// gatherTurns undoes scatterTurns.
func gatherTurns[T Elem](dst, src []T, at, step int) {
	for j := range dst {
		dst[j] = src[at]
		if at += step; at >= len(src) {
			at -= len(src)
		}
	}
}

// columns moves elements within columns: what row i gets in column j is what row
// first(i) + j/run, modulo rows, has there; or back. A strip of columns at a time
// is copied to scratch, from where or to where it is permuted: as many columns as
// make a cache line, or more of them where there are few rows.
func (t *oblong[T]) columns(run int, first func(i int) int) {
	size := sizeOf[T]()
	width := min(max(64, 128<<10/t.rows)/size, 1024/size, t.cols)
	strip := t.hold(t.rows * width)
	for left := 0; left < t.cols; left += width {
		n := min(width, t.cols-left)
		if !t.back {
			for i := range t.rows {
				copy(strip[i*width:][:n], t.m[i*t.cols+left:])
			}
		}
		for i := range t.rows {
			row := t.m[i*t.cols+left:][:n]
			from := (first(i) + left/run) % t.rows
			if t.back {
				scatterSteps(strip, row, from*width, width, run, run-left%run)
			} else {
				gatherSteps(row, strip, from*width, width, run, run-left%run)
			}
		}
		if t.back {
			for i := range t.rows {
				copy(t.m[i*t.cols+left:][:n], strip[i*width:])
			}
		}
	}
}

// gatherSteps reads dst from a strip of rows of some width, column by column,
// starting in the row at at and going down one row after the first columns, and
// after every run of them from there, round at the end.
func gatherSteps[T Elem](dst, strip []T, at, width, run, first int) {
	for j := range dst {
		dst[j] = strip[at+j]
		if first--; first == 0 {
			first = run
			if at += width; at == len(strip) {
				at = 0
			}
		}
	}
}

// scatterSteps undoes gatherSteps.
func scatterSteps[T Elem](strip, src []T, at, width, run, first int) {
	for j, v := range src {
		strip[at+j] = v
		if first--; first == 0 {
			first = run
			if at += width; at == len(strip) {
				at = 0
			}
		}
	}
}
