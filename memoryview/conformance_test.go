package memoryview

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

var vectorsFile = flag.String("vectors", "testdata/memoryview.jsonl.gz", "conformance vectors to replay, .jsonl or .jsonl.gz")

// TestConformance replays what CPython answered, recorded on a little-endian host.
func TestConformance(t *testing.T) {
	file, err := openVectors(*vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	totals, err := replayAll(file, func(text string) { t.Error(text) })
	if err != nil {
		t.Error(err)
	}
	if totals.vectors == 0 {
		t.Error("no vectors")
	}
	if totals.skipped*1000 > totals.steps*15 {
		t.Errorf("%d of %d steps skipped", totals.skipped, totals.steps)
	}
	t.Logf("error texts: %d of %d are CPython's word for word", totals.sameText, totals.texts)
	t.Logf("replayed %d vectors, %d steps, %d skipped, %d failed", totals.vectors, totals.steps, totals.skipped, totals.failed)
}

// openVectors opens a file that is gzipped if its name says so.
func openVectors(name string) (io.ReadCloser, error) {
	file, err := os.Open(name)
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return file, err
	}
	z, err := gzip.NewReader(file)
	if err != nil {
		file.Close()
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{z, file}, nil
}

type vector struct {
	ID    string
	Exp   []exporterSpec
	Steps []object
}

type totals struct{ vectors, steps, skipped, failed, texts, sameText int }

// replayAll replays a file and reports each failure.
func replayAll(file io.Reader, report func(string)) (totals, error) {
	defer func(order binary.ByteOrder) { hostOrder = order }(hostOrder)
	hostOrder = binary.LittleEndian
	var sum totals
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<28)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var v vector
		d := json.NewDecoder(strings.NewReader(lines.Text()))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			return sum, fmt.Errorf("vector %d: %w", sum.vectors+1, err)
		}
		sum.replay(&v, report)
	}
	return sum, lines.Err()
}

// A replay is the state of one vector.
type replay struct {
	regs      map[string]any
	exporters []*testExporter
}

func (sum *totals) replay(v *vector, report func(string)) {
	sum.vectors++
	sum.steps += len(v.Steps)
	r := &replay{regs: map[string]any{}}
	if err := r.build(v); err != nil {
		sum.skipped += len(v.Steps)
		return
	}
	for i, o := range v.Steps {
		s := step{o, r}
		texts := []string{}
		if s.str("do") == "getbuffer_many" {
			texts = sum.getBufferMany(s)
		} else if text, skipped := sum.run(s); skipped {
			sum.skipped++
		} else if text != "" {
			texts = append(texts, text)
		}
		for _, text := range texts {
			report(fmt.Sprintf("%s step %d %s: %s", v.ID, i, s.str("do"), text))
		}
		if len(texts) > 0 {
			sum.failed++
		}
	}
}

// build makes the exporters; it fails where a number does not fit an int.
func (r *replay) build(v *vector) (err error) {
	defer recoverInexpressible(&err)
	for k := range v.Exp {
		obj := v.Exp[k].build()
		if x, ok := obj.(*testExporter); ok {
			r.exporters = append(r.exporters, x)
		}
		r.regs[fmt.Sprintf("e%d", k)] = obj
	}
	return nil
}

func recoverInexpressible(err *error) {
	switch x := recover().(type) {
	case nil:
	case errInexpressible:
		*err = errSkip
	default:
		panic(x)
	}
}

// run runs one step and returns how its outcome differs from the expectation.
func (sum *totals) run(s step) (text string, skipped bool) {
	got, err := s.outcome()
	if errors.Is(err, errSkip) {
		return "", true
	}
	if wantErr, ok := s.object["err"].(object); ok {
		return sum.compareError(wantErr, got, err), false
	}
	if err != nil {
		return fmt.Sprintf("unexpected %v", err), false
	}
	return compareResult(s.object["want"], got), false
}

// outcome runs the step; a panic is an outcome too.
func (s step) outcome() (got any, err error) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case errInexpressible:
			err = errSkip
		default:
			err = fmt.Errorf("panic: %v", x)
		}
	}()
	got, err, known := s.capi()
	if !known {
		return s.method()
	}
	return got, err
}

var errorClasses = map[string]error{
	"TypeError": ErrType, "ValueError": ErrValue, "IndexError": ErrIndex, "BufferError": ErrBuffer,
	"NotImplementedError": ErrNotImplemented, "OverflowError": ErrOverflow, "SystemError": ErrSystem,
	"UnicodeEncodeError": ErrUnicodeEncode, "struct.error": ErrStruct,
}

// otherTexts are the texts that differ from CPython's, by CPython's. What Python would
// call a dict is a map here, a type of Go's without a name in Python.
var otherTexts = map[string]string{
	"a bytes-like object is required, not 'dict'":             "a bytes-like object is required, not 'map[string]interface {}'",
	"memoryview: a bytes-like object is required, not 'dict'": "memoryview: a bytes-like object is required, not 'map[string]interface {}'",
}

// compareError compares the class and, where CPython's own is recorded, the text.
func (sum *totals) compareError(want object, got any, err error) string {
	if err == nil {
		return fmt.Sprintf("want %v, got %v", want, got)
	}
	class, known := errorClasses[want["type"].(string)]
	if !known || !errors.Is(err, class) {
		return fmt.Sprintf("want %v, got %v", want, err)
	}
	text, ok := want["msg"].(string)
	if !ok {
		return ""
	}
	sum.texts++
	if text == err.Error() {
		sum.sameText++
	} else if other, ok := otherTexts[text]; !ok || other != err.Error() {
		return fmt.Sprintf("want the text %q, got %q", text, err)
	}
	return ""
}

// compareResult compares field by field, but for the buf of an empty array.
func compareResult(want, got any) string {
	if w, ok := want.(object); ok {
		for _, kind := range []string{"mv", "pybuf"} {
			inner, ok := w[kind].(object)
			g, isObject := got.(object)
			if !ok || !isObject {
				continue
			}
			if gotInner, ok := g[kind].(object); ok && hasZero(inner["shape"]) {
				gotInner["buf"] = inner["buf"]
			}
		}
	}
	return differ("want", want, got)
}

func (sum *totals) getBufferMany(s step) (texts []string) {
	for _, x := range s.object["cases"].([]any) {
		c := x.(object)
		for _, flags := range c["flags"].([]any) {
			one := step{object{"do": "getbuffer", "of": s.object["of"], "flags": flags, "want": object{"pybuf": c["pybuf"]}}, s.r}
			if err, failed := c["err"]; failed {
				one.object["err"] = err
			}
			if text, _ := sum.run(one); text != "" {
				texts = append(texts, fmt.Sprintf("flags %v: %s", flags, text))
			}
		}
	}
	return texts
}
