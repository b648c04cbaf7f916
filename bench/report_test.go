package main

import (
	"bytes"
	"strings"
	"testing"
)

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
