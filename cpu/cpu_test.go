package cpu_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stridecopy/stridecopy/cpu"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct{ list, want string }{
		{"none", "none"},
		{"sse2", "sse2,ssse3"},
		{"avx2", "sse2,ssse3,avx2"},
		{"avx512", "sse2,ssse3,avx2,avx512,vbmi"},
		{"none, neon", "neon"},
	} {
		f, err := cpu.Parse(tc.list)
		if err != nil || f.String() != tc.want {
			t.Errorf("Parse(%q) = %v, %v; want %s", tc.list, f, err, tc.want)
		}
	}
	for _, bad := range []string{"", "avx", "avx2;none"} {
		if _, err := cpu.Parse(bad); err == nil {
			t.Errorf("Parse(%q): no error", bad)
		}
	}
}

func TestLevelsFallAndEndEmpty(t *testing.T) {
	have := cpu.SSE2 | cpu.SSSE3 | cpu.AVX2
	got := fmt.Sprint(cpu.Levels(have))
	if got != "[sse2,ssse3,avx2 sse2,ssse3 none]" {
		t.Errorf("Levels = %s", got)
	}
	if got := fmt.Sprint(cpu.Levels(0)); got != "[none]" {
		t.Errorf("Levels(0) = %s", got)
	}
}

// TestRequired fails where STRIDECOPY_REQUIRE names a level that this run lacks,
// so that a job started for a level cannot pass without it.
func TestRequired(t *testing.T) {
	list := os.Getenv("STRIDECOPY_REQUIRE")
	if list == "" {
		t.Skip("STRIDECOPY_REQUIRE is not set")
	}
	for _, word := range strings.Split(list, ",") {
		if _, err := cpu.Parse(word); err != nil {
			t.Fatal(err)
		}
		found := false
		for _, l := range cpu.Levels(cpu.Detect()) {
			found = found || l.Level() == word
		}
		if !found {
			t.Errorf("level %s is required, this run has %v", word, cpu.Detect())
		}
	}
}

func ExampleParse() {
	f, err := cpu.Parse("avx2")
	fmt.Println(f, err)
	// Output: sse2,ssse3,avx2 <nil>
}

func ExampleLevels() {
	for _, l := range cpu.Levels(cpu.SSE2 | cpu.SSSE3) {
		fmt.Println(l.Level())
	}
	// Output:
	// sse2
	// none
}
