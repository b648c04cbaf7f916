package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// outputs are the files that a run was asked for. They are begun before it, so
// that a bad path does not waste it.
type outputs struct {
	json, html, svg *outFile       // nil if not wanted
	peers           *peersPrograms // draws the latter two; nil if not needed or not to be had
	forget          func()
}

func openOutputs(o *options, stderr io.Writer) (out *outputs, err error) {
	out = &outputs{forget: func() {}}
	defer func() {
		if err != nil {
			out.close()
			out = nil
		}
	}()
	for _, f := range []struct {
		path string
		to   **outFile
	}{{o.json, &out.json}, {o.html, &out.html}, {o.svg, &out.svg}} {
		if f.path != "" {
			if *f.to, err = createOut(f.path); err != nil {
				return out, err
			}
		}
	}
	drawing := out.html != nil || out.svg != nil
	if !drawing && !o.peers {
		return out, nil
	}
	peers, err := buildPeers(stderr)
	if err != nil && !drawing {
		fmt.Fprintf(stderr, "bench: the Go rivals are left out: %v\n", err)
		return out, nil
	}
	if err == nil {
		out.peers, out.forget = peers, interrupts.add(peers.remove)
	}
	return out, err
}

// close removes what was not written to its end.
func (out *outputs) close() {
	for _, f := range []*outFile{out.json, out.html, out.svg} {
		if f != nil {
			f.abort()
		}
	}
	if out.peers != nil {
		out.peers.remove()
	}
	out.forget()
}

// write fills and commits all files.
func (out *outputs) write(d *document) error {
	if out.json != nil {
		if err := writeJSON(out.json, d.plain); err != nil {
			return err
		}
		if err := out.json.commit(); err != nil {
			return err
		}
	}
	if err := out.draw("page", out.html, d); err != nil {
		return err
	}
	return out.draw("picture", out.svg, d)
}

// draw lets the program of bench/peers make a file from the document.
func (out *outputs) draw(kind string, to *outFile, d *document) error {
	if to == nil {
		return nil
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	var failure bytes.Buffer
	c := exec.Command(out.peers.peers, kind)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(text), to, &failure
	if err := c.Run(); err != nil {
		return fmt.Errorf("drawing the %s: %w: %s", kind, err, lastLine(failure.String()))
	}
	return to.commit()
}

// A document is all that a page or a picture tells.
type document struct {
	Machine  string        `json:"machine"`
	Command  string        `json:"command"`
	Date     string        `json:"date"`
	About    []string      `json:"about"`    // versions of rivals and what went wrong with them
	Rivals   []string      `json:"rivals"`   // run beside ours
	Recorded string        `json:"recorded"` // where the recorded figures are from
	Results  []documentRow `json:"results"`  // the first variant of each case is the one to show

	plain []Result
}

// A documentRow is a result with what only people want to know.
type documentRow struct {
	Result
	Explain       string  `json:"explain"`
	MemcpyNs      float64 `json:"memcpy_ns"`                // what stands for the C library's here
	RecordedBest  string  `json:"recorded_best,omitempty"`  // fastest recorded peer
	RecordedRatio float64 `json:"recorded_ratio,omitempty"` // our share of memcpy over its
	// RecordedPeers are shares of memcpy.
	RecordedPeers map[string]float64 `json:"recorded_peers,omitempty"`
}

func newDocument(r *runner, t *report, args []string) *document {
	d := &document{
		Machine:  machine(r.variants[:1]),
		Command:  strings.Join(append([]string{"go run ./bench"}, args...), " "),
		Date:     time.Now().UTC().Format("2006-01-02"),
		About:    append(r.rivals.about, r.notes...),
		Rivals:   r.rivals.names,
		Recorded: t.recorded.String(),
		plain:    t.results,
	}
	for _, result := range t.results {
		row := documentRow{Result: result, Explain: result.explain, MemcpyNs: result.memcpyNs()}
		row.RecordedRatio, row.RecordedBest = t.recorded.versus(&result)
		row.RecordedPeers = t.recorded.of(&result).Peers
		d.Results = append(d.Results, row)
	}
	return d
}
