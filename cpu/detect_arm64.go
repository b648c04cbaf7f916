//go:build arm64 && !purego

package cpu

// detect needs no question: Go itself requires Advanced SIMD on arm64.
func detect() Features { return NEON }
