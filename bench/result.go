package main

import (
	"encoding/json"
	"io"
)

// A Result is one case at one feature level. Times are nanoseconds for one run of
// a prepared plan on warm buffers; those beside ours are minima of the same run.
type Result struct {
	Name      string  `json:"name"`
	Family    string  `json:"family"`
	ItemSize  int     `json:"itemsize"`
	Payload   int     `json:"payload"` // bytes
	NsMin     float64 `json:"ns_min"`
	NsMedian  float64 `json:"ns_median"`
	DenseNs   float64 `json:"dense_ns"`             // our dense copy of the payload, plain stores
	CopyNs    float64 `json:"copy_ns"`              // Go's builtin copy of the payload
	StreamNs  float64 `json:"stream_ns"`            // our dense copy, streaming stores; 0 = not measured
	NaiveNs   float64 `json:"naive_ns"`             // the loop one writes by hand
	OneshotNs float64 `json:"oneshot_ns,omitempty"` // one-shot Copy, family small only
	ColdNs    float64 `json:"cold_ns,omitempty"`    // into memory that was never touched
	Predicted float64 `json:"predicted_ns"`         // by the plan's own model, for one worker
	// Rivals holds the time of each rival program that was run beside ours and can
	// express the case.
	Rivals   map[string]float64 `json:"rivals,omitempty"`
	Kernel   string             `json:"kernel"`
	Plan     string             `json:"plan"`
	Workers  int                `json:"workers"`
	Features string             `json:"features"` // level word

	explain string
}

// gigabytes returns GB/s for a copy of the payload that took ns: every byte is
// read once and written once.
func (r *Result) gigabytes(ns float64) float64 {
	if ns == 0 {
		return 0
	}
	return 2 * float64(r.Payload) / ns
}

// memcpyNs stands for the C library's memcpy of the payload, which uses plain
// stores at every size: the faster of our dense copy and Go's builtin, the latter
// only below the size from which it streams.
func (r *Result) memcpyNs() float64 {
	const builtinStreams = 1 << 20
	if r.Payload < builtinStreams && r.CopyNs < r.DenseNs {
		return r.CopyNs
	}
	return r.DenseNs
}

func writeJSON(w io.Writer, results []Result) error {
	text, err := json.MarshalIndent(results, "", " ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
