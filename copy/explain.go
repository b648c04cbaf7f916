package strided

import (
	"fmt"
	"math"
	"strings"
	"time"

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
	if b.Turns != nil {
		fmt.Fprintf(&s, " %d turns of", b.Outer.N)
	} else if b.Outer.N > 1 {
		fmt.Fprintf(&s, " %d %+d/%+d of", b.Outer.N, b.Outer.Dst, b.Outer.Src)
	}
	switch k.Op {
	case asm.Transpose:
		fmt.Fprintf(&s, " %dx%d items of %d bytes", b.J, b.I, p.size)
	case asm.Permute:
		fmt.Fprintf(&s, " %d %+d/%+d boxes of %d to %d windows", b.Inner.N, b.Inner.Dst, b.Inner.Src, b.Perm.NSrc, b.Perm.NDst)
		if b.Last.N > 0 {
			s.WriteString(" and one slid back")
		}
	case asm.Items:
		fmt.Fprintf(&s, " %d %+d/%+d items of %d bytes", b.Inner.N, b.Inner.Dst, b.Inner.Src, p.size)
	default:
		fmt.Fprintf(&s, " %d %+d/%+d rows of %d bytes", b.Inner.N, b.Inner.Dst, b.Inner.Src, b.Width)
	}
	return s.String()
}

var partNames = [...]string{"", "inner", "outer", "I", "J", "width"}

// Explain says in several lines what the plan does and why: the normal form of the
// copy, the plan as [Plan.String] has it, the loops around the kernel, the kernel and
// the reason for it, how it stores, the memory it touches, and what [Plan.Predict]
// expects. Steps are in bytes, as destination/source. The text is for people and may
// change.
func (p *Plan) Explain() string {
	if p.bytes == 0 {
		return "nothing to copy: some axis has no items\n"
	}
	var s strings.Builder
	line := func(title, text string) { fmt.Fprintf(&s, "%-8s %s\n", title, text) }
	e := p.effort()
	line("copy", p.explainNormal())
	line("plan", p.String())
	line("order", p.explainOrder())
	line("calls", p.explainCalls(&e))
	line("kernel", p.explainKernel())
	if p.opts.Workers > 1 || p.opts.Executor != nil {
		line("workers", p.explainWorkers())
	}
	line("stores", p.explainStores())
	line("touches", p.explainTouched(&e))
	line("expect", p.explainPrediction())
	if other := p.otherwise(); other != nil {
		line("or else", "where dst does not begin at the edge of a cache line: "+other.String())
	}
	return s.String()
}

// explainNormal tells the normal form.
func (p *Plan) explainNormal() string {
	var s strings.Builder
	n := p.nest.items()
	fmt.Fprintf(&s, "%s of %s", count(n, "item"), count(p.nest.item, "byte"))
	separator := " in loops "
	for k := len(p.nest.loops) - 1; k >= 0; k-- {
		l := p.nest.loops[k]
		fmt.Fprintf(&s, "%s%d %+d/%+d", separator, l.n, l.dst, l.src)
		separator = ", "
	}
	return s.String()
}

// chunkNames say what a loop over chunks cuts: an extent of the kernel's block.
var chunkNames = [...]string{partInner: "inner loop", partOuter: "outer loop", partI: "source run", partJ: "destination run", partWidth: "row"}

// explainOrder tells the loops around the kernel.
func (p *Plan) explainOrder() string {
	if len(p.loops) == 0 {
		return "no loop around the kernel"
	}
	var parts []string
	for _, t := range p.loops {
		text := fmt.Sprintf("%d %+d/%+d", t.n, t.dst, t.src)
		if t.field != partNone {
			text += fmt.Sprintf(" over chunks of the %s: %d each", chunkNames[t.field], t.full)
			switch {
			case t.slid && t.last != t.full:
				text += fmt.Sprintf(", then %d", t.last)
			case t.last != t.full:
				text += fmt.Sprintf(", the last %d", t.last)
			}
		}
		if t.slid {
			text += ", then one slid back"
		}
		parts = append(parts, text)
	}
	return "outermost first: " + strings.Join(parts, "; ")
}

func (p *Plan) explainCalls(e *effort) string {
	if e.calls == 1 {
		return "1"
	}
	return fmt.Sprintf("%d of at most %s", e.calls, count(e.callMost, "byte"))
}

func (p *Plan) explainKernel() string {
	k := asm.Info(p.kernel)
	needs := "pure Go"
	if k.Needs != 0 {
		needs = "needs " + k.Needs.String()
	}
	return fmt.Sprintf("%s (%s): %s", k.Name, needs, p.reason())
}

func (p *Plan) explainWorkers() string {
	if p.workers <= 1 {
		return "the caller's goroutine only: a second one would take longer to wake than it saves"
	}
	return fmt.Sprintf("at most %d, and no more than processors, for %d pieces", p.workers, p.Chunks())
}

func (p *Plan) explainStores() string {
	mean, limit := p.touched(), cachedBytes()
	sizes := fmt.Sprintf("%d bytes a side in the mean, of which the last-level cache keeps %d", mean, limit)
	streams := asm.Info(p.kernel).Stream
	switch {
	case streams && p.opts.Streaming == StreamAlways:
		return "past the caches, as the options say"
	case streams:
		return "past the caches: " + sizes
	case p.opts.Streaming == StreamNever:
		return "plain, as the options say"
	case p.opts.Streaming == StreamAlways || mean > limit:
		return "plain: no kernel here would write these rows faster past the caches"
	}
	return "plain: " + sizes
}

func (p *Plan) explainTouched(e *effort) string {
	side := func(lines, reached int) string {
		return fmt.Sprintf("%s of 64 bytes within %d", count(lines, "line"), reached)
	}
	return fmt.Sprintf("dst %s, src %s", side(e.dstLines, p.dst.hi-p.dst.lo), side(e.srcLines, p.src.hi-p.src.lo))
}

func (p *Plan) explainPrediction() string {
	level, ns := p.Predict()
	return fmt.Sprintf("%.3g GB/s, read and written, or %v, from %s", 2*float64(p.bytes)/ns, rounded(ns), level)
}

// rounded returns a time with three digits.
func rounded(ns float64) time.Duration {
	unit := 1.0
	for ns/unit >= 1000 {
		unit *= 10
	}
	return time.Duration(math.Round(ns/unit) * unit)
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
