package asm

import "github.com/stridecopy/stridecopy/cpu"

// Selection is a pure function of what is to be moved and of the features at hand.

// Best returns the first kernel of the table, assembly before pure Go, that does
// op on items of the given size, runs on the features have, and takes blocks of i
// by j. It is not for Permute; see [Box].
func Best(op Op, size, i, j int, have cpu.Features) ID {
	for _, k := range candidates(op, size) {
		if !k.Stream && !k.Merge && !k.Line && !k.Strings && k.Run == 0 && k.Step == 0 && !k.Masked && k.I <= i && k.J <= j && have.Has(k.Needs) {
			return k.ID
		}
	}
	return genericID[op]
}

// LineKernel returns the transpose that moves whole cache lines on items of the given
// size, at most i of a source row at a time, and whether there is one that runs on the
// features have. Among those it takes the first whose tiles j source rows fill, or nearly.
func LineKernel(size, i, j int, have cpu.Features) (ID, bool) {
	best, found := ID(0), false
	for _, k := range candidates(Transpose, size) {
		if !k.Line || k.Stream || k.panel() || k.I > i || !have.Has(k.Needs) {
			continue
		}
		if !found {
			best, found = k.ID, true
		}
		if tiles := (j + k.J - 1) / k.J; j >= k.J && 8*j >= 7*tiles*k.J {
			return k.ID, true
		}
	}
	return best, found
}

// PanelKernel returns the transpose that takes several lines of each of many source rows
// at once, of items of the given size in blocks of i by j, and whether there is one that
// runs on the features have.
func PanelKernel(size, i, j int, have cpu.Features) (ID, bool) {
	for _, k := range candidates(Transpose, size) {
		if k.panel() && k.I <= i && k.J <= j && have.Has(k.Needs) {
			return k.ID, true
		}
	}
	return 0, false
}

// panel reports whether k takes more than a line of a source row at once.
func (k *Kernel) panel() bool { return k.Line && k.I*k.Size > 64 }

// RunsKernel returns the transpose that puts runs of several lines of each destination row
// together, of items of the given size in blocks of i by j, and whether there is one that
// runs on the features have.
func RunsKernel(size, i, j int, have cpu.Features) (ID, bool) {
	for _, k := range candidates(Transpose, size) {
		if k.Run > 0 && k.I <= i && k.J <= j && have.Has(k.Needs) {
			return k.ID, true
		}
	}
	return 0, false
}

// StepKernel returns the transpose of rows at equal steps on items of the given size
// that takes i by j items, and whether there is one that runs on the features have:
// the one whose tiles, of which the last is slid back, move the fewest items twice, and
// of those that do not differ much, the one with the widest tiles, or the narrowest,
// which is better in the first-level cache. Low ones are for what no other takes, and not
// with AVX-512, which has masks for that.
func StepKernel(size, i, j int, wide bool, have cpu.Features) (ID, bool) {
	best, least := ID(0), 0
	for _, k := range candidates(Transpose, size) {
		if k.Step != BothSides || k.I > i || k.J > j || !have.Has(k.Needs) || k.Low() && (least > 0 || have.Has(cpu.AVX512)) {
			continue
		}
		moved := k.Moved(i, j)
		fewer := 8*moved < 7*least
		alike := 7*moved <= 8*least && wide == (k.J > kernels[best].J)
		if least == 0 || fewer || alike {
			best, least = k.ID, moved
		}
	}
	return best, least > 0
}

// SideKernel returns the transpose with tiles like those of k that takes rows at equal
// steps on one side, and whether there is one that runs on the features have.
func SideKernel(k Kernel, side Sides, have cpu.Features) (ID, bool) {
	for _, s := range candidates(Transpose, k.Size) {
		if s.Step == side && s.I == k.I && s.J == k.J && s.Needs == k.Needs && have.Has(s.Needs) {
			return s.ID, true
		}
	}
	return 0, false
}

// MaskedKernel returns the transpose of items of the given size that stores the last of
// its tiles under a mask, and whether there is one that runs on the features have and is
// better on i by j items than the kernel that [Best] returns.
func MaskedKernel(size, i, j int, have cpu.Features) (ID, bool) {
	other := Info(Best(Transpose, size, i, j, have))
	most := other.Moved(i, j)
	if !other.Needs.Has(cpu.AVX2) {
		most = most * 9 / 4 // by measurement: its tiles take about twice as long an item
	}
	for _, k := range candidates(Transpose, size) {
		if k.Masked && k.I <= i && k.J <= j && k.Moved(i, j) <= most && have.Has(k.Needs) {
			return k.ID, true
		}
	}
	return 0, false
}

// Moved returns how many items the tiles of a transpose of i by j items move: the last
// tile of either axis is slid back over items that are done, or is not full.
func (k Kernel) Moved(i, j int) int {
	tile := k.J
	if k.Masked {
		tile = 64 / k.Size
	}
	return (i + k.I - 1) / k.I * k.I * ((j + tile - 1) / tile * tile)
}

// StreamKernel returns the kernel that does what k does past the caches, merging
// lines if merge, and whether there is one that runs on the features have.
func StreamKernel(k Kernel, merge bool, have cpu.Features) (ID, bool) {
	if k.Op == Permute {
		return 0, false
	}
	for _, s := range candidates(k.Op, k.Size) {
		if s.Stream && s.Merge == merge && s.Size == k.Size && have.Has(s.Needs) {
			return s.ID, true
		}
	}
	return 0, false
}

