package cpu_test

import (
	"fmt"
	"runtime"

	"github.com/stridecopy/stridecopy/cpu"
)

func ExampleDetect() {
	have := cpu.Detect()
	fmt.Println(have.Has(cpu.AVX512) && !have.Has(cpu.AVX2)) // a level includes those below it
	// Output: false
}

func ExampleFeatures() {
	f := cpu.SSE2 | cpu.SSSE3 | cpu.AVX2
	fmt.Println(f, f.Level(), f.Has(cpu.AVX2), f.Has(cpu.AVX512))
	// Output: sse2,ssse3,avx2 avx2 true false
}

func ExampleLastLevelCache() {
	fmt.Println(cpu.LastLevelCache() > 0)
	// Output: true
}

func ExampleDetectMemory() {
	// It is known of some processors for amd64 only, and 386.
	fmt.Println(cpu.DetectMemory() != cpu.Memory{} && runtime.GOARCH != "amd64" && runtime.GOARCH != "386")
	// Output: false
}

func ExampleMemory() {
	fmt.Println(cpu.Memory{}.TwoStores) // nothing is known of other processors
	// Output: false
}

func ExampleBrand() {
	// Some machines do not tell; the name is for reports only.
	fmt.Println(len(cpu.Brand()) < 100)
	// Output: true
}
