package strided

import (
	"fmt"

	"github.com/stridecopy/stridecopy/asm"
)

// reason says in words why the plan has its kernel: what of the normal form led to
// the leaf, and what of the leaf to this row of the kernel table.
func (p *Plan) reason() string {
	k := asm.Info(p.kernel)
	switch k.Op {
	case asm.Fill:
		return fmt.Sprintf("the source stands still along the innermost axis, so that rows repeat %s", count(p.size, "byte"))
	case asm.Rows:
		return p.reasonRows(k)
	case asm.Permute:
		b := p.block.Perm
		return fmt.Sprintf("boxes of %s, %s of %d bytes from %d; one byte permutation serves them all",
			count(p.unit(), "byte"), count(b.NDst, "window"), b.Vector, b.NSrc) + howBoxed(k)
	case asm.Transpose:
		return "both sides are dense along some axis, though not the same; " + p.reasonTranspose(k)
	}
	return "no box of vectors and no tile would be quicker than one item after the other"
}

func (p *Plan) reasonRows(k asm.Kernel) string {
	text := fmt.Sprintf("items of more than %d bytes are moved as rows", boxedItem)
	if p.nest.item <= boxedItem {
		text = "no box of vectors would be quicker than short rows"
	}
	switch {
	case p.nest.item < wideItem:
		return fmt.Sprintf("nothing moves items of %s whole, so that they are short rows", count(p.nest.item, "byte"))
	case k.Merge:
		text += "; rows touch on dst, so that lines are put together from neighbours"
	case k.Strings:
		text += ", here long enough for the processor's own loop"
	case k.Stream:
		text += ", here long enough to consist of whole lines"
	}
	return text
}

func (p *Plan) reasonTranspose(k asm.Kernel) string {
	tiles := fmt.Sprintf("tiles of %d x %d items", k.I, k.J)
	switch {
	case k.Needs == 0:
		return "tiles in blocks that fit the caches"
	case k.Merge:
		return tiles + " put lines together across the edges of destination rows, which begin anywhere in a line"
	case k.Stream:
		return tiles + " are whole lines, and every destination row begins at the edge of one"
	case k.Line:
		return tiles + " are whole lines on both sides"
	case k.Run > 0:
		return fmt.Sprintf("%s, which put runs of up to %d bytes of each destination row together", tiles, k.Run)
	case k.Step == asm.BothSides:
		return tiles + ", for rows at equal steps on both sides"
	case k.Step == asm.DstSide:
		return tiles + ", for destination rows at equal steps"
	case k.Step == asm.SrcSide:
		return tiles + ", for source rows at equal steps"
	case k.Masked:
		return fmt.Sprintf("tiles of %d items by a line, of which the last of a row is stored under a mask", k.I)
	}
	return tiles + ", the first of the kernel table that all blocks hold"
}

func howBoxed(k asm.Kernel) string {
	switch {
	case k.Masked:
		return ", under masks since they do not fill the windows"
	case k.Weave == asm.Deinterleave:
		return ", which loads of several windows deinterleave"
	case k.Weave == asm.Interleave:
		return ", which stores of several windows interleave"
	case k.Weave == asm.Exchange:
		return ", each with bytes for each on the other side: they are exchanged by unpacking"
	}
	return ""
}
