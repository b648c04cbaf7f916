package strided

import "errors"

// ErrPattern: the pattern of a [Rearrange] is malformed, or its axes and the sizes
// that are given for them do not belong together.
var ErrPattern = errors.New("strided: bad pattern")
