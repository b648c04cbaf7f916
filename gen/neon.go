package main

import (
	"github.com/mmcloughlin/avo/printer"

	"github.com/stridecopy/stridecopy/gen/arm64"
)

// A neonKernel is a row of the table with the function that emits it for arm64.
type neonKernel struct {
	kernel
	emit func(e *neon)
}

// neonKernels lists the rows in order of preference.
func neonKernels() []neonKernel {
	var ks []neonKernel
	ks = append(ks, neonRowsKernels()...)
	ks = append(ks, neonFillKernels()...)
	ks = append(ks, neonItemsKernels()...)
	ks = append(ks, neonTransposeKernels()...)
	ks = append(ks, neonSpreadKernels()...)
	ks = append(ks, neonPermuteKernels()...)
	ks = append(ks, neonWeaveKernels()...)
	for i := range ks {
		ks[i].isa = "cpu.NEON"
	}
	return ks
}

// arm64Table returns the rows of arm64.
func arm64Table() []kernel {
	var rows []kernel
	for _, k := range neonKernels() {
		rows = append(rows, k.kernel)
	}
	return rows
}

// arm64Assembly renders zkernels_arm64.s.
func arm64Assembly() ([]byte, error) {
	f, err := arm64.NewFile("arm64,!purego")
	if err != nil {
		return nil, err
	}
	for _, k := range neonKernels() {
		// Every argument is a pointer; the Go declaration, which names the type
		// of the block, is written with the table.
		fn, err := f.Func(k.name, "func(dst, src, b *byte)")
		if err != nil {
			return nil, err
		}
		for r, name := range [...]string{rDst: "dst", rSrc: "src", rBlock: "b"} {
			if err := fn.Param(name, arm64.R(r)); err != nil {
				return nil, err
			}
		}
		k.emit(&neon{Func: fn, file: f, next: rFree})
		fn.Ret()
	}
	return f.Print(printer.Config{Name: "gen", Pkg: "asm"})
}

// The registers that every kernel has; the others are handed out by take.
const (
	rDst   arm64.R = iota // address of the first destination item
	rSrc                  // address of the first source item
	rBlock                // address of the Block
	rFree
)

// neon adds to an arm64 function what all kernels share.
type neon struct {
	*arm64.Func
	file *arm64.File
	next arm64.R
}

// take hands out the next register.
func (e *neon) take() arm64.R {
	r := e.next
	e.next++
	if e.next == 16 { // over those of the linker and the platform
		e.next = 19
	}
	return r
}

// scope runs body and takes back the registers that it took.
func (e *neon) scope(body func()) {
	next := e.next
	body()
	e.next = next
}

// in loads word n of a field of the block.
func (e *neon) in(field string, n int) arm64.R {
	r := e.take()
	e.Ld(8, rBlock, blockAt(field)+8*n, r)
	return r
}

// loop emits the turns of a Loop of the block around body, which sees the turn's
// addresses in d and s and must leave them alone.
func (e *neon) loop(field string, d, s arm64.R, body func()) {
	e.scope(func() {
		count, dstStep, srcStep := e.in(field, 0), e.in(field, 1), e.in(field, 2)
		again := e.NewLabel("turn")
		e.Label(again)
		e.scope(body)
		e.Add(dstStep, d, d)
		e.Add(srcStep, s, s)
		e.SubsI(1, count, count)
		e.Bcc(arm64.NE, again)
	})
}

// turns emits the Outer loop of the block around body. After each turn the addresses
// advance by the next two words of the block's table or, where it has none, by the
// steps of Outer, over and over.
func (e *neon) turns(body func()) {
	e.scope(func() {
		count, table, width := e.in("Outer", 0), e.in("Turns", 0), e.take()
		again, some := e.NewLabel("turn"), e.NewLabel("some")
		e.MovI(16, width)
		e.CmpI(table, 0)
		e.Bcc(arm64.NE, some)
		e.AddI(blockAt("Outer")+8, rBlock, table)
		e.MovI(0, width)
		e.Label(some)
		e.Label(again)
		e.scope(body)
		e.scope(func() {
			dst, src := e.take(), e.take()
			e.Ldp(table, 0, dst, src)
			e.Add(dst, rDst, rDst)
			e.Add(src, rSrc, rSrc)
		})
		e.Add(width, table, table)
		e.SubsI(1, count, count)
		e.Bcc(arm64.NE, again)
	})
}

// boxes is nest with one more turn of the inner loop, the block's Last, if it has that.
func (e *neon) boxes(box func(d, s arm64.R)) {
	e.turns(func() {
		d, s, count, last := e.take(), e.take(), e.in("Inner", 0), e.in("Last", 0)
		e.Mov(rDst, d)
		e.Mov(rSrc, s)
		dstStep, srcStep := e.in("Inner", 1), e.in("Inner", 2)
		again, done := e.NewLabel("box"), e.NewLabel("done")
		e.Label(again)
		e.scope(func() { box(d, s) })
		e.Add(dstStep, d, d)
		e.Add(srcStep, s, s)
		e.SubsI(1, count, count)
		e.Bcc(arm64.NE, again)
		e.SubsI(1, last, last)
		e.Bcc(arm64.NE, done)
		e.scope(func() {
			dst, src := e.in("Last", 1), e.in("Last", 2)
			e.Add(dst, d, d)
			e.Add(src, s, s)
		})
		e.MovI(1, count)
		e.B(again)
		e.Label(done)
	})
}

// nest emits the Outer loop around the Inner loop.
func (e *neon) nest(body func(d, s arm64.R)) {
	e.turns(func() {
		d, s := e.take(), e.take()
		e.Mov(rDst, d)
		e.Mov(rSrc, s)
		e.loop("Inner", d, s, func() { body(d, s) })
	})
}
