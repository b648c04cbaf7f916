//go:build amd64 && !purego

package cpu

import "github.com/klauspost/cpuid/v2"

func detect() Features {
	f := SSE2
	for _, group := range []struct {
		set  Features
		need []cpuid.FeatureID
	}{
		{SSSE3, []cpuid.FeatureID{cpuid.SSSE3}},
		{AVX2, []cpuid.FeatureID{cpuid.AVX2, cpuid.BMI2}},
		{AVX512, []cpuid.FeatureID{cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL}},
		{VBMI, []cpuid.FeatureID{cpuid.AVX512VBMI}},
	} {
		if !cpuid.CPU.Supports(group.need...) {
			break // every group builds on the ones before it
		}
		f |= group.set
	}
	return f
}
