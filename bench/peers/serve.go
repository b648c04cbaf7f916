package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/stridecopy/stridecopy/memoryview"
)

// A request is one line of the parent's.
type request struct {
	Op    string      `json:"op"` // open, case, check or time
	Src   string      `json:"src"`
	Dst   string      `json:"dst"` // open: paths of the buffers
	Case  caseRequest `json:"case"`
	Rival string      `json:"rival"` // check, time: one of the names in the reply to case
	Runs  int         `json:"runs"`
}

// A caseRequest is a case of the benchmark, in bytes.
type caseRequest struct {
	ItemSize   int   `json:"itemsize"`
	Shape      []int `json:"shape"`
	DstStrides []int `json:"dst_strides"`
	SrcStrides []int `json:"src_strides"`
	DstOffset  int   `json:"dst_offset"`
	SrcOffset  int   `json:"src_offset"`
}

type reply struct {
	Names    []string `json:"names"`
	Versions string   `json:"versions,omitempty"`
	Ns       float64  `json:"ns"`
	Error    string   `json:"error,omitempty"`
}

// A prepared copy is one library's way to do a case. After check the result lies
// in the destination; run may leave it elsewhere, where the library insists.
type prepared struct {
	run   func()
	check func()
}

// A library prepares copies, and returns nil for those that it cannot express.
type library struct {
	module  string
	prepare func(c *caseRequest, dst, src []byte) *prepared
}

var libraries = map[string]library{
	"gonum":    {"gonum.org/v1/gonum", prepareGonum},
	"gomlx":    {"github.com/gomlx/gomlx", prepareGomlx},
	"gorgonia": {"gorgonia.org/tensor", prepareGorgonia},
}

// server answers requests for some of the libraries.
type server struct {
	names    []string
	dst, src []byte
	current  map[string]*prepared
}

func serve(names []string, in io.Reader, out io.Writer) error {
	for _, name := range names {
		if _, ok := libraries[name]; !ok {
			return fmt.Errorf("unknown library %q", name)
		}
	}
	s := &server{names: names}
	requests, replies := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var q request
		switch err := requests.Decode(&q); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := replies.Encode(s.answer(&q)); err != nil {
			return err
		}
	}
}

// answer turns the panics of libraries into replies.
func (s *server) answer(q *request) (r reply) {
	defer func() {
		if failure := recover(); failure != nil {
			r = reply{Error: fmt.Sprint(failure)}
		}
	}()
	switch q.Op {
	case "open":
		return s.open(q)
	case "case":
		s.current = map[string]*prepared{}
		for _, name := range s.names {
			if p := libraries[name].prepare(&q.Case, s.dst, s.src); p != nil {
				s.current[name] = p
				r.Names = append(r.Names, name)
			}
		}
		return r
	}
	p := s.current[q.Rival]
	if p == nil {
		return reply{Error: "no such rival: " + q.Rival}
	}
	if q.Op == "check" {
		p.check()
		return r
	}
	start := time.Now()
	for range q.Runs {
		p.run()
	}
	r.Ns = float64(time.Since(start).Nanoseconds())
	return r
}

func (s *server) open(q *request) reply {
	dst, err := memoryview.MapFile(q.Dst, true)
	if err != nil {
		return reply{Error: err.Error()}
	}
	src, err := memoryview.MapFile(q.Src, true)
	if err != nil {
		return reply{Error: err.Error()}
	}
	s.dst, s.src = dst.Bytes(), src.Bytes()
	return reply{Names: s.names, Versions: versions(s.names)}
}

// versions says which version of each library this program was built with.
func versions(names []string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return strings.Join(names, ", ")
	}
	var list []string
	for _, name := range names {
		for _, m := range info.Deps {
			if m.Path == libraries[name].module {
				list = append(list, name+" "+m.Version)
			}
		}
	}
	return strings.Join(list, ", ")
}
