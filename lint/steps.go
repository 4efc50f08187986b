package lint

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/policy/aws"
	"headroom/unit"
)

const (
	docCooldown = "Application Auto Scaling, step scaling: in a scale-out cooldown only a larger step adds, and only the difference"
	docBands    = "Application Auto Scaling, step scaling: bounds are relative to the alarm's threshold"
)

var stepRules = []Rule{
	{"cooldown-outlasts-rise", "steps and cooldown climb slower than the traffic", docCooldown, cooldownOutlastsRise},
	{"cooldown-below-lag", "a cooldown that ends before the change can be seen", docCooldown, cooldownBelowLag},
	{"dead-step", "a step band that nothing ever falls into", docBands, deadStep},
	{"uncovered-breach", "a breach that no step band covers", docBands, uncoveredBreach},
}

// A rise is traffic that goes up, and how fast.
type rise struct {
	title        string
	length       time.Duration
	at           time.Duration
	before, peak float64
}

// rises are those of the events, ramps and opening hours.
func (s *scene) rises() (out []rise) {
	for _, g := range s.surges {
		out = append(out, rise{g.title, g.rise, g.at, g.before, g.peak})
	}
	for i, c := range s.Traffic.Curves {
		path := "traffic.curves." + number(float64(i))
		if r := c.Ramp; r != nil && r.To > r.From {
			if at, err := s.Clock.Calendar().At(r.At); err == nil && at >= 0 && at < s.Clock.Length {
				out = append(out, rise{path + ".ramp", r.Length, at, float64(r.From), float64(r.To)})
			}
		}
		if b := c.BusinessHours; b != nil && b.Busy > b.Quiet {
			out = append(out, rise{path + ".business-hours", b.Ramp, s.opening(float64(b.Quiet), float64(b.Busy)), float64(b.Quiet), float64(b.Busy)})
		}
	}
	return out
}

// opening is when the traffic first goes from one rate to another, as far as it does.
func (s *scene) opening(from, to float64) time.Duration {
	for k := 1; k < len(s.base); k++ {
		if s.base[k] > s.base[k-1] && s.base[k] > from && s.base[k] <= to {
			return s.when(k)
		}
	}
	return 0
}

// cooldownOutlastsRise finds step policies that are alone and cannot add what a rise needs before it is over.
func cooldownOutlastsRise(s *scene) (out []Finding) {
	var best *rule
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if r.tracking != nil {
			return nil
		}
		if r.scalesOut() && (best == nil || s.added(r, 10) > s.added(best, 10)) {
			best = r
		}
	}
	if best == nil || best.step.Adjust == "exact" {
		return nil
	}
	pause := best.cooldown
	if !best.fromDecision {
		pause += s.startUp
	}
	for _, g := range s.rises() {
		l := s.limitAt(g.at)
		from := max(l.min.n, min(l.max.n, up(s.fits(g.before))))
		to := min(l.max.n, up(s.fits(g.peak)))
		acts := 0
		for n := from; n < to; n += max(1, s.added(best, n)) {
			acts++
		}
		climb := time.Duration(acts-1) * pause
		if acts < 2 || climb <= g.length {
			continue
		}
		i, _ := widest(best)
		key := "steps." + strconv.Itoa(i) + ".by"
		if best.single {
			key = "by"
		}
		by := (to - from) * max(1, s.view.weight)
		if best.step.Adjust == "percent" {
			by = up(100 * float64(to-from) / float64(max(1, from)))
		}
		return []Finding{{Path: best.path + "." + key, Fix: best.at(key) + "=" + strconv.Itoa(by), Text: fmt.Sprintf(
			"%s takes %s from %d to %s at least; at most %s a time, %s apart (%s %s%s), is %s, and the traffic rises in %s",
			g.title, rps(g.peak), from, s.count(to), s.most(best), span(pause), best.wait, span(best.cooldown), s.starting(best), span(climb), span(g.length))}}
	}
	return nil
}

func (s *scene) starting(r *rule) string {
	if r.fromDecision || s.startUp == 0 {
		return ""
	}
	return ", start-up " + span(s.startUp)
}

// most is the largest step in words.
func (s *scene) most(r *rule) string {
	_, by := widest(r)
	if r.step.Adjust == "percent" {
		return strconv.Itoa(by) + " %"
	}
	return strconv.Itoa(by)
}

// widest is the step that adds most.
func widest(r *rule) (i, by int) {
	for k, a := range r.step.Steps {
		if a.By > by {
			i, by = k, a.By
		}
	}
	return i, by
}

// added is the most that a step policy adds to n instances at once.
func (s *scene) added(r *rule, n int) int {
	_, by := widest(r)
	switch r.step.Adjust {
	case "percent":
		return max(n*by/100, s.least(r))
	case "exact":
		return s.view.counts(by) - n
	}
	return s.view.counts(by)
}

// moved is the most that a step policy adds or takes away at once, of the instances that the peak needs.
func (s *scene) moved(r *rule) (most int) {
	n := 1
	for k, rate := range s.worst {
		n = max(n, min(up(s.fits(rate)), s.limits[k].max.n))
	}
	for _, a := range r.step.Steps {
		by := max(a.By, -a.By)
		if r.step.Adjust == "percent" {
			by = max(by*n/100, s.least(r))
		} else {
			by = s.view.counts(by)
		}
		most = max(most, by)
	}
	return most
}

// least is the least that a percent step changes.
func (s *scene) least(r *rule) int {
	if r.step.MinimumStep != nil {
		return s.view.counts(*r.step.MinimumStep)
	}
	return 1
}

