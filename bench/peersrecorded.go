package main

import (
	"encoding/json"
	"fmt"
)

// recordedPeers are figures of rival libraries that were measured once, on the
// machine that they name, and are not measured again by this program. They stand
// beside ours only as shares of the C library's memcpy, each of its own run.
type recordedPeers struct {
	Recorded string `json:"recorded"` // year and month
	Machine  string `json:"machine"`
	System   string `json:"system"`
	Versions string `json:"versions"`
	Cases    map[string]recordedCase
}

type recordedCase struct {
	MemcpyNs float64            `json:"memcpy_ns"` // glibc memcpy of the payload
	Best     string             `json:"best"`      // fastest peer of the case
	Ratio    float64            `json:"ratio"`     // its share of memcpy
	Peers    map[string]float64 `json:"peers"`     // every peer's share of memcpy
}

func loadRecorded() *recordedPeers {
	r := new(recordedPeers)
	if err := json.Unmarshal(builtin("testdata/peers-recorded.json.gz"), r); err != nil {
		panic(err) // part of the program
	}
	return r
}

// of returns what is recorded of the case of a result. For results of several workers
// that is nothing, since the peers had one thread.
func (p *recordedPeers) of(r *Result) recordedCase {
	if r.Workers > 1 {
		return recordedCase{}
	}
	return p.Cases[r.Name]
}

// versus returns our share of memcpy over the recorded best peer's, and that
// peer's name; 0 where there is none to compare with.
func (p *recordedPeers) versus(r *Result) (ratio float64, best string) {
	c := p.of(r)
	if c.Ratio == 0 || r.NsMin == 0 {
		return 0, ""
	}
	return r.memcpyNs() / r.NsMin / c.Ratio, c.Best
}

// programs counts the peers that were run in any case.
func (p *recordedPeers) programs() int {
	seen := map[string]bool{}
	for _, c := range p.Cases {
		for peer := range c.Peers {
			seen[peer] = true
		}
	}
	return len(seen)
}

// String says what was recorded, when and where.
func (p *recordedPeers) String() string {
	return fmt.Sprintf("%d rival programs in %s on %s (%s; %s)", p.programs(), p.Recorded, p.Machine, p.System, p.Versions)
}
