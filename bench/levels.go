package main

import (
	"fmt"
	"strings"

	"github.com/stridecopy/stridecopy/cpu"
)

// A level is a set of instruction-set features to time with.
type level struct {
	word    string
	without cpu.Features // what this process has and the level lacks
}

// parseLevels reads the value of -cpu. Without a list it is the best level of this
// machine. A level that the machine lacks is left out and returned in missing.
func parseLevels(list string) (levels []level, missing []string, err error) {
	have := cpu.Detect()
	if list == "" {
		return []level{{word: have.Level()}}, nil, nil
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
		levels = append(levels, level{word, have &^ set})
	}
	if len(levels) == 0 {
		return nil, missing, fmt.Errorf("this machine has none of the levels %s; it reaches %s", list, have.Level())
	}
	return levels, missing, nil
}
