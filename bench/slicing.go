package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/stridecopy/stridecopy/copy"
)

// A subscript is one element of a basic slicing expression: an integer, a slice
// with parts that may be missing, or an ellipsis.
type subscript struct {
	kind              subscriptKind
	index             int  // of an integer
	start, stop, step *int // of a slice; nil where nothing stands
}

type subscriptKind int

const (
	integer subscriptKind = iota
	slice
	ellipsis
)

// parseSlicing reads what stands between the brackets of a[...] in NumPy: integers,
// slices a:b:c with any part missing, and one ellipsis, separated by commas. The
// brackets may stand around it. An empty text selects everything.
func parseSlicing(text string) ([]subscript, error) {
	body := strings.TrimSpace(text)
	if strings.HasPrefix(body, "[") && strings.HasSuffix(body, "]") {
		body = strings.TrimSpace(body[1 : len(body)-1])
	}
	body = strings.TrimSpace(strings.TrimSuffix(body, ",")) // as in a[1,]
	if body == "" {
		if strings.Contains(text, ",") {
			return nil, fmt.Errorf("slice %q: an index is missing", text)
		}
		return nil, nil
	}
	var all []subscript
	dots := 0
	for _, part := range strings.Split(body, ",") {
		s, err := parseSubscript(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("slice %q: %w", text, err)
		}
		if s.kind == ellipsis {
			dots++
		}
		all = append(all, s)
	}
	if dots > 1 {
		return nil, fmt.Errorf("slice %q: more than one ellipsis", text)
	}
	return all, nil
}

func parseSubscript(part string) (s subscript, err error) {
	switch {
	case part == "":
		return s, errors.New("an index is missing")
	case part == "...":
		return subscript{kind: ellipsis}, nil
	case !strings.Contains(part, ":"):
		s.index, err = parseInteger(part)
		if err == nil && (s.index == math.MaxInt || s.index == -math.MaxInt) {
			err = fmt.Errorf("index %s does not fit", part)
		}
		return s, err
	}
	s.kind = slice
	fields := strings.Split(part, ":")
	if len(fields) > 3 {
		return s, fmt.Errorf("%q has more than two colons", part)
	}
	for i, to := range []**int{&s.start, &s.stop, &s.step}[:len(fields)] {
		if field := strings.TrimSpace(fields[i]); field != "" {
			n, err := parseInteger(field)
			if err != nil {
				return s, err
			}
			*to = &n
		}
	}
	if s.step != nil && *s.step == 0 {
		return s, fmt.Errorf("%q: the step is zero", part)
	}
	return s, nil
}

// parseInteger reads a decimal number; one that does not fit becomes the nearest
// that has a negative, which no extent reaches.
func parseInteger(text string) (int, error) {
	n, err := strconv.Atoi(text)
	switch {
	case errors.Is(err, strconv.ErrRange) && n < 0, n == math.MinInt:
		return -math.MaxInt, nil
	case errors.Is(err, strconv.ErrRange):
		return math.MaxInt, nil
	case err != nil:
		return 0, fmt.Errorf("%q is neither an integer nor a slice a:b:c nor an ellipsis", text)
	}
	return n, nil
}

// applySlicing returns the view l[subscripts].
func applySlicing(l strided.Layout, subscripts []subscript) (strided.Layout, error) {
	named := 0 // axes that a subscript speaks of
	for _, s := range subscripts {
		if s.kind != ellipsis {
			named++
		}
	}
	if named > l.Rank() {
		return l, fmt.Errorf("too many indices: the array has %d dimensions, %d were indexed", l.Rank(), named)
	}
	skip := l.Rank() - named
	axis := 0
	var err error
	for _, s := range subscripts {
		switch s.kind {
		case ellipsis:
			axis += skip
		case integer:
			n := l.Shape[axis]
			i := s.index
			if i < 0 {
				i += n
			}
			if i < 0 || i >= n {
				return l, fmt.Errorf("index %d is out of bounds for an axis of size %d", s.index, n)
			}
			l, err = l.Index(axis, i)
		case slice:
			start, count, step := s.resolve(l.Shape[axis])
			l, err = l.Slice(axis, start, count, step)
			axis++
		}
		if err != nil {
			return l, err
		}
	}
	return l, nil
}

// resolve returns the items that a slice selects of an axis of n items, by Python's
// rules: negative positions count from the end, and positions beyond either end
// are moved to it.
func (s *subscript) resolve(n int) (start, count, step int) {
	step = 1
	if s.step != nil {
		step = *s.step
	}
	first, last := 0, n // bounds that positions are moved to
	if step < 0 {
		first, last = -1, n-1
	}
	position := func(p *int, missing int) int {
		if p == nil {
			return missing
		}
		i := *p
		if i < 0 {
			i += n
		}
		return min(max(i, first), last)
	}
	distance := 0
	if step > 0 {
		start = position(s.start, first)
		distance = position(s.stop, last) - start
	} else {
		start = position(s.start, last)
		distance = start - position(s.stop, first)
	}
	if distance <= 0 {
		return 0, 0, 1
	}
	magnitude := step
	if step < 0 {
		magnitude = -step
	}
	return start, (distance-1)/magnitude + 1, step
}

// parseAxes reads a comma-separated list of axes of an array of the given rank;
// negative ones count from the end. It must name each axis once.
func parseAxes(text string, rank int) ([]int, error) {
	var axes []int
	for _, part := range strings.Split(text, ",") {
		axis, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("perm %q: %q is not an axis", text, part)
		}
		if axis < 0 {
			axis += rank
		}
		axes = append(axes, axis)
	}
	return axes, nil
}
