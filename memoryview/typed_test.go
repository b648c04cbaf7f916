package memoryview

import (
	"errors"
	"testing"
)

// TestGridIndices requires an error of Set, and a panic with the same error of At, for
// indices that select no item.
func TestGridIndices(t *testing.T) {
	v, err := FromMemory([]byte{1, 2, 3, 4, 5, 6}, Write).Cast("B", []int{2, 3})
	if err != nil {
		t.Fatal(err)
	}
	g, err := As[uint8](v)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(want error, indices ...int) {
		t.Helper()
		if err := g.Set(9, indices...); !errors.Is(err, want) {
			t.Errorf("Set%v: %v", indices, err)
		}
		defer func() {
			if err, ok := recover().(error); !ok || !errors.Is(err, want) {
				t.Errorf("At%v: %v", indices, err)
			}
		}()
		g.At(indices...)
	}
	refused(ErrIndex, 2, 0)
	refused(ErrIndex, 0, 3)
	refused(ErrIndex, -1, 0)
	refused(ErrType, 1)
	refused(ErrType, 1, 1, 0)
	if err := g.Set(9, 1, 2); err != nil || g.At(1, 2) != 9 {
		t.Error(err)
	}
	g.Release()
	refused(ErrValue, 1, 2)
}
