package strided

import (
	"github.com/stridecopy/stridecopy/asm"
	"github.com/stridecopy/stridecopy/cpu"
)

// A model of how long plans take, with few constants: a fixed time for a run and
// for each call, one for each unit that the kernel moves by itself, and a rate at
// which the kernel gets through cache lines, where these lie as near as they can.
// It knows nothing of pitches that crowd the sets of a cache, nor of pages.

// cacheLevels are the levels of the memory hierarchy with their bytes on the machine
// that the constants are from. The last-level cache is asked for.
var cacheLevels = [...]struct {
	name  string
	bytes int
}{{"L1", 32 << 10}, {"L2", 1 << 20}, {"L3", 0}, {"memory", 0}}

// Nanoseconds of one worker.
const (
	runNs  = 8 // a Run: checks and the walk over loops
	callNs = 6 // a call of a kernel
)

// A pace is how fast kernels of one kind go.
type pace struct {
	unitNs float64                   // a row, box or single item
	lines  [len(cacheLevels)]float64 // GB/s of cache lines read and written, at each level
}

// paces are printed by
//
//	go test ./copy -run '^TestPaces$' -measure -v
//
// These are of one core of a Zen 4 server with AVX-512.
var paces = map[string]pace{
	"rows":          {0.5, [...]float64{200, 110, 78, 21}},
	"rowsStream":    {0.5, [...]float64{0, 0, 0, 25}},
	"rowsMerge":     {0.5, [...]float64{0, 0, 0, 28}},
	"fill":          {0.5, [...]float64{110, 70, 70, 19}},
	"items":         {0.5, [...]float64{30, 22, 18, 8}},
	"permute":       {0.6, [...]float64{200, 110, 70, 10}},
	"permuteMasked": {1.0, [...]float64{190, 110, 70, 12}},
	"transposeB1":   {0, [...]float64{60, 48, 40, 8}},
	"transposeB2":   {0, [...]float64{90, 57, 45, 8}},
	"transposeB4":   {0, [...]float64{130, 80, 45, 9}},
	"transposeB8":   {0, [...]float64{120, 80, 45, 10}},
	"transposeB16":  {0, [...]float64{120, 95, 55, 10}},
	"transposeOdd":  {0, [...]float64{74, 53, 45, 12}},
	"stream":        {0, [...]float64{0, 0, 0, 26}},
	"merge":         {0, [...]float64{0, 0, 0, 12}},
}

// Predict returns where the cache lines of a Run lie, "L1", "L2", "L3" or "memory",
// if they have been used before, and the nanoseconds that it takes one worker there.
// They come from a small model of one processor: expect half to twice as much, and
// the order of two plans rather than their times on others. Both are zero where
// there is nothing to copy.
func (p *Plan) Predict() (level string, ns float64) {
	if p.bytes == 0 {
		return "", 0
	}
	e := p.effort()
	touched := (e.dstLines + e.srcLines) * lineSize
	at := p.level(touched)
	speed := paces[p.pace()]
	ns = runNs + float64(e.calls)*callNs + float64(e.units)*speed.unitNs + float64(touched)/speed.lines[at]
	return cacheLevels[at].name, ns
}

// level returns the index of the level that holds so many bytes of lines.
func (p *Plan) level(touched int) int {
	last := len(cacheLevels) - 1
	if asm.Info(p.kernel).Stream {
		return last
	}
	for k := range cacheLevels[:last-1] {
		if touched <= cacheLevels[k].bytes {
			return k
		}
	}
	if touched <= cpu.LastLevelCache() {
		return last - 1
	}
	return last
}

// pace names the row of paces that the kernel of p goes by.
func (p *Plan) pace() string {
	k := asm.Info(p.kernel)
	switch {
	case k.Op == asm.Rows && k.Merge:
		return "rowsMerge"
	case k.Op == asm.Rows && k.Stream:
		return "rowsStream"
	case k.Op == asm.Rows, k.Op == asm.Fill, k.Op == asm.Items:
		return k.Op.String()
	case k.Needs == 0: // pure Go moves items one by one
		return "items"
	case k.Op == asm.Permute && k.Masked:
		return "permuteMasked"
	case k.Op == asm.Permute:
		return "permute"
	case k.Merge:
		return "merge"
	case k.Stream:
		return "stream"
	}
	switch p.size {
	case 1:
		return "transposeB1"
	case 2:
		return "transposeB2"
	case 4:
		return "transposeB4"
	case 8:
		return "transposeB8"
	case 16:
		return "transposeB16"
	}
	return "transposeOdd"
}
