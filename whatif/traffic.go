package whatif

import (
	"math"
	"time"

	"headroom/sim"
)

// otherTraffic tells whether an answer is about other requests than the base: the mean rate differs somewhere, or what chance made
// of it in a run that draws the same numbers.
func otherTraffic(base, a Answer) bool {
	was, is := &base.Question.Config, &a.Question.Config
	if was.Traffic == nil || is.Traffic == nil {
		return false
	}
	const points = 2000
	p, q := was.Traffic.Profile(was.Source), is.Traffic.Profile(is.Source)
	for k := range points {
		t := is.Length * time.Duration(k) / points
		if x, y := p.Rate(t), q.Rate(t); math.Abs(x-y) > 1e-9*max(x, y) {
			return true
		}
	}
	if engine(was) != engine(is) || was.Step != is.Step || was.Settle != is.Settle {
		return false // they draw other numbers
	}
	for k := range a.Samples {
		if a.Samples[k].Value("requests.offered") != base.Samples[k].Value("requests.offered") {
			return true
		}
	}
	return false
}

func engine(c *sim.Config) string {
	if c.Service.Engine == "" {
		return "requests"
	}
	return c.Service.Engine
}
