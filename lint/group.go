package lint

import (
	"fmt"
	"time"

	"headroom/policy/aws"
	"headroom/unit"
)

var groupRules = []Rule{
	{"hook-never-answers", "a launch hook that is abandoned before it can be done",
		"EC2 Auto Scaling, lifecycle hooks: at the heartbeat timeout the default result holds; ABANDON terminates and launches anew", hookNeverAnswers},
	{"no-history", "predictive scaling that never has the history for a forecast",
		"EC2 Auto Scaling, predictive scaling: at least 24 hours of history, 14 days for the best forecast", noHistory},
}

// hookNeverAnswers finds launch hooks that in less than one launch in a hundred are completed before they are abandoned.
func hookNeverAnswers(s *scene) []Finding {
	g := s.Scaling.Group
	if g == nil || g.LifecycleHook.Launch == nil {
		return nil
	}
	h := g.LifecycleHook.Launch
	law := h.Time.Law()
	if h.Default != "abandon" || law.Quantile(0.01) <= h.Timeout {
		return nil
	}
	path := s.view.path + ".lifecycle-hook.launch"
	const most = 2 * time.Hour
	fix := path + ".default=continue"
	if need := (law.Quantile(0.99) + time.Minute - 1) / time.Minute * time.Minute; need <= most {
		fix = path + ".timeout=" + unit.FormatDuration(need)
	}
	return []Finding{{Path: path + ".timeout", Fix: fix, Text: fmt.Sprintf(
		"the hook takes %s and is abandoned after %s: every instance that is launched is terminated and launched anew, and none comes into service",
		span(law.Quantile(0.5).Round(time.Second)), span(h.Timeout))}}
}

// noHistory finds predictive policies of runs that end before there can be a forecast.
func noHistory(s *scene) (out []Finding) {
	g := s.Scaling.Group
	if g == nil {
		return nil
	}
	for i := range g.Policies {
		p := g.Policies[i].Predictive
		if p == nil {
			continue
		}
		_, delay := s.Metrics.Timing(p.Metric)
		lived := s.Clock.Settle + s.Clock.Length
		if aws.FirstForecast(s.Clock.Calendar().Start.Add(-s.Clock.Settle), delay, p.Buffer) < lived {
			continue
		}
		out = append(out, Finding{Path: s.view.path + ".policies." + number(float64(i)) + ".predictive", Fix: "clock.settle=2d", Text: fmt.Sprintf(
			"a forecast needs 24 whole hours of history, and the run is %s in all (settle %s, length %s): it never acts", span(lived), span(s.Clock.Settle), span(s.Clock.Length))})
	}
	return out
}
