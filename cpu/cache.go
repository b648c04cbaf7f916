package cpu

import "github.com/klauspost/cpuid/v2"

// LastLevelCache returns the size in bytes of the last-level cache, or 32 MiB
// where the machine does not tell (cpuid answers -1 on many systems).
func LastLevelCache() int {
	const unknown = 32 << 20
	if n := cpuid.CPU.Cache.L3; n > 0 {
		return n
	}
	return unknown
}

// SpreadsLines reports whether memory takes single lines of many rows at the same speed
// where these rows lie a power of two apart as where they do not. By measurement that is so
// on Zen 4; on Zen 3 and Zen 5 such lines share a channel and take three times as long or
// more, which is what is assumed of all others.
func SpreadsLines() bool {
	const zens3and4 = 25
	return cpuid.CPU.VendorID == cpuid.AMD && cpuid.CPU.Family == zens3and4 && cpuid.CPU.Supports(cpuid.AVX512F)
}

// Brand returns the processor's own name, for reports.
func Brand() string { return cpuid.CPU.BrandName }
