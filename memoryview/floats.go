package memoryview

import "math"

// halfToFloat returns the value of an IEEE 754 binary16.
func halfToFloat(h uint16) float64 {
	exponent, fraction := int(h>>10&0x1f), float64(h&0x3ff)
	var f float64
	switch exponent {
	case 0:
		f = math.Ldexp(fraction, -24)
	case 0x1f:
		f = math.Inf(1)
		if fraction != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(fraction+1024, exponent-25)
	}
	if h>>15 != 0 {
		return math.Copysign(f, -1)
	}
	return f
}

// floatToHalf returns f as an IEEE 754 binary16, rounded to nearest even, and false
// if a finite f rounds beyond the largest one.
func floatToHalf(f float64) (uint16, bool) {
	sign := uint16(math.Float64bits(f) >> 63 << 15)
	f = math.Abs(f)
	switch {
	case math.IsNaN(f):
		return sign | 0x7e00, true
	case math.IsInf(f, 0):
		return sign | 0x7c00, true
	case f == 0:
		return sign, true
	}
	_, exponent := math.Frexp(f) // f = m * 2^exponent, 1/2 <= m < 1
	// An item counts units of its binade, from 1024 to 2048, which is the first of
	// the next binade; a subnormal one has fewer than 1024 units of 2^-24.
	unit := max(exponent-11, -24)
	bits := uint32(math.RoundToEven(math.Ldexp(f, -unit))) + uint32(unit+24)<<10
	return sign | uint16(bits), bits < 0x7c00
}

// singleToFloat and floatToSingle convert as every processor does, but for NaN: of
// that they keep the sign and the leading bits and make it quiet, as IEEE 754 means
// it, where older MIPS processors take quiet for signalling and put in their own.
func singleToFloat(bits uint32) float64 {
	if f := math.Float32frombits(bits); f == f {
		return float64(f)
	}
	const quiet = 0x7ff8 << 48
	return math.Float64frombits(uint64(bits>>31)<<63 | quiet | uint64(bits&0x7fffff)<<29)
}

func floatToSingle(f float64) uint32 {
	if !math.IsNaN(f) {
		return math.Float32bits(float32(f))
	}
	const quiet = 0x7fc0 << 16
	bits := math.Float64bits(f)
	return uint32(bits>>63)<<31 | quiet | uint32(bits>>29)&0x7fffff
}
