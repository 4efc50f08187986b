package plots

import (
	"strings"
	"testing"
)

// Whatever a result and its tables hold, reading them ends in an input or an error, and an input can be checked for drawing.
func FuzzRead(f *testing.F) {
	f.Add(storedResult, storedTimeline, storedDecisions)
	f.Add("{", storedTimeline, storedDecisions)
	f.Add(`{"version": 2}`, "", "")
	f.Add(storedResult, "at_s,time\n", "at_s,from,to\n1,2\n")
	f.Add(storedResult, strings.ReplaceAll(storedTimeline, "900", "-1e999"), storedDecisions)
	f.Add(strings.Replace(storedResult, "America/New_York", "../../etc", 1), "\xef\xbb\xbf"+storedTimeline, "\x00")
	f.Fuzz(func(t *testing.T, result, timeline, decisions string) {
		in, err := Read("", strings.NewReader(result), strings.NewReader(timeline), strings.NewReader(decisions))
		if err == nil {
			_ = check([]Input{in})
		}
	})
}
