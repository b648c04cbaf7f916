package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

// emitter adds to avo's context what all kernels share: the arguments, loops, and
// labels that are unique within a function.
type emitter struct {
	*build.Context
	block reg.GPVirtual // address of the Block
	dst   reg.GPVirtual // address of the first destination item
	src   reg.GPVirtual // address of the first source item
	n     int           // labels made so far

	// Items spread in registers: set by spreadVectors and spread16.
	spreadIndex, packIndex reg.VecVirtual
	before                 operand.Mem // bytes from where a tile is loaded to its first
}

// amd64Kernels lists the rows in order of preference: of two that fit, the first
// is taken.
func amd64Kernels() []kernel {
	var ks []kernel
	ks = append(ks, rowsKernels()...)
	ks = append(ks, fillKernels()...)
	ks = append(ks, itemsKernels()...)
	ks = append(ks, fillKernelsSSE2()...)
	ks = append(ks, transposeKernels()...)
	ks = append(ks, stepKernels()...)
	ks = append(ks, maskedKernels()...)
	ks = append(ks, lineKernels()...)
	ks = append(ks, runsKernels()...)
	ks = append(ks, stagedKernels()...)
	ks = append(ks, carriedKernels()...)
	ks = append(ks, spreadKernels()...)
	ks = append(ks, spread16Kernels()...)
	ks = append(ks, permuteKernels()...)
	ks = append(ks, shuffleKernels()...)
	ks = append(ks, exchangeKernels()...)
	return ks
}

// amd64Assembly renders zkernels_amd64.s.
func amd64Assembly() ([]byte, error) {
	c := build.NewContext()
	c.ConstraintExpr("amd64,!purego")
	addSpreads(c)
	addSpread16(c)
	addIota(c)
	ks := amd64Kernels()
	for _, k := range ks {
		c.Function(k.name)
		// Every argument is a pointer; the Go declaration, which names the type
		// of the block, is written with the table.
		c.SignatureExpr("func(dst, src, b *byte)")
		e := &emitter{Context: c}
		e.dst = e.Load(e.Param("dst"), e.GP64()).(reg.GPVirtual)
		e.src = e.Load(e.Param("src"), e.GP64()).(reg.GPVirtual)
		e.block = e.Load(e.Param("b"), e.GP64()).(reg.GPVirtual)
		k.emit(e)
		e.RET()
	}
	f, err := c.Result()
	if err != nil {
		return nil, err
	}
	if err := pass.Compile.Execute(f); err != nil {
		return nil, err
	}
	for n, fn := range f.Functions() {
		if err := check(ks[n], fn); err != nil {
			return nil, err
		}
	}
	return printer.NewGoAsm(printer.Config{Name: "gen", Pkg: "asm"}).Print(f)
}

// in returns the operand of a Block field, plus disp bytes.
func (e *emitter) in(field string, disp int) operand.Mem {
	return operand.Mem{Base: e.block, Disp: blockAt(field) + disp}
}

// label makes a label name that is unique in the function.
func (e *emitter) label(what string) string {
	e.n++
	return fmt.Sprintf("%s%d", what, e.n)
}

// align puts what follows at a multiple of n bytes.
func (e *emitter) align(n uint8) {
	e.Instruction(&ir.Instruction{Opcode: "PCALIGN", Operands: []operand.Op{operand.U8(n)}})
}

// at is the operand at base + disp.
func at(base reg.Register, disp int) operand.Mem { return operand.Mem{Base: base, Disp: disp} }

// atIndex is the operand at base + index + disp.
func atIndex(base, index reg.Register, disp int) operand.Mem {
	return operand.Mem{Base: base, Index: index, Scale: 1, Disp: disp}
}

// outer emits the Outer loop of the block around body: body sees e.dst and e.src
// at the turn's first items and must leave them alone. The count and the addresses
// live in the frame, since body wants the registers.
func (e *emitter) outer(body func()) {
	e.turns(body, e.dst, e.src)
}

// turns emits the Outer loop of the block: after each turn, dst and src, registers or
// places in the frame, advance by the next two words of the block's table or, where
// it has none, by the steps of Outer, over and over.
func (e *emitter) turns(body func(), dst, src operand.Op) {
	count, table, width := e.AllocLocal(8), e.AllocLocal(8), e.AllocLocal(8)
	e.loadStore(e.in("Outer", 0), count)
	t, words := e.GP64(), e.GP64()
	loop, some := e.label("outer"), e.label("some")
	e.MOVQ(operand.I32(16), words)
	e.MOVQ(e.in("Turns", 0), t)
	e.TESTQ(t, t)
	e.JNZ(operand.LabelRef(some))
	e.LEAQ(e.in("Outer", 8), t)
	e.XORQ(words, words)
	e.Label(some)
	e.MOVQ(t, table)
	e.MOVQ(words, width)
	e.Label(loop)
	body()
	next, step := e.GP64(), e.GP64()
	e.MOVQ(table, next)
	e.MOVQ(at(next, 0), step)
	e.ADDQ(step, dst)
	e.MOVQ(at(next, 8), step)
	e.ADDQ(step, src)
	e.ADDQ(width, next)
	e.MOVQ(next, table)
	e.DECQ(count)
	e.JNZ(operand.LabelRef(loop))
}

func (e *emitter) loadStore(from, to operand.Mem) {
	t := e.GP64()
	e.MOVQ(from, t)
	e.MOVQ(t, to)
}
