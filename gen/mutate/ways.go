package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A function is the text of one function, or what stands before the first.
type function struct {
	name  string
	lines []string
}

var textLine = regexp.MustCompile(`^TEXT ·(\w+)\(SB\)`)

// functions cuts an assembly file; joining all lines again gives the file.
func functions(text string) []function {
	fs := []function{{}}
	for _, line := range strings.SplitAfter(text, "\n") {
		if m := textLine.FindStringSubmatch(line); m != nil {
			fs = append(fs, function{name: m[1]})
		}
		last := &fs[len(fs)-1]
		last.lines = append(last.lines, strings.TrimSuffix(line, "\n"))
	}
	for n := range fs[:len(fs)-1] {
		fs[n].lines = append(fs[n].lines, "")
	}
	return fs
}

// A change replaces one line of a function by none, one or more.
type change struct {
	line int
	old  string
	new  []string
}

func (c change) apply(lines []string) []string {
	return slices.Concat(lines[:c.line], c.new, lines[c.line+1:])
}

func (c change) String() string {
	return fmt.Sprintf("line %d of it, %q became %q", c.line, strings.TrimSpace(c.old), strings.TrimSpace(strings.Join(c.new, ";")))
}

// A way of breaking: the changes that it could make to a function.
type way struct {
	name    string
	changes func(lines []string) []change
}

var ways = []way{{"lane", lane}, {"few", few}, {"wide", wide}, {"over", over}}

// An instruction as the printers write it.
type instruction struct {
	opcode   string
	operands []string
}

func parse(line string) (in instruction, ok bool) {
	if !strings.HasPrefix(line, "\t") {
		return in, false
	}
	opcode, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	in.opcode = opcode
	for _, op := range splitOperands(strings.TrimSpace(rest)) {
		in.operands = append(in.operands, strings.TrimSpace(op))
	}
	return in, true
}

// splitOperands cuts at the commas outside of parentheses and brackets.
func splitOperands(s string) []string {
	var out []string
	depth, from := 0, 0
	for n, r := range s {
		switch r {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, s[from:n])
				from = n + 1
			}
		}
	}
	if s == "" {
		return nil
	}
	return append(out, s[from:])
}

func (in instruction) String() string {
	return "\t" + in.opcode + " " + strings.Join(in.operands, ", ")
}

func (in instruction) last() string {
	if len(in.operands) == 0 {
		return ""
	}
	return in.operands[len(in.operands)-1]
}

// memory is displacement(base) or displacement(base)(index*scale).
var memory = regexp.MustCompile(`^([-+]?\d*)(\((\w+)\)(?:\(\w+(?:\*\d)?\))?)$`)

// moved adds bytes to the displacement of a memory operand.
func moved(operand string, bytes int) string {
	m := memory.FindStringSubmatch(operand)
	disp, _ := strconv.Atoi(m[1])
	return strconv.Itoa(disp+bytes) + m[2]
}

// inData reports whether an operand is memory other than the frame's.
func inData(operand string) bool {
	m := memory.FindStringSubmatch(operand)
	return m != nil && m[3] != "SP" && m[3] != "RSP"
}

var moves = regexp.MustCompile(`^(V?MOV\w*|F?MOV\w*|F?STP\w*|VST[1-4])(\.\w+)?$`)

func (in instruction) isStore() bool {
	return len(in.operands) >= 2 && moves.MatchString(in.opcode) && inData(in.last())
}

// each collects what f makes of the instructions of a function.
func each(lines []string, f func(in instruction) []string) []change {
	var out []change
	for n, line := range lines {
		if in, ok := parse(line); ok {
			if with := f(in); with != nil {
				out = append(out, change{n, line, with})
			}
		}
	}
	return out
}

// lane breaks shuffles; where there are none, as in copies, stores.
func lane(lines []string) []change {
	shuffles := each(lines, func(in instruction) []string {
		broken, ok := in.wrongLane()
		if !ok {
			return nil
		}
		return []string{broken.String()}
	})
	if len(shuffles) > 0 {
		return shuffles
	}
	return each(lines, func(in instruction) []string {
		if !in.isStore() {
			return nil
		}
		in.operands = slices.Clone(in.operands)
		if m := pair.FindStringSubmatch(in.operands[0]); m != nil && m[1] != m[2] {
			in.operands[0] = "(" + m[2] + ", " + m[1] + ")"
		} else {
			in.operands[0] = otherRegister(in.operands[0])
		}
		return []string{in.String()}
	})
}

