package main

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// interrupts holds what must be undone when somebody stops the program.
var interrupts undoList

// stopSignals are the signals that somebody stops the program with, and the status
// that shells expect then.
var stopSignals = map[os.Signal]int{os.Interrupt: 128 + 2, syscall.SIGTERM: 128 + 15}

// An undoList runs functions when the process gets one of the signals that stop it,
// and ends it then.
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
		for s := range stopSignals {
			if !signal.Ignored(s) { // nohup, or a script's background
				signal.Notify(signals, s)
			}
		}
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
	os.Exit(stopSignals[s])
}
