package memoryview

import (
	"bytes"
	"errors"
	"math/big"
	"sync"
	"sync/atomic"
	"testing"
)

// A poisoned exporter spoils its memory when the buffer comes back, as unmapping a
// file would.
type poisoned struct {
	mem  []byte
	open atomic.Int64
}

func (p *poisoned) GetBuffer(b *Buffer, flags Flags) error {
	p.open.Add(1)
	return FillInfo(b, p, p.mem, false, flags)
}

func (p *poisoned) ReleaseBuffer(*Buffer) {
	for i := range p.mem {
		p.mem[i] = 0xdd
	}
	p.open.Add(-1)
}

// TestReleaseDuringReads releases views that others read: every read sees the
// memory as it was, or the error of a released view.
func TestReleaseDuringReads(t *testing.T) {
	reads := []func(*View) ([]byte, error){
		func(v *View) ([]byte, error) { return v.ToBytes(OrderC) },
		func(v *View) ([]byte, error) {
			s, err := v.GetItem(Slice{nil, nil, 3})
			if err != nil {
				return nil, err
			}
			defer s.(*View).Release()
			return s.(*View).ToBytes(OrderF)
		},
		func(v *View) ([]byte, error) {
			w, err := GetContiguous(v, Read, OrderC)
			if err != nil {
				return nil, err
			}
			defer w.Release()
			return w.ToBytes(OrderC)
		},
		func(v *View) ([]byte, error) {
			var b Buffer
			if err := GetBuffer(v, &b, FullRO); err != nil {
				return nil, err
			}
			defer b.Release()
			out := make([]byte, b.Len)
			return out, ToContiguous(out, &b, OrderC)
		},
		func(v *View) ([]byte, error) {
			x, err := v.At(5)
			if err != nil {
				return nil, err
			}
			return []byte{byte(x.(uint64))}, nil
		},
		func(v *View) ([]byte, error) {
			_, err := v.Eq(v)
			return nil, err
		},
	}
	for range 200 {
		p := &poisoned{mem: bytes.Repeat([]byte{7}, 512)}
		v, err := FromObject(p)
		if err != nil {
			t.Fatal(err)
		}
		var readers sync.WaitGroup
		for _, read := range reads {
			readers.Add(1)
			go func() {
				defer readers.Done()
				for {
					got, err := read(v)
					if err == nil && bytes.IndexByte(got, 0xdd) >= 0 {
						t.Errorf("read released memory: % x", got[:min(8, len(got))])
						return
					}
					if errors.Is(err, ErrValue) || v.Released() {
						return
					}
				}
			}()
		}
		for {
			if err := v.Release(); err == nil {
				break
			} else if !errors.Is(err, ErrBuffer) {
				t.Fatal(err)
			}
		}
		readers.Wait()
		if n := p.open.Load(); n != 0 {
			t.Fatalf("%d buffers of the exporter are open", n)
		}
	}
}

// TestReleaseFromMany releases one view from many goroutines: the exporter gets its
// buffer back once.
func TestReleaseFromMany(t *testing.T) {
	for range 100 {
		p := &poisoned{mem: make([]byte, 8)}
		v, err := FromObject(p)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 8 {
			all.Add(1)
			go func() {
				defer all.Done()
				if err := v.Release(); err != nil {
					t.Error(err)
				}
			}()
		}
		all.Wait()
		if n := p.open.Load(); n != 0 {
			t.Fatalf("%d buffers are open", n)
		}
	}
}

// TestSharedExport derives views in several goroutines: the exporter sees a single
// export until the last of them is released.
func TestSharedExport(t *testing.T) {
	p := &poisoned{mem: make([]byte, 64)}
	v, err := FromObject(p)
	if err != nil {
		t.Fatal(err)
	}
	derived := make([]*View, 16)
	var all sync.WaitGroup
	for i := range derived {
		all.Add(1)
		go func() {
			defer all.Done()
			w, err := v.Cast("i", []int{4, 4})
			if err != nil {
				t.Error(err)
				return
			}
			derived[i] = w
		}()
	}
	all.Wait()
	if err := v.Release(); err != nil {
		t.Fatal(err)
	}
	for _, w := range derived {
		if n := p.open.Load(); n != 1 {
			t.Fatalf("%d exports", n)
		}
		all.Add(1)
		go func() {
			defer all.Done()
			if err := w.Release(); err != nil {
				t.Error(err)
			}
		}()
		all.Wait()
	}
	if n := p.open.Load(); n != 0 {
		t.Fatalf("%d exports", n)
	}
}

// A releasing index releases a view while it is used as a key of it.
type releasing struct{ v *View }

func (r releasing) Index() *big.Int {
	r.v.Release()
	return new(big.Int)
}

func (r releasing) Float() float64 {
	r.v.Release()
	return 0
}

// TestReleaseByKey releases a view from the methods of keys and values, which must
// neither hang nor use the memory.
func TestReleaseByKey(t *testing.T) {
	uses := []func(v *View) error{
		func(v *View) error { _, err := v.GetItem(releasing{v}); return err },
		func(v *View) error { _, err := v.GetItem(Tuple{releasing{v}}); return err },
		func(v *View) error { _, err := v.GetItem(Slice{Start: releasing{v}}); return err },
		func(v *View) error { _, err := v.Sub(releasing{v}); return err },
		func(v *View) error { return v.SetItem(releasing{v}, 1) },
		func(v *View) error { return v.SetItem(0, releasing{v}) },
		func(v *View) error { return v.SetItem(Slice{Start: releasing{v}}, []byte{1, 2, 3, 4, 5, 6, 7, 8}) },
	}
	for i, use := range uses {
		p := &poisoned{mem: make([]byte, 8)}
		v, err := FromObject(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := use(v); !errors.Is(err, ErrValue) {
			t.Errorf("use %d: %v", i, err)
		}
		if !v.Released() || p.open.Load() != 0 || !bytes.Equal(p.mem, bytes.Repeat([]byte{0xdd}, 8)) {
			t.Errorf("use %d: %v, % x", i, v, p.mem)
		}
	}
}
