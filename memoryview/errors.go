package memoryview

import (
	"errors"
	"fmt"
)

// The sentinels that errors of this package match with [errors.Is], one for each
// CPython exception class.
var (
	ErrType           = errors.New("TypeError")
	ErrValue          = errors.New("ValueError")
	ErrIndex          = errors.New("IndexError")
	ErrBuffer         = errors.New("BufferError")
	ErrNotImplemented = errors.New("NotImplementedError")
	ErrOverflow       = errors.New("OverflowError")
	ErrSystem         = errors.New("SystemError")
	ErrMemory         = errors.New("MemoryError")
	ErrStruct         = errors.New("struct.error")
	// ErrUnicodeEncode also matches ErrValue, as its class does in CPython.
	ErrUnicodeEncode = fmt.Errorf("UnicodeEncodeError, a %w", ErrValue)
)

// exception is an error of one CPython class whose text is CPython's.
type exception struct {
	class error
	text  string
	cause error // of the engine or of an exporter, or nil
}

func (e *exception) Error() string { return e.text }

func (e *exception) Unwrap() []error {
	if e.cause == nil {
		return []error{e.class}
	}
	return []error{e.class, e.cause}
}

// raise returns an error of the class, with a text made as fmt.Errorf makes it.
func raise(class error, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &exception{class, err.Error(), errors.Unwrap(err)}
}

var errReleased = raise(ErrValue, "operation forbidden on released memoryview object")
