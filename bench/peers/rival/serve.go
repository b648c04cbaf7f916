// Package rival is the protocol by which the benchmark of stridecopy runs other
// libraries: a process that maps the benchmark's buffers, answers one request a
// line, and times itself.
package rival

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
	Op    string `json:"op"`     // open, case, check or time
	File  string `json:"file"`   // open: of the buffers: the source,
	DstAt int    `json:"dst_at"` // and the destination from this byte on
	Case  Case   `json:"case"`
	Rival string `json:"rival"` // check, time: one of the names in the reply to case
	Runs  int    `json:"runs"`
}

// A Case is a case of the benchmark, in bytes.
type Case struct {
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

// A Prepared copy is one library's way to do a case. After Check the result lies
// in the destination; Run may leave it elsewhere, where the library insists.
type Prepared struct {
	Run   func()
	Check func()
}

// Always is for libraries that write to the destination itself.
func Always(run func()) *Prepared { return &Prepared{Run: run, Check: run} }

// A Library prepares copies, and returns nil for those that it cannot express.
type Library struct {
	Name    string
	Module  string // its path
	Prepare func(c *Case, dst, src []byte) *Prepared
}

// server answers requests for some libraries.
type server struct {
	libraries []Library
	dst, src  []byte
	current   map[string]*Prepared
}

// Serve answers requests until in ends.
func Serve(in io.Reader, out io.Writer, libraries ...Library) error {
	s := &server{libraries: libraries}
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
		s.current = map[string]*Prepared{}
		for _, l := range s.libraries {
			if p := l.Prepare(&q.Case, s.dst, s.src); p != nil {
				s.current[l.Name] = p
				r.Names = append(r.Names, l.Name)
			}
		}
		return r
	}
	p := s.current[q.Rival]
	if p == nil {
		return reply{Error: "no such rival: " + q.Rival}
	}
	if q.Op == "check" {
		p.Check()
		return r
	}
	start := time.Now()
	for range q.Runs {
		p.Run()
	}
	r.Ns = float64(time.Since(start).Nanoseconds())
	return r
}

func (s *server) open(q *request) reply {
	m, err := memoryview.MapFile(q.File, true)
	if err != nil {
		return reply{Error: err.Error()}
	}
	s.src, s.dst = m.Bytes()[:q.DstAt], m.Bytes()[q.DstAt:]
	r := reply{Versions: s.versions()}
	for _, l := range s.libraries {
		r.Names = append(r.Names, l.Name)
	}
	return r
}

// versions says which version of each library this program was built with.
func (s *server) versions() string {
	var list []string
	info, ok := debug.ReadBuildInfo()
	for _, l := range s.libraries {
		about := l.Name
		if ok {
			for _, m := range info.Deps {
				if m.Path == l.Module {
					about += " " + m.Version
				}
			}
		}
		list = append(list, about)
	}
	return strings.Join(list, ", ")
}
