package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// numpyRival is the rival process of NumPy.
//
//go:embed numpy_rival.py
var numpyRival string

const modulePath = "github.com/stridecopy/stridecopy"

// peersPrograms are the compiled programs of bench/peers, which is a module of its
// own so that nobody else meets the libraries that it needs.
type peersPrograms struct{ dir, peers, gorgonia string }

// buildPeers compiles the programs. It must be called from inside the source tree.
func buildPeers(stderr io.Writer) (*peersPrograms, error) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", modulePath).Output()
	if err != nil {
		return nil, fmt.Errorf("the source of bench/peers was not found from this folder: %w", err)
	}
	dir, err := os.MkdirTemp("", "stridecopy-peers-")
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(stderr, "building bench/peers ...")
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), ".", "./gorgonia")
	build.Dir = filepath.Join(strings.TrimSpace(string(root)), "bench", "peers")
	if text, err := build.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, errors.New("bench/peers cannot be built: " + lastLine(string(text)))
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	return &peersPrograms{dir, filepath.Join(dir, "peers"+suffix), filepath.Join(dir, "gorgonia"+suffix)}, nil
}

func (p *peersPrograms) remove() { os.RemoveAll(p.dir) }

// gorgoniaEnv lets gorgonia start on versions of Go that one of its dependencies
// was not made for: it wants to hear the version from the user.
func gorgoniaEnv() string {
	version := strings.SplitN(runtime.Version(), ".", 3)
	return "ASSUME_NO_MOVING_GC_UNSAFE_RISK_IT_WITH=" + strings.Join(version[:min(2, len(version))], ".")
}
