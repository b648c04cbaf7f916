package strided

import "context"

// RunContext is [Plan.Run] that ends early when ctx does, and tells how far it came.
//
// It looks at ctx before each chunk, which is well below a millisecond of work. Where
// ctx has ended and chunks are left, it returns ctx.Err() and the payload in bytes
// that was copied: whole items at places that depend on the plan, or parts of one where
// items are larger than 128 KiB, each as Run leaves it; the others have not been
// touched. Without an error, done is p.Bytes(). Source and destination that share bytes
// of items are copied in one step.
//
// After each chunk it calls progress, unless that is nil, with the payload done and
// that of the whole copy, in bytes. The calls come one at a time with rising numbers,
// but from the goroutine of any worker, which waits for them; progress must not run
// the plan with the same memory.
//
// Other errors are those of Run.
func (p *Plan) RunContext(ctx context.Context, dst, src []byte, progress func(done, total int)) (done int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if p.bytes == 0 {
		return 0, nil
	}
	if err := checkSlices(p.dst, p.src, dst, src); err != nil {
		return 0, err
	}
	if shift, shared := p.shares(dst, src); shared && p.sharesByte(shift) != disjoint {
		if err := p.runOverlapping(dst, src, shift, usual); err != nil {
			return 0, err
		}
		if progress != nil {
			progress(p.bytes, p.bytes)
		}
		return p.bytes, nil
	}
	j := job{division: p.variant(dst).divide(), ctx: ctx, progress: progress}
	j.run(p.workersFor(&j.division, dst), dst, src)
	if j.done < p.bytes {
		return j.done, ctx.Err()
	}
	return j.done, nil
}
