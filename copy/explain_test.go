package strided

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stridecopy/stridecopy/cpu"
)

// pure leaves pure Go, whose plans are the same on every machine.
var pure = Options{Without: ^cpu.Features(0)}

// TestExplain compares whole explanations. What depends on the size of the last-level
// cache is filled in.
func TestExplain(t *testing.T) {
	defer func(m cpu.Memory) { machine = m }(machine)
	machine = cpu.Memory{}
	transposed, _ := C(4, 40, 50).Permute()
	pixels, _ := C(1, 64, 3).Permute()
	plain := fmt.Sprintf("bytes a side in the mean, of which the last-level cache keeps %d", cachedBytes())
	for _, c := range []struct {
		name     string
		dst, src Layout
		o        Options
		want     string
	}{
		{"transpose", C(4, 50, 40), transposed, pure, `
copy     2000 items of 4 bytes in loops 50 +160/+4, 40 +4/+200
plan     transposeGeneric 40x50 items of 4 bytes
order    no loop around the kernel
calls    1
kernel   transposeGeneric (pure Go): both sides are dense along some axis, though not the same; tiles in blocks that fit the caches
stores   plain: 8000 ` + plain + `
touches  dst 125 lines of 64 bytes within 8000, src 125 lines of 64 bytes within 8000
expect   10.3 GB/s, read and written, or 1.55µs, from L1
`},
		{"rows in order", C(2, 30, 100), C(2, 30, 100), pure, `
copy     1 item of 6000 bytes
plan     rowsGeneric 1 +0/+0 rows of 6000 bytes
order    no loop around the kernel
calls    1
kernel   rowsGeneric (pure Go): items of more than 32 bytes are moved as rows
stores   plain: 6000 ` + plain + `
touches  dst 94 lines of 64 bytes within 6000, src 94 lines of 64 bytes within 6000
expect   161 GB/s, read and written, or 75ns, from L1
`},
		{"a long row", C(1, 300000), C(1, 300000), Options{Without: pure.Without, Streaming: StreamNever}, `
copy     1 item of 300000 bytes
plan     loop 3 +100032/+100032 of width 100032; rowsGeneric 1 +0/+0 rows of 100032 bytes
order    outermost first: 3 +100032/+100032 over chunks of the row: 100032 each, the last 99936
calls    3 of at most 100032 bytes
kernel   rowsGeneric (pure Go): items of more than 32 bytes are moved as rows
stores   plain, as the options say
touches  dst 4688 lines of 64 bytes within 300000, src 4688 lines of 64 bytes within 300000
expect   109 GB/s, read and written, or 5.48µs, from L2
`},
		{"a repeated item", C(1, 2, 100), Layout{ItemSize: 1, Shape: []int{2, 100}, Strides: []int{5, 0}}, Options{Without: pure.Without, Streaming: StreamAlways}, `
copy     200 items of 1 byte in loops 2 +100/+5, 100 +1/+0
plan     fillGeneric 2 +100/+5 rows of 100 bytes
order    no loop around the kernel
calls    1
kernel   fillGeneric (pure Go): the source stands still along the innermost axis, so that rows repeat 1 byte
stores   plain: no kernel here would write these rows faster past the caches
touches  dst 4 lines of 64 bytes within 200, src 1 line of 64 bytes within 6
expect   22.3 GB/s, read and written, or 18ns, from L1
`},
		{"every third item", C(2, 100), Layout{ItemSize: 2, Shape: []int{100}, Strides: []int{6}}, pure, `
copy     100 items of 2 bytes in loops 100 +2/+6
plan     itemsGeneric 100 +2/+6 items of 2 bytes
order    no loop around the kernel
calls    1
kernel   itemsGeneric (pure Go): no box of vectors and no tile would be quicker than one item after the other
stores   plain: 398 ` + plain + `
touches  dst 4 lines of 64 bytes within 200, src 10 lines of 64 bytes within 596
expect   4.26 GB/s, read and written, or 94ns, from L1
`},
		{"every tenth item backwards", Layout{ItemSize: 3, Shape: []int{4}, Strides: []int{9}}, Layout{ItemSize: 3, Offset: 90, Shape: []int{4}, Strides: []int{-30}}, pure, `
copy     4 items of 3 bytes in loops 4 +9/-30
plan     rowsGeneric 4 +9/-30 rows of 3 bytes
order    no loop around the kernel
calls    1
kernel   rowsGeneric (pure Go): nothing moves items of 3 bytes whole, so that they are short rows
stores   plain: 61 ` + plain + `
touches  dst 1 line of 64 bytes within 30, src 2 lines of 64 bytes within 93
expect   1.42 GB/s, read and written, or 17ns, from L1
`},
		{"pixels to planes", C(1, 3, 64), pixels, Options{}, `
copy     192 items of 1 byte in loops 3 +64/+1, 64 +1/+3
plan     permute3x3VBMI 1 +0/+0 boxes of 3 to 3 windows
order    no loop around the kernel
calls    1
kernel   permute3x3VBMI (needs avx512,vbmi): boxes of 192 bytes, 3 windows of 64 bytes from 3; one byte permutation serves them all
stores   plain: 192 ` + plain + `
touches  dst 3 lines of 64 bytes within 192, src 3 lines of 64 bytes within 192
expect   23.2 GB/s, read and written, or 17ns, from L1
`},
		{"nothing", C(4, 3, 0), C(4, 3, 0), Options{}, `
nothing to copy: some axis has no items
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if strings.Contains(c.want, "VBMI") && !cpu.Detect().Has(cpu.AVX512|cpu.VBMI) {
				t.Skip("this machine lacks VBMI")
			}
			p, err := NewPlan(c.dst, c.src, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if got := "\n" + p.Explain(); got != c.want {
				t.Errorf("got%s\nwant%s", got, c.want)
			}
		})
	}
}

// TestExplainStreaming checks that a plan that streams tells the threshold, and the
// plan that it has for destinations off the line edge.
func TestExplainStreaming(t *testing.T) {
	if !cpu.Detect().Has(cpu.AVX512 | cpu.VBMI) {
		t.Skip("this machine lacks AVX-512")
	}
	side := 64
	for side*side*4 <= cachedBytes() {
		side += 64
	}
	src, _ := C(4, side, side).Permute()
	p, err := NewPlan(C(4, side, side), src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := p.Explain()
	for _, want := range []string{
		fmt.Sprintf("\nstores   past the caches: %d bytes a side in the mean, of which the last-level cache keeps %d", side*side*4, cachedBytes()),
		"\nor else  where dst does not begin at the edge of a cache line: " + p.otherwise().String() + "\n",
		"from memory\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestExplainWorkers checks when a plan says that it shares its work.
func TestExplainWorkers(t *testing.T) {
	for n, want := range map[int]string{
		64:   "\nworkers  the caller's goroutine only: ",
		2000: "\nworkers  at most 3, and no more than processors, for ",
	} {
		src, _ := C(4, n, n).Permute()
		p, err := NewPlan(C(4, n, n), src, Options{Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		if text := p.Explain(); !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestExplainCalls checks that no call is said to be smaller than the largest one.
func TestExplainCalls(t *testing.T) {
	src, _ := C(4, 1000, 72).Permute()
	p, err := NewPlan(C(4, 72, 1000), src, pure)
	if err != nil {
		t.Fatal(err)
	}
	if e := p.effort(); e.callMost*e.calls < p.bytes {
		t.Errorf("%d calls of at most %d bytes for %d:\n%s", e.calls, e.callMost, p.bytes, p.Explain())
	}
}
