package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stridecopy/stridecopy/cpu"
)

func TestBuiltinCases(t *testing.T) {
	cases, err := loadCases("")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) != 304 {
		t.Errorf("%d cases", len(cases))
	}
	every := familiesOf(cases)
	recorded := loadRecorded()
	for _, c := range cases {
		if r, ok := recorded.Cases[c.Name]; !ok || r.Best == "" || r.Peers[r.Best] == 0 {
			t.Errorf("%s: no recorded peers", c.Name)
		}
	}
	chosen := onlyRepresentative(cases)
	if len(chosen) != len(representative) {
		t.Errorf("%d of %d representative cases exist", len(chosen), len(representative))
	}
	if got := familiesOf(chosen); len(got) != len(every) {
		t.Errorf("representative families %v of %v", got, every)
	}
	need := 0
	for _, c := range chosen {
		need = max(need, 2*c.DstBytes+c.SrcBytes, 3*c.Payload)
	}
	if need > 1<<30 {
		t.Errorf("the representative cases need %d MiB", need>>20)
	}
}

func TestSelectCases(t *testing.T) {
	cases := []Case{{Name: "a1", Family: "x"}, {Name: "a2", Family: "y"}, {Name: "b1", Family: "y"}}
	got := selectCases(slices.Clone(cases), []string{"y", "z"}, regexp.MustCompile("^a"))
	if len(got) != 1 || got[0].Name != "a2" {
		t.Error(got)
	}
	if got := selectCases(slices.Clone(cases), nil, regexp.MustCompile("")); len(got) != 3 {
		t.Error(got)
	}
}

func TestBadCases(t *testing.T) {
	for _, text := range []string{
		`{}`, `[{"name":"x"}]`, `[1]`, `[{"itemsize":4,"shape":[2],"dst_strides":[4],"src_strides":[4],"dst_bytes":7,"src_bytes":8}]`,
		`[{"itemsize":4,"shape":[2],"dst_strides":[4],"src_strides":[-4],"dst_bytes":8,"src_bytes":8}]`,
		`[{"itemsize":4,"shape":[2],"dst_strides":[4],"src_strides":[4],"dst_bytes":8,"src_bytes":8,"payload":9}]`,
		`[{"itemsize":4,"shape":[2,2],"dst_strides":[4],"src_strides":[4],"dst_bytes":8,"src_bytes":8}]`,
		`[{"itemsize":1,"shape":[9223372036854775807,2],"dst_strides":[0,0],"src_strides":[0,0],"dst_bytes":8,"src_bytes":8}]`,
	} {
		if cases, err := parseCases("file", []byte(text)); err == nil {
			t.Errorf("%s: no error, %v", text, cases)
		}
	}
}

// The loop that ours is compared with must do the same work.
func TestNaiveIsTheReference(t *testing.T) {
	cases, err := loadCases("")
	if err != nil {
		t.Fatal(err)
	}
	cases = slices.DeleteFunc(cases, func(c Case) bool { return c.DstBytes+c.SrcBytes > 2<<20 })
	for _, size := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 20} {
		cases = append(cases,
			Case{Name: "reversed", ItemSize: size, Shape: []int{3, 1, 5}, DstStrides: []int{10 * size, 9, 2 * size},
				SrcStrides: []int{-size, 0, 3 * size}, SrcOffset: 2 * size, DstBytes: 30 * size, SrcBytes: 16 * size},
			Case{Name: "dense", ItemSize: size, Shape: []int{3, 4}, DstStrides: []int{4 * size, size},
				SrcStrides: []int{4 * size, size}, DstBytes: 12 * size, SrcBytes: 12 * size},
			Case{Name: "point", ItemSize: size, DstBytes: size, SrcBytes: size},
			Case{Name: "nothing", ItemSize: size, Shape: []int{3, 0}, DstStrides: []int{1, 1}, SrcStrides: []int{1, 1}, SrcOffset: 99})
	}
	for i := range cases {
		c := &cases[i]
		if err := c.check(); err != nil {
			t.Fatal(err)
		}
		src, got, want := make([]byte, c.SrcBytes), make([]byte, c.DstBytes), make([]byte, c.DstBytes)
		for i := range src {
			src[i] = byte(i*7 + i>>8)
		}
		reference(want, src, c, 0, c.DstOffset, c.SrcOffset)
		newNaive(c).run(got, src)
		if !bytes.Equal(got, want) {
			t.Errorf("%s, %d bytes: byte %d differs", c.Name, c.ItemSize, firstDifference(got, want))
		}
	}
}

