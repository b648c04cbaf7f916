package memoryview

import (
	"math"
	"math/big"
	"reflect"
)

// An Indexer acts as an integer where Python asks an object for __index__: as an
// index, and as the value of an integer or floating-point item. Where Index returns
// nil the error matches [ErrType].
type Indexer interface{ Index() *big.Int }

// A Floater acts as a number where Python asks an object for __float__: as the
// value of a floating-point item.
type Floater interface{ Float() float64 }

// A whole is an integer of any size: big if it is not nil, else sign and magnitude.
type whole struct {
	negative  bool
	magnitude uint64
	big       *big.Int // only beyond 64 bits
}

func wholeInt(i int64) whole {
	if i < 0 {
		return whole{negative: true, magnitude: -uint64(i)}
	}
	return whole{magnitude: uint64(i)}
}

// wholeBig is false for nil.
func wholeBig(i *big.Int) (whole, bool) {
	switch {
	case i == nil:
		return whole{}, false
	case i.BitLen() > 64:
		return whole{negative: i.Sign() < 0, big: i}, true
	}
	return whole{negative: i.Sign() < 0, magnitude: new(big.Int).Abs(i).Uint64()}, true
}

// wholeFloat is false unless f is an integer.
func wholeFloat(f float64) (whole, bool) {
	switch {
	case math.IsInf(f, 0) || f != math.Trunc(f):
		return whole{}, false
	case math.Abs(f) < 1<<64:
		return whole{negative: f < 0, magnitude: uint64(math.Abs(f))}, true
	}
	i, _ := big.NewFloat(f).Int(nil)
	return whole{negative: f < 0, big: i}, true
}

func (w whole) equal(x whole) bool {
	if w.big != nil && x.big != nil {
		return w.big.Cmp(x.big) == 0
	}
	return w == x
}

// int64 is false if w is out of range.
func (w whole) int64() (int64, bool) {
	switch {
	case w.big != nil:
		return 0, false
	case w.negative:
		return -int64(w.magnitude), w.magnitude <= 1<<63
	}
	return int64(w.magnitude), w.magnitude <= math.MaxInt64
}

// clamp is int64 with the nearest value for what is out of range.
func (w whole) clamp() int64 {
	i, ok := w.int64()
	switch {
	case ok:
		return i
	case w.negative:
		return math.MinInt64
	}
	return math.MaxInt64
}

// float64 rounds to nearest even; it is false on overflow.
func (w whole) float64() (float64, bool) {
	if w.big != nil {
		f, _ := new(big.Float).SetInt(w.big).Float64()
		return f, !math.IsInf(f, 0)
	}
	if w.negative {
		return -float64(w.magnitude), true
	}
	return float64(w.magnitude), true
}

// integer returns the value of a Go integer or bool, as Python's bool is an int.
func integer(x any) (whole, bool) {
	switch x := x.(type) {
	case int:
		return wholeInt(int64(x)), true
	case int64:
		return wholeInt(x), true
	case uint64:
		return whole{magnitude: x}, true
	case *big.Int:
		return wholeBig(x)
	case nil, []byte, string, float64:
		return whole{}, false
	}
	switch r := reflect.ValueOf(x); {
	case r.CanInt():
		return wholeInt(r.Int()), true
	case r.CanUint():
		return whole{magnitude: r.Uint()}, true
	case r.Kind() == reflect.Bool && r.Bool():
		return whole{magnitude: 1}, true
	case r.Kind() == reflect.Bool:
		return whole{}, true
	}
	return whole{}, false
}

// index is integer, or the value of an [Indexer].
func index(x any) (whole, bool) {
	if i, ok := x.(Indexer); ok {
		return wholeBig(i.Index())
	}
	return integer(x)
}

// float returns the value of a Go floating-point number.
func float(x any) (float64, bool) {
	if f, ok := x.(float64); ok {
		return f, true
	}
	if r := reflect.ValueOf(x); r.IsValid() && r.CanFloat() {
		return r.Float(), true
	}
	return 0, false
}

// truth is Python's truth value: false for nil, zero, and what is empty.
func truth(x any) (bool, error) {
	switch x := x.(type) {
	case *View:
		n, err := x.Len()
		return n != 0, err
	case interface{ Len() int }:
		return x.Len() != 0, nil
	case *big.Int:
		if x == nil {
			return false, raise(ErrType, "a nil *big.Int has no truth value")
		}
		return x.Sign() != 0, nil
	}
	switch r := reflect.ValueOf(x); r.Kind() {
	case reflect.Invalid:
		return false, nil
	case reflect.String, reflect.Slice, reflect.Map, reflect.Array:
		return r.Len() != 0, nil
	case reflect.Struct, reflect.Pointer, reflect.Func, reflect.Chan:
		return true, nil
	default:
		return !r.IsZero(), nil
	}
}

// equalValues is Python's == of an item and a value: numbers are compared exactly
// whatever their types, and bytes only with bytes.
func equalValues(a, b any) bool {
	if item, ok := a.([]byte); ok {
		return equalBytes(item, b)
	}
	if t, ok := a.(Tuple); ok {
		u, ok := b.(Tuple)
		equal := ok && len(t) == len(u)
		for i := 0; equal && i < len(t); i++ {
			equal = equalValues(t[i], u[i])
		}
		return equal
	}
	f, aFloat := float(a)
	g, bFloat := float(b)
	if aFloat && bFloat {
		return f == g
	}
	i, aWhole := integer(a)
	j, bWhole := integer(b)
	if aFloat {
		i, aWhole = wholeFloat(f)
	}
	if bFloat {
		j, bWhole = wholeFloat(g)
	}
	return aWhole && bWhole && i.equal(j)
}

// equalBytes compares a bytes item with bytes, or with an object that shows its
// bytes, as a bytearray does.
func equalBytes(item []byte, x any) bool {
	switch x := x.(type) {
	case []byte:
		return string(x) == string(item)
	case interface{ Bytes() []byte }:
		return string(x.Bytes()) == string(item)
	case *View:
		same, _ := x.Eq(item)
		return same
	}
	return false
}
