package expect

import (
	"fmt"
	"strconv"
	"time"

	"headroom/policy"
	"headroom/sim"
	"headroom/unit"
)

// Clock is an instant on the wall clock of a run: with the day if the run is longer than one, with seconds if it has any.
func Clock(r *sim.Result, at time.Duration) string {
	t := r.Config.Start.Add(at)
	form := "15:04"
	if t.Second() != 0 {
		form = "15:04:05"
	}
	if r.Config.Length > 24*time.Hour {
		form = "Mon 2 Jan " + form
	}
	return unit.FormatTime(t, form)
}

// sentence says when and how much, for the cause that begins in minute i of a breach with these minutes.
func (f *facts) sentence(c Code, i int, minutes []int) string {
	m := &f.r.Minutes[i]
	switch c {
	case Starting:
		return f.starting(i) + "; " + f.needed(c, i, minutes)
	case Detecting:
		return f.detecting(i)
	case Cooldown, Updating, Suspended:
		h := f.holds[i]
		first := ""
		if n := f.holdsOf(c, minutes); n > 1 {
			first = fmt.Sprintf(", the first of %d such wishes", n)
		}
		return fmt.Sprintf("a wish for %s at %s (now %d) was held by %s until %s%s; %s",
			instances(h.Wish), f.clock(h.At), h.To, held(c), f.clock(max(h.Until, h.At)), first, f.needed(c, i, minutes))
	case AtMax:
		if f.fixed {
			return fmt.Sprintf("the fleet is fixed at %s; the load needed %d", instances(m.Desired), f.most(c, minutes))
		}
		h := f.holds[i]
		return fmt.Sprintf("%s; %d were wished for at %s, the load needed %d", limit(h), h.Wish, f.clock(h.At), f.most(c, minutes))
	case Lost:
		return f.lost(i) + "; " + f.needed(c, i, minutes)
	case Refused:
		return fmt.Sprintf("launches were refused from %s on; %d of %s in service, %s",
			f.clock(m.At), m.ServingMin, instances(m.Desired), f.needed(c, i, minutes))
	case Backlog:
		return fmt.Sprintf("capacity was enough from %s on, but %s still waited", f.clock(m.At), requests(f.r.Minutes[i-1].Waiting))
	case ScaledIn:
		d := f.cuts[i]
		return fmt.Sprintf("%d → %s at %s (%s); the load needed %d", d.From, instances(d.To), f.clock(d.At), d.Policy, f.most(c, minutes))
	case ColdStart, Throttle:
		return f.onDemand(c, i, minutes)
	case Erring, Loading:
		return f.early(c, i, minutes)
	case Slow:
		last := i
		for _, k := range minutes {
			if f.phases[k] == Slow {
				last = k
			}
		}
		return fmt.Sprintf("a slowdown or outage of the service from %s to %s", f.clock(m.At), f.clock(f.r.Minutes[last].At+time.Minute))
	}
	return f.noise(i)
}

func (f *facts) clock(at time.Duration) string { return Clock(f.r, at) }

// most is the largest need among the minutes of a cause.
func (f *facts) most(c Code, minutes []int) int {
	n := 0
	for _, i := range minutes {
		if f.phases[i] == c {
			n = max(n, f.need(i))
		}
	}
	return n
}

// needed says the need of the first minute of a cause, and the largest if it grew.
func (f *facts) needed(c Code, i int, minutes []int) string {
	text := fmt.Sprintf("the load needed %d", f.need(i))
	if most := f.most(c, minutes); most > f.need(i) {
		text += fmt.Sprintf(", later %d", most)
	}
	return text
}

// holdsOf counts the held wishes that own minutes of a cause.
func (f *facts) holdsOf(c Code, minutes []int) (n int) {
	var last *sim.Decision
	for _, i := range minutes {
		if f.phases[i] == c && f.holds[i] != last {
			last = f.holds[i]
			n++
		}
	}
	return n
}

func (f *facts) noise(i int) string {
	m := &f.r.Minutes[i]
	text := fmt.Sprintf("at %s a load of %s on %s in service", f.clock(m.At), decimals(f.load(i)), slots(m.ServingMean*f.slots))
	if f.short(i) {
		return text
	}
	return "capacity was enough: " + text
}

// detecting names the load and the first wish for more that came after.
func (f *facts) detecting(i int) string {
	m := &f.r.Minutes[i]
	text := fmt.Sprintf("the load needed %s from %s, %s in service", slots(f.load(i)), f.clock(m.At), decimals(m.ServingMean*f.slots))
	if f.nobody(i) {
		text = "requests waited from " + f.clock(m.At) + ", with no instance in service"
	}
	for k := range f.r.Decisions {
		d := &f.r.Decisions[k]
		if d.At >= m.At && (d.To > d.From || d.HasWish && d.Wish > d.To) {
			return text + "; the first wish for more came at " + f.clock(d.At)
		}
	}
	return text + "; no wish for more came after it"
}

// starting names the first order that was not complete in minute i.
func (f *facts) starting(i int) string {
	m := &f.r.Minutes[i]
	for k := range f.r.Decisions {
		d := &f.r.Decisions[k]
		if d.To <= d.From || d.At >= m.At+time.Minute || d.Complete >= 0 && d.Complete <= m.At {
			continue
		}
		when := "not in service before the end"
		if d.Complete >= 0 {
			when = "all in service at " + f.clock(d.Complete)
		}
		return fmt.Sprintf("%d → %s ordered at %s, %s", d.From, instances(d.To), f.clock(d.At), when)
	}
	return fmt.Sprintf("%d of %s in service at %s", m.ServingMin, instances(m.Desired), f.clock(m.At))
}

// lost names the loss and when it was made up for.
func (f *facts) lost(i int) string {
	l := f.losses[i]
	total := l.count
	back := "not made up for before the end"
	for k := i; k < len(f.losses) && f.losses[k].since == l.since; k++ {
		total = f.losses[k].count
		if m := &f.r.Minutes[k]; f.losses[k].madeUp(m) {
			back = "made up for by " + f.clock(m.At+time.Minute)
			break
		}
	}
	return fmt.Sprintf("%s of %d lost at %s, %s", instances(total), l.before, f.clock(l.since), back)
}

// limit is the limit that cut a wish, in the policy's own words: what it left may be less, if that was held as well.
func limit(h *sim.Decision) string {
	for _, why := range h.Why {
		if why.Code == policy.AtMax {
			return why.Text
		}
	}
	return instances(h.To) + " is the limit"
}

func held(c Code) string {
	switch c {
	case Updating:
		return "a change under way"
	case Suspended:
		return "a suspension"
	}
	return "a cooldown"
}

func instances(n int) string {
	if n == 1 {
		return "1 instance"
	}
	return strconv.Itoa(n) + " instances"
}

func requests(n int64) string {
	if n == 1 {
		return "1 request"
	}
	return strconv.FormatInt(n, 10) + " requests"
}

func slots(x float64) string {
	if decimals(x) == "1" {
		return "1 slot"
	}
	return decimals(x) + " slots"
}

// decimals writes a number with one decimal at most.
func decimals(x float64) string {
	text := strconv.FormatFloat(x, 'f', 1, 64)
	return trim(text)
}
