package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/stridecopy/stridecopy/cpu"
)

// A variant is a way to run our side: a set of instruction-set features, and a
// number of workers.
type variant struct {
	word    string       // level
	without cpu.Features // what this process has and the level lacks
	workers int
}

// parseLevels reads the value of -cpu and returns a variant for each level. Without
// a list it is the best level of this machine. A level that the machine lacks is
// left out and returned in missing.
func parseLevels(list string, workers int) (all []variant, missing []string, err error) {
	have := cpu.Detect()
	if list == "" {
		return []variant{{have.Level(), 0, workers}}, nil, nil
	}
	for _, word := range strings.Split(list, ",") {
		word = strings.TrimSpace(word)
		set, err := cpu.Parse(word)
		if err != nil {
			return nil, nil, err
		}
		if (have & set).Level() != word {
			missing = append(missing, word)
			continue
		}
		all = append(all, variant{word, have &^ set, workers})
	}
	if len(all) == 0 {
		return nil, missing, fmt.Errorf("this machine has none of the levels %s; it reaches %s", list, have.Level())
	}
	return all, missing, nil
}

// everyVariant returns the best level first, then the others, and last the best
// level with a worker for every processor.
func everyVariant(workers int) (all []variant) {
	have := cpu.Detect()
	for _, set := range cpu.Levels(have) {
		all = append(all, variant{set.Level(), have &^ set, workers})
	}
	if n := runtime.GOMAXPROCS(0); n != workers {
		all = append(all, variant{have.Level(), 0, n})
	}
	return all
}
