package asm_test

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// kernelName is what symbols of kernels look like: operation, form, bytes of an
// item or windows, instruction set.
var kernelName = regexp.MustCompile(`^([a-z]+)(Masked|Whole|Stream|String|Small|Wide|Half|Low|Flat|Panel|Runs|StepWide|StepLow|SrcStep|DstStep|Step)?(?:B(\d+)|(\d+)x(\d+))?(Masked|Stream|Merge|Staged|Carried)?(?:(Exchange)|(Deinterleave|Interleave)B(\d+))?(Generic|SSE2|SSSE3|AVX2|AVX512|VBMI|NEON)$`)

var suffixNeeds = map[string]cpu.Features{
	"Generic": 0, "SSE2": cpu.SSE2, "SSSE3": cpu.SSSE3, "AVX2": cpu.AVX2,
	"AVX512": cpu.AVX512, "VBMI": cpu.VBMI, "NEON": cpu.NEON,
}

func TestTable(t *testing.T) {
	names := map[string]bool{}
	for n, k := range asm.Kernels() {
		if int(k.ID) != n || asm.Info(k.ID) != k {
			t.Errorf("row %d holds kernel %d, %s", n, k.ID, k.Name)
		}
		if names[k.Name] {
			t.Errorf("two kernels are called %s", k.Name)
		}
		names[k.Name] = true
		m := kernelName.FindStringSubmatch(k.Name)
		if m == nil {
			t.Errorf("%s is no name of a kernel", k.Name)
			continue
		}
		form, size, windows, weave, suffix := m[2]+m[6], m[3]+m[9], m[4]+"x"+m[5], m[7]+m[8], m[10]
		if m[1] != k.Op.String() {
			t.Errorf("%s is a kernel for %v", k.Name, k.Op)
		}
		if size != "" && size != strconv.Itoa(k.Size) || size == "" && k.Size != 0 {
			t.Errorf("%s moves items of %d bytes", k.Name, k.Size)
		}
		if windows != "x" && windows != strconv.Itoa(k.I)+"x"+strconv.Itoa(k.J) {
			t.Errorf("%s has windows %dx%d", k.Name, k.I, k.J)
		}
		if suffix != "Generic" && (form == "Masked") != k.Masked || (form == "Stream") != (k.Stream && !k.Merge) {
			t.Errorf("%s: masked %v, streaming %v", k.Name, k.Masked, k.Stream)
		}
		if weave != [...]string{"", "Deinterleave", "Interleave", "Exchange"}[k.Weave] {
			t.Errorf("%s has weave %d", k.Name, k.Weave)
		}
		if !k.Needs.Has(suffixNeeds[suffix]) || k.Needs == 0 != (suffix == "Generic") {
			t.Errorf("%s needs %v", k.Name, k.Needs)
		}
		if k.Op == asm.Transpose && (k.I < 1 || k.J < 1) {
			t.Errorf("%s takes blocks from %dx%d", k.Name, k.I, k.J)
		}
	}
}

// TestKernelsIsACopy shows that no caller can change the table.
func TestKernelsIsACopy(t *testing.T) {
	name := asm.Info(0).Name
	asm.Kernels()[0].Name = "changed"
	if got := asm.Info(0).Name; got != name {
		t.Errorf("row 0 is called %s after a copy was changed", got)
	}
}