// cooldownBelowLag finds step policies that act again on points from before their last change.
func cooldownBelowLag(s *scene) (out []Finding) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if r.step == nil || r.step.Adjust == "exact" || !r.scalesOut() && !r.scalesIn() {
			continue
		}
		lag := r.delay + time.Duration(r.out.N-r.out.M+1)*r.period
		counted := "counted from when the change is complete"
		if r.fromDecision && r.scalesOut() {
			lag += s.startUp
			counted = "counted from the decision, start-up " + span(s.startUp)
		}
		acts := int((lag - r.cooldown + time.Minute - 1) / time.Minute) // policies act once a minute
		if extra := acts * s.moved(r); r.cooldown >= lag || extra < 2 {
			continue
		}
		fix := (lag + time.Minute - 1) / time.Minute * time.Minute
		out = append(out, Finding{Path: r.path + "." + r.wait, Fix: r.at(r.wait) + "=" + unit.FormatDuration(fix), Text: fmt.Sprintf(
			"%s %s (%s), but %s shows a change only after %s (datapoints %s of %s, delay %s): until then it acts on what was before, up to %s too many",
			r.wait, span(r.cooldown), counted, r.metric, span(lag), r.out, span(r.period), span(r.delay), s.count(acts*s.moved(r)))})
	}
	return out
}

// A band is a step in absolute levels.
type band struct{ from, to float64 }

func bandOf(r *rule, a aws.Adjustment) band {
	b := band{math.Inf(-1), math.Inf(1)}
	if a.From != nil {
		b.from = r.level + a.From.Value()
	}
	if a.To != nil {
		b.to = r.level + a.To.Value()
	}
	return b
}

// open is where a step policy's alarm can be in ALARM: from the threshold to the end of the metric's reach.
func (s *scene) open(r *rule) band {
	if r.above {
		return band{r.level, s.reach(r.metric)}
	}
	return band{max(0, s.rest(r.metric)), r.level}
}

// deadStep finds bands outside of what the metric can be while the alarm is in ALARM. With M < N the alarm may stay while the
// newest points are on the other side, so only the metric's reach counts then.
func deadStep(s *scene) (out []Finding) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if r.step == nil || r.single || s.neverBreached(r) {
			continue
		}
		can := s.open(r)
		if r.out.M < r.out.N {
			can = band{s.rest(r.metric), s.reach(r.metric)}
		}
		var kept []aws.Adjustment
		var dead []int
		for k, a := range r.step.Steps {
			b := bandOf(r, a)
			if b.from > can.to || r.above && b.to <= can.from || !r.above && b.to < can.from || !r.above && b.from >= can.to {
				dead = append(dead, k)
			} else {
				kept = append(kept, a)
			}
		}
		for _, k := range dead {
			b := bandOf(r, r.step.Steps[k])
			text := fmt.Sprintf("this band is %s; in ALARM %s is %s: it never applies", s.words(r, b), r.metric, s.words(r, can))
			fix := r.item + "=off"
			if len(kept) > 0 {
				fix = r.at("steps") + "=" + steps(kept, r.above)
			}
			out = append(out, Finding{Path: r.path + ".steps." + strconv.Itoa(k), Text: text, Fix: fix})
		}
	}
	return out
}

// words are a band's levels.
func (s *scene) words(r *rule, b band) string {
	switch {
	case math.IsInf(b.to, 1):
		return "above " + s.value(r, b.from)
	case math.IsInf(b.from, -1):
		return "below " + s.value(r, b.to)
	}
	return s.value(r, b.from) + " to " + s.value(r, b.to)
}

// steps writes a list of bands for an edit, the outermost open, as they must be.
func steps(list []aws.Adjustment, above bool) string {
	slices.SortStableFunc(list, func(a, b aws.Adjustment) int {
		lower := func(a aws.Adjustment) float64 {
			if a.From == nil {
				return math.Inf(-1)
			}
			return a.From.Value()
		}
		return cmp.Compare(lower(a), lower(b))
	})
	var items []string
	for i, a := range list {
		item := ""
		if a.From != nil && (above || i > 0 || a.To == nil) {
			item += "from: " + a.From.String() + ", "
		}
		if a.To != nil && (!above || i < len(list)-1) {
			item += "to: " + a.To.String() + ", "
		}
		items = append(items, "{"+item+"by: "+strconv.Itoa(a.By)+"}")
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// neverBreached tells whether a step alarm's threshold is out of reach altogether, which is a finding of its own.
func (s *scene) neverBreached(r *rule) bool {
	return r.above && s.reach(r.metric) <= r.level || !r.above && s.rest(r.metric) >= r.level
}

// uncoveredBreach finds thresholds beside which no band begins: the alarm is in ALARM and nothing happens.
func uncoveredBreach(s *scene) (out []Finding) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if r.step == nil || r.single || s.neverBreached(r) {
			continue
		}
		nearest, at := math.Inf(1), -1
		for k, a := range r.step.Steps {
			b := bandOf(r, a)
			gap, outside := b.from-r.level, b.to <= r.level
			if !r.above {
				gap, outside = r.level-b.to, b.from >= r.level
			}
			if !outside && gap < nearest {
				nearest, at = gap, k
			}
		}
		if at < 0 || nearest <= 0 {
			continue
		}
		key, gap := "from", band{r.level, r.level + nearest}
		if !r.above {
			key, gap = "to", band{r.level - nearest, r.level}
		}
		place := "steps." + strconv.Itoa(at) + "." + key
		out = append(out, Finding{Path: r.path + "." + place, Fix: r.at(place) + "=0", Text: fmt.Sprintf(
			"the alarm fires %s %s, the first band begins %s from there: with %s at %s the alarm is in ALARM and nothing happens",
			side(r.above), s.value(r, r.level), s.value(r, nearest), r.metric, s.words(r, gap))})
	}
	return out
}
