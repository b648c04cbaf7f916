package main

import (
	"strings"
	"testing"
)

// A function with an outer loop, a tile loop with a part that slides back once, and
// a loop inside the tile that only prefetches.
const listing = `
0000000000001000 <` + asmPackage + `.f.abi0>:
  1000:      	movq	(%rdx), %rbx
  1004:      	vmovdqu	(%rcx), %xmm0
  1008:      	prefetcht1	(%r10,%r12)
  100c:      	jl	0x1008 <` + asmPackage + `.f.abi0+0x8>
  1010:      	vinserti128	$0x1, (%rcx,%r10), %ymm0, %ymm0
  1014:      	vmovdqu	%ymm0, (%rax,%r11)
  1018:      	vmovdqu	%ymm0, 0x8(%rsp)
  101c:      	vextracti128	$0x1, %ymm0, (%rax) # a comment
  1020:      	jle	0x1038 <` + asmPackage + `.f.abi0+0x38>
  1024:      	jge	0x1030 <` + asmPackage + `.f.abi0+0x30>
  1028:      	leaq	(%rcx,%rdi,8), %rcx
  102c:      	jmp	0x1004 <` + asmPackage + `.f.abi0+0x4>
  1030:      	addq	$0x20, %rcx
  1034:      	jmp	0x1004 <` + asmPackage + `.f.abi0+0x4>
  1038:      	jne	0x1000 <` + asmPackage + `.f.abi0>
  103c:      	retq
`

func TestSteady(t *testing.T) {
	f := parse([]byte(listing), amd64Syntax)["f"]
	if len(f) != 16 {
		t.Fatalf("%d instructions, want 16", len(f))
	}
	l, ok := amd64Syntax.steady(f)
	if !ok || l.stored != 48 {
		t.Fatalf("%v, %d bytes a turn, want 48", ok, l.stored)
	}
	var text []string
	for _, i := range l.body {
		text = append(text, strings.Fields(i.text)[0])
	}
	want := "vmovdqu prefetcht1 jl vinserti128 vmovdqu vmovdqu vextracti128 jle jge addq jmp"
	if got := strings.Join(text, " "); got != want {
		t.Errorf("the turn is %s, want %s", got, want)
	}
	moves := strings.Join(amd64Syntax.data(l.body), "; ")
	want = "vmovdqu\t(%rcx), %xmm0; vmovups\t(%rcx,%r10), %xmm0; vmovdqu\t%ymm0, (%rax,%r11); vmovups\t%xmm0, (%rax)"
	if moves = strings.TrimSpace(moves); moves != want {
		t.Errorf("moves of data are %q, want %q", moves, want)
	}
}

// TestWeave counts loads and stores of several vectors as one for each.
func TestWeave(t *testing.T) {
	body := []instruction{{text: "ld3\t{ v0.8h, v1.8h, v2.8h }, [x14]"}, {text: "tbl\tv0.16b, { v1.16b }, v2.16b"}, {text: "st2\t{ v4.2d, v5.2d }, [x13]"}}
	if n := arm64Syntax.stored(body); n != 32 {
		t.Errorf("%d bytes stored, want 32", n)
	}
	want := "ldr\tq0, [x14, #0]\nldr\tq1, [x14, #16]\nldr\tq2, [x14, #32]; str\tq0, [x13, #0]\nstr\tq1, [x13, #16]"
	if got := strings.Join(arm64Syntax.data(body), "; "); got != want {
		t.Errorf("moves of data are %q, want %q", got, want)
	}
}

func TestAnswers(t *testing.T) {
	const report = `{"CodeRegions": [
		{"Name": "f/whole", "SummaryView": {"TotalCycles": 800}},
		{"Name": "f/moves", "SummaryView": {"TotalCycles": 400}}]}`
	got, err := answers([]byte(report), map[string]int{"f": 128})
	if want := (answer{whole: 2, moves: 1}); err != nil || got["f"] != want {
		t.Errorf("%v, %v, want %v", got["f"], err, want)
	}
	a, b := map[string]answer{"f": {2, 1}}, map[string]answer{"f": {2, 1}, "g": {3, 1}}
	if !same(a, b) || same(a, map[string]answer{"f": {2, 2}}) || same(a, map[string]answer{}) {
		t.Error("same models are not told from others")
	}
}
