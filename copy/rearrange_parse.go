package strided

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxPatternAxes = 32 // as many as a NumPy array has
	unknown        = -1 // a size that is not known yet
	noShape        = -1 // what "..." stands for is not known
)

// A program is a parsed pattern. All of it lies on the stack of its caller.
type program struct {
	text        string
	axes        [maxPatternAxes]patternAxis // in the order of the text
	count       int
	left, right patternSide
	dotsFrom    int // the first axis that "..." stands for
	dots        int // and their number
}

// patternAxis is a name of a pattern, or an axis without one.
type patternAxis struct {
	name    string
	at      int // position in the text, in bytes
	size    int // items, or unknown
	onRight bool
}

// patternSide lists axes by number, outermost first, in groups that are each one
// axis of an array. A group may be empty: an axis of extent 1.
type patternSide struct {
	order  [maxPatternAxes]uint8
	count  int
	ends   [MaxRank]uint8 // one past the last axis of each group
	groups int
	dots   bool // "..." stands here
}

func (s *patternSide) clear() { s.count, s.groups, s.dots = 0, 0, false }

// parse reads a pattern in which "..." stands for the given number of axes.
func (p *program) parse(text string, dots int) error {
	p.text, p.count, p.dots = text, 0, dots
	p.left.clear()
	p.right.clear()
	side, open := &p.left, -1
	for at := 0; ; {
		at = skipSpace(text, at)
		token := tokenAt(text, at)
		var err error
		switch {
		case token == "":
			if open >= 0 {
				return p.fail(open, "(", "is not closed")
			}
			if side == &p.left {
				return p.fail(at, "", "-> is missing")
			}
			return p.complete()
		case token == "->" && open >= 0:
			err = p.fail(open, "(", "is not closed")
		case token == "->" && side == &p.right:
			err = p.fail(at, token, "stands twice")
		case token == "->":
			side = &p.right
		case token == "(" && open >= 0:
			err = p.fail(at, token, "parentheses do not nest")
		case token == "(":
			open = at
		case token == ")" && open < 0:
			err = p.fail(at, token, "closes nothing")
		case token == ")":
			open = -1
			err = p.endGroup(side, at, token)
		case token == "...":
			err = p.ellipsis(side, at, open >= 0)
		default:
			if err = p.item(side, at, token); err == nil && open < 0 {
				err = p.endGroup(side, at, token)
			}
		}
		if err != nil {
			return err
		}
		at += len(token)
	}
}

// item enters a name or a number.
func (p *program) item(s *patternSide, at int, token string) error {
	switch c := token[0]; {
	case isDigit(c):
		n, err := strconv.Atoi(token)
		switch {
		case err != nil || n == 0:
			return p.fail(at, token, "is no size")
		case n == 1:
			return nil
		case s == &p.left:
			return p.fail(at, token, "only 1 may stand on the left: give other axes a name")
		}
		return p.newAxis(s, at, "", n)
	case !isLetter(c):
		return p.fail(at, token, "is neither a name, a number, ( ) ... nor ->")
	}
	axis := p.find(token)
	switch {
	case axis < 0:
		return p.newAxis(s, at, token, unknown)
	case s == &p.left || p.axes[axis].onRight:
		return p.fail(at, token, "stands twice on one side")
	}
	p.put(s, axis)
	return nil
}

// ellipsis enters the axes that "..." stands for.
func (p *program) ellipsis(s *patternSide, at int, inside bool) error {
	const token = "..."
	switch {
	case p.dots == noShape:
		return p.fail(at, token, "needs the shapes of arrays: use RearrangeFrom")
	case s.dots:
		return p.fail(at, token, "stands twice on one side")
	case s == &p.left && inside:
		return p.fail(at, token, "cannot stand in parentheses on the left")
	case s == &p.right && !p.left.dots:
		return p.fail(at, token, "does not stand on the left")
	}
	s.dots = true
	if s == &p.left {
		p.dotsFrom = p.count
	}
	for i := range p.dots {
		if s == &p.left {
			if err := p.newAxis(s, at, "", unknown); err != nil {
				return err
			}
		} else {
			p.put(s, p.dotsFrom+i)
		}
		if !inside {
			if err := p.endGroup(s, at, token); err != nil {
				return err
			}
		}
	}
	return nil
}

// newAxis enters an axis that stands in the text for the first time.
func (p *program) newAxis(s *patternSide, at int, name string, size int) error {
	if p.count == maxPatternAxes {
		return p.fail(at, name, "there are more than 32 axes")
	}
	p.axes[p.count] = patternAxis{name: name, at: at, size: size}
	p.count++
	p.put(s, p.count-1)
	return nil
}

// put appends an axis to a side.
func (p *program) put(s *patternSide, axis int) {
	p.axes[axis].onRight = s == &p.right
	s.order[s.count] = uint8(axis)
	s.count++
}

func (p *program) endGroup(s *patternSide, at int, token string) error {
	if s.groups == MaxRank {
		return p.fail(at, token, "the rank is above 64")
	}
	s.ends[s.groups] = uint8(s.count)
	s.groups++
	return nil
}

// complete checks that nothing on the left is lost.
func (p *program) complete() error {
	if p.left.dots && !p.right.dots {
		return p.fail(len(p.text), "", "... stands on the left only")
	}
	for i := range p.axes[:p.count] {
		if a := &p.axes[i]; !a.onRight {
			return p.fail(a.at, a.name, "stands on the left only")
		}
	}
	return nil
}

// find returns the axis with a name, or -1.
func (p *program) find(name string) int {
	for i := range p.axes[:p.count] {
		if name != "" && p.axes[i].name == name {
			return i
		}
	}
	return -1
}

// fail returns the error for the token at a position, which is empty at the end.
func (p *program) fail(at int, token, why string) error {
	return fmt.Errorf("%w: %q: at byte %d, %q: %s", ErrPattern, p.text, at, token, why)
}

// tokenAt returns the token that begins at a position: a name, a number, "...",
// "->", or else one character. It is empty at the end.
func tokenAt(text string, at int) string {
	if at == len(text) {
		return ""
	}
	rest, end := text[at:], 0
	for end < len(rest) && (isLetter(rest[end]) || isDigit(rest[end])) {
		end++
	}
	switch {
	case end > 0:
	case strings.HasPrefix(rest, "..."):
		end = 3
	case strings.HasPrefix(rest, "->"):
		end = 2
	default:
		_, end = utf8.DecodeRuneInString(rest)
	}
	return rest[:end]
}

func skipSpace(text string, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n') {
		at++
	}
	return at
}

func isLetter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
