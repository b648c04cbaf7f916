package strided

// Virtual axes of transposes: chains of loops, which tables of offsets stand for.

// A virtual axis is a chain of loops, of which the last may be cut into chunks.
type virtual struct {
	most  int // items wanted
	tile  int // the last chunk is a multiple of it, or the longest; 0 where that does not matter
	n     int // items so far
	loops [inlineLoops]loop
	used  int
	split turn // the loop over chunks of the last loop
	open  bool // the chain may go on
}

// extend adds loop k of the rest to v, whole or, past the wanted size, in chunks.
func (b *builder) extend(v *virtual, k int, isJ bool) {
	if k < 0 || v.used == len(v.loops) {
		v.open = false
		return
	}
	l := b.take(k)
	most := max(1, v.most/v.n)
	line := max(1, 64/(b.x.item*v.n)) // chunks of whole lines, or more than one
	if whole := 64 / gcd(b.x.item*v.n, 64); v.tile > 0 && whole <= most {
		line = whole
	}
	if l.n >= most+line {
		chunks := (l.n + most - 1) / most
		full := (l.n+chunks-1)/chunks + line - 1
		full -= full % line
		chunks = max(1, (l.n+full-1)/full)
		rest := l.n - (chunks-1)*full
		switch {
		case chunks == 1:
		case v.tile > 0 && rest < full && rest*v.n%v.tile != 0:
			full = leastLeft(l.n, full, line)
			chunks = l.n / full // the last chunk is the longest
		case rest*v.n*b.x.item < 64:
			chunks-- // the last chunk takes what is less than a line
		}
		last := l.n - (chunks-1)*full
		field := partI
		if isJ {
			field = partJ
		}
		v.split = turn{n: chunks, dst: full * l.dst, src: full * l.src, field: field, full: full * v.n, last: last * v.n}
		l.n = max(full, last)
		v.open = false
	}
	v.loops[v.used] = l
	v.used++
	v.n *= l.n
	if v.n >= v.most {
		v.open = false
	}
}

// leastLeft returns the size of chunks, most or down to half of it in steps of line, that
// leaves the fewest of n over.
func leastLeft(n, most, line int) int {
	best := most
	for size := most; n%best >= line && 2*size >= most && size >= line; size -= line {
		if n%size < n%best {
			best = size
		}
	}
	return best
}

// step returns the step between items of v on one side, and whether it is the same
// between all.
func (v *virtual) step(side func(loop) int) (step int, even bool) {
	step, n := side(v.loops[0]), v.loops[0].n
	for _, l := range v.loops[1:v.used] {
		if side(l) != n*step {
			return 0, false
		}
		n *= l.n
	}
	return step, true
}

// apart returns how many items of v follow each other whose distances on the destination are
// all multiples of step.
func (v *virtual) apart(step int) int {
	n := 1
	for _, l := range v.loops[:v.used] {
		if l.dst%step != 0 {
			break
		}
		n *= l.n
	}
	return n
}

// places returns how many places after an item of v there is one that lies run bytes further on
// the destination, within a loop, or 0 where there is none.
func (v *virtual) places(run int) int {
	n := 1
	for _, l := range v.loops[:v.used] {
		if l.dst == run && l.n > 1 {
			return n
		}
		n *= l.n
	}
	return 0
}

// full returns the items of a whole chunk, least those of the shortest.
func (v *virtual) full() int {
	if v.split.n > 1 {
		return v.split.full
	}
	return v.n
}

func (v *virtual) least() int {
	if v.split.n > 1 {
		return min(v.split.full, v.split.last)
	}
	return v.n
}

// ends reports whether a kernel that takes tile items at a time, and in the last tile
// those that the table says, finds in the table what it is to take.
func (v *virtual) ends(tile int) bool {
	s := &v.split
	return s.n <= 1 || s.full%tile == 0 && (s.last%tile == 0 || s.last > s.full)
}

// fill writes the offset of every item of v, by the steps of one side.
func (v *virtual) fill(table []int, step func(loop) int) {
	first, at := step(v.loops[0]), 0
	n := v.loops[0].n
	rest := table[:n]
	for ; len(rest) >= 4; rest = rest[4:] { // not by the entry before, which would wait for its store
		four := rest[:4]
		four[0], four[1], four[2], four[3] = at, at+first, at+2*first, at+3*first
		at += 4 * first
	}
	for k := range rest {
		rest[k] = at
		at += first
	}
	for _, l := range v.loops[1:v.used] {
		s := step(l)
		to := table[n : n*l.n]
		for k, from := range table[:len(to)] {
			to[k] = from + s
		}
		n *= l.n
	}
}
