package memoryview

import "sync/atomic"

// managed is CPython's managed buffer: one buffer of an exporter, shared by all
// views derived from each other. The exporter sees a single export; it ends when
// the last view is released.
type managed struct {
	buf   Buffer
	views atomic.Int64
}

// drop takes away one view.
func (m *managed) drop() {
	if m.views.Add(-1) == 0 {
		m.buf.Release()
	}
}

// A lifetime lets any number of operations use a view while another goroutine
// releases it. The state holds the operations in progress in its low half, the
// buffers that the view has exported above them, and the released mark on top.
//
// Nothing blocks between enter and leave, and no code of an exporter runs there,
// so release can wait for the operations without a deadlock.
type lifetime struct {
	state atomic.Uint64
	idle  atomic.Pointer[chan struct{}] // closed by the last operation; set before the mark
}

const (
	oneUser      = 1
	oneExport    = 1 << 32
	releasedMark = 1 << 63
)

func users(state uint64) uint64   { return state & (oneExport - 1) }
func exports(state uint64) uint64 { return state &^ releasedMark / oneExport }

func (l *lifetime) released() bool { return l.state.Load()&releasedMark != 0 }

// alive returns the error of a released view, or nil.
func (l *lifetime) alive() error {
	if l.released() {
		return errReleased
	}
	return nil
}

// enter begins an operation: until leave, the memory stays valid.
func (l *lifetime) enter() error {
	for {
		s := l.state.Load()
		if s&releasedMark != 0 {
			return errReleased
		}
		if l.state.CompareAndSwap(s, s+oneUser) {
			return nil
		}
	}
}

func (l *lifetime) leave() {
	s := l.state.Add(^uint64(oneUser - 1))
	if s&releasedMark != 0 && users(s) == 0 {
		close(*l.idle.Load())
	}
}

// export counts one more exported buffer, or fails if the view has been released.
func (l *lifetime) export() error {
	for {
		s := l.state.Load()
		if s&releasedMark != 0 {
			return errReleased
		}
		if l.state.CompareAndSwap(s, s+oneExport) {
			return nil
		}
	}
}

func (l *lifetime) unexport() { l.state.Add(^uint64(oneExport - 1)) }

// release marks the view released and waits for the operations in progress. It is
// false if that had happened before, and an error if buffers are exported.
func (l *lifetime) release() (bool, error) {
	for {
		s := l.state.Load()
		if s&releasedMark != 0 {
			return false, nil
		}
		if n := exports(s); n > 0 {
			plural := "s"
			if n == 1 {
				plural = ""
			}
			return false, raise(ErrBuffer, "memoryview has %d exported buffer%s", n, plural)
		}
		if users(s) == 0 {
			if l.state.CompareAndSwap(s, releasedMark) {
				return true, nil
			}
			continue
		}
		idle := l.idle.Load()
		if idle == nil {
			made := make(chan struct{})
			l.idle.CompareAndSwap(nil, &made)
			idle = l.idle.Load()
		}
		if l.state.CompareAndSwap(s, s|releasedMark) {
			<-*idle
			return true, nil
		}
	}
}
