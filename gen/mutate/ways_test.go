package main

import (
	"strings"
	"testing"
)

const someFunctions = `// header
TEXT ·first(SB), $0-24
	MOVQ      b+16(FP), DX
	MOVQ      48(DX), BX
	MOVQ      48(BX), CX
	VMOVDQU   -32(DI)(BX*1), Y0
	VPUNPCKLBW Y1, Y0, Y2
	VMOVDQU   Y2, (SI)
	RET

TEXT ·second(SB), NOSPLIT, $0-24
	FMOVQ (R9), F0
	FSTPQ (F0, F1), 32(R12)
	RET

TEXT ·third(SB), NOSPLIT, $0-24
	VLD3 (R9), [V0.B16, V1.B16, V2.B16]
	VST2 [V0.D2, V1.D2], (R12)
	RET

TEXT ·fourth(SB), NOSPLIT, $0-24
	VMOVDQU 224(CX)(R12*1), Y1
	VMOVDQU 320(DX), Y2
	VPSHUFB spread<>+96(SB), Y1, Y1
	RET
`

func TestFunctionsKeepTheText(t *testing.T) {
	fs := functions(someFunctions)
	if len(fs) != 5 || fs[1].name != "first" || fs[2].name != "second" {
		t.Fatalf("%d functions: %+v", len(fs), fs)
	}
	var b strings.Builder
	for _, f := range fs {
		b.WriteString(strings.Join(f.lines, "\n"))
	}
	if b.String() != someFunctions {
		t.Errorf("joined again:\n%q\nwant\n%q", b.String(), someFunctions)
	}
}

// TestWays breaks the functions in every way and compares all new lines.
func TestWays(t *testing.T) {
	fs := functions(someFunctions)
	for _, tc := range []struct {
		way   way
		lines []string
		want  []string
	}{
		{ways[0], fs[1].lines, []string{"VPUNPCKHBW Y1, Y0, Y2"}},
		{ways[0], fs[2].lines, []string{"FSTPQ (F1, F0), 32(R12)"}},
		{ways[1], fs[1].lines, []string{"MOVQ 48(DX), BX; DECQ BX", ""}},
		{ways[1], fs[2].lines, []string{""}},
		{ways[2], fs[1].lines, []string{"VMOVDQU Y2, 1(SI)"}},
		{ways[2], fs[2].lines, []string{"FSTPQ (F0, F1), 33(R12)"}},
		{ways[3], fs[1].lines, []string{"CMPB 0(DI)(BX*1), $0; VMOVDQU -32(DI)(BX*1), Y0"}},
		{ways[3], fs[2].lines, []string{"MOVBU 16(R9), R27; FMOVQ (R9), F0"}},
		{ways[0], fs[4].lines, []string{"VPSHUFB spread<>+97(SB), Y1, Y1"}},
		{ways[3], fs[4].lines, []string{"CMPB 256(CX)(R12*1), $0; VMOVDQU 224(CX)(R12*1), Y1"}},
		{ways[0], fs[3].lines, []string{"VLD3 (R9), [V0.H8, V1.H8, V2.H8]", "VST2 [V0.S4, V1.S4], (R12)"}},
		{ways[1], fs[3].lines, []string{""}},
		{ways[2], fs[3].lines, []string{"ADD $1, R12; VST2 [V0.D2, V1.D2], (R12); SUB $1, R12"}},
		{ways[3], fs[3].lines, []string{"MOVBU 48(R9), R27; VLD3 (R9), [V0.B16, V1.B16, V2.B16]"}},
	} {
		var got []string
		for _, c := range tc.way.changes(tc.lines) {
			text := strings.Join(c.new, ";")
			got = append(got, strings.TrimSpace(strings.ReplaceAll(text, "\t", " ")))
		}
		for n := range got {
			got[n] = strings.ReplaceAll(got[n], "; ", ";")
			tc.want[n] = strings.ReplaceAll(tc.want[n], "; ", ";")
		}
		if strings.Join(got, "|") != strings.Join(tc.want, "|") {
			t.Errorf("%s: %q, want %q", tc.way.name, got, tc.want)
		}
	}
}

func TestChangeReplacesOneLine(t *testing.T) {
	lines := []string{"a", "b", "c"}
	if got := strings.Join(change{line: 1, new: []string{"x", "y"}}.apply(lines), ""); got != "axyc" {
		t.Errorf("%q", got)
	}
	if got := strings.Join(change{line: 1}.apply(lines), ""); got != "ac" {
		t.Errorf("%q", got)
	}
}
