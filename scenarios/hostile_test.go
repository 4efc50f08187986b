package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Large files that are made to be slow are refused in seconds.
func TestHostileFiles(t *testing.T) {
	fill := func(line func(i int) string) string {
		var b strings.Builder
		for i := 0; b.Len() < 1<<19; i++ {
			b.WriteString(line(i))
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"unknown keys":      base + fill(func(i int) string { return fmt.Sprintf("k%d: 1\n", i) }),
		"misspelt keys":     base + fill(func(i int) string { return fmt.Sprintf("clocc%d: 1\n", i) }),
		"one line":          base + "x: [" + fill(func(i int) string { return "a," }) + "a]\n",
		"bad expectations":  base + "expect: [" + fill(func(i int) string { return "p99 < 1," }) + "p99 < 1]\n",
		"bad rates":         strings.Replace(base, "curves: [", "curves: [{constant: {rate: 1}}, "+strings.Repeat("{constant: {rate: 1}}, ", 20000), 1),
		"open brackets":     base + "x: " + fill(func(i int) string { return "[" }),
		"dashes":            base + "x:\n  " + fill(func(i int) string { return "- " }),
		"deep blocks":       base + fill(func(i int) string { return strings.Repeat(" ", i) + "a:\n" }),
		"anchors":           base + fill(func(i int) string { return fmt.Sprintf("k%d: &a%d 1\n", i, i) }),
		"question marks":    base + fill(func(i int) string { return "? " }),
		"quotes":            base + fill(func(i int) string { return "'" }) + "\n",
		"broken at its end": base + "because: |\n" + fill(func(i int) string { return "  word\n" }) + "x: [\n",
		"long key":          base + strings.Repeat("k", 1<<19) + ": 1\n",
		"many variants":     base + "variants:\n" + fill(func(i int) string { return fmt.Sprintf("  v%d: {clock.seed: %d}\n", i, i) }),
		"tabs":              base + fill(func(i int) string { return "\t" }) + "x\n",
		"newlines":          base + fill(func(i int) string { return "\n" }) + "x\n",
	} {
		begin := time.Now()
		_, err := Parse("x.yaml", "", []byte(text), nothing)
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		}
		if err == nil {
			t.Errorf("%s: loads", name)
		} else if text := err.(Problems).Text(true); len(text) > 200_000 {
			t.Errorf("%s: %d bytes of problems", name, len(text))
		}
	}
}
