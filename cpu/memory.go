package cpu

import "github.com/klauspost/cpuid/v2"

// LastLevelCache returns the size in bytes of the last-level cache that copies can count on:
// what the machine tells, or 32 MiB where it does not (cpuid answers -1 on many systems), and
// no more than that of Intel's processors, since those of servers tell the size of what all
// cores of a socket share over a mesh. On such a Xeon of 260 MiB, stores past the caches are
// 1.3 times as fast as others from 2 MiB on, and where the copy is read next, as fast at
// 8 MiB and 1.2 times as fast at 16.
func LastLevelCache() int { return lastLevel(intel(), cpuid.CPU.Cache.L3) }

func lastLevel(intel bool, l3 int) int {
	const usual = 32 << 20
	if l3 <= 0 || intel && l3 > usual {
		return usual
	}
	return l3
}

// SpreadsLines reports whether memory takes single lines of many rows at the same speed
// where these rows lie a power of two apart as where they do not. By measurement that is so
// on Zen 4; on Zen 3 and Zen 5 such lines share a channel and take three times as long or
// more, which is what is assumed of all others.
func SpreadsLines() bool {
	const zens3and4 = 25
	return cpuid.CPU.VendorID == cpuid.AMD && cpuid.CPU.Family == zens3and4 && cpuid.CPU.Supports(cpuid.AVX512F)
}

// SpreadsRows reports whether memory takes rows of some lines past the caches at the same speed
// where they lie a power of two apart as where they do not. By measurement that is so on
// Zen 4, again, and on Intel's servers, where stores past the caches of rows of 256 bytes
// and more then are 1.2 to 2 times as fast as others.
func SpreadsRows() bool { return SpreadsLines() || intel() }

// StagesNear reports whether transposes past the caches are faster by way of staging memory
// where their source rows are short and lie near each other. By measurement that is so on
// Intel's servers, 1.1 to 1.4 times.
func StagesNear() bool { return intel() }

// MissesCollide reports whether loads and stores that miss the first-level cache take longer
// where their lines share one set of it. By measurement they do so on Zen 3, Zen 4 and Zen 5,
// which is assumed of all others but Intel's, of which one was measured that does not mind.
func MissesCollide() bool { return !intel() }

// TwoStores reports whether a core stores two vectors of 16 bytes a cycle, so that single items
// of that size take less time than tiles and boxes of them, unless these begin at the edge of
// cache lines. By measurement that is so on an Intel Xeon of 2023; Intel's cores have two
// such ports since 2019.
func TwoStores() bool { return intel() }

func intel() bool { return cpuid.CPU.VendorID == cpuid.Intel }

// Brand returns the processor's own name, for reports.
func Brand() string { return cpuid.CPU.BrandName }
