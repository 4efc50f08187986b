package lint

import (
	"fmt"
	"time"

	"headroom/sim"
	"headroom/unit"
)

var serviceRules = []Rule{
	{"timeout-below-p99", "clients give up on requests that merely take long", "derived: the law of service.time", timeoutBelowP99},
	{"retries-amplify", "retries that can overload what would be enough", "derived: attempts × rate × mean service time", retriesAmplify},
}

// timeoutBelowP99 finds timeouts that more than one request in a hundred exceeds by its service alone.
func timeoutBelowP99(s *scene) []Finding {
	law, timeout := s.Service.Time.Law(), s.Service.Timeout.Total
	p99 := law.Quantile(0.99)
	if timeout == 0 || timeout >= p99 {
		return nil
	}
	to := time.Duration(round2(float64(p99)*1.5/1e6)) * time.Millisecond
	return []Finding{{Path: "service.timeout", Fix: "service.timeout=" + unit.FormatDuration(max(to, time.Millisecond)), Text: fmt.Sprintf(
		"the client gives up after %s, and %s of the requests take longer with nobody waiting (p99 %s)", span(timeout), percent(1-law.CDF(timeout)),
		span(p99.Round(time.Millisecond)))}}
}

// retriesAmplify finds traffic that fits, and would not if its requests failed and were tried again: an overload that keeps
// itself going.
func retriesAmplify(s *scene) []Finding {
	r := s.Service.Retries
	own := s.Service.Queue.Own
	fails := s.Service.Timeout != (sim.Timeout{}) || s.Service.Queue.Shared != nil && *s.Service.Queue.Shared != sim.Unlimited ||
		s.Service.Queue.Shared == nil && own != sim.Unlimited
	if r.Attempts < 2 || r.Budget != nil || !fails || len(s.ceiling()) == 0 || s.view.queued {
		return nil
	}
	ceiling, worst := s.ceiling(), 0
	load := func(k int) float64 { return s.fits(s.worst[k]) * s.slow(s.when(k)) / float64(max(1, ceiling[k].n)) }
	for k := range ceiling {
		if load(k) > load(worst) {
			worst = k
		}
	}
	if once := load(worst); once > 1 || once*float64(r.Attempts) <= 1 {
		return nil
	}
	busy := load(worst) * float64(ceiling[worst].n) * s.slots
	return []Finding{{Path: "service.retries", Fix: "service.retries.budget=10%", Text: fmt.Sprintf(
		"at %s the traffic keeps %s of %s busy; when attempts fail, %d of each keep %s busy, more than there are, and they go on failing",
		s.at(s.when(worst)), number(busy), count(int(float64(ceiling[worst].n)*s.slots), "slot"), r.Attempts,
		number(float64(r.Attempts)*busy))}}
}
