package memoryview

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestMapFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	content := bytes.Repeat([]byte("0123456789abcdef"), 1000)
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	// Both ways to open are tested wherever the tests run.
	read := func(writable bool) (*Mapping, error) {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { f.Close() })
		return readMapping(f, len(content), writable)
	}
	for way, open := range map[string]func(bool) (*Mapping, error){
		"map":  func(writable bool) (*Mapping, error) { return MapFile(name, writable) },
		"read": read,
	} {
		for _, writable := range []bool{false, true} {
			m, err := open(writable)
			if err != nil {
				t.Fatal(way, err)
			}
			if !bytes.Equal(m.Bytes(), content) || m.Writable() != writable {
				t.Errorf("%s: %d bytes, writable %t", way, len(m.Bytes()), m.Writable())
			}
			if writable {
				content[7777]++
				m.Bytes()[7777]++
			}
			if err := m.Close(); err != nil {
				t.Error(way, err)
			}
			if err := m.Close(); err != nil || m.Bytes() != nil {
				t.Error(way, "second Close:", err)
			}
			if now, err := os.ReadFile(name); err != nil || !bytes.Equal(now, content) {
				t.Errorf("%s: the file is not what was written (%v)", way, err)
			}
		}
	}
}

func TestMapFileErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := MapFile(filepath.Join(dir, "none"), false); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := MapFile(dir, false); err == nil {
		t.Error("a folder was mapped")
	}
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, writable := range []bool{false, true} {
		m, err := MapFile(empty, writable)
		if err != nil || len(m.Bytes()) != 0 {
			t.Fatal(m, err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

func ExampleMapFile() {
	name := filepath.Join(os.TempDir(), "stridecopy-example.npy")
	defer os.Remove(name)
	file := append(AppendNpyHeader(nil, "|u1", false, []int{3}), 1, 2, 3)
	if err := os.WriteFile(name, file, 0o600); err != nil {
		panic(err)
	}
	m, err := MapFile(name, false)
	if err != nil {
		panic(err)
	}
	defer m.Close()
	h, err := ParseNpyHeader(m.Bytes())
	fmt.Println(h.Shape, m.Bytes()[h.DataOffset:], err)
	// Output: [3] [1 2 3] <nil>
}

func ExampleMapping_Close() {
	name := filepath.Join(os.TempDir(), "stridecopy-example.bin")
	defer os.Remove(name)
	if err := os.WriteFile(name, []byte("mapped"), 0o600); err != nil {
		panic(err)
	}
	m, err := MapFile(name, true)
	if err != nil {
		panic(err)
	}
	v, err := FromObject(m)
	if err != nil {
		panic(err)
	}
	fmt.Println(v.SetItem(0, 'M'), m.Writable())
	fmt.Println(m.Close())
	fmt.Println(v.Release(), m.Close())
	now, err := os.ReadFile(name)
	fmt.Println(string(now), err)
	// Output:
	// <nil> true
	// cannot close exported pointers exist
	// <nil> <nil>
	// Mapped <nil>
}
