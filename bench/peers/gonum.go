package main

import (
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// prepareGonum expresses a case as the copy of a float64 matrix or of its
// transpose, or of a float32 or float64 vector with a step.
func prepareGonum(c *caseRequest, dst, src []byte) *prepared {
	axes := merged(c)
	switch {
	case len(axes) == 2 && c.ItemSize == 8 && c.DstOffset%8 == 0 && c.SrcOffset%8 == 0:
		return gonumMatrix(c, axes, dst, src)
	case len(axes) != 1 || axes[0].dst <= 0 || axes[0].src <= 0:
		return nil
	}
	a, size := axes[0], c.ItemSize
	if a.dst%size != 0 || a.src%size != 0 || c.DstOffset%size != 0 || c.SrcOffset%size != 0 {
		return nil
	}
	dstInc, srcInc := a.dst/size, a.src/size
	dstLen, srcLen := (a.n-1)*dstInc+1, (a.n-1)*srcInc+1
	switch size {
	case 4:
		to := blas32.Vector{N: a.n, Inc: dstInc, Data: items[float32](dst, c.DstOffset, dstLen)}
		from := blas32.Vector{N: a.n, Inc: srcInc, Data: items[float32](src, c.SrcOffset, srcLen)}
		return always(func() { blas32.Copy(from, to) })
	case 8:
		to := blas64.Vector{N: a.n, Inc: dstInc, Data: items[float64](dst, c.DstOffset, dstLen)}
		from := blas64.Vector{N: a.n, Inc: srcInc, Data: items[float64](src, c.SrcOffset, srcLen)}
		return always(func() { blas64.Copy(from, to) })
	}
	return nil
}

func gonumMatrix(c *caseRequest, axes []axis, dst, src []byte) *prepared {
	rows, cols := axes[0], axes[1]
	to := matrix(dst, c.DstOffset, rows.n, cols.n, rows.dst, cols.dst)
	if to == nil {
		return nil
	}
	if from := matrix(src, c.SrcOffset, rows.n, cols.n, rows.src, cols.src); from != nil {
		return always(func() { to.Copy(from) })
	}
	if from := matrix(src, c.SrcOffset, cols.n, rows.n, cols.src, rows.src); from != nil {
		return always(func() { to.Copy(from.T()) })
	}
	return nil
}

// matrix returns gonum's matrix for float64 items with dense rows, or nil.
func matrix(b []byte, offset, rows, cols, rowStride, colStride int) *mat.Dense {
	if colStride != 8 || rowStride%8 != 0 || rowStride/8 < cols {
		return nil
	}
	m := new(mat.Dense)
	m.SetRawMatrix(blas64.General{Rows: rows, Cols: cols, Stride: rowStride / 8,
		Data: items[float64](b, offset, (rows-1)*rowStride/8+cols)})
	return m
}

// always is for libraries that write to the destination itself.
func always(run func()) *prepared { return &prepared{run: run, check: run} }
