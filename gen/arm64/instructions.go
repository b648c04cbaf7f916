package arm64

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
)

// Operands stand in Go's order: sources first, the target last.

// B branches to l.
func (e *Func) B(l string) { e.op("B", operand.LabelRef(l)).IsBranch = true }

// A Cond is a condition of a branch, signed where that matters.
type Cond string

// The conditions in use.
const (
	EQ Cond = "EQ"
	NE Cond = "NE"
	LT Cond = "LT"
	LE Cond = "LE"
	GT Cond = "GT"
	GE Cond = "GE"
)

// Bcc branches to l if the condition holds.
func (e *Func) Bcc(c Cond, l string) {
	i := e.op("B"+string(c), operand.LabelRef(l))
	i.IsBranch, i.IsConditional = true, true
}

// Ret returns.
func (e *Func) Ret() { e.op("RET").IsTerminal = true }

// Mov copies a to d.
func (e *Func) Mov(a, d R) { e.op("MOVD", a, d) }

// MovI sets d to n.
func (e *Func) MovI(n int, d R) { e.op("MOVD", imm(n), d) }

// Addr sets d to the address of a constant.
func (e *Func) Addr(a Address, d R) { e.op("MOVD", a.symbol, d) }

// Add sets d = a + b.
func (e *Func) Add(a, b, d R) { e.op("ADD", a, b, d) }

// AddI sets d = a + n.
func (e *Func) AddI(n int, a, d R) { e.op("ADD", imm(n), a, d) }

// AddShifted sets d = b + a<<n.
func (e *Func) AddShifted(a R, n int, b, d R) { e.op("ADD", shifted(a, n), b, d) }

// Sub sets d = b - a.
func (e *Func) Sub(a, b, d R) { e.op("SUB", a, b, d) }

// SubI sets d = a - n.
func (e *Func) SubI(n int, a, d R) { e.op("SUB", imm(n), a, d) }

// SubsI sets d = a - n and the flags.
func (e *Func) SubsI(n int, a, d R) { e.op("SUBS", imm(n), a, d) }

// AndI sets d = a & n.
func (e *Func) AndI(n int, a, d R) { e.op("AND", imm(n), a, d) }

// CmpI compares a with n.
func (e *Func) CmpI(a R, n int) { e.op("CMP", imm(n), a) }

// TstI sets the flags of a & n.
func (e *Func) TstI(a R, n int) { e.op("TST", imm(n), a) }

// Ld loads size bytes, at most 8, into d.
func (e *Func) Ld(size int, base R, disp int, d R) {
	op := map[int]string{1: "MOVBU", 2: "MOVHU", 4: "MOVWU", 8: "MOVD"}[size]
	e.op(op, at(base, disp), d)
}

// St stores the low size bytes of a.
func (e *Func) St(size int, a, base R, disp int) {
	op := map[int]string{1: "MOVB", 2: "MOVH", 4: "MOVW", 8: "MOVD"}[size]
	e.op(op, a, at(base, disp))
}

// Ldp loads two words of eight bytes.
func (e *Func) Ldp(base R, disp int, a, b R) { e.op("LDP", at(base, disp), pair(a, b)) }

// LdQ loads a whole vector, StQ stores one.
func (e *Func) LdQ(base R, disp int, d V) { e.op("FMOVQ", at(base, disp), d.scalar()) }
func (e *Func) StQ(a V, base R, disp int) { e.op("FMOVQ", a.scalar(), at(base, disp)) }

// LdD loads the low half of a vector and clears the other, StD stores the low half.
func (e *Func) LdD(base R, disp int, d V) { e.op("FMOVD", at(base, disp), d.scalar()) }
func (e *Func) StD(a V, base R, disp int) { e.op("FMOVD", a.scalar(), at(base, disp)) }

// LdpQ loads two whole vectors, StpQ stores two.
func (e *Func) LdpQ(base R, disp int, a, b V) {
	e.op("FLDPQ", at(base, disp), pair(a.scalar(), b.scalar()))
}
func (e *Func) StpQ(a, b V, base R, disp int) {
	e.op("FSTPQ", pair(a.scalar(), b.scalar()), at(base, disp))
}

// LdN loads n consecutive vectors from d on and deinterleaves them: of every n items
// in memory, each of size bytes, each vector gets one. n is 2, 3 or 4.
func (e *Func) LdN(n, size int, base R, d V) {
	e.op(fmt.Sprintf("VLD%d", n), at(base, 0), list(d, n, size))
}

// StN interleaves n vectors from a on and stores them, the reverse of LdN.
func (e *Func) StN(n, size int, a V, base R) {
	e.op(fmt.Sprintf("VST%d", n), list(a, n, size), at(base, 0))
}

// Ld1R loads one item and repeats it over d.
func (e *Func) Ld1R(size int, base R, d V) {
	e.op("VLD1R", at(base, 0), list(d, 1, size))
}

// MovLane copies the low eight bytes of a to d.
func (e *Func) MovLane(a V, d R) { e.op("FMOVD", a.scalar(), d) }

// Zip1 interleaves the low halves of a and b into d, Zip2 the high halves, by
// items of size bytes, a's first.
func (e *Func) Zip1(size int, a, b, d V) { e.op("VZIP1", b.as(size), a.as(size), d.as(size)) }
func (e *Func) Zip2(size int, a, b, d V) { e.op("VZIP2", b.as(size), a.as(size), d.as(size)) }

// MovB sets every byte of d to n.
func (e *Func) MovB(n int, d V) { e.op("VMOVI", imm(n), d.as(1)) }

// AddB adds bytes.
func (e *Func) AddB(a, b, d V) { e.op("VADD", a.as(1), b.as(1), d.as(1)) }

// MinB takes the smaller unsigned bytes.
func (e *Func) MinB(a, b, d V) { e.op("VUMIN", a.as(1), b.as(1), d.as(1)) }

// Tbl picks bytes of the n vectors from table on by the indices in idx; an index
// outside them gives 0.
func (e *Func) Tbl(idx, table V, n int, d V) {
	e.op("VTBL", idx.as(1), list(table, n, 1), d.as(1))
}

// StnpQ stores two whole vectors with the hint that they will not be read soon.
// Go's assembler does not know the instruction, so it goes as a word.
func (e *Func) StnpQ(a, b V, base R, disp int) {
	name := fmt.Sprintf("STNP Q%d, Q%d, %s", a, b, at(base, disp).Asm())
	e.op("WORD", text(fmt.Sprintf("$%#08x // %s", stnpQ(a, b, base, disp), name)))
}

// stnpQ encodes STNP of two 128-bit registers.
func stnpQ(a, b V, base R, disp int) uint32 {
	if disp%16 != 0 || disp < -1024 || disp > 1008 {
		panic(fmt.Sprintf("arm64: STNP at %d", disp))
	}
	return 0xac000000 | uint32(disp/16&0x7f)<<15 | uint32(b)<<10 | uint32(base)<<5 | uint32(a)
}