// CarriedKernel returns the transpose that stores whole lines past the caches of rows that
// begin anywhere, one line of each at a time, of items of the given size, and whether there
// is one that runs on the features have.
func CarriedKernel(size int, have cpu.Features) (ID, bool) {
	for _, k := range candidates(Transpose, size) {
		if k.Merge && k.J > 1 && have.Has(k.Needs) {
			return k.ID, true
		}
	}
	return 0, false
}

// StringKernel returns the kernel that moves rows by the processor's own loop, and whether
// there is one that runs on the features have.
func StringKernel(have cpu.Features) (ID, bool) {
	for _, k := range candidates(Rows, 0) {
		if k.Strings && have.Has(k.Needs) {
			return k.ID, true
		}
	}
	return 0, false
}

// candidates returns the assembly kernels that do op on items of the given size, in the
// order of the table.
func candidates(op Op, size int) []*Kernel {
	bySize := &byOp[op]
	if size >= len(bySize) {
		size = 0
	}
	return bySize[size]
}

// byOp lists the kernels by operation and item size; those of any size stand at all, and
// alone at 0. A planner goes through them several times.
var byOp = func() (t [len(opNames)][17][]*Kernel) {
	for n := range archKernels {
		k := &archKernels[n]
		for size := range t[k.Op] {
			if k.Size == size || k.Size == 0 {
				t[k.Op][size] = append(t[k.Op][size], k)
			}
		}
	}
	return t
}()

// Box returns the kernel that permutes boxes of nsrc source and ndst destination
// windows of vector bytes, under masks if masked, and whether there is one that
// runs on the features have. The kernel may have more windows: it wants all I source
// windows in the Perm, of which some then give nothing, and has J of ndst only where it
// takes fewer, see [Kernel].
func Box(vector, nsrc, ndst int, masked bool, have cpu.Features) (ID, bool) {
	if nsrc > permWindows || ndst > permWindows {
		return 0, false
	}
	for _, id := range boxes[boxKey{vector, nsrc, ndst, masked}.index()] {
		if id != 0 && have.Has(kernels[id].Needs) {
			return id, true
		}
	}
	return 0, false
}

// WeaveKernel returns the kernel that does p without index vectors, and whether there
// is one that runs on the features have.
func WeaveKernel(p *Perm, have cpu.Features) (ID, bool) {
	for _, id := range weaves {
		if k := &kernels[id]; k.I == p.NSrc && k.J == p.NDst && have.Has(k.Needs) && p.is(k.Weave, k.Size) {
			return id, true
		}
	}
	return 0, false
}

// WholeKernel returns the kernel that does what k does, on rows of so many bytes or on boxes,
// and moves lines as one vector, and whether there is one that runs on the features have.
func WholeKernel(k Kernel, width int, have cpu.Features) (ID, bool) {
	for _, s := range candidates(k.Op, k.Size) {
		same := s.I == k.I && s.J == k.J && s.Masked == k.Masked && s.Vector == k.Vector
		if s.Whole && (same || k.Op == Rows && s.I <= width) && have.Has(s.Needs) {
			return s.ID, true
		}
	}
	return 0, false
}

// weaves lists the kernels of one permutation only.
var weaves = func() (ids []ID) {
	for n := range archKernels {
		if k := &archKernels[n]; k.Weave != AnyWeave {
			ids = append(ids, k.ID)
		}
	}
	return ids
}()

// A boxKey names the form of a box; boxes lists the kernels of each form, so that a
// planner can ask for many.
type boxKey struct {
	vector, nsrc, ndst int
	masked             bool
}

var boxes = func() (t boxTable) {
	for n := range archKernels {
		if k := &archKernels[n]; k.Op == Permute && k.Weave == AnyWeave && !k.Whole {
			t.add(boxKey{k.Vector, k.I, k.J, k.Masked}, k)
		}
	}
	for n := range archKernels { // a source window may give nothing
		k := &archKernels[n]
		if k.Op != Permute || k.Weave != AnyWeave || k.Vector != 16 {
			continue
		}
		for w := 1; w < k.I; w++ {
			t.add(boxKey{k.Vector, w, k.J, k.Masked}, k)
			if k.Fewer {
				t.add(boxKey{k.Vector, k.I, w, k.Masked}, k)
			}
		}
	}
	return t
}()

// A boxTable has the kernels of each form, of two instruction sets at most.
type boxTable [4 * (permWindows + 1) * (permWindows + 1)][2]ID

// add adds a kernel for boxes of a form, unless the form has one of the same features.
func (t *boxTable) add(form boxKey, k *Kernel) {
	slot := &t[form.index()]
	switch {
	case slot[0] == 0:
		slot[0] = k.ID
	case slot[1] == 0 && kernels[slot[0]].Needs != k.Needs:
		slot[1] = k.ID
	}
}

func (b boxKey) index() int {
	n := 0
	if b.vector == 64 {
		n = 2
	}
	if b.masked {
		n++
	}
	return (n*(permWindows+1)+b.nsrc)*(permWindows+1) + b.ndst
}
