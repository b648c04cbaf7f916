//go:build race

package asm_test

const raceEnabled = true
