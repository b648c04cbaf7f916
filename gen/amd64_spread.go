package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Items of a size that is no power of two are spread in the registers to the next
// one on their way in, moved by the nets of that size, and packed again on their way
// out, by one byte permutation each:
//
//	abcdefghi...   spread   abc.def.ghi. ...   pack   abcdefghi...

// spreadSizes are the sizes that are moved so, and what each is spread to.
func spreadSizes() [][2]int {
	return [][2]int{{3, 4}, {5, 8}, {6, 8}, {7, 8}, {9, 16}, {10, 16}, {11, 16}, {12, 16}, {13, 16}, {14, 16}, {15, 16}}
}

func spreadKernels() []kernel {
	var ks []kernel
	for _, s := range spreadSizes() {
		t := tile{size: s[0], lane: s[1], i: 64 / s[1], j: 64 / s[1], move: lineTile}
		ks = append(ks, kernel{
			name: fmt.Sprintf("transposeB%dVBMI", t.size), op: "Transpose", size: t.size, i: t.i, j: t.j,
			loop: transposeLoop(t.size), twin: "transposeGeneric", isa: "cpu.AVX512|cpu.VBMI",
			emit: func(e *emitter) { e.spreadVectors(&t); e.transpose(&t); e.VZEROUPPER() },
		})
	}
	return ks
}

// addSpreads adds the index vectors of all sizes to the assembly file. Rows of tiles are
// loaded and stored in halves of 32 bytes, of which the second ends where the row does.
func addSpreads(c *build.Context) {
	for _, s := range spreadSizes() {
		size, lane := s[0], s[1]
		overlap := 64 - 64/lane*size // bytes that both halves have
		addBytes(c, spreadName(size), 64, func(k int) int {
			from := k/lane*size + min(k%lane, size-1)
			if from >= 32 {
				from += overlap
			}
			return from
		})
		addBytes(c, packName(size), 64, func(k int) int {
			if k >= 32 {
				k -= overlap
			}
			return k/size*lane + k%size
		})
	}
}

func spreadName(size int) string { return fmt.Sprintf("spreadB%d", size) }
func packName(size int) string   { return fmt.Sprintf("packB%d", size) }

// addBytes adds a constant of n bytes to the assembly file.
func addBytes(c *build.Context, name string, n int, at func(k int) int) {
	c.StaticGlobal(name)
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for k := 0; k < n; k += 8 {
		var word uint64
		for b := range 8 {
			word |= uint64(at(k+b)) << (8 * b)
		}
		c.AddDatum(k, operand.U64(word))
	}
}

func constant(name string) operand.Mem {
	return operand.NewDataAddr(operand.NewStaticSymbol(name), 0)
}

// spreadVectors loads what all tiles of t use: the two index vectors.
func (e *emitter) spreadVectors(t *tile) {
	e.spreadIndex, e.packIndex = e.ZMM(), e.ZMM()
	e.VMOVDQU64(constant(spreadName(t.size)), e.spreadIndex)
	e.VMOVDQU64(constant(packName(t.size)), e.packIndex)
}

// loadSpread and storeSpread move the row of a tile in halves, not as one vector under a
// mask: where such loads and stores miss the first-level cache, Zen 5 does them one after
// the other, and fetches nothing ahead of them.
func (e *emitter) loadSpread(t *tile, m operand.Mem, r reg.VecVirtual) {
	e.VMOVDQU64(m, r.AsY())
	m.Disp += t.i*t.size - 32
	e.VINSERTI64X4(operand.U8(1), m, r, r)
	e.VPERMB(r, e.spreadIndex, r)
}

func (e *emitter) storeSpread(t *tile, v reg.VecVirtual, m operand.Mem) {
	e.VPERMB(v, e.packIndex, v)
	e.VMOVDQU64(v.AsY(), m)
	m.Disp += t.i*t.size - 32
	e.VEXTRACTI64X4(operand.U8(1), v, m)
}
