package cpu

import "github.com/klauspost/cpuid/v2"

// LastLevelCache returns the size in bytes of the last-level cache that copies can count on:
// what the machine tells, or 32 MiB where it does not (cpuid answers -1 on many systems), and
// no more than that of Intel's processors, since those of servers tell the size of what all
// cores of a socket share over a mesh. On such a Xeon of 260 MiB, stores past the caches are
// 1.3 times as fast as others from 2 MiB on, and where the copy is read next, as fast at
// 8 MiB and 1.2 times as fast at 16.
func LastLevelCache() int { return lastLevel(cpuid.CPU.VendorID == cpuid.Intel, cpuid.CPU.Cache.L3) }

func lastLevel(intel bool, l3 int) int {
	const usual = 32 << 20
	if l3 <= 0 || intel && l3 > usual {
		return usual
	}
	return l3
}

// Memory says how caches and memory of a processor behave, as far as plans depend on it. The
// zero value is what is assumed of those that were not measured.
type Memory struct {
	// SpreadsLines: the memory takes single lines of many rows at the same speed where these
	// rows lie a power of two apart as where they do not. By measurement that is so on Zen 4;
	// on Zen 3 and Zen 5 such lines share a channel and take three times as long or more.
	SpreadsLines bool
	// SpreadsRows: the same of rows of some lines past the caches. By measurement that is so
	// on Zen 4, again, and on an Intel Xeon of 2023, where stores past the caches of rows of
	// 256 bytes and more then are 1.2 to 2 times as fast as others.
	SpreadsRows bool
	// StagesNear: transposes past the caches are faster by way of staging memory where their
	// source rows are short and lie near each other, 1.1 to 1.4 times on that Xeon.
	StagesNear bool
	// TakesMisses: loads and stores that miss the first-level cache take no longer where
	// their lines share one set of it. On Zen 3, Zen 4 and Zen 5 they do, on that Xeon not.
	TakesMisses bool
	// TakesWalks: loads of which each is to a page of its own, more than a TLB holds, do not
	// keep each other from the page walkers. On a Zen 5 they take half the time when none
	// waits for another, from 1000 to 4000 of them; on the others they do not.
	TakesWalks bool
	// SmallDown: transposes between rows that share sets of the first-level cache go down the
	// source rows with items of 1 and 2 bytes, too, as they do with larger ones everywhere. By
	// measurement that is 1.3 times as fast on a Zen 5, with AVX-512.
	SmallDown bool
	// FollowsSource: what is stored past the caches is faster in the order in which it lies in
	// the source. By measurement on a Xeon of 480 MiB of last-level cache that is so for rows,
	// 1.1 times in the mean and up to 1.4: it seems to fetch far beyond what is read, and to
	// store to other rows each time costs nothing.
	FollowsSource bool
	// RowsFollowSource: the same of rows, and no others. By measurement that is so on a Zen 5,
	// 1.2 times in the mean and up to twice, also where rows too large for the caches are not
	// stored past them. To pack rows first, which goes in the order of the destination, then
	// pays for short ones only, and not where they lie apart on the source or the other way
	// round, which by stores to the caches is 2.5 times as fast.
	RowsFollowSource bool
	// TwoStores: a core stores two vectors of half a line or less a cycle, but one of a line
	// only, so that single items take less time than elsewhere, those of 16 bytes less than
	// tiles and boxes of them, unless these begin at the edge of cache lines, and tiles whose
	// rows do not begin there less by half lines. Intel's cores have two such ports since
	// those that have GFNI.
	TwoStores bool
	// MovesStrings: the processor's own loop over bytes (REP MOVSB) is faster than loads and
	// stores of vectors where rows are long and do not fit the first-level cache. By measurement
	// that is so on a Zen 5, up to 1.6 times.
	MovesStrings bool
	// QuickItems: items of 8 bytes that come to touch are gathered one by one in less time than
	// by AVX-512 from more than three lines, those of 16 and more from more than two. By
	// measurement that is so in the caches of a core of a Zen 5.
	QuickItems bool
	// WholeLines: loads and stores of 64 bytes take less time as one than in halves, where they
	// hit the first-level cache. By measurement that is so on a Zen 5, up to 1.4 times; beyond
	// that cache it does not matter, and memory delivers up to twice as much to halves.
	WholeLines bool
	// DearBoxes: a copy that is one box of AVX-512, of more than four windows, takes no less time
	// than such a box among others, one of 16 to 32 bytes more than with windows of 16, and boxes
	// under masks of four lines of a side more than smaller ones. By measurement that is so on a
	// Zen 5, where other leaves and smaller boxes then are 1.2 times as fast.
	DearBoxes bool
	// CrowdsStores: to store a line to each of many rows that share a few sets of the first-level
	// cache takes several times as long as to store some lines to each, even if all are whole
	// lines. By measurement that is so on a Zen 5: transposes between such rows are up to 9 times
	// as fast with AVX2, and up to twice with AVX-512, if they go through scratch memory.
	CrowdsStores bool
	// CarriesLines: transposes past the caches to rows that begin anywhere in a line are faster
	// by single lines of many rows, and so along the source, than by several lines of fewer rows.
	// By measurement that is so on a Zen 5, 1.2 times in the mean and up to twice.
	CarriesLines bool
	// KeepsSmall: transposes of items of 1 and 2 bytes, or of 4 with AVX2, that would go through
	// staging memory and past the caches are faster by plain stores where source and destination
	// both fit the last-level cache, and those of 1 and 2 bytes of which runs are short by tiles
	// for the caches instead of whole lines. By measurement that is so on a Zen 5, 1.2 times.
	KeepsSmall bool
}

// DetectMemory returns what is known of this processor.
func DetectMemory() Memory {
	const zens3and4, zen5 = 25, 26
	vendor, family := cpuid.CPU.VendorID, cpuid.CPU.Family
	switch {
	case vendor == cpuid.AMD && family == zens3and4 && cpuid.CPU.Supports(cpuid.AVX512F):
		return Memory{SpreadsLines: true, SpreadsRows: true}
	case vendor == cpuid.AMD && family == zen5:
		return Memory{TakesWalks: true, SmallDown: true, RowsFollowSource: true, MovesStrings: true, QuickItems: true, WholeLines: true, DearBoxes: true,
			CrowdsStores: true, CarriesLines: true, KeepsSmall: true}
	case vendor == cpuid.Intel && cpuid.CPU.Supports(cpuid.GFNI):
		return Memory{SpreadsRows: true, StagesNear: true, TakesMisses: true, FollowsSource: true, TwoStores: true}
	}
	return Memory{}
}

// Brand returns the processor's own name, for reports.
func Brand() string { return cpuid.CPU.BrandName }
