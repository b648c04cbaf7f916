//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/memoryview"
)

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
		if err := os.Truncate(filepath.Join(dir, "in"), 4096); err != nil {
			t.Fatal(err)
		}
		w := newPieceWriter(io.Discard, m.Bytes(), 1<<20, nil)
		if err := w.guarded(view); err == nil || !strings.Contains(err.Error(), "shorter") {
			t.Errorf("items of %d bytes: %v", itemSize, err)
		}
		m.Close()
	}
}

// A run that is stopped leaves nothing behind. The input is a sparse file, large
// enough that the signal comes in the middle.
func TestReshapeStopped(t *testing.T) {
	if strconv.IntSize < 64 {
		t.Skip("files of many GB do not fit the address space")
	}
	for out, s := range map[string]syscall.Signal{"out.npy": syscall.SIGINT, "out.npz": syscall.SIGTERM, "out.safetensors": syscall.SIGINT, "out.gguf": syscall.SIGTERM} {
		dir := t.TempDir()
		header := memoryview.AppendNpyHeader(nil, "|i1", false, []int{1 << 17, 1 << 18})
		writeFile(t, dir, "in.npy", header)
		if err := os.Truncate(filepath.Join(dir, "in.npy"), int64(len(header))+1<<35); err != nil {
			t.Skip("no sparse files:", err)
		}
		c := command(dir, "reshape", "-rearrange", "a b -> b a", "in.npy", out)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for begin := time.Now(); !strings.Contains(files(t, dir), ".part"); time.Sleep(time.Millisecond) {
			if time.Since(begin) > 20*time.Second {
				c.Process.Kill()
				t.Fatal("no output was begun")
			}
		}
		c.Process.Signal(s)
		c.Wait()
		if status := c.ProcessState.ExitCode(); status != 128+int(s) {
			t.Errorf("%s, %v: status %d", out, s, status)
		}
		if left := files(t, dir); left != "in.npy" {
			t.Errorf("%s, %v left %s", out, s, left)
		}
	}
}
