package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A rival is a process that copies with other libraries. It shares the buffers of
// the arena through a file that both have mapped, answers one request at a time on
// its standard streams, a line of JSON each way, and times itself, so that the way
// there and back costs nothing.
type rival struct {
	name     string // of the process, in messages
	command  *exec.Cmd
	requests io.WriteCloser
	replies  *json.Decoder
	errors   bytes.Buffer
	gone     error // why it answers no more
}

type rivalRequest struct {
	Op    string `json:"op"`               // open, case, check or time
	File  string `json:"file,omitempty"`   // of the buffers, for open: the source,
	DstAt int    `json:"dst_at,omitempty"` // and the destination from this byte on
	Case  *Case  `json:"case,omitempty"`
	Rival string `json:"rival,omitempty"` // a library that the last case named
	Runs  int    `json:"runs,omitempty"`
}

type rivalReply struct {
	Names    []string `json:"names"`    // open: all libraries; case: those that can express it
	Versions string   `json:"versions"` // open
	CallNs   float64  `json:"call_ns"`  // open: cost of a call that copies nothing, where it is known
	Ns       float64  `json:"ns"`       // time: of all runs
	Error    string   `json:"error"`
}

// startRival starts a process and shows it the buffers.
func startRival(name string, command *exec.Cmd, a *arena) (*rival, rivalReply, error) {
	r := &rival{name: name, command: command}
	command.Stderr = &r.errors
	var err error
	if r.requests, err = command.StdinPipe(); err != nil {
		return nil, rivalReply{}, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, rivalReply{}, err
	}
	r.replies = json.NewDecoder(out)
	if err := command.Start(); err != nil {
		return nil, rivalReply{}, err
	}
	reply, err := r.ask(rivalRequest{Op: "open", File: a.file, DstAt: a.dstAt})
	if err != nil {
		r.stop()
		return nil, reply, err
	}
	return r, reply, nil
}

// ask sends a request and waits for its reply. After a failure of the process
// itself all further requests fail.
func (r *rival) ask(q rivalRequest) (reply rivalReply, err error) {
	if r.gone != nil {
		return reply, r.gone
	}
	text, err := json.Marshal(q)
	if err == nil {
		_, err = r.requests.Write(append(text, '\n'))
	}
	if err == nil {
		err = r.replies.Decode(&reply)
	}
	if err != nil {
		r.stop()
		r.gone = fmt.Errorf("%s ended: %w", r.name, err)
		if said := lastLine(r.errors.String()); said != "" {
			r.gone = fmt.Errorf("%s ended: %s", r.name, said)
		}
		return reply, r.gone
	}
	if reply.Error != "" {
		return reply, errors.New(reply.Error)
	}
	return reply, nil
}

// contenders verifies every library of the process that can express the case, and
// returns those that give the right answer; the others are described by notes.
func (r *rival) contenders(c *Case, dst, want []byte) (found map[string]*contender, notes []string) {
	reply, err := r.ask(rivalRequest{Op: "case", Case: c})
	if err != nil {
		return nil, []string{err.Error()}
	}
	found = map[string]*contender{}
	for _, name := range reply.Names {
		fill(dst, untouched)
		_, err := r.ask(rivalRequest{Op: "check", Rival: name})
		switch {
		case err != nil:
			notes = append(notes, fmt.Sprintf("%s: %s: %v", c.Name, name, err))
		case !bytes.Equal(dst, want):
			notes = append(notes, fmt.Sprintf("%s: %s: %v, byte %d differs", c.Name, name, errWrong, firstDifference(dst, want)))
		default:
			found[name] = r.contender(name)
		}
	}
	return found, notes
}

func (r *rival) contender(name string) *contender {
	return &contender{elapse: func(n int) time.Duration {
		reply, err := r.ask(rivalRequest{Op: "time", Rival: name, Runs: n})
		if err != nil {
			return time.Hour // ends its part of the competition; the next request tells why
		}
		return time.Duration(reply.Ns)
	}}
}

func (r *rival) stop() {
	r.requests.Close()
	r.command.Process.Kill()
	r.command.Wait()
}

// lastLine returns the end of what a program said before it failed.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// rivals are the processes of a run.
type rivals struct {
	all   []*rival
	names []string // libraries, in the order of the columns
	about []string // one line a library or process: version, or why it is missing
}

// startRivals starts every rival that this machine can have: those of program, or
// none of them where it is nil, and NumPy. What it cannot have is a line of about
// and not an error.
func startRivals(a *arena, program *peersPrograms) *rivals {
	s := new(rivals)
	add := func(name string, command *exec.Cmd) {
		r, reply, err := startRival(name, command, a)
		if err != nil {
			s.about = append(s.about, fmt.Sprintf("%s is left out: %v", name, err))
			return
		}
		s.all = append(s.all, r)
		s.names = append(s.names, reply.Names...)
		about := reply.Versions
		if reply.CallNs > 0 {
			about += fmt.Sprintf(" (a call that copies one item takes %.0f ns)", reply.CallNs)
		}
		s.about = append(s.about, about)
	}
	if program != nil {
		add("gonum and gomlx", exec.Command(program.peers, "serve"))
		gorgonia := exec.Command(program.gorgonia)
		gorgonia.Env = append(os.Environ(), gorgoniaEnv())
		add("gorgonia", gorgonia)
	}
	add("NumPy", exec.Command("python3", "-c", numpyRival))
	return s
}

func (s *rivals) stop() {
	for _, r := range s.all {
		r.stop()
	}
}

// contenders is rival.contenders of all processes.
func (s *rivals) contenders(c *Case, dst, want []byte) (map[string]*contender, []string) {
	found := map[string]*contender{}
	var notes []string
	for _, r := range s.all {
		if r.gone != nil {
			continue
		}
		some, said := r.contenders(c, dst, want)
		for name, contender := range some {
			found[name] = contender
		}
		notes = append(notes, said...)
	}
	return found, notes
}
