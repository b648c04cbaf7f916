package main

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"

	"github.com/stridecopy/stridecopy/copy"
)

//go:embed testdata/cases.json.gz testdata/peers-recorded.json.gz
var embedded embed.FS

// A Case is one copy to time: for every index i of Shape,
//
//	dst[DstOffset + sum(i*DstStrides)] = src[SrcOffset + sum(i*SrcStrides)]
//
// in bytes, where dst and src are blocks of DstBytes and SrcBytes.
type Case struct {
	Name       string `json:"name"`
	Family     string `json:"family"`
	ItemSize   int    `json:"itemsize"`
	Shape      []int  `json:"shape"`
	DstStrides []int  `json:"dst_strides"`
	SrcStrides []int  `json:"src_strides"`
	DstOffset  int    `json:"dst_offset"`
	SrcOffset  int    `json:"src_offset"`
	DstBytes   int    `json:"dst_bytes"`
	SrcBytes   int    `json:"src_bytes"`
	Payload    int    `json:"payload"` // bytes of all items
}

func (c *Case) dst() strided.Layout {
	return strided.Layout{ItemSize: c.ItemSize, Offset: c.DstOffset, Shape: c.Shape, Strides: c.DstStrides}
}

func (c *Case) src() strided.Layout {
	return strided.Layout{ItemSize: c.ItemSize, Offset: c.SrcOffset, Shape: c.Shape, Strides: c.SrcStrides}
}

// check proves that both layouts lie inside their blocks, and fills in a missing
// payload.
func (c *Case) check() error {
	if err := c.dst().Check(c.DstBytes); err != nil {
		return fmt.Errorf("case %q: dst: %w", c.Name, err)
	}
	if err := c.src().Check(c.SrcBytes); err != nil {
		return fmt.Errorf("case %q: src: %w", c.Name, err)
	}
	n, err := c.dst().Len()
	if err != nil {
		return fmt.Errorf("case %q: %w", c.Name, err)
	}
	if n > c.DstBytes/c.ItemSize { // also keeps the product below in range
		return fmt.Errorf("case %q: %d items of %d bytes do not fit %d bytes", c.Name, n, c.ItemSize, c.DstBytes)
	}
	if c.Payload == 0 {
		c.Payload = n * c.ItemSize
	}
	if c.Payload != n*c.ItemSize {
		return fmt.Errorf("case %q: payload is %d, the items have %d bytes", c.Name, c.Payload, n*c.ItemSize)
	}
	return nil
}

// loadCases reads the cases of a file, or the built-in ones where path is empty.
func loadCases(path string) ([]Case, error) {
	if path == "" {
		return parseCases("built-in cases", builtin("testdata/cases.json.gz"))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseCases(path, text)
}

func parseCases(name string, text []byte) ([]Case, error) {
	var cases []Case
	if err := json.Unmarshal(text, &cases); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i := range cases {
		if err := cases[i].check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return cases, nil
}

// builtin returns the text of an embedded gzip file. The files are part of the
// program, so a failure is a mistake in building it.
func builtin(name string) []byte {
	packed, err := embedded.ReadFile(name)
	if err != nil {
		panic(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return text
}

// familiesOf returns the families of cases in the order in which they come.
func familiesOf(cases []Case) (all []string) {
	for _, c := range cases {
		if !slices.Contains(all, c.Family) {
			all = append(all, c.Family)
		}
	}
	return all
}

// selectCases keeps the cases whose family is listed (all where the list is
// empty) and whose name matches re.
func selectCases(cases []Case, families []string, re *regexp.Regexp) []Case {
	return slices.DeleteFunc(cases, func(c Case) bool {
		return len(families) > 0 && !slices.Contains(families, c.Family) || !re.MatchString(c.Name)
	})
}

// onlyRepresentative keeps the cases that the list of representative ones names.
func onlyRepresentative(cases []Case) []Case {
	names := map[string]bool{}
	for _, r := range representative {
		names[r.name] = true
	}
	return slices.DeleteFunc(cases, func(c Case) bool { return !names[c.Name] })
}
