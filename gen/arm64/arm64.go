// Package arm64 builds Go assembly for arm64 on avo's intermediate form. avo's own
// front, register allocator and most of its passes know x86 only; its signatures,
// file model, label checks and printer do not care. This package adds what they
// lack: registers, addresses, and one method for each instruction in use.
//
// The caller assigns registers. NEON has 32 vectors and table look-ups want
// consecutive ones, which that allocator could not express.
package arm64

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/buildtags"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// R is a general-purpose register. R16 to R18 belong to the linker and the
// platform, R26 and above to Go.
type R uint8

// Asm returns the register's name.
func (r R) Asm() string {
	if r > 25 || r >= 16 && r <= 18 {
		panic(fmt.Sprintf("arm64: R%d is not for kernels", uint8(r)))
	}
	return fmt.Sprintf("R%d", uint8(r))
}

// V is a vector register, V0 to V31.
type V uint8

// as names lane arrangement items of size bytes.
func (v V) as(size int) operand.Op {
	return text(fmt.Sprintf("V%d.%s", uint8(v), arrangement(size)))
}

// list names n consecutive vectors.
func list(v V, n, size int) operand.Op {
	names := make([]string, n)
	for k := range names {
		names[k] = (v + V(k)).as(size).Asm()
	}
	return text("[" + strings.Join(names, ", ") + "]")
}

// scalar names the register for loads and stores of the whole or its low part.
func (v V) scalar() operand.Op { return text(fmt.Sprintf("F%d", uint8(v))) }

func arrangement(size int) string {
	switch size {
	case 1:
		return "B16"
	case 2:
		return "H8"
	case 4:
		return "S4"
	case 8:
		return "D2"
	}
	panic(fmt.Sprintf("arm64: no lanes of %d bytes", size))
}

// text is an operand in assembler syntax.
type text string

// Asm returns the text.
func (t text) Asm() string { return string(t) }

func imm(n int) operand.Op { return text(fmt.Sprintf("$%d", n)) }

func pair(a, b operand.Op) operand.Op {
	return text("(" + a.Asm() + ", " + b.Asm() + ")")
}

// at is the address base + disp.
func at(base R, disp int) operand.Op {
	if disp == 0 {
		return text("(" + base.Asm() + ")")
	}
	return text(fmt.Sprintf("%d(%s)", disp, base.Asm()))
}

// shifted is the operand r << n.
func shifted(r R, n int) operand.Op {
	if n == 0 {
		return r
	}
	return text(fmt.Sprintf("%s<<%d", r.Asm(), n))
}

// File is an assembly file under construction.
type File struct{ file *ir.File }

// NewFile starts a file with a build constraint, in avo's notation: terms joined
// by commas must all hold.
func NewFile(constraint string) (*File, error) {
	c, err := buildtags.ParseConstraint(constraint)
	if err != nil {
		return nil, err
	}
	f := ir.NewFile()
	f.Constraints = c.ToConstraints()
	return &File{f}, nil
}

// Func is a function under construction. It has no frame and calls nothing.
type Func struct {
	fn     *ir.Function
	labels int
}

// Func adds a function; its signature names builtin types only.
func (f *File) Func(name, signature string) (*Func, error) {
	s, err := gotypes.ParseSignature(signature)
	if err != nil {
		return nil, err
	}
	fn := ir.NewFunction(name)
	fn.SetSignature(s)
	fn.Attributes = attr.NOSPLIT
	f.file.AddSection(fn)
	return &Func{fn: fn}, nil
}

// Data adds a constant to the file and returns its address. Its length is a multiple
// of eight.
func (f *File) Data(name string, b []byte) Address {
	g := ir.NewStaticGlobal(name)
	g.Attributes = attr.RODATA | attr.NOPTR
	for ; len(b) > 0; b = b[8:] {
		g.Append(operand.U64(binary.LittleEndian.Uint64(b)))
	}
	f.file.AddSection(g)
	return Address{text("$" + g.Base().Asm())}
}

// An Address is that of a constant.
type Address struct{ symbol operand.Op }

// Print checks labels and branches and returns the assembly.
func (f *File) Print(cfg printer.Config) ([]byte, error) {
	check := pass.Concat(
		pass.FunctionPass(pass.LabelTarget),
		pass.FunctionPass(pass.CFG),
		pass.Func(pass.IncludeTextFlagHeader),
	)
	if err := check.Execute(f.file); err != nil {
		return nil, err
	}
	return printer.NewGoAsm(cfg).Print(f.file)
}

// Param loads the named argument, of eight bytes, into r. The assembler checker
// cannot see a load of the wrong width on this architecture, so there is no other.
func (e *Func) Param(name string, r R) error {
	p, err := e.fn.Signature.Params().Lookup(name).Resolve()
	if err != nil {
		return err
	}
	e.op("MOVD", p.Addr, r)
	return nil
}

// NewLabel makes a label name that is unique in the function.
func (e *Func) NewLabel(what string) string {
	e.labels++
	return fmt.Sprintf("%s%d", what, e.labels)
}

// Label places a label.
func (e *Func) Label(l string) { e.fn.AddLabel(ir.Label(l)) }

// op appends an instruction; a suffix follows a dot.
func (e *Func) op(opcode string, operands ...operand.Op) *ir.Instruction {
	name, suffix, found := strings.Cut(opcode, ".")
	i := &ir.Instruction{Opcode: name, Operands: operands}
	if found {
		i.Suffixes = []string{suffix}
	}
	e.fn.AddInstruction(i)
	return i
}
