// Command peers holds what the benchmark of stridecopy needs other people's
// libraries for. The program in the folder above builds and starts it; its own
// module keeps those libraries away from everybody else.
//
//	peers serve    copy with gonum and gomlx, by lines of JSON on standard input
//	peers page     draw the document on standard input as a page
//	peers picture  draw it as one picture, in SVG
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/stridecopy/stridecopy/bench/peers/rival"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errUsage
	}
	draw := writePage
	switch args[0] {
	case "serve":
		return rival.Serve(in, out,
			rival.Library{Name: "gonum", Module: "gonum.org/v1/gonum", Prepare: prepareGonum},
			rival.Library{Name: "gomlx", Module: "github.com/gomlx/gomlx", Prepare: prepareGomlx})
	case "page":
	case "picture":
		draw = writePicture
	default:
		return errUsage
	}
	d, err := readDocument(in)
	if err == nil && len(d.Results) == 0 {
		err = errors.New("the document holds no results")
	}
	if err != nil {
		return err
	}
	return draw(out, d)
}

var errUsage = errors.New("usage: peers serve | page | picture")
