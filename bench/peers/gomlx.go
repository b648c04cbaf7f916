package main

import (
	"sync"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"github.com/stridecopy/stridecopy/bench/peers/rival"
)

var gomlxBackend = sync.OnceValue(func() backends.Backend {
	b, err := simplego.New("")
	if err != nil {
		panic(err)
	}
	return b
})

// prepareGomlx expresses a case as a computation of one transposition. Its input
// is a copy of the source and its output comes from a pool of the library.
func prepareGomlx(c *rival.Case, dst, src []byte) *rival.Prepared {
	p, ok := rival.AsPermutation(c)
	if !ok || c.SrcOffset%c.ItemSize != 0 || c.DstOffset%c.ItemSize != 0 {
		return nil
	}
	switch c.ItemSize {
	case 1:
		return gomlx(&p, dtypes.Uint8, rival.Items[uint8](dst, c.DstOffset, p.Items), rival.Items[uint8](src, c.SrcOffset, p.Items))
	case 2:
		return gomlx(&p, dtypes.Uint16, rival.Items[uint16](dst, c.DstOffset, p.Items), rival.Items[uint16](src, c.SrcOffset, p.Items))
	case 4:
		return gomlx(&p, dtypes.Float32, rival.Items[float32](dst, c.DstOffset, p.Items), rival.Items[float32](src, c.SrcOffset, p.Items))
	case 8:
		return gomlx(&p, dtypes.Float64, rival.Items[float64](dst, c.DstOffset, p.Items), rival.Items[float64](src, c.SrcOffset, p.Items))
	}
	return nil
}

func gomlx[T any](p *rival.Permutation, kind dtypes.DType, dst, src []T) *rival.Prepared {
	backend := gomlxBackend()
	shape := shapes.Make(kind, p.From...)
	builder := backend.Builder("transpose")
	x := must(builder.Parameter("x", shape, nil))
	y := must(builder.Transpose(x, p.Axes...))
	program := must(builder.Compile([]backends.Op{y}, nil))
	input := []backends.Buffer{must(backend.BufferFromFlatData(0, src, shape))}
	return &rival.Prepared{
		Run: func() { backend.BufferFinalize(must(program.Execute(input, nil, 0))[0]) },
		Check: func() {
			output := must(program.Execute(input, nil, 0))[0]
			copy(dst, must(backend.BufferData(output)).([]T))
			backend.BufferFinalize(output)
		},
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
