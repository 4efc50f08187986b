package lint

import (
	"fmt"
	"math"
	"time"

	"headroom/policy/aws"
	"headroom/unit"
)

const docReaction = "derived: reaction = datapoints × period + delay + a tick of the alarm + start-up (CloudWatch, Application Auto Scaling)"

var trafficRules = []Rule{
	{"spike-beats-reaction", "a spike that is over before a policy can help", docReaction, spikeBeatsReaction},
	{"scale-in-between-spikes", "each spike meets the small fleet again", docReaction, scaleInBetweenSpikes},
	{"billing-outlasts-dwell", "instances are paid for longer than they live", "derived: fleet.billing against the quickest way out and in", billingOutlastsDwell},
}

// reaction is the soonest that a policy has new capacity in service after traffic has risen, and the policy; nil if none scales out.
func (s *scene) reaction() (soonest time.Duration, by *rule) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if !r.scalesOut() || s.reach(r.metric) <= r.level || r.metric == s.view.waker {
			continue
		}
		if t := r.detection() + s.startUp; by == nil || t < soonest {
			soonest, by = t, r
		}
	}
	return soonest, by
}

// spikeBeatsReaction finds spikes that the fleet from before cannot carry, and that end before a policy has brought more.
func spikeBeatsReaction(s *scene) (out []Finding) {
	reaction, r := s.reaction()
	if r == nil || s.view.queued {
		return nil
	}
	for _, g := range s.surges {
		l := s.limitAt(g.at)
		n, need := s.fleet(g.before, l), s.fits(g.peak)
		if need <= float64(n) || reaction <= g.full || need > float64(l.max.n) {
			continue
		}
		out = append(out, Finding{Path: l.min.path, Fix: s.edit(l.min) + "=" + s.view.written(up(need)), Text: fmt.Sprintf(
			"%s brings %s for %s and needs %s; before it there may be %d, and more come after %s (%d datapoints of %s, delay %s, a tick, start-up %s)",
			g.title, rps(g.peak), span(g.full), s.count(up(need)), n, span(reaction), r.out.M, span(r.period), span(r.delay), span(s.startUp))})
		break
	}
	return out
}

// scaleInBetweenSpikes finds repeated spikes between which the fleet shrinks although the next one is near.
func scaleInBetweenSpikes(s *scene) (out []Finding) {
	reaction, by := s.reaction()
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if r.tracking == nil || !r.tracking.ScaleIn || by == nil || len(s.voters()) > 1 || s.view.queued {
			continue
		}
		for _, g := range s.surges {
			gap := g.every - g.length
			l := s.limitAt(g.at)
			n, need := s.fleet(g.before, l), s.fits(g.peak)
			if g.every == 0 || gap <= r.quiet() || gap >= 2*r.quiet() || need <= float64(n) || reaction > g.full || g.at+g.every >= s.Clock.Length {
				continue
			}
			out = append(out, Finding{Path: r.path, Fix: s.later(r, g), Text: fmt.Sprintf(
				"%s comes every %s and needs %s; the fleet shrinks to %d after %s of the pause of %s: that saves %s of them and leaves too few for %s of the next one",
				g.title, span(g.every), s.count(up(need)), n, span(r.quiet()), span(gap), span(gap-r.quiet()), span(reaction))})
			break
		}
	}
	return out
}

// later is an edit after which a policy keeps what a repeated surge has brought: its low alarm looks back over a whole cycle, and
// is low enough that the surge itself is not.
func (s *scene) later(r *rule, g surge) string {
	points := int((g.every + r.period - 1) / r.period)
	want := s.want(r.metric, r.level, g.peak)
	full := want / math.Ceil(want)
	if !(full < float64(r.tracking.Alarm.Low)*1.1) {
		return fmt.Sprintf("%s=%d of %d", r.at("alarm.in"), points, points)
	}
	kept := "" // of the alarms, what is not as it would be left out
	if period, _ := s.Metrics.Timing(r.metric); period != r.period {
		kept = "period: " + unit.FormatDuration(r.period) + ", "
	}
	if r.out != (aws.Datapoints{M: 3, N: 3}) {
		kept += "out: " + r.out.String() + ", "
	}
	return fmt.Sprintf("%s={%sin: %d of %d, low: %d%%}", r.at("alarm"), kept, points, points, int(85*full))
}

// billingOutlastsDwell finds surges whose extra instances are gone before the time that they are charged for.
func billingOutlastsDwell(s *scene) (out []Finding) {
	reaction, by := s.reaction()
	bill := s.Fleet.Billing
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if by == nil || !r.scalesIn() || r.quiet() > s.fastestIn() {
			continue
		}
		for _, g := range s.surges {
			l := s.limitAt(g.at)
			if s.fleet(g.peak, l) <= s.fleet(g.before, l) || reaction > g.length+r.quiet() {
				continue
			}
			life := max(0, g.length-reaction) + r.quiet()
			if life += s.view.linger; bill.Starting == "charged" {
				life += s.startUp
			}
			paid := max(bill.Minimum, (life+bill.Granularity-1)/bill.Granularity*bill.Granularity)
			if float64(paid) < 1.25*float64(life) {
				continue
			}
			points := r.in.N + int((paid-life)/r.period)
			fix := fmt.Sprintf("%s=%d of %d", r.at("alarm.in"), points, points)
			if r.step != nil {
				fix = fmt.Sprintf("%s=%d of %d", r.at("alarm.datapoints"), points, points)
			}
			out = append(out, Finding{Path: "fleet.billing", Fix: fix, Text: fmt.Sprintf(
				"an instance that %s brings lives about %s and is charged %s: it could stay for nothing", g.title, span(life), span(paid))})
			break
		}
	}
	return out
}
