package memoryview

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
)

// Values of the conformance vectors, to Go and back.

func bigOf(n json.Number) *big.Int {
	i, ok := new(big.Int).SetString(string(n), 10)
	if !ok {
		panic("not an integer: " + string(n))
	}
	return i
}

// integerValue returns an int where it fits, as a caller would write it.
func integerValue(n json.Number) any {
	if i := bigOf(n); !i.IsInt64() || int64(int(i.Int64())) != i.Int64() {
		return i
	}
	return mustInt(n)
}

func bitsOf(s string) float64 {
	if s == "nan" {
		return math.NaN()
	}
	u, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		panic(err)
	}
	return math.Float64frombits(u)
}

// value returns the Go value, or key, of a decoded JSON value.
func (r *replay) value(j any) any {
	switch j := j.(type) {
	case nil, bool:
		return j
	case json.Number:
		return integerValue(j)
	case string:
		if j != "..." {
			panic("value " + j)
		}
		return Ellipsis
	case []any:
		return r.values(j)
	}
	for tag, x := range j.(map[string]any) {
		switch tag {
		case "f":
			return bitsOf(x.(string))
		case "b":
			return mustHex(x.(string))
		case "ba":
			return testByteArray(mustHex(x.(string)))
		case "s":
			return x
		case "t":
			return Tuple(r.values(x.([]any)))
		case "sl":
			s := r.values(x.([]any))
			return Slice{s[0], s[1], s[2]}
		case "index":
			return testIndex{bigOf(x.(json.Number))}
		case "floatlike":
			return testFloat{bitsOf(x.(string))}
		case "ref":
			return r.regs[x.(string)]
		}
	}
	panic(fmt.Sprintf("value %v", j))
}

func (r *replay) values(j []any) []any {
	out := make([]any, len(j))
	for i, x := range j {
		out[i] = r.value(x)
	}
	return out
}

type object = map[string]any

// encode returns a result as the JSON value that a vector expects.
func encode(x any) any {
	switch x := x.(type) {
	case int:
		return json.Number(strconv.Itoa(x))
	case int64:
		return json.Number(strconv.FormatInt(x, 10))
	case uint64:
		return json.Number(strconv.FormatUint(x, 10))
	case float64:
		if x != x {
			return object{"f": "nan"}
		}
		return object{"f": fmt.Sprintf("%016x", math.Float64bits(x))}
	case []byte:
		return object{"b": hex.EncodeToString(x)}
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = encode(x[i])
		}
		return out
	case Tuple:
		return object{"t": encode([]any(x))}
	case []int:
		out := make([]any, len(x))
		for i := range x {
			out[i] = encode(x[i])
		}
		return out
	}
	return x
}

// orNull is encode with null for a nil slice.
func orNull(s []int) any {
	if s == nil {
		return nil
	}
	return encode(s)
}

// differ returns where want and got differ, "" if they are equal. A float with the
// bits of a NaN equals "nan".
func differ(path string, want, got any) string {
	switch w := want.(type) {
	case object:
		g, ok := got.(object)
		if !ok || len(g) != len(w) {
			break
		}
		for key, x := range w {
			y, ok := g[key]
			if !ok {
				return fmt.Sprintf("%s.%s: want %v, got nothing", path, key, x)
			}
			if d := differ(path+"."+key, x, y); d != "" {
				return d
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		for i := range w {
			if d := differ(fmt.Sprintf("%s[%d]", path, i), w[i], g[i]); d != "" {
				return d
			}
		}
		return ""
	case string:
		if g, ok := got.(string); ok && (g == w || g == "nan" && len(w) == 16 && math.IsNaN(bitsOf(w))) {
			return ""
		}
	default:
		if g, ok := got.(json.Number); ok || comparableJSON(got) {
			if want == got || ok && want == any(g) {
				return ""
			}
		}
	}
	return fmt.Sprintf("%s: want %v, got %v", path, want, got)
}

func comparableJSON(x any) bool {
	switch x.(type) {
	case nil, bool, string, json.Number:
		return true
	}
	return false
}

// position returns [block, offset] of a place in the blocks of the exporters. The
// block of a place that no exporter has is 0: a copy, or memory without bytes.
func (r *replay) position(p Pointer) any {
	for _, x := range r.exporters {
		k := slices.IndexFunc(x.blocks, func(q Pointer) bool { return sameBlock(p, q) })
		if k >= 0 {
			return encode([]any{k, p.Offset})
		}
	}
	return encode([]any{0, p.Offset})
}

func sameBlock(p, q Pointer) bool {
	if len(p.Table) > 0 {
		return len(q.Table) > 0 && &p.Table[0] == &q.Table[0]
	}
	return len(p.Mem) > 0 && len(q.Mem) > 0 && &p.Mem[0] == &q.Mem[0]
}

// pybuf encodes a buffer.
func (r *replay) pybuf(b *Buffer) object {
	o := object{
		"buf": r.position(b.Buf), "len": encode(b.Len), "isz": encode(b.ItemSize), "ro": b.ReadOnly, "ndim": encode(b.NDim),
		"fmt": nil, "shape": orNull(b.Shape), "strides": orNull(b.Strides), "sub": orNull(b.Suboffsets),
	}
	if b.HasFormat() {
		o["fmt"] = b.Format
	}
	return o
}

// mv encodes a view.
func (r *replay) mv(v *View) object {
	b := v.Buffer()
	c, err := v.CContiguous()
	f, err2 := v.FContiguous()
	a, err3 := v.Contiguous()
	for _, err := range []error{err, err2, err3} {
		if err != nil {
			panic(err)
		}
	}
	return object{
		"buf": r.position(b.Buf), "nbytes": encode(b.Len), "isz": encode(b.ItemSize), "ro": b.ReadOnly, "fmt": b.Format,
		"ndim": encode(b.NDim), "shape": encode(b.Shape), "strides": encode(b.Strides), "sub": encode(b.Suboffsets),
		"c": c, "f": f, "a": a, "obj": r.name(v.Base()),
	}
}

// name returns the register of an exporter.
func (r *replay) name(obj any) any {
	switch obj := obj.(type) {
	case nil:
		return nil
	case []byte:
		return "bytes"
	default:
		for name, x := range r.regs {
			if _, isView := x.(*View); !isView && x == obj {
				return name
			}
		}
	}
	return fmt.Sprintf("%T", obj)
}

// hasZero reports whether a shape of a wanted result holds a 0, so that its buf
// says nothing.
func hasZero(shape any) bool {
	s, _ := shape.([]any)
	return slices.Contains(s, any(json.Number("0")))
}
