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

// build compiles the program in bench/peers, which is a module of its own so that
// nobody else meets the libraries that it needs. It must be called from inside the
// source tree.
func (s *rivals) build(stderr io.Writer) (program string, err error) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", modulePath).Output()
	if err != nil {
		return "", fmt.Errorf("their source was not found from this folder: %w", err)
	}
	if s.dir, err = os.MkdirTemp("", "stridecopy-peers-"); err != nil {
		return "", err
	}
	program = filepath.Join(s.dir, "peers")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	fmt.Fprintln(stderr, "building bench/peers ...")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = filepath.Join(strings.TrimSpace(string(root)), "bench", "peers")
	if text, err := build.CombinedOutput(); err != nil {
		return "", errors.New("go build: " + lastLine(string(text)))
	}
	return program, nil
}

// gorgoniaEnv lets a program that contains gorgonia start on versions of Go that one
// of its dependencies was not made for: it wants to hear the version from the user.
func gorgoniaEnv() string {
	version := strings.SplitN(runtime.Version(), ".", 3)
	return "ASSUME_NO_MOVING_GC_UNSAFE_RISK_IT_WITH=" + strings.Join(version[:min(2, len(version))], ".")
}
