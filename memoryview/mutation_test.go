package memoryview

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestConformanceSeesMistakes alters one expectation in each vector and wants the
// replay to fail for each: a replay that compares too little would not.
func TestConformanceSeesMistakes(t *testing.T) {
	file, err := openVectors("testdata/memoryview.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	altered := 0
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		if i%4 != 0 {
			continue
		}
		changed, what := alter(t, line, random)
		if changed == nil {
			continue
		}
		altered++
		failures := 0
		sum, err := replayAll(bytes.NewReader(changed), func(string) { failures++ })
		if err != nil {
			t.Fatal(err)
		}
		tooBig := strconv.IntSize == 32 && sum.skipped > 0
		if failures == 0 && !tooBig {
			t.Errorf("not seen: %s", what)
		}
	}
	t.Logf("%d altered expectations", altered)
	if altered < 1000 {
		t.Error("too few")
	}
}

// alter changes one expectation of the vector, and says which.
func alter(t *testing.T, line []byte, random *rand.Rand) ([]byte, string) {
	var v object
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	steps := v["steps"].([]any)
	for _, i := range random.Perm(len(steps)) {
		s := steps[i].(object)
		if !expectsResult(s) {
			continue
		}
		what := fmt.Sprintf("%v step %d %v: ", v["id"], i, s["do"])
		holder, key := s, "want"
		if cases, many := s["cases"].([]any); many {
			holder, key = cases[random.IntN(len(cases))].(object), "pybuf"
		}
		if e, ok := holder["err"].(object); !ok {
			holder[key], what = alterValue(holder[key], random, what)
		} else if text, ok := e["msg"].(string); ok && random.IntN(2) == 0 {
			e["msg"] = text + "."
			what += "text"
		} else {
			e["type"] = otherClass(e["type"].(string))
			what += "class"
		}
		changed, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return changed, what
	}
	return nil, ""
}

// expectsResult reports whether the step compares something on every platform.
func expectsResult(s object) bool {
	do := s["do"].(string)
	if do == "lt" || do == "cast" || do == "hex" || do == "size_from_format" || do == "tobytes" {
		_, ok := s["err"]
		return !ok && do == "tobytes"
	}
	return true
}

func otherClass(class string) string {
	if class == "TypeError" {
		return "ValueError"
	}
	return "TypeError"
}

// alterValue changes one leaf of a wanted value. The place of an empty array is not
// compared, so it is none.
func alterValue(x any, random *rand.Rand, what string) (any, string) {
	switch x := x.(type) {
	case nil:
		return json.Number("1"), what + "null"
	case bool:
		return !x, what + "bool"
	case json.Number:
		if strings.HasPrefix(string(x), "-") {
			return x + "1", what + "number"
		}
		return "1" + x, what + "number"
	case string:
		return strings.Repeat("0", 2) + x, what + "string"
	case []any:
		if len(x) == 0 {
			return []any{nil}, what + "empty list"
		}
		x = slices.Clone(x)
		i := random.IntN(len(x))
		x[i], what = alterValue(x[i], random, fmt.Sprintf("%s[%d]", what, i))
		return x, what
	case object:
		keys := []string{}
		for key := range x {
			if key != "buf" || !hasZero(x["shape"]) {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		key := keys[random.IntN(len(keys))]
		x[key], what = alterValue(x[key], random, what+"."+key)
		return x, what
	}
	return nil, what
}
