package main

import (
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/stridecopy/stridecopy/bench/peers/rival"
)

// prepareGonum expresses a case as the copy of a float64 matrix or of its
// transpose, or of a float32 or float64 vector with a step.
func prepareGonum(c *rival.Case, dst, src []byte) *rival.Prepared {
	axes := rival.Merged(c)
	switch {
	case len(axes) == 2 && c.ItemSize == 8 && c.DstOffset%8 == 0 && c.SrcOffset%8 == 0:
		return gonumMatrix(c, axes, dst, src)
	case len(axes) != 1 || axes[0].Dst <= 0 || axes[0].Src <= 0:
		return nil
	}
	a, size := axes[0], c.ItemSize
	if a.Dst%size != 0 || a.Src%size != 0 || c.DstOffset%size != 0 || c.SrcOffset%size != 0 {
		return nil
	}
	dstInc, srcInc := a.Dst/size, a.Src/size
	dstLen, srcLen := (a.N-1)*dstInc+1, (a.N-1)*srcInc+1
	switch size {
	case 4:
		to := blas32.Vector{N: a.N, Inc: dstInc, Data: rival.Items[float32](dst, c.DstOffset, dstLen)}
		from := blas32.Vector{N: a.N, Inc: srcInc, Data: rival.Items[float32](src, c.SrcOffset, srcLen)}
		return rival.Always(func() { blas32.Copy(from, to) })
	case 8:
		to := blas64.Vector{N: a.N, Inc: dstInc, Data: rival.Items[float64](dst, c.DstOffset, dstLen)}
		from := blas64.Vector{N: a.N, Inc: srcInc, Data: rival.Items[float64](src, c.SrcOffset, srcLen)}
		return rival.Always(func() { blas64.Copy(from, to) })
	}
	return nil
}

func gonumMatrix(c *rival.Case, axes []rival.Axis, dst, src []byte) *rival.Prepared {
	rows, cols := axes[0], axes[1]
	to := matrix(dst, c.DstOffset, rows.N, cols.N, rows.Dst, cols.Dst)
	if to == nil {
		return nil
	}
	if from := matrix(src, c.SrcOffset, rows.N, cols.N, rows.Src, cols.Src); from != nil {
		return rival.Always(func() { to.Copy(from) })
	}
	if from := matrix(src, c.SrcOffset, cols.N, rows.N, cols.Src, rows.Src); from != nil {
		return rival.Always(func() { to.Copy(from.T()) })
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
		Data: rival.Items[float64](b, offset, (rows-1)*rowStride/8+cols)})
	return m
}