var (
	unpacks    = regexp.MustCompile(`^(V?PUNPCK)([LH])(\w+)$`)
	zips       = regexp.MustCompile(`^(VZIP|VUZP|VTRN)([12])$`)
	broadcasts = regexp.MustCompile(`^(VPBROADCAST|VBROADCASTI)`)
	weaves     = regexp.MustCompile(`^(VLD1R|V(LD|ST)[234])$`)
	lanes      = strings.NewReplacer("B16", "H8", "H8", "S4", "S4", "D2", "D2", "S4")
	constants  = regexp.MustCompile(`^(VINSERT|VEXTRACT|VPERM2|VSHUF|VPSHUF|PSHUF|VPERM|VPALIGN|PALIGN|VPBLEND|VALIGN)`)
	pair       = regexp.MustCompile(`^\((\w+), (\w+)\)$`)
	tables     = regexp.MustCompile(`^(VPERM|VPSHUFB|PSHUFB|VTBL)`)
	static     = regexp.MustCompile(`^(\w+<>)\+(\d+)\(SB\)$`)
)

// wrongLane returns a shuffle that takes other bytes.
func (in instruction) wrongLane() (instruction, bool) {
	in.operands = slices.Clone(in.operands)
	switch {
	case unpacks.MatchString(in.opcode):
		m := unpacks.FindStringSubmatch(in.opcode)
		in.opcode = m[1] + map[string]string{"L": "H", "H": "L"}[m[2]] + m[3]
	case zips.MatchString(in.opcode):
		m := zips.FindStringSubmatch(in.opcode)
		in.opcode = m[1] + map[string]string{"1": "2", "2": "1"}[m[2]]
	case constants.MatchString(in.opcode) && strings.HasPrefix(in.operands[0], "$"):
		value, err := strconv.ParseUint(in.operands[0][1:], 0, 8)
		if err != nil {
			return in, false
		}
		in.operands[0] = fmt.Sprintf("$%#02x", value^1)
	case broadcasts.MatchString(in.opcode) && memory.MatchString(in.operands[0]):
		in.operands[0] = moved(in.operands[0], -1)
	case weaves.MatchString(in.opcode):
		for n := range in.operands {
			in.operands[n] = lanes.Replace(in.operands[n])
		}
	case tables.MatchString(in.opcode) && static.MatchString(in.operands[0]):
		m := static.FindStringSubmatch(in.operands[0])
		at, _ := strconv.Atoi(m[2])
		in.operands[0] = fmt.Sprintf("%s+%d(SB)", m[1], at^1)
	case tables.MatchString(in.opcode) && !memory.MatchString(in.operands[0]):
		in.operands[0] = otherRegister(in.operands[0])
	default:
		return in, false
	}
	return in, true
}

var register = regexp.MustCompile(`([XYZFV])(\d+)|R\d+|[ABCD][XL]|[SD]I`)

// otherRegister replaces the first register of an operand by another of its kind.
func otherRegister(operand string) string {
	m := register.FindStringSubmatch(operand)
	if m == nil {
		return operand
	}
	other := "R11" // a name that both architectures have
	switch {
	case m[1] != "":
		n, _ := strconv.Atoi(m[2])
		other = m[1] + strconv.Itoa(n^1)
	case m[0] == other:
		other = "R12"
	}
	return strings.Replace(operand, m[0], other, 1)
}

// extents are the Block's Width, I and J; blockArgument loads its address.
var (
	extents       = regexp.MustCompile(`^(?:48|56|64)\((\w+)\)$`)
	blockArgument = regexp.MustCompile(`^\tMOV[QD]\s+b\+16\(FP\), (\w+)$`)
)

// few leaves out stores, or loads a width or an extent that is one too small.
func few(lines []string) []change {
	block := ""
	for _, line := range lines {
		if m := blockArgument.FindStringSubmatch(line); m != nil {
			block = m[1]
		}
	}
	return each(lines, func(in instruction) []string {
		if in.isStore() {
			return []string{}
		}
		if len(in.operands) != 2 {
			return nil
		}
		m := extents.FindStringSubmatch(in.operands[0])
		switch {
		case m == nil || m[1] != block:
			return nil
		case in.opcode == "MOVQ":
			return []string{in.String(), "\tDECQ " + in.last()}
		case in.opcode == "MOVD":
			return []string{in.String(), "\tSUB $1, " + in.last()}
		}
		return nil
	})
}

