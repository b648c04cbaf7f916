package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A syntax tells data moves from other instructions of an architecture.
type syntax struct {
	comment string // starts a comment
	jump    string // the branch without a condition
	// move finds instructions that move data between vectors and memory; plain
	// writes them as simple loads and stores.
	move  *regexp.Regexp
	plain func(text string) string
	// width returns the bytes that a move stores, 0 for a load.
	width func(text string) int
}

// arm64Weave matches loads and stores of several vectors that deinterleave or
// interleave.
var arm64Weave = regexp.MustCompile(`^(ld|st)([234])\t\{[^}]*\}, \[(\w+)\]`)

func vectors(digit string) int { return int(digit[0] - '0') }

var arm64Syntax = syntax{
	comment: "//",
	jump:    "b\t",
	move:    regexp.MustCompile(`^((ldr|ldp|ldnp|str|stp|stnp)\t[qd]|(ld|st)[234]\t)`),
	plain: func(text string) string {
		m := arm64Weave.FindStringSubmatch(text)
		if m == nil {
			return text
		}
		var lines []string
		for k := range vectors(m[2]) {
			lines = append(lines, fmt.Sprintf("%sr\tq%d, [%s, #%d]", m[1], k, m[3], 16*k))
		}
		return strings.Join(lines, "\n")
	},
	width: func(text string) int {
		m := arm64Weave.FindStringSubmatch(text)
		switch {
		case m != nil && m[1] == "st":
			return 16 * vectors(m[2])
		case strings.HasPrefix(text, "str\td"):
			return 8
		case strings.HasPrefix(text, "str"):
			return 16
		case strings.HasPrefix(text, "st"):
			return 32
		}
		return 0
	},
}

var (
	amd64Insert  = regexp.MustCompile(`^vinsert\w+\t\$0x[0-9a-f]+, (\S*\([^)]*\)), %[yz]mm\d+, %([yz])mm(\d+)`)
	amd64Extract = regexp.MustCompile(`^vextract\w+\t\$0x[0-9a-f]+, %([yz])mm(\d+), `)
	amd64Store   = regexp.MustCompile(`%([xyz])mm\d+, \S*\([^)]*\)`)
)

var amd64Syntax = syntax{
	comment: " # ",
	jump:    "jmp",
	move:    regexp.MustCompile(`^(v?mov(dq[uat]|ups|aps|ntdq|q\t.*mm|lps|hps|ss)|vinsert|vextract).*\([^)]*\)`),
	plain: func(text string) string {
		half := map[string]string{"y": "x", "z": "y"}
		if m := amd64Insert.FindStringSubmatch(text); m != nil {
			return "vmovups\t" + m[1] + ", %" + half[m[2]] + "mm" + m[3]
		}
		if m := amd64Extract.FindStringSubmatch(text); m != nil {
			return strings.Replace(text, m[0], "vmovups\t%"+half[m[1]]+"mm"+m[2]+", ", 1)
		}
		return text
	},
	width: func(text string) int {
		m := amd64Store.FindStringSubmatch(text)
		if m == nil {
			return 0
		}
		switch n := map[string]int{"x": 16, "y": 32, "z": 64}[m[1]]; {
		case strings.HasPrefix(text, "vextracti128"), strings.HasPrefix(text, "vextracti32x4"), strings.HasPrefix(text, "vextracti64x2"):
			return 16
		case strings.HasPrefix(text, "vextract"):
			return n / 2
		case strings.Contains(text, "movq\t"), strings.Contains(text, "lps\t"), strings.Contains(text, "hps\t"):
			return 8
		case strings.Contains(text, "ss\t"):
			return 4
		default:
			return n
		}
	},
}

// data returns the instructions that move data; those that set registers aside on
// the stack are not.
func (s syntax) data(body []instruction) []string {
	var moves []string
	for _, i := range body {
		if s.move.MatchString(i.text) && !strings.Contains(i.text, "%rsp") {
			moves = append(moves, s.plain(i.text))
		}
	}
	return moves
}

func (s syntax) stored(body []instruction) (bytes int) {
	for _, i := range body {
		if s.move.MatchString(i.text) && !strings.Contains(i.text, "%rsp") {
			bytes += s.width(i.text)
		}
	}
	return bytes
}

// steady returns the innermost loop of a function that stores the most bytes a
// turn, and of equals the shortest.
func (s syntax) steady(f []instruction) (best loop, ok bool) {
	for _, back := range f {
		if back.to == 0 || back.to > back.at {
			continue
		}
		body := s.turn(f, back.to)
		l := loop{body: body, stored: s.stored(body)}
		if l.stored > best.stored || l.stored == best.stored && len(body) < len(best.body) && ok {
			best, ok = l, true
		}
	}
	return best, ok
}

// turn returns the instructions of one turn of the loop that starts at head, or
// none if it is not the innermost that stores; of loops inside that only prefetch
// it takes one turn. Branches are not taken, but for those over code that jumps
// back to head itself: it slides the last tile, once.
func (s syntax) turn(f []instruction, head uint64) []instruction {
	var last uint64 // of the loop
	for _, i := range f {
		if i.to == head && i.at > head {
			last = i.at
		}
	}
	var body []instruction
	for n := find(f, head); n < len(f) && f[n].at <= last; n++ {
		i := f[n]
		body = append(body, i)
		switch {
		case i.to == head:
			return body
		case i.to == 0:
		case i.to < i.at:
			if s.stored(f[find(f, i.to):n]) > 0 {
				return nil
			}
		case i.to <= last:
			if to := find(f, i.to); f[to-1].to == head && strings.HasPrefix(f[to-1].text, s.jump) {
				n = to - 1
			}
		}
	}
	return nil
}

// find returns the place of the instruction at an address.
func find(f []instruction, at uint64) int {
	n, _ := slices.BinarySearchFunc(f, at, func(i instruction, at uint64) int { return cmp.Compare(i.at, at) })
	return n
}
