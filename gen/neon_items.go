package main

import (
	"fmt"

	"github.com/stridecopy/stridecopy/gen/arm64"
)

func neonItemsKernels() []neonKernel {
	var ks []neonKernel
	for _, size := range []int{1, 2, 4, 8, 16} {
		ks = append(ks, neonKernel{kernel{
			name: fmt.Sprintf("itemsB%dNEON", size), op: "Items", size: size, twin: "itemsGeneric", loop: itemsLoop(size),
		}, func(e *neon) { e.items(size) }})
	}
	return ks
}

// items copies single items, four a turn: with one a turn the loop is half of the work.
func (e *neon) items(size int) {
	dstStep, srcStep := e.in("Inner", 1), e.in("Inner", 2)
	e.turns(func() {
		d, s, count := e.take(), e.take(), e.in("Inner", 0)
		e.Mov(rDst, d)
		e.Mov(rSrc, s)
		four, rest, one, done := e.NewLabel("four"), e.NewLabel("rest"), e.NewLabel("one"), e.NewLabel("done")
		e.SubsI(4, count, count)
		e.Bcc(arm64.LT, rest)
		e.Label(four)
		for range 4 {
			e.item(size, d, s, dstStep, srcStep)
		}
		e.SubsI(4, count, count)
		e.Bcc(arm64.GE, four)
		e.Label(rest)
		e.AddI(4, count, count)
		e.CmpI(count, 0)
		e.Bcc(arm64.EQ, done)
		e.Label(one)
		e.item(size, d, s, dstStep, srcStep)
		e.SubsI(1, count, count)
		e.Bcc(arm64.NE, one)
		e.Label(done)
	})
}

// item copies one item and advances both pointers.
func (e *neon) item(size int, d, s, dstStep, srcStep arm64.R) {
	e.scope(func() {
		if size == 16 {
			e.LdQ(s, 0, 0)
			e.StQ(0, d, 0)
		} else {
			item := e.take()
			e.Ld(size, s, 0, item)
			e.St(size, item, d, 0)
		}
		e.Add(srcStep, s, s)
		e.Add(dstStep, d, d)
	})
}
