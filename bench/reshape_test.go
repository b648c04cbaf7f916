package main

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/memoryview"
)

// TestMain lets tests start this program as its users do.
func TestMain(m *testing.M) {
	if os.Getenv("BENCH_TEST_COMMAND") != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	if os.Getenv("BENCH_TEST_RIVAL") != "" {
		fakeRival()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// command prepares a run of this program in a folder.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	c := startable(t, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "BENCH_TEST_COMMAND=1")
	return c
}

// startable prepares a run of this program, or skips the test where an emulator runs
// it that the system does not know to start programs with.
func startable(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if err := tried(); err != nil && strings.Contains(err.Error(), "exec format error") {
		t.Skip("needs a system that starts this program:", err)
	}
	return exec.Command(os.Args[0], args...)
}

// tried starts this program once, without a test to run.
var tried = sync.OnceValue(func() error { return exec.Command(os.Args[0], "-test.run=^$").Run() })

func writeFile(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// files lists what a folder holds.
func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// Both files of every line are NumPy's, and the result must be its own bytes.
func TestReshapeIsNumPys(t *testing.T) {
	type example struct {
		Name, Slice, Perm string
		In, Out           []byte
	}
	eachLine(t, "reshape.jsonl", func(e example) {
		t.Run(e.Name, func(t *testing.T) {
			dir := t.TempDir()
			writeFile(t, dir, "in.npy", e.In)
			args := []string{"-slice", e.Slice, "-perm", e.Perm, filepath.Join(dir, "in.npy"), filepath.Join(dir, "out.npy")}
			null, err := os.Open(os.DevNull)
			if err != nil {
				t.Fatal(err)
			}
			defer null.Close()
			if err := reshape(args, null, null); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(dir, "out.npy"))
			if err != nil || !bytes.Equal(got, e.Out) {
				t.Errorf("%v\n got %q\nwant %q", err, got, e.Out)
			}
			if left := files(t, dir); left != "in.npy out.npy" {
				t.Errorf("the folder holds %s", left)
			}
		})
	})
}

// Every size of piece gives the same file.
func TestReshapeInPieces(t *testing.T) {
	src := make([]byte, 7*5*6*3)
	for i := range src {
		src[i] = byte(i)
	}
	view, err := strided.Layout{ItemSize: 3, Shape: []int{7, 5, 6}}.Permute(2, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]byte, len(src))
	if err := strided.Gather(want, src, view); err != nil {
		t.Fatal(err)
	}
	for limit := 1; limit <= len(src)+1; limit++ {
		var got bytes.Buffer
		w := newPieceWriter(&got, src, len(src), nil)
		if err := w.write(view, limit); err != nil || !bytes.Equal(got.Bytes(), want) {
			t.Fatalf("pieces of %d bytes: %v", limit, err)
		}
		if len(w.piece) > max(limit, view.ItemSize) {
			t.Fatalf("pieces of %d bytes took %d", limit, len(w.piece))
		}
	}
}

