package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/stridecopy/stridecopy/copy"
)

const reshapeUsage = `usage: bench reshape [flags] in out

Slices, permutes and rearranges the array in the file in, in this order, and writes
the result to the file out, in C order. The file names end in .npy, .npz,
.safetensors or .gguf; files of many arrays are written as

    weights.safetensors:layer.0.weight

where the name may be left out: of in if there is only one array, of out to keep the
name. A file that is written holds the one array. Item types stay what they are; what
NumPy has no type for (BF16, F8) is written to .npy and .npz as integers of the same
bits, safetensors and GGUF files become little-endian, and a type that the new kind of
file lacks is an error, as are quantised arrays of GGUF, whose blocks are no items.

The input is mapped and the output written piece by piece, so that both may be larger
than the memory; on Windows, and other systems where files cannot be mapped, the input
is read whole. The output appears whole or not at all.

Flags:
`

const reshapeExamples = `
Examples:

  a[::-1, ..., 0:3].transpose(2, 0, 1):
    bench reshape -slice '::-1, ..., 0:3' -perm 2,0,1 in.npy out.npy
  pictures NHWC to NCHW:
    bench reshape -rearrange 'n h w c -> n c h w' nhwc.npy nchw.npy
  patches of 16 x 16 pixels:
    bench reshape -rearrange '(h p) (w q) c -> (h w) (p q c)' -sizes p=16,q=16 picture.npy patches.npy
  one tensor of a model, transposed:
    bench reshape -perm 1,0 model.safetensors:lm_head.weight head.npy
  an array of an .npz file as a GGUF tensor of another name:
    bench reshape arrays.npz:w model.gguf:blk.0.weight
  what the copy would do, and why, without writing anything:
    bench reshape -dry-run -perm 2,0,1 in.npy out.npy
`

// reshapeOptions are the flags and arguments of reshape.
type reshapeOptions struct {
	slicing, axes, pattern string
	subscripts             []subscript
	sizes                  []strided.Size
	dryRun                 bool
	in, out                place
}

func parseReshape(args []string, stderr io.Writer) (o reshapeOptions, err error) {
	f := flag.NewFlagSet("reshape", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, reshapeUsage)
		f.PrintDefaults()
		fmt.Fprint(stderr, reshapeExamples)
	}
	f.StringVar(&o.slicing, "slice", "", "NumPy's basic slicing, without the brackets: integers, a:b:c, ...")
	f.StringVar(&o.axes, "perm", "", "comma-separated `list` of the axes left after slicing, in their new order")
	f.StringVar(&o.pattern, "rearrange", "", "`pattern` of einops for the axes left after slicing and permuting")
	sizes := f.String("sizes", "", "comma-separated `list` of sizes of the pattern's axes that do not follow from the array: h=2,w=2")
	f.BoolVar(&o.dryRun, "dry-run", false, "print the plan of the copy and the reasons for it, and write nothing")
	if err := parseFlags(f, args); err != nil {
		return o, err
	}
	if f.NArg() != 2 {
		return o, usageError{fmt.Errorf("%d files named, want an input and an output; -h shows examples", f.NArg())}
	}
	if o.in, err = parsePlace(f.Arg(0)); err != nil {
		return o, usageError{err}
	}
	if o.out, err = parsePlace(f.Arg(1)); err != nil {
		return o, usageError{err}
	}
	if o.subscripts, err = parseSlicing(o.slicing); err != nil {
		return o, usageError{err}
	}
	if o.sizes, err = parseSizes(*sizes); err != nil {
		return o, usageError{err}
	}
	if o.pattern == "" && len(o.sizes) > 0 {
		return o, usageError{errors.New("-sizes are of a -rearrange pattern, and there is none")}
	}
	return o, nil
}

// parseSizes reads a list such as h=2,w=2.
func parseSizes(list string) (sizes []strided.Size, err error) {
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}
	for _, part := range strings.Split(list, ",") {
		name, number, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if name = strings.TrimSpace(name); err != nil || name == "" {
			return nil, fmt.Errorf("sizes %q: %q is no size of an axis, such as h=2", list, part)
		}
		sizes = append(sizes, strided.Axis(name, n))
	}
	return sizes, nil
}

// reshape slices, permutes and rearranges an array of a file.
func reshape(args []string, stdout, stderr *os.File) error {
	o, err := parseReshape(args, stderr)
	if err != nil {
		return err
	}
	if err := differ(o.in.path, o.out.path); err != nil {
		return err
	}
	a, err := openArray(o.in)
	if err != nil {
		return err
	}
	defer a.close()
	from := fmt.Sprintf("%v %v %s", a.place, a.shape, a.kind)
	if err := o.apply(a); err != nil {
		return fmt.Errorf("%v: %w", a.place, err)
	}
	if o.out.name == "" && o.out.format != "npy" {
		o.out.name = a.defaultName()
	}
	w, err := newArrayWriter(a, o.out)
	if err != nil {
		return err
	}
	to := fmt.Sprintf("%v %v%s", o.out, a.shape, w.newKind())
	if o.dryRun {
		return w.explain(stdout, from+" -> "+to)
	}
	start := time.Now()
	if err := w.write(terminal(stderr)); err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()
	fmt.Fprintf(stdout, "%s -> %s: %s in %.3f s, %.2f GB/s read and written\n", from, to, size(w.total), seconds, 2*float64(w.total)/max(seconds, 1e-9)/1e9)
	return nil
}

// differ reports an output that is the input, under whatever name.
func differ(in, out string) error {
	i, err := os.Stat(in)
	if err != nil {
		return err
	}
	if o, err := os.Stat(out); err == nil && os.SameFile(i, o) {
		return fmt.Errorf("the output %s is the input %s", out, in)
	}
	return nil
}

// apply makes the view of an array that the options ask for.
func (o *reshapeOptions) apply(a *array) (err error) {
	if a.view, err = applySlicing(a.view, o.subscripts); err != nil {
		return fmt.Errorf("slice %q: %w", o.slicing, err)
	}
	if o.axes != "" {
		if a.view, err = permuted(a.view, o.axes); err != nil {
			return err
		}
	}
	a.shape = a.view.Shape
	if o.pattern != "" {
		a.view, a.shape, err = a.view.Rearrange(o.pattern, o.sizes...)
	}
	return err
}

// permuted returns view.transpose(list).
func permuted(view strided.Layout, list string) (strided.Layout, error) {
	axes, err := parseAxes(list, view.Rank())
	if err != nil {
		return view, err
	}
	p, err := view.Permute(axes...)
	if err != nil {
		return view, fmt.Errorf("perm %s of an array of %d dimensions: %w", list, view.Rank(), err)
	}
	return p, nil
}
