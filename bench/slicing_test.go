package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stridecopy/stridecopy/copy"
)

// eachLine decodes every line of a testdata file.
func eachLine[T any](t *testing.T, name string, f func(T)) {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("%s, line %d: %v", name, n+1, err)
		}
		f(v)
	}
	if n == 0 {
		t.Fatalf("%s is empty", name)
	}
}

// The expectations are NumPy's, of an array that counts 0, 1, 2, ... in C order.
func TestSlicingIsNumPys(t *testing.T) {
	type row struct {
		Shape     []int
		Spec      string
		WantShape []int `json:"want_shape"`
		Want      []int
		Error     bool
	}
	eachLine(t, "slicing.jsonl", func(r row) {
		name := fmt.Sprintf("%v[%s]", r.Shape, r.Spec)
		array := strided.C(8, r.Shape...)
		items, _ := array.Len()
		memory := make([]byte, 8*items)
		for i := range items {
			binary.LittleEndian.PutUint64(memory[8*i:], uint64(i))
		}
		subscripts, err := parseSlicing(r.Spec)
		view := array
		if err == nil {
			view, err = applySlicing(array, subscripts)
		}
		if r.Error != (err != nil) {
			t.Errorf("%s: error %v, NumPy has an error: %t", name, err, r.Error)
		}
		if r.Error || err != nil {
			return
		}
		if !slices.Equal(view.Shape, r.WantShape) {
			t.Errorf("%s: shape %v, want %v", name, view.Shape, r.WantShape)
			return
		}
		got := make([]byte, 8*len(r.Want))
		if err := strided.Gather(got, memory, view); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		for i, want := range r.Want {
			if n := int(binary.LittleEndian.Uint64(got[8*i:])); n != want {
				t.Errorf("%s: item %d is %d, want %d", name, i, n, want)
				return
			}
		}
	})
}

func TestParseAxes(t *testing.T) {
	axes, err := parseAxes(" 2,0, -2", 3)
	if err != nil || !slices.Equal(axes, []int{2, 0, 1}) {
		t.Error(axes, err)
	}
	for _, bad := range []string{"", "0,,1", "0 1", "x", "1.0"} {
		if _, err := parseAxes(bad, 2); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	for _, bad := range []string{"0", "0,1,2", "0,0", "0,2", "-3,0"} {
		if _, err := permuted(strided.C(1, 2, 3), bad); err == nil {
			t.Errorf("%q of two axes: no error", bad)
		}
	}
}

func FuzzParseSlicing(f *testing.F) {
	for _, s := range []string{"", "...", "1,::-1", "[5:3]", "9223372036854775807:-9223372036854775808:-9223372036854775808"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		subscripts, err := parseSlicing(text)
		if err != nil {
			return
		}
		view, err := applySlicing(strided.C(2, 3, 0, 4, 5), subscripts)
		if err == nil && view.Check(2*3*4*5) != nil {
			t.Errorf("%q selects items that are not there: %v", text, view)
		}
	})
}
