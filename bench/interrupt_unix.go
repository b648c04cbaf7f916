//go:build unix

package main

import "syscall"

func init() {
	stopSignals[syscall.SIGHUP] = 128 + 1 // the terminal was closed
}
