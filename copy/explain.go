package strided

import (
	"fmt"
	"strings"

	"github.com/stridecopy/stridecopy/asm"
)

// String says in one line what the plan does: its loops, outermost first, as
// turns, destination step and source step in bytes, and its leaf.
func (p *Plan) String() string {
	if p.bytes == 0 {
		return "nothing to copy"
	}
	var s strings.Builder
	for _, t := range p.loops {
		fmt.Fprintf(&s, "loop %d %+d/%+d", t.n, t.dst, t.src)
		if t.field != partNone {
			fmt.Fprintf(&s, " of %s %d", partNames[t.field], t.full)
		}
		s.WriteString("; ")
	}
	k, b := asm.Info(p.kernel), &p.block
	fmt.Fprintf(&s, "%s", k.Name)
	if b.Outer.N > 1 {
		fmt.Fprintf(&s, " %d %+d/%+d of", b.Outer.N, b.Outer.Dst, b.Outer.Src)
	}
	switch k.Op {
	case asm.Transpose:
		fmt.Fprintf(&s, " %dx%d items of %d bytes", b.J, b.I, p.size)
	case asm.Permute:
		fmt.Fprintf(&s, " %d %+d/%+d boxes of %d to %d windows", b.Inner.N, b.Inner.Dst, b.Inner.Src, b.Perm.NSrc, b.Perm.NDst)
	case asm.Items:
		fmt.Fprintf(&s, " %d %+d/%+d items of %d bytes", b.Inner.N, b.Inner.Dst, b.Inner.Src, p.size)
	default:
		fmt.Fprintf(&s, " %d %+d/%+d rows of %d bytes", b.Inner.N, b.Inner.Dst, b.Inner.Src, b.Width)
	}
	return s.String()
}

var partNames = [...]string{"", "inner", "outer", "I", "J", "width"}

// Explain says in several lines what the plan does and why.
func (p *Plan) Explain() string { return p.String() }
