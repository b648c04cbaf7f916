package memoryview

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestSingle checks that a binary32 comes back, and that a NaN keeps its sign and
// payload and becomes quiet.
func TestSingle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 2))
	for k := range 100_000 {
		bits := r.Uint32()
		if k%2 == 0 {
			bits |= 0xff << 23 // infinite or NaN
		}
		want := bits
		if math.IsNaN(float64(math.Float32frombits(bits))) {
			want |= 1 << 22
		}
		if f := singleToFloat(bits); floatToSingle(f) != want {
			t.Fatalf("%08x is %g, which becomes %08x", bits, f, floatToSingle(f))
		}
	}
}

// TestHalf checks every binary16 both ways, and the rounding between neighbours.
func TestHalf(t *testing.T) {
	for h := range 1 << 16 {
		f := halfToFloat(uint16(h))
		got, ok := floatToHalf(f)
		if math.IsNaN(f) {
			if got&^0x8000 != 0x7e00 || !ok {
				t.Fatalf("NaN %04x becomes %04x", h, got)
			}
			continue
		}
		if got != uint16(h) || !ok {
			t.Fatalf("%04x is %g, which becomes %04x", h, f, got)
		}
		if h&0x7fff >= 0x7bff {
			continue
		}
		up := halfToFloat(uint16(h + 1))
		middle := (f + up) / 2
		even := uint16(h + h&1)
		for _, c := range []struct {
			f    float64
			want uint16
		}{
			{middle, even},
			{math.Nextafter(middle, f), uint16(h)},
			{math.Nextafter(middle, up), uint16(h + 1)},
		} {
			if got, ok := floatToHalf(c.f); got != c.want || !ok {
				t.Fatalf("%g becomes %04x, not %04x", c.f, got, c.want)
			}
		}
	}
	for f, want := range map[float64]bool{65504: true, 65519.999: true, 65520: false, 1e300: false, -65520: false, math.Inf(1): true} {
		if _, ok := floatToHalf(f); ok != want {
			t.Errorf("%g: %v", f, ok)
		}
	}
}

// TestItemLimits writes the first and last value of every integer format, and the
// ones beyond.
func TestItemLimits(t *testing.T) {
	for char := byte('A'); char < 'z'; char++ {
		kind, size := typeOf(char).kind, typeOf(char).size
		low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(8*size))
		switch kind {
		case signedItem:
			high.Rsh(high, 1)
			low.Neg(high)
		case pointerItem:
			low.Neg(new(big.Int).Rsh(high, 1))
		case unsignedItem:
		default:
			continue
		}
		one := big.NewInt(1)
		for _, c := range []struct {
			x  *big.Int
			ok bool
		}{{low, true}, {new(big.Int).Sub(high, one), true}, {high, false}, {new(big.Int).Sub(low, one), false}} {
			item, err := packItem(char, c.x)
			if c.ok != (err == nil) || !c.ok && !errors.Is(err, ErrValue) {
				t.Fatalf("%c: %v: %v", char, c.x, err)
			}
			if err != nil {
				continue
			}
			back, err := readItem(Pointer{Mem: item}, char)
			want := new(big.Int).And(c.x, new(big.Int).Sub(new(big.Int).Lsh(one, uint(8*size)), one))
			if kind == signedItem {
				want = c.x
			}
			if err != nil || !equalValues(back, want) {
				t.Fatalf("%c: %v is read as %v: %v", char, c.x, back, err)
			}
		}
	}
}

func TestEqualValues(t *testing.T) {
	huge := new(big.Int).Lsh(big.NewInt(1), 100)
	type named int8
	for _, c := range []struct {
		a, b any
		want bool
	}{
		{int64(1), 1.0, true}, {int64(1), true, true}, {false, 0, true}, {1.5, float32(1.5), true},
		{uint64(math.MaxUint64), float64(1 << 64), false}, {uint64(1 << 63), float64(1 << 63), true},
		{int64(math.MinInt64), -float64(1 << 63), true}, {int64(math.MaxInt64), float64(1 << 63), false},
		{float64(1 << 53), uint64(1<<53 + 1), false}, {math.Ldexp(1, 100), huge, true}, {math.Ldexp(1, 101), huge, false},
		{math.Inf(1), huge, false}, {math.NaN(), math.NaN(), false}, {0.0, math.Copysign(0, -1), true},
		{int64(-3), named(-3), true}, {int64(-3), uint8(253), false},
		{[]byte("a"), []byte("a"), true}, {[]byte("a"), "a", false}, {[]byte{1}, 1, false}, {int64(1), nil, false},
		{[]byte("a"), FromMemory([]byte("a"), Read), true},
		{Tuple{int64(1), []byte("x")}, Tuple{1.0, []byte("x")}, true}, {Tuple{}, Tuple{}, true}, {Tuple{int64(1)}, int64(1), false},
	} {
		if got := equalValues(c.a, c.b); got != c.want {
			t.Errorf("%v (%T) == %v (%T): %v", c.a, c.a, c.b, c.b, got)
		}
	}
}

// A fickle index is nil when it is asked a second time, if not the first.
type fickle struct{ asked *int }

func (f fickle) Index() *big.Int {
	if *f.asked++; *f.asked == 1 {
		return big.NewInt(1)
	}
	return nil
}

// TestNilIntegers uses nil where an integer is asked for, as a key and as a value.
func TestNilIntegers(t *testing.T) {
	mem := make([]byte, 16)
	for name, x := range map[string]any{"nil": (*big.Int)(nil), "Indexer": testIndex{}} {
		for _, format := range []string{"B", "q", "P", "d", "?", "c"} {
			v, err := FromMemory(mem, Write).Cast(format, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := v.SetItem(0, x); !errors.Is(err, ErrType) && (format != "?" || name == "nil") { // any other value is true
				t.Errorf("%s as an item of %s: %v", name, format, err)
			}
		}
		v := FromMemory(mem, Write)
		for _, key := range []any{x, Tuple{x}, Slice{Start: x}, Slice{Step: x}, fickle{new(int)}, Tuple{fickle{new(int)}}} {
			if got, err := v.GetItem(key); !errors.Is(err, ErrType) {
				t.Errorf("%s: GetItem(%T): %v, %v", name, key, got, err)
			}
			if err := v.SetItem(key, 1); !errors.Is(err, ErrType) {
				t.Errorf("%s: SetItem(%T): %v", name, key, err)
			}
		}
		for _, key := range []any{x, Slice{Stop: x}, fickle{new(int)}} {
			if _, err := v.Sub(key); !errors.Is(err, ErrType) {
				t.Errorf("%s: Sub(%T): %v", name, key, err)
			}
		}
		if found, err := v.Contains(x); err != nil || found {
			t.Errorf("%s: %t, %v", name, found, err)
		}
	}
}

// TestByteOrder reads native items in the order of the host.
func TestByteOrder(t *testing.T) {
	mem := make([]byte, 8)
	binary.NativeEndian.PutUint64(mem, 0x0102030405060708)
	v, err := FromMemory(mem, Read).Cast("Q", nil)
	if err != nil {
		t.Fatal(err)
	}
	if x, err := v.At(0); err != nil || x != uint64(0x0102030405060708) {
		t.Errorf("%x, %v", x, err)
	}
}
