package memoryview

import "fmt"

// checkASCII returns CPython's error where s is not ASCII; it names the first run
// of other characters.
func checkASCII(s string) error {
	var start, end int // of the run, in characters
	var first rune
	for i, r := range []rune(s) {
		if r < 0x80 {
			if end > 0 {
				break
			}
			continue
		}
		if end == 0 {
			start, first = i, r
		}
		end = i + 1
	}
	switch end - start {
	case 0:
		return nil
	case 1:
		return raise(ErrUnicodeEncode, "'ascii' codec can't encode character '%s' in position %d: ordinal not in range(128)", pythonEscape(first), start)
	}
	return raise(ErrUnicodeEncode, "'ascii' codec can't encode characters in position %d-%d: ordinal not in range(128)", start, end-1)
}

// pythonEscape is r as Python's repr escapes it.
func pythonEscape(r rune) string {
	switch {
	case r < 0x100:
		return fmt.Sprintf("\\x%02x", r)
	case r < 0x10000:
		return fmt.Sprintf("\\u%04x", r)
	}
	return fmt.Sprintf("\\U%08x", r)
}