func TestReshapeErrors(t *testing.T) {
	dir := t.TempDir()
	good := append(memoryview.AppendNpyHeader(nil, "<i2", false, []int{2, 3}), "abcdefghijkl"...)
	writeFile(t, dir, "in.npy", good)
	writeFile(t, dir, "cut.npy", good[:len(good)-1])
	writeFile(t, dir, "header.npy", good[:40])
	writeFile(t, dir, "empty.npy", nil)
	writeFile(t, dir, "text.npy", []byte("these are words and no array, of some length to be sure about it"))
	writeFile(t, dir, "object.npy", append(memoryview.AppendNpyHeader(nil, "|O", false, []int{1}), "abcdefgh"...))
	writeFile(t, dir, "huge.npy", memoryview.AppendNpyHeader(nil, "<i2", false, []int{1 << 29}))
	writeFile(t, dir, "overflow.npy", memoryview.AppendNpyHeader(nil, "<i2", true, []int{math.MaxInt, math.MaxInt}))
	if err := os.Link(filepath.Join(dir, "in.npy"), filepath.Join(dir, "hard.npy")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("in.npy", filepath.Join(dir, "soft.npy")); err != nil && runtime.GOOS != "windows" {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "dir.npy"), 0o755); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	for _, tc := range []struct {
		args   string
		status int
		says   string
	}{
		{"in.npy", exitUsage, "1 files named"},
		{"in.npy out.npy more", exitUsage, "3 files named"},
		{"-perm", exitUsage, "flag needs an argument"},
		{"-slice 1:2:0 in.npy out.npy", exitUsage, "step is zero"},
		{"-slice x in.npy out.npy", exitUsage, "neither an integer"},
		{"-slice 2 in.npy out.npy", exitFailed, "index 2 is out of bounds for an axis of size 2"},
		{"-slice 0,0,0 in.npy out.npy", exitFailed, "too many indices: the array has 2 dimensions"},
		{"-perm 0,1,2 in.npy out.npy", exitFailed, "array of 2 dimensions"},
		{"-slice 0 -perm 1,0 in.npy out.npy", exitFailed, "array of 1 dimensions"},
		{"-perm 0,0 in.npy out.npy", exitFailed, "perm 0,0"},
		{"none.npy out.npy", exitFailed, "none.npy"},
		{"cut.npy out.npy", exitFailed, "truncated data"},
		{"header.npy out.npy", exitFailed, "truncated header"},
		{"empty.npy out.npy", exitFailed, "malformed"},
		{"text.npy out.npy", exitFailed, "NUMPY"},
		{"object.npy out.npy", exitFailed, "Python objects"},
		{"huge.npy out.npy", exitFailed, "truncated data"},
		{"overflow.npy out.npy", exitFailed, "overflow"},
		{". out.npy", exitUsage, "does not end in"},
		{"in.npy .", exitUsage, "does not end in"},
		{"dir.npy out.npy", exitFailed, "not a regular file"},
		{"in.npy dir.npy", exitFailed, "not a regular file"},
		{"in.npy nowhere/out.npy", exitFailed, "no such file"},
		{"in.npy in.npy", exitFailed, "is the input"},
		{"in.npy ./in.npy", exitFailed, "is the input"},
		{"in.npy hard.npy", exitFailed, "is the input"},
		{"soft.npy in.npy", exitFailed, "is the input"},
		{"in.npy soft.npy", exitFailed, "is the input"},
	} {
		c := command(t, dir, append([]string{"reshape"}, strings.Fields(tc.args)...)...)
		out, _ := c.CombinedOutput()
		if status := c.ProcessState.ExitCode(); status != tc.status || !strings.Contains(string(out), tc.says) {
			if runtime.GOOS != "windows" || status != tc.status { // words of errors differ there
				t.Errorf("reshape %s: status %d, want %d; %s", tc.args, status, tc.status, out)
			}
		}
		if after := files(t, dir); after != before {
			t.Fatalf("reshape %s left %s", tc.args, after)
		}
	}
	if now, err := os.ReadFile(filepath.Join(dir, "in.npy")); err != nil || !bytes.Equal(now, good) {
		t.Error("the input was changed")
	}
}

var errFull = errors.New("no space left")

type fullDisk struct{ room int }

func (f *fullDisk) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestReshapeFullDisk(t *testing.T) {
	w := newPieceWriter(&fullDisk{30}, make([]byte, 100), 100, nil)
	if err := w.write(strided.C(1, 10, 10), 10); !errors.Is(err, errFull) || w.done != 30 {
		t.Errorf("%v after %d bytes", err, w.done)
	}
}

func TestOutFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	for _, text := range []string{"first", "second"} {
		o, err := createOut(path)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(o, text)
		if now, _ := os.ReadFile(path); string(now) == text {
			t.Error("the file is there before commit")
		}
		if err := o.commit(); err != nil {
			t.Fatal(err)
		}
		o.abort()
		if now, _ := os.ReadFile(path); string(now) != text {
			t.Errorf("%q, want %q", now, text)
		}
	}
	o, err := createOut(path)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(o, "third")
	o.abort()
	if err := o.commit(); err == nil {
		t.Error("commit after abort")
	}
	if now, _ := os.ReadFile(path); string(now) != "second" || files(t, dir) != "out" {
		t.Errorf("%q, files %s", now, files(t, dir))
	}
}
