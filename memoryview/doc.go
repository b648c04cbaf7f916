// Package memoryview is the CPython buffer protocol and memoryview object in Go.
package memoryview
