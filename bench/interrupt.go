package main

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// interrupts holds what must be undone when somebody stops the program.
var interrupts undoList

// An undoList runs functions when the process gets an interrupt or a termination
// signal, and ends it then with the status that shells expect.
type undoList struct {
	mu    sync.Mutex
	watch sync.Once
	undo  map[int]func()
	last  int
}

// add arranges for undo to run on a signal, until forget is called. A function that
// began to run has finished when forget returns.
func (l *undoList) add(undo func()) (forget func()) {
	l.watch.Do(func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		go func() { l.stop(<-signals) }()
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.undo == nil {
		l.undo = map[int]func(){}
	}
	l.last++
	key := l.last
	l.undo[key] = undo
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.undo, key)
	}
}

// stop keeps the lock: whoever wants to finish something now is too late.
func (l *undoList) stop(s os.Signal) {
	l.mu.Lock()
	for _, undo := range l.undo {
		undo()
	}
	if s == os.Interrupt {
		os.Exit(128 + 2)
	}
	os.Exit(128 + 15)
}
