package strided

import "fmt"

// TransposeInPlace transposes m, a matrix of rows x cols elements in C order, which
// becomes cols x rows in C order. Elements of m after those of the matrix are not
// touched. Errors match [ErrShape] and [ErrBounds].
//
// A square matrix trades tiles and needs a scratch of 16 KiB, as does any matrix of
// that size. Other matrices need at most 256 KiB or, if that is more, 512 bytes for
// each of the shorter of rows and cols, and a bit for every 128 bytes of m. They are
// read and written two or three times, so where there is memory for a second matrix,
// [Transpose] into it is faster.
func TransposeInPlace[T Elem](m []T, rows, cols int) error {
	size := sizeOf[T]()
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
	case rows == cols || n*size <= usual.scratch:
		return Transpose(m, m, rows, cols)
	}
	o := oblong{m: Bytes(m[:n]), size: size, rows: rows, cols: cols}
	o.chunk = chunkItems(min(rows, cols), max(rows, cols), size)
	return o.transpose()
}

// An oblong is a matrix that is transposed through panels and chunks. A panel is a
// piece of the longer side that passes through scratch, a chunk the part of it that
// lies in one row or, after the panel has been transposed, is one row:
//
//	wide:  the rows are cut into chunks, which trade places so that those of a panel
//	       lie together; then each panel is transposed
//	high:  the same backwards
//
// What is left of the longer side when it is cut waits in scratch of its own.
type oblong struct {
	m          []byte
	size       int // bytes of an item
	rows, cols int
	chunk      int // items
}

// chunkItems returns a length of chunks such that a panel fits the second-level cache
// twice, if chunks are some cache lines or more then. It tries to leave no rest.
func chunkItems(short, long, size int) int {
	const panelBytes, leastBytes = 128 << 10, 256
	most := min(max(panelBytes/short, leastBytes)/size, long)
	for n := most; n > most/2; n-- {
		if long%n == 0 {
			return n
		}
	}
	return most
}

func (o *oblong) transpose() error {
	if o.rows < o.cols {
		return o.wide()
	}
	return o.high()
}

// wide transposes a matrix with more columns than rows.
func (o *oblong) wide() error {
	rest := o.cols % o.chunk
	body := o.cols - rest
	whole := C(o.size, o.rows, o.cols)
	left, err := whole.Slice(1, 0, body, 1)
	if err != nil {
		return err
	}
	right, err := whole.Slice(1, body, rest, 1)
	if err != nil {
		return err
	}
	strip := make([]byte, o.rows*rest*o.size)
	if err := Gather(strip, o.m, right); err != nil {
		return err
	}
	if err := Gather(o.m, o.m, left); err != nil {
		return err
	}
	swapChunks(o.m, o.chunk*o.size, o.rows, body/o.chunk)
	if err := o.panels(body, o.rows, o.chunk); err != nil {
		return err
	}
	across, err := C(o.size, o.rows, rest).Permute(1, 0)
	if err != nil {
		return err
	}
	return Gather(o.m[body*o.rows*o.size:], strip, across)
}

// high transposes a matrix with more rows than columns.
func (o *oblong) high() error {
	rest := o.rows % o.chunk
	body := o.rows - rest
	whole := C(o.size, o.cols, o.rows) // the result
	left, err := whole.Slice(1, 0, body, 1)
	if err != nil {
		return err
	}
	right, err := whole.Slice(1, body, rest, 1)
	if err != nil {
		return err
	}
	strip := make([]byte, rest*o.cols*o.size)
	if err := Gather(strip, o.m[body*o.cols*o.size:], C(o.size, rest, o.cols)); err != nil {
		return err
	}
	if err := o.panels(body, o.chunk, o.cols); err != nil {
		return err
	}
	swapChunks(o.m, o.chunk*o.size, body/o.chunk, o.cols)
	if err := Scatter(o.m, left, o.m); err != nil {
		return err
	}
	across, err := C(o.size, rest, o.cols).Permute(1, 0)
	if err != nil {
		return err
	}
	return Copy(o.m, right, strip, across)
}

// panels transposes the panels of rows x cols items, which make up body items of the
// longer side.
func (o *oblong) panels(body, rows, cols int) error {
	from, err := C(o.size, rows, cols).Permute(1, 0)
	if err != nil {
		return err
	}
	to := C(o.size, cols, rows)
	there, err := NewPlan(to, from, Options{})
	if err != nil {
		return err
	}
	back, err := NewPlan(to, to, Options{})
	if err != nil {
		return err
	}
	bytes := rows * cols * o.size
	scratch := make([]byte, bytes)
	for panel := o.m[:body*min(o.rows, o.cols)*o.size]; len(panel) > 0; panel = panel[bytes:] {
		there.run(scratch, panel)
		back.run(panel, scratch)
	}
	return nil
}

// swapChunks transposes a matrix of rows x cols chunks of so many bytes, by going
// round the cycles that they trade places in.
func swapChunks(m []byte, bytes, rows, cols int) {
	if rows == 1 || cols == 1 {
		return
	}
	at := func(k int) []byte { return m[k*bytes : (k+1)*bytes] }
	held := make([]byte, bytes)
	moved := make([]uint64, (rows*cols+63)/64)
	for first := range rows * cols {
		if moved[first/64]>>(first%64)&1 != 0 {
			continue
		}
		to, from := first, first/rows+first%rows*cols
		if from != first {
			copy(held, at(first))
		}
		for from != first {
			movePiece(at(to), at(from))
			to, from = from, from/rows+from%rows*cols
			moved[to/64] |= 1 << (to % 64)
		}
		if to != first {
			copy(at(to), held)
		}
	}
}
