package strided_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	strided "github.com/stridecopy/stridecopy/copy"
	"github.com/stridecopy/stridecopy/cpu"
)

const recorded = "testdata/vectors/copy.jsonl.gz"

var vectorsFile = flag.String("vectors", recorded, "recorded copies to replay, .jsonl or .jsonl.gz")

// TestVectors replays copies whose results were recorded with NumPy.
func TestVectors(t *testing.T) {
	sum := replayFile(t, *vectorsFile, nil, func(text string) { t.Error(text) })
	if sum.vectors == 0 {
		t.Error("no vectors")
	}
	t.Logf("replayed %d vectors, 0 steps, %d skipped, %d failed", sum.vectors, sum.skipped, sum.failed)
}

// TestVectorsSeeMistakes alters what is expected of every vector, one digit each,
// and wants every feature level to fail on every vector.
func TestVectorsSeeMistakes(t *testing.T) {
	digits := 0
	alter := func(v *vector) {
		want := &v.Want.Hex
		if v.Want.SHA256 != "" {
			want = &v.Want.SHA256
		}
		if *want == "" { // a block of no bytes
			*want = "00"
			return
		}
		digits++
		at := digits * 7919 % len(*want)
		other := "0"
		if (*want)[at] == '0' {
			other = "1"
		}
		*want = (*want)[:at] + other + (*want)[at+1:]
	}
	sum := replayFile(t, recorded, alter, func(string) {})
	if want := (sum.vectors - sum.skipped) * len(cpu.Levels(cpu.Detect())); sum.failed != want || want == 0 {
		t.Errorf("%d of %d altered expectations were seen", sum.failed, want)
	}
}

// A vector is one recorded copy.
type vector struct {
	ID    string
	Op    string
	Isz   int
	Shape []int
	Mems  []int // sizes of the memory blocks: one where both sides lie in the same
	Dst   vectorSide
	Src   vectorSide
	Want  struct{ Hex, SHA256 string } // one of the two, of block 0 afterwards
}

type vectorSide struct {
	Mem     int // which block
	Off     int
	Strides []int
}

func (v *vector) layout(s *vectorSide) strided.Layout {
	return strided.Layout{ItemSize: v.Isz, Offset: s.Off, Shape: v.Shape, Strides: s.Strides}
}

// vectorTotals count vectors once, and failures once for each feature level.
type vectorTotals struct{ vectors, skipped, failed int }

// replayFile replays every vector of a file, after alter if there is one, and
// reports each failure.
func replayFile(t *testing.T, name string, alter func(*vector), report func(string)) (sum vectorTotals) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var text io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if text, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<28)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		sum.vectors++
		var v vector
		var tooBig *json.UnmarshalTypeError
		if err := json.Unmarshal(lines.Bytes(), &v); errors.As(err, &tooBig) && strings.HasPrefix(tooBig.Value, "number") {
			sum.skipped++ // a number that no int of this machine holds
			continue
		} else if err != nil {
			t.Fatalf("%s: vector %d: %v", name, sum.vectors, err)
		}
		if alter != nil {
			alter(&v)
		}
		sum.replay(&v, report)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return sum
}

// replay does the copy of v at every feature level, by plans with plain and with
// streaming stores, and at the highest level also by Copy.
func (sum *vectorTotals) replay(v *vector, report func(string)) {
	for k, level := range cpu.Levels(cpu.Detect()) {
		err := errors.Join(v.check(v.runPlan(level, strided.StreamAuto)), v.check(v.runPlan(level, strided.StreamAlways)))
		if k == 0 {
			err = errors.Join(err, v.check(func(dst []byte, dl strided.Layout, src []byte, sl strided.Layout) (string, error) {
				return "Copy", strided.Copy(dst, dl, src, sl)
			}))
		}
		if err != nil {
			sum.failed++
			report(fmt.Sprintf("%s: %s: %v", v.ID, level.Level(), err))
		}
	}
}

// A copier does one copy and says how it did.
type copier func(dst []byte, dl strided.Layout, src []byte, sl strided.Layout) (how string, err error)

func (v *vector) runPlan(level cpu.Features, s strided.Streaming) copier {
	return func(dst []byte, dl strided.Layout, src []byte, sl strided.Layout) (string, error) {
		p, err := strided.NewPlan(dl, sl, strided.Options{Without: ^level, Streaming: s})
		if err != nil {
			return "NewPlan", err
		}
		return p.String(), p.Run(dst, src)
	}
}

// check runs f on the memory of v and compares the destination's block.
func (v *vector) check(f copier) error {
	mems := make([][]byte, len(v.Mems))
	for k, n := range v.Mems {
		mems[k] = make([]byte, n)
		for i := range mems[k] {
			mems[k][i] = byte(i*167 + k*91 + 13 + (i>>8)*59)
		}
	}
	if v.Op != "copy" || v.Dst.Mem != 0 || v.Src.Mem < 0 || v.Src.Mem >= len(mems) {
		return fmt.Errorf("op %q from block %d to block %d of %d is no copy", v.Op, v.Src.Mem, v.Dst.Mem, len(mems))
	}
	how, err := f(mems[0], v.layout(&v.Dst), mems[v.Src.Mem], v.layout(&v.Src))
	if err != nil {
		return fmt.Errorf("%s: %w", how, err)
	}
	got, want := hex.EncodeToString(mems[0]), v.Want.Hex
	if v.Want.SHA256 != "" {
		hash := sha256.Sum256(mems[0])
		got, want = hex.EncodeToString(hash[:]), v.Want.SHA256
	}
	if got != want {
		return fmt.Errorf("%s: block 0 is %s, want %s", how, got, want)
	}
	return nil
}
