package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestHeader has cases so small that their buffers are no MiB, and footnotes for columns.
func TestHeader(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "cases.json", []byte(twoCases))
	out, err := command(t, dir, "-cases", "cases.json", "-budget", "100us").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{" KiB of buffers", "\npredicted: ", "\n/dense: ", "\nx naive: ", "\n* "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestWorkersAgainstPeers reports a case with one worker and with two: the recorded peers
// had one thread, so that only the former is compared with them.
func TestWorkersAgainstPeers(t *testing.T) {
	cases, err := loadCases("")
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{rivals: new(rivals)}
	if r.variants, _, err = parseLevels("", 1); err != nil {
		t.Fatal(err)
	}
	for workers, compared := range map[int]bool{1: true, 2: false} {
		var out bytes.Buffer
		report := newReport(r, &out, nil)
		report.row(Result{Name: cases[0].Name, Family: cases[0].Family, Payload: cases[0].Payload, Workers: workers,
			NsMin: 100, NsMedian: 100, DenseNs: 1, CopyNs: 1, NaiveNs: 200, Predicted: 100})
		report.summary()
		if got := strings.Contains(out.String(), "1 of 1\n") && strings.Contains(out.String(), "furthest behind"); got != compared {
			t.Errorf("%d workers: compared %v in\n%s", workers, got, &out)
		}
		row := newDocument(r, report, nil).Results[0]
		if (row.RecordedRatio > 0) != compared || (len(row.RecordedPeers) > 0) != compared {
			t.Errorf("%d workers: the page has %v %v", workers, row.RecordedRatio, row.RecordedPeers)
		}
	}
}
