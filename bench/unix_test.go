//go:build unix

package main

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/memoryview"
)

// cut truncates a file of which m is mapped. It skips the test where the fault of
// reading m then does not tell its address, as under some emulators: it looks like
// that of a nil pointer, which nothing may take for a file that became shorter.
func cut(t *testing.T, path string, size int64, m []byte) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	fault := func() (fault any) {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
		defer func() { fault = recover() }()
		return m[len(m)-1]
	}()
	if _, told := fault.(interface{ Addr() uintptr }); !told {
		t.Skip("faults have no address here:", fault)
	}
}

// A mapped file that loses its end is an error and not a fault, wherever the
// reading happens.
func TestReshapeOfShrinkingFile(t *testing.T) {
	for _, itemSize := range []int{1, 3, 4, 400} {
		dir := t.TempDir()
		writeFile(t, dir, "in", make([]byte, 1<<20))
		m, err := memoryview.MapFile(filepath.Join(dir, "in"), false)
		if err != nil {
			t.Fatal(err)
		}
		view, err := strided.C(itemSize, 512, 512*4/itemSize).Permute(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		cut(t, filepath.Join(dir, "in"), 4096, m.Bytes())
		w := newPieceWriter(io.Discard, m.Bytes(), 1<<20, nil)
		if err := w.whole(view); err == nil || !strings.Contains(err.Error(), "shorter") {
			t.Errorf("items of %d bytes: %v", itemSize, err)
		}
		m.Close()
	}
}

// So is one that loses it before its header was read.
func TestReshapeOfShrunkenHeader(t *testing.T) {
	for _, format := range fileFormats {
		dir := t.TempDir()
		path := filepath.Join(dir, "in."+format)
		writeFile(t, dir, "in."+format, make([]byte, 1<<20))
		m, err := memoryview.MapFile(path, false)
		if err != nil {
			t.Fatal(err)
		}
		cut(t, path, 0, m.Bytes())
		_, err = openMapped(place{path: path, format: format}, m)
		if err == nil || !strings.Contains(err.Error(), "in."+format+": the input cannot be read") {
			t.Errorf("%s: %v", format, err)
		}
		m.Close()
	}
}

// An output that cannot grow is an error, and nothing is left of it.
func TestReshapeWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	in := memoryview.AppendNpyHeader(nil, "<u4", false, []int{1000, 1000})
	writeFile(t, dir, "in.npy", append(in, make([]byte, 4_000_000)...))
	c := command(t, dir, "reshape", "-perm", "1,0", "in.npy", "out.npy")
	c.Path, c.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -f 1000 && exec "$@"`, "sh"}, c.Args...)
	out, _ := c.CombinedOutput()
	if status := c.ProcessState.ExitCode(); status != exitFailed || !strings.Contains(string(out), "file too large") {
		t.Errorf("status %d; %s", status, out)
	}
	if left := files(t, dir); left != "in.npy" {
		t.Errorf("the folder holds %s", left)
	}
}

// begun starts to reshape a sparse file, large enough that a test can interfere, and
// returns when there is output.
func begun(t *testing.T, dir string, output *strings.Builder) *exec.Cmd {
	t.Helper()
	header := memoryview.AppendNpyHeader(nil, "|u1", false, []int{1 << 17, 1 << 18})
	writeFile(t, dir, "in.npy", header)
	if err := os.Truncate(filepath.Join(dir, "in.npy"), int64(len(header))+1<<35); err != nil {
		t.Skip("no sparse files:", err)
	}
	c := command(t, dir, "reshape", "-perm", "1,0", "in.npy", "out.npy")
	c.Stderr = output
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); !strings.Contains(files(t, dir), ".part"); time.Sleep(time.Millisecond) {
		if time.Since(begin) > 20*time.Second {
			c.Process.Kill()
			t.Fatal("no output was begun")
		}
	}
	return c
}

// A run whose input is cut short, or that is stopped, leaves nothing behind.
func TestReshapeDisturbed(t *testing.T) {
	if strconv.IntSize < 64 {
		t.Skip("files of many GB do not fit the address space")
	}
	for _, tc := range []struct {
		name   string
		signal os.Signal // nil to cut the input short
		status int
		says   string
	}{
		{"cut", nil, exitFailed, "has become shorter"},
		{"SIGHUP", syscall.SIGHUP, 128 + 1, ""},
		{"SIGINT", syscall.SIGINT, 128 + 2, ""},
		{"SIGTERM", syscall.SIGTERM, 128 + 15, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.signal != nil && signal.Ignored(tc.signal) {
				t.Skip("the signal is ignored, as below nohup")
			}
			dir, output := t.TempDir(), new(strings.Builder)
			c := begun(t, dir, output)
			var err error
			if tc.signal == nil {
				err = os.Truncate(filepath.Join(dir, "in.npy"), 4096)
			} else {
				err = c.Process.Signal(tc.signal)
			}
			if err != nil {
				t.Error(err)
			}
			c.Wait()
			if status := c.ProcessState.ExitCode(); status != tc.status || !strings.Contains(output.String(), tc.says) {
				t.Errorf("status %d, want %d; %s", status, tc.status, output)
			}
			if left := files(t, dir); left != "in.npy" {
				t.Errorf("the folder holds %s", left)
			}
		})
	}
}
