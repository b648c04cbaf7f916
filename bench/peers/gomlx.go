package main

import (
	"sync"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/shapes"
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
func prepareGomlx(c *caseRequest, dst, src []byte) *prepared {
	p, ok := asPermutation(c)
	if !ok || c.SrcOffset%c.ItemSize != 0 || c.DstOffset%c.ItemSize != 0 {
		return nil
	}
	switch c.ItemSize {
	case 1:
		return gomlx(&p, dtypes.Uint8, items[uint8](dst, c.DstOffset, p.items), items[uint8](src, c.SrcOffset, p.items))
	case 2:
		return gomlx(&p, dtypes.Uint16, items[uint16](dst, c.DstOffset, p.items), items[uint16](src, c.SrcOffset, p.items))
	case 4:
		return gomlx(&p, dtypes.Float32, items[float32](dst, c.DstOffset, p.items), items[float32](src, c.SrcOffset, p.items))
	case 8:
		return gomlx(&p, dtypes.Float64, items[float64](dst, c.DstOffset, p.items), items[float64](src, c.SrcOffset, p.items))
	}
	return nil
}

func gomlx[T any](p *permutation, kind dtypes.DType, dst, src []T) *prepared {
	backend := gomlxBackend()
	shape := shapes.Make(kind, p.from...)
	builder := backend.Builder("transpose")
	x := must(builder.Parameter("x", shape, nil))
	y := must(builder.Transpose(x, p.perm...))
	program := must(builder.Compile([]backends.Op{y}, nil))
	input := []backends.Buffer{must(backend.BufferFromFlatData(0, src, shape))}
	return &prepared{
		run: func() { backend.BufferFinalize(must(program.Execute(input, nil, 0))[0]) },
		check: func() {
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
