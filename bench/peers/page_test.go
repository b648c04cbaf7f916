package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample is a document with everything that a page can show: levels, workers,
// rivals with gaps, recorded peers, wins and losses, and names that need quoting.
func sample() *document {
	d := &document{Machine: "go on <a machine>", Command: "go run ./bench -html x", Date: "2026-01-01",
		About: []string{"rival 1.0"}, Rivals: []string{"quick", "partial"}, Recorded: "3 programs & more"}
	for f, family := range []string{"transpose2d", "slice", "small"} {
		for k := range 12 {
			for _, v := range []struct {
				features string
				workers  int
				factor   float64
			}{{"avx2", 1, 1}, {"none", 1, 4}, {"avx2", 2, 0.6}} {
				payload := 64 << (2 * k)
				ns := float64(payload) / 40 * (1 + float64((k*7+f)%5)/3)
				r := row{Name: fmt.Sprintf("%s_%02d", family, k), Family: family, ItemSize: 4, Payload: payload,
					NsMin: ns * v.factor, DenseNs: ns / 2, MemcpyNs: ns / 2, NaiveNs: ns * 5, Kernel: "kernel" + v.features,
					Explain: "loop 3; </script> & more", Workers: v.workers, Features: v.features,
					Rivals:        map[string]float64{"quick": ns * (0.4 + float64(k)/5)},
					RecordedPeers: map[string]float64{"old": 0.3, "older": 0.01}, RecordedBest: "old", RecordedRatio: 0.5 / 0.3}
				if k%2 == 0 {
					r.Rivals["partial"] = ns * 9
				}
				if payload > 1<<20 {
					r.StreamNs = ns / 3
				}
				d.Results = append(d.Results, r)
			}
		}
	}
	return d
}

// draw runs the program on a document.
func draw(t *testing.T, kind string, d *document) string {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run([]string{kind}, bytes.NewReader(text), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPageStandsAlone(t *testing.T) {
	text := draw(t, "page", sample())
	for _, load := range []string{"src=", "@import", "url(", "<link rel=\"stylesheet", "http://", "https://"} {
		rest := strings.NewReplacer(`xmlns="http://www.w3.org/2000/svg"`, "", `xmlns:xlink="http://www.w3.org/1999/xlink"`, "").Replace(text)
		if strings.Contains(rest, load) {
			t.Errorf("the page holds %q", load)
		}
	}
	if strings.Contains(text, "rgb(1,2,") {
		t.Error("a marker colour is left")
	}
	if strings.Count(text, "<figure>") != 5 {
		t.Errorf("%d charts", strings.Count(text, "<figure>"))
	}
	if strings.Contains(text, "ZgotmplZ") || strings.Contains(text, "<a machine>") {
		t.Error("text was not quoted as it must be")
	}
	if dir := os.Getenv("PAGE_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "page.html"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPageOfLittle(t *testing.T) {
	d := sample()
	d.Results, d.Rivals = d.Results[:1], nil
	r := &d.Results[0]
	r.Rivals, r.RecordedPeers, r.RecordedBest, r.RecordedRatio = nil, nil, "", 0
	if text := draw(t, "page", d); !strings.Contains(text, "Nowhere") {
		t.Error("losses without rivals")
	}
	draw(t, "picture", d)
	for _, text := range []string{"", "{}", "[", `{"results":[]}`} {
		if err := run([]string{"page"}, strings.NewReader(text), io.Discard); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestPictureIsXML(t *testing.T) {
	text := draw(t, "picture", sample())
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"go on &lt;a machine&gt;", "rival 1.0", "2026-01-01", "Behind the best rival in", "transpose2d_00"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the picture", want)
		}
	}
}
