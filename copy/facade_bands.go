package strided

import (
	"cmp"
	"fmt"
	"slices"
)

// bands is a matrix of rows x width items that is cut, or put together, by columns:
// every part is a matrix of as many rows and of its own width.
type bands[T Elem] struct{ rows, width int }

// bandsOf checks the arguments of Concat and Split.
func bandsOf[T Elem](arg string, whole []T, parts [][]T, partsArg string, shape []int, axis int) (m bands[T], err error) {
	n, err := holds(arg, len(whole), shape)
	if err != nil {
		return m, err
	}
	if axis < 0 || axis >= len(shape) {
		return m, fmt.Errorf("%w: axis %d, the rank is %d", ErrAxes, axis, len(shape))
	}
	unit := 1
	m.rows = 1
	for k, extent := range shape {
		if k < axis {
			m.rows *= extent
		} else if k > axis {
			unit *= extent
		}
	}
	slice, sum := m.rows*unit, 0
	for i, p := range parts {
		if slice == 0 && len(p) > 0 || slice > 0 && len(p)%slice != 0 {
			return m, fmt.Errorf("%w: %s[%d] has %d items, a slice of the axis %d", ErrShape, partsArg, i, len(p), slice)
		}
		sum += len(p)
	}
	if sum != n {
		return m, fmt.Errorf("%w: %s have %d items together, the shape has %d", ErrShape, partsArg, sum, n)
	}
	if n > 0 {
		m.width = n / m.rows
	}
	return m, nil
}

// frames checks the arguments of Interleave and Deinterleave.
func frames[T Elem](channels [][]T, arg string, have int) (m bands[T], err error) {
	if len(channels) == 0 {
		return m, fmt.Errorf("%w: no channels", ErrShape)
	}
	n := len(channels[0])
	for c := range channels {
		if len(channels[c]) != n {
			return m, fmt.Errorf("%w: channel %d has %d items, channel 0 %d", ErrShape, c, len(channels[c]), n)
		}
	}
	total, ok := mul(n, len(channels))
	if !ok {
		return m, fmt.Errorf("%w: %d channels of %d items overflow", ErrShape, len(channels), n)
	}
	return bands[T]{rows: n, width: len(channels)}, reaches(arg, have, total)
}

// join writes the parts to the bands of whole.
func (m bands[T]) join(whole []T, parts [][]T) error {
	copied := false
	for i, part := range parts {
		if !sharesMemory(whole, part) {
			continue
		}
		if !copied {
			parts, copied = slices.Clone(parts), true
		}
		parts[i] = slices.Clone(part)
	}
	return m.run(whole, parts, join)
}

// split writes the bands of whole to the parts, which must not overlap each other.
func (m bands[T]) split(parts [][]T, whole []T) error {
	if err := apart(parts); err != nil {
		return err
	}
	for _, part := range parts {
		if sharesMemory(part, whole) {
			whole = slices.Clone(whole)
			break
		}
	}
	return m.run(whole, parts, split)
}

// apart reports parts that share items. Mostly they lie in memory in their order, as those
// of one slice do; else it sorts them.
func apart[T Elem](parts [][]T) error {
	if inOrder(parts) {
		return nil
	}
	type begin struct {
		at   uintptr
		part int
	}
	var few [8]begin
	begins := few[:0]
	for i, part := range parts {
		if len(part) > 0 {
			begins = append(begins, begin{address(Bytes(part)), i})
		}
	}
	slices.SortFunc(begins, func(a, b begin) int { return cmp.Compare(a.at, b.at) })
	for k := 1; k < len(begins); k++ {
		i, j := begins[k-1].part, begins[k].part
		if sharesMemory(parts[i], parts[j]) {
			return fmt.Errorf("%w: parts %d and %d share items", ErrOverlap, min(i, j), max(i, j))
		}
	}
	return nil
}

// inOrder reports whether each part begins where the one before it ends, or behind that.
func inOrder[T Elem](parts [][]T) bool {
	var last []byte
	for _, part := range parts {
		if len(part) == 0 {
			continue
		}
		next := Bytes(part)
		if address(next) < address(last)+uintptr(len(last)) {
			return false
		}
		last = next
	}
	return true
}

