// Command peers holds what the benchmark of stridecopy needs other people's
// libraries for. The program in the folder above builds and starts it; its own
// module keeps those libraries away from everybody else.
//
//	peers serve gonum,gomlx   copy on request, by lines of JSON on standard input
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 2 && args[0] == "serve" {
		return serve(strings.Split(args[1], ","), os.Stdin, os.Stdout)
	}
	return fmt.Errorf("usage: peers serve LIBRARIES")
}
