package strided

import (
	"math/bits"
	"slices"
)

// exchange lets pairs of boxes trade places, at each index of the loops outside:
// while one waits in scratch, the other moves to its place. A box that is its own
// partner passes through scratch.
func (m *mover) exchange(mem memory) error {
	t := trader{boxes: boxes{mover: m}, cuts: m.cuts(), loops: slices.Clone(m.loops[m.safe:])}
	index, image := make([]int, len(t.cuts)), make([]int, len(t.cuts))
	return m.each(m.safe, func(d, s int) error {
		for more := true; more; more = t.next(index) {
			for k, c := range t.cuts {
				image[m.partner[k]] = c.image(index[k])
			}
			var err error
			switch slices.Compare(index, image) {
			case 0:
				loops, dBox, sBox := t.box(index, d, s)
				err = t.stage(mem, loops, dBox, sBox)
			case -1:
				err = t.trade(mem, index, image, d, s)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// A trader exchanges boxes.
type trader struct {
	boxes
	cuts  []axisCut // of the loops that are exchanged
	loops []loop    // of the box at hand
}

// trade exchanges the boxes of the tiles index and image; the first items of all
// are at d and s.
func (t *trader) trade(mem memory, index, image []int, d, s int) error {
	loops, dBox, sBox := t.box(index, d, s)
	p, err := t.plans(loops)
	if err != nil {
		return err
	}
	if err := t.load(mem, p, sBox); err != nil {
		return err
	}
	loops, d, s = t.box(image, d, s)
	if err := t.move(mem, loops, d, s); err != nil {
		return err
	}
	return t.store(mem, p, dBox)
}

// box returns the loops and the first items of the box of some tiles; the loops are
// valid until the next call.
func (t *trader) box(index []int, d, s int) ([]loop, int, int) {
	for k, c := range t.cuts {
		l := &t.loops[k]
		var first int
		first, l.n = c.span(index[k])
		d, s = d+first*l.dst, s+first*l.src
	}
	return t.loops, d, s
}

// next advances to the next box; after the last one it is back at the first, and
// reports false.
func (t *trader) next(index []int) bool {
	for k := len(index) - 1; k >= 0; k-- {
		if index[k]++; index[k] < t.cuts[k].count() {
			return true
		}
		index[k] = 0
	}
	return false
}

// An axisCut divides the n indices of a loop into tiles. For a loop that counts
// from the end on the other side, the tiles mirror each other, around a longer one.
type axisCut struct {
	n, tile int
	turned  bool
}

// cuts chooses tiles of equal lengths for partners, until a box fits scratch.
func (m *mover) cuts() []axisCut {
	cuts := make([]axisCut, len(m.partner))
	for k, l := range m.loops[m.safe:] {
		cuts[k] = axisCut{l.n, l.n, l.src < 0}
	}
	for {
		bytes, longest := m.item, 0
		for k, c := range cuts {
			if bytes *= c.tile; c.tile > cuts[longest].tile {
				longest = k
			}
		}
		if bytes <= m.lim.scratch || cuts[longest].tile == 1 {
			return cuts
		}
		tile := 1 << (bits.Len(uint(cuts[longest].tile-1)) - 1)
		cuts[longest].tile, cuts[m.partner[longest]].tile = tile, tile
	}
}

// pairs returns the number of tiles before the one in the middle of a turned loop.
func (c axisCut) pairs() int { return c.n / 2 / c.tile }

// count returns the number of tiles.
func (c axisCut) count() int {
	if !c.turned {
		return (c.n-1)/c.tile + 1
	}
	if c.n > 2*c.pairs()*c.tile {
		return 2*c.pairs() + 1
	}
	return 2 * c.pairs()
}

// image returns the tile that tile t trades places with, along this loop.
func (c axisCut) image(t int) int {
	if c.turned {
		return c.count() - 1 - t
	}
	return t
}

// span returns the indices of tile t.
func (c axisCut) span(t int) (first, n int) {
	switch {
	case !c.turned || t < c.pairs():
		return t * c.tile, min(c.tile, c.n-t*c.tile)
	case c.count()-1-t < c.pairs():
		return c.n - (c.count()-t)*c.tile, c.tile
	}
	return t * c.tile, c.n - 2*t*c.tile
}
