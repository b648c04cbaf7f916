package main

import (
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	line := func(name string, min, median, copyNs string) string {
		return `{"name":"` + name + `","ns_min":` + min + `,"ns_median":` + median + `,"copy_ns":` + copyNs + `,"workers":1,"features":"avx2"}`
	}
	writeFile(t, dir, "old.json", []byte("["+line("a", "100", "101", "50")+","+line("b", "100", "101", "50")+","+line("c", "100", "101", "50")+"]"))
	writeFile(t, dir, "same.json", []byte("["+line("a", "104", "105", "50")+","+line("b", "80", "81", "50")+","+line("d", "1", "1", "1")+"]"))
	writeFile(t, dir, "slow.json", []byte("["+line("a", "120", "121", "50")+","+line("b", "120", "150", "50")+","+line("c", "120", "121", "65")+"]"))
	writeFile(t, dir, "other.json", []byte("["+line("z", "1", "1", "1")+"]"))
	writeFile(t, dir, "bad.json", []byte(`[{"name":"a"}]`))
	for _, tc := range []struct {
		args   string
		status int
		says   []string
	}{
		{"old.json same.json", exitOK, []string{"a avx2", "faster", "~", "geometric mean of 2", "2 results stand in one"}},
		{"old.json slow.json", exitFailed, []string{"1 of 3 cases became slower"}},
		{"old.json,same.json slow.json,slow.json", exitFailed, []string{"±25%", "2 of 3 cases became slower"}},
		{"old.json other.json", exitFailed, []string{"no case in common"}},
		{"old.json bad.json", exitFailed, []string{"has no times"}},
		{"old.json none.json", exitFailed, []string{"none.json"}},
		{"old.json", exitUsage, []string{"1 files named"}},
	} {
		c := command(t, dir, append([]string{"compare"}, strings.Fields(tc.args)...)...)
		out, _ := c.CombinedOutput()
		if status := c.ProcessState.ExitCode(); status != tc.status {
			t.Errorf("%s: status %d, want %d", tc.args, status, tc.status)
		}
		for _, words := range tc.says {
			if !strings.Contains(string(out), words) {
				t.Errorf("%s: no %q in\n%s", tc.args, words, out)
			}
		}
	}
}
