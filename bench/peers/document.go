package main

import (
	"encoding/json"
	"io"
	"math"
	"slices"
)

// A document is what the benchmark found, as its -html and -svg flags pass it on.
// Times are nanoseconds, 0 where nothing was measured.
type document struct {
	Machine  string   `json:"machine"`
	Command  string   `json:"command"`
	Date     string   `json:"date"`
	About    []string `json:"about"`    // versions of rivals and what went wrong with them
	Rivals   []string `json:"rivals"`   // run beside ours
	Recorded string   `json:"recorded"` // where the recorded figures are from
	Results  []row    `json:"results"`
}

// A row is one case in one variant: at a level, with a number of workers.
type row struct {
	Name          string             `json:"name"`
	Family        string             `json:"family"`
	ItemSize      int                `json:"itemsize"`
	Payload       int                `json:"payload"`
	NsMin         float64            `json:"ns_min"`
	DenseNs       float64            `json:"dense_ns"`
	StreamNs      float64            `json:"stream_ns"`
	NaiveNs       float64            `json:"naive_ns"`
	ColdNs        float64            `json:"cold_ns"`
	MemcpyNs      float64            `json:"memcpy_ns"`
	Rivals        map[string]float64 `json:"rivals"`
	Kernel        string             `json:"kernel"`
	Explain       string             `json:"explain"`
	Workers       int                `json:"workers"`
	Features      string             `json:"features"`
	RecordedBest  string             `json:"recorded_best"`
	RecordedRatio float64            `json:"recorded_ratio"` // our share of memcpy over its
	RecordedPeers map[string]float64 `json:"recorded_peers"` // shares of memcpy
}

func readDocument(in io.Reader) (*document, error) {
	d := new(document)
	return d, json.NewDecoder(in).Decode(d)
}

// main returns the rows of the first variant, which is the one to show.
func (d *document) main() []row {
	return d.variant(d.Results[0].Features, d.Results[0].Workers)
}

func (d *document) variant(features string, workers int) (rows []row) {
	for _, r := range d.Results {
		if r.Features == features && r.Workers == workers {
			rows = append(rows, r)
		}
	}
	return rows
}

// levels returns the levels that were timed with as many workers as the first
// variant has, strongest first, as they came.
func (d *document) levels() (words []string) {
	for _, r := range d.Results {
		if r.Workers == d.Results[0].Workers && !slices.Contains(words, r.Features) {
			words = append(words, r.Features)
		}
	}
	return words
}

// workers returns the other number of workers that was timed, or 0.
func (d *document) workers() int {
	for _, r := range d.Results {
		if r.Workers != d.Results[0].Workers {
			return r.Workers
		}
	}
	return 0
}

func families(rows []row) (names []string) {
	for _, r := range rows {
		if !slices.Contains(names, r.Family) {
			names = append(names, r.Family)
		}
	}
	return names
}

func (r *row) gigabytes(ns float64) float64 {
	if ns == 0 {
		return 0
	}
	return 2 * float64(r.Payload) / ns
}

// peerNs is the time that the best recorded peer would need here, if it kept its
// share of memcpy.
func (r *row) peerNs() float64 { return r.NsMin * r.RecordedRatio }

// versus returns our speed over that of the best rival that was run or recorded,
// and its name; 0 where there is none.
func (r *row) versus() (ratio float64, best string) {
	if r.RecordedRatio > 0 {
		ratio, best = r.RecordedRatio, r.RecordedBest+" (recorded)"
	}
	for name, ns := range r.Rivals {
		if x := ns / r.NsMin; ratio == 0 || x < ratio {
			ratio, best = x, name
		}
	}
	return ratio, best
}

// mean returns the geometric mean of the positive values of f over the rows that
// keep selects, and their number.
func mean(rows []row, keep func(*row) bool, f func(*row) float64) (float64, int) {
	sum, n := 0.0, 0
	for i := range rows {
		if v := f(&rows[i]); keep(&rows[i]) && v > 0 {
			sum += math.Log(v)
			n++
		}
	}
	if n == 0 {
		return 0, 0
	}
	return math.Exp(sum / float64(n)), n
}

func every(*row) bool { return true }

func inFamily(name string) func(*row) bool {
	return func(r *row) bool { return r.Family == name }
}

// sizeClasses divide payloads by where they lie in the memory hierarchy.
var sizeClasses = []struct {
	name  string
	limit int // bytes, exclusive
}{
	{"< 1 KiB", 1 << 10}, {"< 32 KiB", 32 << 10}, {"< 1 MiB", 1 << 20}, {"< 8 MiB", 8 << 20},
	{"< 24 MiB", 24 << 20}, {"< 64 MiB", 64 << 20}, {"larger", math.MaxInt},
}

func inClass(k int) func(*row) bool {
	return func(r *row) bool {
		return r.Payload < sizeClasses[k].limit && (k == 0 || r.Payload >= sizeClasses[k-1].limit)
	}
}