// wide moves stores by one byte.
func wide(lines []string) []change {
	return each(lines, func(in instruction) []string {
		if !in.isStore() {
			return nil
		}
		if strings.HasPrefix(in.opcode, "VST") { // which have no displacement
			r := base(in.last())
			return []string{"\tADD $1, " + r, in.String(), "\tSUB $1, " + r}
		}
		in.operands = slices.Clone(in.operands)
		in.operands[len(in.operands)-1] = moved(in.last(), 1)
		return []string{in.String()}
	})
}

// over makes the last vector load of a function touch the byte behind it, or load
// without its mask.
func over(lines []string) []change {
	frame := map[string]bool{} // registers that point into the frame
	all := each(lines, func(in instruction) []string {
		in.follow(frame)
		if strings.HasPrefix(in.opcode, "VMOVDQU8.Z") && inData(in.operands[0]) {
			return []string{fmt.Sprintf("\tVMOVDQU64 %s, %s", in.operands[0], in.last())}
		}
		if in.opcode == "VINSERTI64X4" && inData(in.operands[1]) && !frame[base(in.operands[1])] { // the second half
			return []string{"\tCMPB " + moved(in.operands[1], 32) + ", $0", in.String()}
		}
		bytes := in.loaded()
		switch {
		case bytes == 0 || frame[base(in.operands[0])]:
			return nil
		case in.opcode[0] == 'F' || weaves.MatchString(in.opcode):
			return []string{"\tMOVBU " + moved(in.operands[0], bytes) + ", R27", in.String()}
		}
		return []string{"\tCMPB " + moved(in.operands[0], bytes) + ", $0", in.String()}
	})
	return all[max(0, len(all)-1):]
}

// follow keeps track of the registers that point into the frame.
func (in instruction) follow(frame map[string]bool) {
	if len(in.operands) != 2 {
		return
	}
	from, to := in.operands[0], in.operands[1]
	switch in.opcode {
	case "LEAQ":
		frame[to] = base(from) == "SP" || frame[base(from)]
	case "MOVQ":
		frame[to] = frame[from]
	case "ADDQ":
		frame[to] = frame[to] || frame[from]
	}
}

// base returns the base register of a memory operand.
func base(operand string) string {
	if m := memory.FindStringSubmatch(operand); m != nil {
		return m[3]
	}
	return ""
}

// indexVector matches places so far from a base that they are index vectors of a
// permutation, not data, which has an index too there.
var indexVector = regexp.MustCompile(`^\d{3,}\(\w+\)$`)

// loaded returns the bytes that an instruction loads into vector registers, 0 for none.
func (in instruction) loaded() int {
	if len(in.operands) < 2 || !inData(in.operands[0]) || indexVector.MatchString(in.operands[0]) {
		return 0
	}
	switch {
	case in.opcode == "FMOVQ":
		return 16
	case in.opcode == "FMOVD":
		return 8
	case in.opcode == "FLDPQ":
		return 32
	case weaves.MatchString(in.opcode) && in.opcode != "VLD1R":
		return 16 * int(in.opcode[len("VLD")]-'0')
	case in.opcode == "VLD1R":
		return map[byte]int{'B': 1, 'H': 2, 'S': 4, 'D': 8}[in.operands[1][len("[V0.")]]
	case in.opcode == "VBROADCASTI128":
		return 16
	case strings.HasPrefix(in.last(), "X") && (in.opcode == "MOVQ" || in.opcode == "MOVHPS"):
		return 8
	case strings.HasPrefix(in.opcode, "VPBROADCAST"):
		return map[byte]int{'B': 1, 'W': 2, 'D': 4, 'Q': 8}[in.opcode[len(in.opcode)-1]]
	case !strings.HasPrefix(in.opcode, "MOVO") && !strings.HasPrefix(in.opcode, "VMOVDQU"):
		return 0
	}
	return map[byte]int{'X': 16, 'Y': 32, 'Z': 64}[in.last()[0]]
}