// A way is the direction between a whole and its parts.
type way bool

const (
	join  way = true
	split way = false
)

// run copies each part to or from its band.
func (m bands[T]) run(whole []T, parts [][]T, w way) error {
	if m.rows == 0 || m.width == 0 {
		return nil
	}
	loops := pair{size: sizeOf[T]()}
	narrow, even := false, true
	for _, part := range parts {
		narrow = narrow || len(part)/m.rows*loops.size < 64
		even = even && len(part) == len(parts[0])
	}
	if even {
		if planes, ok := adjacent(parts); ok {
			m.loops(&loops, w, m.rows, len(parts), m.width/len(parts), len(parts[0]))
			return w.copy(&loops, Bytes(whole), 0, Bytes(planes), 0)
		}
	}
	if narrow && even {
		return m.tiles(whole, parts, w)
	}
	// Bands narrower than a cache line share lines, which should stay in the
	// second-level cache until the last part has touched them.
	block := m.rows
	if narrow {
		block = max(1, (128<<10)/(m.width*loops.size))
	}
	for row := 0; row < m.rows; row += block {
		rows, at := min(block, m.rows-row), row*m.width
		for _, part := range parts {
			width := len(part) / m.rows
			m.loops(&loops, w, rows, 1, width, 0)
			if err := w.copy(&loops, Bytes(whole), at, Bytes(part), row*width); err != nil {
				return err
			}
			at += width
		}
	}
	return nil
}

// loops sets up the copy of so many rows of parts of one width, whose first items
// lie pitch items apart.
func (m bands[T]) loops(l *pair, w way, rows, parts, width, pitch int) {
	l.rank = 0
	if w == join {
		l.add(rows, m.width, width)
		l.add(parts, width, pitch)
	} else {
		l.add(parts, pitch, width)
		l.add(rows, width, m.width)
	}
	l.add(width, 1, 1)
}

// adjacent returns parts of one length as the one slice they are, if each begins
// where the one before it ends and the capacity of the first reaches over all.
func adjacent[T Elem](parts [][]T) (planes []T, ok bool) {
	n := len(parts[0])
	if cap(parts[0])/len(parts) < n {
		return nil, false
	}
	planes = parts[0][:n*len(parts)]
	for i, part := range parts {
		if &part[0] != &planes[i*n] {
			return nil, false
		}
	}
	return planes, true
}

// tiles copies narrow parts of one width, of which each would touch every cache line
// of whole. It puts rows of several parts beside each other, so that one copy, which
// is a transpose, serves them all. Tiles at the edges slide back over their
// neighbours, so that one plan serves every tile.
func (m bands[T]) tiles(whole []T, parts [][]T, w way) error {
	const most = 32 // items in a row of a tile
	loops := pair{size: sizeOf[T]()}
	width := len(parts[0]) / m.rows
	groups := (len(parts)*width + most - 1) / most
	group := (len(parts) + groups - 1) / groups
	rows := min(m.rows, tileBytes/(group*width*loops.size))
	m.loops(&loops, w, rows, group, width, rows*width)
	plan, err := loops.series()
	if err != nil {
		return err
	}
	defer plan.done()
	strip := rows * width * loops.size // bytes of one part in a tile
	for row := 0; row < m.rows; row += rows {
		row := min(row, m.rows-rows)
		for first := 0; first < len(parts); first += group {
			first := min(first, len(parts)-group)
			at := row*m.width + first*width
			if w == join {
				for i, part := range parts[first : first+group] {
					copy(plan.tile[i*strip:][:strip], Bytes(part[row*width:]))
				}
				err = plan.copy(Bytes(whole), at, plan.tile[:], 0)
			} else {
				err = plan.copy(plan.tile[:], 0, Bytes(whole), at)
				for i, part := range parts[first : first+group] {
					copy(Bytes(part[row*width:]), plan.tile[i*strip:][:strip])
				}
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// copy runs loops that were added in the direction of w.
func (w way) copy(loops *pair, whole []byte, at int, part []byte, partAt int) error {
	if w == join {
		return loops.copy(whole, at, part, partAt)
	}
	return loops.copy(part, partAt, whole, at)
}