const twoCases = `[
 {"name":"t","family":"anything","itemsize":4,"shape":[8,8],"dst_strides":[32,4],"src_strides":[4,32],
  "dst_offset":0,"src_offset":0,"dst_bytes":256,"src_bytes":256,"payload":256,"other":1},
 {"name":"s","family":"small","itemsize":2,"shape":[5],"dst_strides":[2],"src_strides":[-4],
  "dst_offset":2,"src_offset":16,"dst_bytes":12,"src_bytes":20,"payload":10}]`

func TestJSON(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "cases.json", []byte(twoCases))
	word := cpu.Detect().Level()
	for _, tc := range []struct {
		args string
		want string // names and levels
	}{
		{"", "t " + word + ", s " + word},
		{"-workers 2 -family small", "s " + word},
		{"-filter ^t$", "t " + word},
		{"-cpu none," + word, fmt.Sprintf("t none, t %s, s none, s %s", word, word)},
	} {
		if word == "none" && strings.Contains(tc.args, "cpu") {
			continue
		}
		c := command(t, dir, append(strings.Fields(tc.args), "-cases", "cases.json", "-json", "out.json", "-budget", "100us")...)
		if text, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", tc.args, err, text)
		}
		text, err := os.ReadFile(filepath.Join(dir, "out.json"))
		if err != nil {
			t.Fatal(err)
		}
		var rows []map[string]any
		if err := json.Unmarshal(text, &rows); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range rows {
			got = append(got, fmt.Sprint(row["name"], " ", row["features"]))
			checkRow(t, row)
		}
		if strings.Join(got, ", ") != tc.want {
			t.Errorf("%s: %v, want %s", tc.args, got, tc.want)
		}
	}
}

func checkRow(t *testing.T, row map[string]any) {
	t.Helper()
	keys := []string{"name", "family", "itemsize", "payload", "ns_min", "ns_median", "dense_ns", "copy_ns", "stream_ns",
		"naive_ns", "predicted_ns", "kernel", "plan", "workers", "features"}
	if row["family"] == "small" {
		keys = append(keys, "oneshot_ns")
	}
	for _, key := range keys {
		if _, ok := row[key]; !ok {
			t.Errorf("%s: no %s", row["name"], key)
		}
		if ns, ok := row[key].(float64); ok && ns <= 0 && key != "stream_ns" {
			t.Errorf("%s: %s is %v", row["name"], key, ns)
		}
	}
	if len(row) != len(keys) {
		t.Errorf("%s: fields %v", row["name"], row)
	}
	if row["ns_median"].(float64) < row["ns_min"].(float64) {
		t.Errorf("%s: the median is below the minimum", row["name"])
	}
}

func TestUsageErrors(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		args   string
		status int
		says   string
	}{
		{"-help", exitOK, "  pauses    what copies add"},
		{"compare -h", exitOK, "usage: bench compare"}, {"pauses -h", exitOK, "-size"}, {"reshape -h", exitOK, "usage: bench reshape"},
		{"-nosuch", exitUsage, "not defined"}, {"reshap", exitUsage, "compare, pauses, reshape"},
		{"-budget 0s", exitUsage, "positive"}, {"-workers 0", exitUsage, "below 1"}, {"-cpu avx3", exitUsage, "avx512"},
		{"-filter [", exitUsage, "-filter"}, {"-filter nosuch", exitFailed, "no case"},
		{"-family smal", exitUsage, "transpose2d, "}, {"-family small,smal", exitUsage, `"smal"`},
		{"-cases nosuch.json", exitFailed, "nosuch.json"}, {"-json no/such/out.json", exitFailed, "out.json"},
	} {
		c := command(t, dir, strings.Fields(tc.args)...)
		out, _ := c.CombinedOutput()
		if status := c.ProcessState.ExitCode(); status != tc.status || !strings.Contains(string(out), tc.says) || strings.Contains(string(out), "help requested") {
			t.Errorf("%s: status %d, want %d; %s", tc.args, status, tc.status, out)
		}
	}
	if left := files(t, dir); left != "" {
		t.Errorf("left %s", left)
	}
}
