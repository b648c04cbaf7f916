package memoryview

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestWriteErrorReleases requires that a write that fails holds nothing: the file that
// the items come from can be closed.
func TestWriteErrorReleases(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for kind, write := range map[string]func(io.Writer, Named) error{
		"safetensors": func(w io.Writer, x Named) error { return WriteSafetensors(w, nil, x) },
		"GGUF":        func(w io.Writer, x Named) error { return WriteGGUF(w, nil, x) },
		"npz":         func(w io.Writer, x Named) error { return WriteNpz(w, x) },
	} {
		m, err := MapFile(name, false)
		if err != nil {
			t.Fatal(err)
		}
		v, err := FromObject(m)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := v.Cast("b", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := write(writerFunc(func(p []byte) (int, error) {
			if bytes.Contains(p, []byte("content")) {
				return 0, broken
			}
			return len(p), nil
		}), Named{"a", signed, ""}); !errors.Is(err, broken) {
			t.Errorf("%s: %v", kind, err)
		}
		if err := errors.Join(signed.Release(), v.Release(), m.Close()); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestMetadataUTF8 requires that a string that the format cannot hold is an error and
// not another string in the file.
func TestMetadataUTF8(t *testing.T) {
	for _, metadata := range []map[string]string{{"k": "a\xff"}, {"\xff": "v"}} {
		if _, err := AppendSafetensorsHeader(nil, metadata); !errors.Is(err, ErrValue) {
			t.Errorf("safetensors: %q: %v", metadata, err)
		}
	}
	for _, value := range []any{"a\xff", []string{"a", "\xff"}, []any{[]string{"a"}, []any{[]string{"\xff"}}}} {
		if _, err := AppendGGUFHeader(nil, map[string]any{"k": value}); !errors.Is(err, ErrValue) {
			t.Errorf("GGUF: %q: %v", value, err)
		}
	}
}
