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

// Brand returns the processor's own name, for reports.
func Brand() string { return cpuid.CPU.BrandName }
