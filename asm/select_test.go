package asm_test

import (
	"slices"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// featureSets are all levels of all machines, and single features out of order.
func featureSets() []cpu.Features {
	amd64 := cpu.SSE2 | cpu.SSSE3 | cpu.AVX2 | cpu.AVX512 | cpu.VBMI
	return append(cpu.Levels(amd64), cpu.NEON, cpu.SSE2, amd64&^cpu.VBMI, amd64&^cpu.AVX2, cpu.AVX512)
}

// TestBest asks for every operation but permutations, many sizes and extents, and
// all levels.
func TestBest(t *testing.T) {
	for _, have := range featureSets() {
		for _, op := range []asm.Op{asm.Rows, asm.Fill, asm.Items, asm.Transpose} {
			for size := 1; size <= 40; size++ {
				for i := 1; i <= 70; i = 1 + i*9/8 {
					for j := 1; j <= 70; j = 1 + j*9/8 {
						checkBest(t, op, size, i, j, have)
					}
				}
			}
		}
	}
}

func checkBest(t *testing.T, op asm.Op, size, i, j int, have cpu.Features) {
	t.Helper()
	id := asm.Best(op, size, i, j, have)
	k := asm.Info(id)
	if k.Op != op || k.Size != 0 && k.Size != size || k.I > i || k.J > j || !have.Has(k.Needs) || k.Stream {
		t.Fatalf("Best(%v, %d, %d, %d, %v) = %s: %+v", op, size, i, j, have, k.Name, k)
	}
	if again := asm.Best(op, size, i, j, have); again != id {
		t.Fatalf("Best(%v, %d, %d, %d, %v) = %d, then %d", op, size, i, j, have, id, again)
	}
}

// TestBestPrefersAssembly shows that what this machine can do is used.
func TestBestPrefersAssembly(t *testing.T) {
	have := cpu.Detect()
	for _, want := range asm.Kernels() {
		if want.Needs == 0 || !have.Has(want.Needs) || want.Stream || want.Op == asm.Permute {
			continue
		}
		if k := asm.Info(asm.Best(want.Op, want.Size, want.I, want.J, have)); k.Needs == 0 {
			t.Errorf("%s is there for %d bytes and %dx%d, Best takes %s", want.Name, want.Size, want.I, want.J, k.Name)
		}
	}
}

// TestMaskedKernel shows that a tile under a mask is taken where it saves work only.
func TestMaskedKernel(t *testing.T) {
	taken := 0
	for _, have := range featureSets() {
		for size := 1; size <= 4; size++ {
			for i := 1; i <= 70; i++ {
				for j := 1; j <= 200; j++ {
					id, ok := asm.MaskedKernel(size, i, j, have)
					if !ok {
						continue
					}
					k, other := asm.Info(id), asm.Info(asm.Best(asm.Transpose, size, i, j, have))
					if k.Op != asm.Transpose || !k.Masked || k.Size != size || k.I > i || k.J > j || !have.Has(k.Needs) {
						t.Fatalf("MaskedKernel(%d, %d, %d, %v) = %s: %+v", size, i, j, have, k.Name, k)
					}
					if other.Needs.Has(cpu.AVX2) && k.Moved(i, j) > other.Moved(i, j) {
						t.Errorf("%s rather than %s on %d x %d", k.Name, other.Name, i, j)
					}
					taken++
				}
			}
		}
	}
	there := slices.ContainsFunc(asm.Kernels(), func(k asm.Kernel) bool { return k.Op == asm.Transpose && k.Masked })
	if there != (taken > 0) {
		t.Errorf("taken %d times, in the table: %v", taken, there)
	}
}

// TestStepKernel asks for blocks of every extent: a low kernel is better than none, and
// no other one is.
func TestStepKernel(t *testing.T) {
	for _, have := range featureSets() {
		for size := 1; size <= 16; size *= 2 {
			for n := range 70 * 70 {
				i, j := 1+n/70, 1+n%70
				low, other := false, false
				for _, k := range asm.Kernels() {
					if k.Step == asm.BothSides && k.Size == size && k.I <= i && k.J <= j && have.Has(k.Needs) {
						low, other = low || k.Low() && !have.Has(cpu.AVX512), other || !k.Low()
					}
				}
				id, ok := asm.StepKernel(size, i, j, n%2 == 0, have)
				if k := asm.Info(id); ok != (low || other) || ok && (k.Step != asm.BothSides || k.Size != size || k.I > i || k.J > j || !have.Has(k.Needs) || k.Low() == other) {
					t.Fatalf("StepKernel(%d, %d, %d, %v) = %s, %v: low ones %v, others %v", size, i, j, have, k.Name, ok, low, other)
				}
			}
		}
	}
}

// TestSideKernel shows that every kernel for equal steps on one side stands for one with
// tables, on the features that it needs and on no others.
func TestSideKernel(t *testing.T) {
	for _, s := range asm.Kernels() {
		if s.Step != asm.DstSide && s.Step != asm.SrcSide {
			continue
		}
		stands := false
		for _, k := range asm.Kernels() {
			if k.Op != asm.Transpose || k.Step != 0 || k.Size != s.Size || k.I != s.I || k.J != s.J || k.Needs != s.Needs {
				continue
			}
			id, ok := asm.SideKernel(k, s.Step, s.Needs)
			stands = stands || ok && id == s.ID
			if _, ok := asm.SideKernel(k, s.Step, 0); ok {
				t.Errorf("a kernel for %s without its features", k.Name)
			}
		}
		if !stands {
			t.Errorf("%s stands for no kernel with tables", s.Name)
		}
	}
}

// TestStreamKernel shows that a kernel's streaming form does the same.
func TestStreamKernel(t *testing.T) {
	for _, have := range featureSets() {
		for _, k := range asm.Kernels() {
			id, ok := asm.StreamKernel(k, false, have)
			if !ok {
				continue
			}
			if s := asm.Info(id); s.Op != k.Op || s.Size != k.Size || !s.Stream || !have.Has(s.Needs) {
				t.Errorf("StreamKernel(%s, %v) = %s: %+v", k.Name, have, s.Name, s)
			}
		}
	}
}

// TestBox asks for every form of a box, also for forms that no kernel has.
func TestBox(t *testing.T) {
	type form struct {
		vector, nsrc, ndst int
		masked             bool
	}
	for _, have := range featureSets() {
		there := map[form]bool{}
		for _, k := range asm.Kernels() {
			if k.Op == asm.Permute && k.Weave == asm.AnyWeave && k.Needs != 0 && have.Has(k.Needs) {
				there[form{k.Vector, k.I, k.J, k.Masked}] = true
				for w := 1; k.Vector == 16 && w < k.I; w++ {
					there[form{k.Vector, w, k.J, k.Masked}] = true
					if k.Fewer {
						there[form{k.Vector, k.I, w, k.Masked}] = true
					}
				}
			}
		}
		for n := range 2 * 2 * 10 * 10 {
			f := form{16 << (n & 2), n / 4 % 10, n / 40, n&1 != 0}
			id, ok := asm.Box(f.vector, f.nsrc, f.ndst, f.masked, have)
			if ok != there[f] {
				t.Errorf("Box(%+v, %v): found %v, in the table %v", f, have, ok, there[f])
			}
			if !ok {
				continue
			}
			k := asm.Info(id)
			padded := k.Vector == 16 && k.I >= f.nsrc
			takes := (k.I == f.nsrc || padded) && (k.J == f.ndst || k.Fewer && k.J >= f.ndst)
			if !takes || k.Vector != f.vector || k.Masked != f.masked || k.Op != asm.Permute || !have.Has(k.Needs) {
				t.Errorf("Box(%+v, %v) = %s", f, have, k.Name)
			}
		}
	}
}

// TestFindExchange follows the steps of exchanges to the permutation they come from, and
// looks for none where there is none.
func TestFindExchange(t *testing.T) {
	c := newChecker(t, asm.Info(0))
	for n := 1; n <= 8; n *= 2 {
		for range 100 {
			p := c.exchange(n)
			before, after := p.Index[16*n*n:], p.Index[16*n*n+16*n:]
			for w := range n {
				for k := range 16 {
					slot := int(after[16*w+k]) // of the matrix's row w
					from, group := slot/(16/n), slot%(16/n)
					q := int(before[16*from+w*(16/n)+group])
					if f, b := p.Source(w, k); f != from || b != q {
						t.Fatalf("byte %d of window %d comes from byte %d of window %d, by the steps from %d of %d", k, w, b, f, q, from)
					}
				}
			}
			for bit, index := range map[int][]byte{2: before, 4: after} {
				ordered := true
				for k, b := range index[:16*n] {
					ordered = ordered && int(b) == k%16
				}
				if ordered != (p.Exchange&bit == 0) {
					t.Fatalf("Exchange is %d, and step %d changes nothing: %v", p.Exchange, bit, ordered)
				}
			}
			for _, k := range asm.Kernels() {
				if id, ok := asm.WeaveKernel(p, k.Needs); k.Weave == asm.Exchange && k.I == n && (!ok || id != k.ID) {
					t.Fatalf("%s is not found: %v, %s", k.Name, ok, asm.Info(id).Name)
				}
			}
			if n == 1 {
				continue
			}
			w, k := c.IntN(n), c.IntN(16) // the byte comes from another window
			from, _ := p.Source(w, k)
			p.Index = p.Index[:16*n*n]
			p.Index[(w*n+from)*16+k] = 0x80
			p.Set(w, k, (from+1)%n, c.IntN(16))
			if p.FindExchange(); p.Exchange != 0 {
				t.Fatalf("an exchange in %+v", p)
			}
		}
	}
}

// TestWeaveKernel asks for the permutation of every kernel that does only one, and
// for some that are near it.
func TestWeaveKernel(t *testing.T) {
	for _, k := range asm.Kernels() {
		if k.Weave == asm.AnyWeave || k.Weave == asm.Exchange {
			continue
		}
		b := &asm.Block{}
		c := newChecker(t, k)
		c.weave(b)
		p := b.Perm
		apart := &p.DstAt // a square of items would be the other weave, too, if both sides touched
		if k.Weave == asm.Interleave {
			apart = &p.SrcAt
		}
		copy(apart[:k.I], table(k.I, 100))
		if id, ok := asm.WeaveKernel(p, k.Needs); !ok || id != k.ID {
			t.Errorf("%s is not found: %v, %s", k.Name, ok, asm.Info(id).Name)
		}
		if id, ok := asm.WeaveKernel(p, 0); ok {
			t.Errorf("without features there is %s", asm.Info(id).Name)
		}
		for name, change := range map[string]func(p *asm.Perm){
			"a source window apart": func(p *asm.Perm) { p.SrcAt[k.I-1]++; p.DstAt[k.J-1]++ },
			"another byte": func(p *asm.Perm) {
				w, at := c.IntN(k.J), c.IntN(16)
				from, _ := p.Source(w, at)
				p.Index[(w*k.I+from)*16+at] ^= 1
			},
			"one source window too many": func(p *asm.Perm) { p.NSrc++ },
			"one window too many":        func(p *asm.Perm) { p.NDst++ },
			"long windows":               func(p *asm.Perm) { p.Vector = 64 },
		} {
			q := *p
			change(&q)
			if id, ok := asm.WeaveKernel(&q, k.Needs); ok {
				t.Errorf("%s with %s is done by %s", k.Name, name, asm.Info(id).Name)
			}
		}
	}
}
