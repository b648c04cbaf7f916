package strided

import "fmt"

// Rearrange returns what a pattern, as that of [Array.RearrangeFrom], makes of an
// array with layout l: a view, so that nothing is copied. Its axes are those on the
// right side of the pattern one by one, as if no parentheses stood there, since axes
// that are merged have no common stride; its items in C order are the result, of
// which shape is the shape in items, with the axes merged. [Gather] makes it of the
// view. Sizes that neither follow from the shape of l nor stand in the pattern have
// to be given.
//
// Errors match [ErrPattern] and [ErrShape], and for a malformed layout those of
// [Layout.Extent].
func (l Layout) Rearrange(pattern string, sizes ...Size) (view Layout, shape []int, err error) {
	if l, err = l.viewed(); err != nil {
		return Layout{}, nil, err
	}
	var p program
	if err := p.fitSource(l.Shape, pattern, sizes); err != nil {
		return Layout{}, nil, err
	}
	if err := p.solved(); err != nil {
		return Layout{}, nil, err
	}
	if _, err := p.product(&p.right); err != nil {
		return Layout{}, nil, err
	}
	var from [maxPatternAxes]int
	p.left.steps(&from, &p, &l)
	view = Layout{ItemSize: l.ItemSize, Offset: l.Offset, Shape: []int{}, Strides: []int{}}
	shape = make([]int, p.right.groups)
	first := 0
	for group := range shape {
		last, n, fits := int(p.right.ends[group]), 1, true
		for _, axis := range p.right.order[first:last] {
			size := p.axes[axis].size
			view.Shape = append(view.Shape, size)
			view.Strides = append(view.Strides, from[axis])
			if n, fits = mul(n, size); !fits {
				return Layout{}, nil, fmt.Errorf("%w: %q: the extent of axis %d on the right overflows", ErrShape, pattern, group)
			}
		}
		shape[group], first = n, last
	}
	return view, shape, nil
}
