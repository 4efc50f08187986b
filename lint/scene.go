package lint

import (
	"math"
	"time"

	"headroom/chance"
	"headroom/scenarios"
	"headroom/traffic"
	"headroom/unit"
)

// A scene is what rules look at: the scenario, who scales it, and its traffic in bins of a minute or more.
type scene struct {
	*scenarios.File
	view view

	mean    float64       // seconds a service takes on average, slowdowns aside
	slots   float64       // of one instance
	startUp time.Duration // mean, provision and load together

	bin    time.Duration
	base   []float64 // mean rate of each bin in rps, with the fixed events at their largest
	worst  []float64 // the same with a random event wherever one may begin: the largest of them
	limits []limit   // that hold in each bin
	surges []surge
}

// A limit is what min and max are, and which settings made them so.
type limit struct{ min, max bound }

// A surge is an event that brings more traffic, at the occurrence that brings most.
type surge struct {
	path, title string
	rise, full  time.Duration // of the rise; from its begin until it falls
	length      time.Duration
	every       time.Duration // 0: it is not repeated
	random      bool
	at          time.Duration // a begin
	before      float64       // rps just before it
	peak        float64       // rps at its height
}

// most is how many bins a scene has at most.
const most = 20_000

func newScene(f *scenarios.File) *scene {
	s := &scene{File: f, view: newView(f), slots: float64(f.Service.Concurrency)}
	s.mean = f.Service.Time.Law().Mean().Seconds()
	s.startUp = f.Fleet.StartUp.Provision.Law().Mean() + f.Fleet.StartUp.Load.Law().Mean()
	s.bin = time.Minute
	for f.Clock.Length/s.bin > most {
		s.bin += time.Minute
	}
	s.measure()
	s.limit(s.view.schedules)
	return s
}

// bins is how many bins there are.
func (s *scene) bins() int { return int((s.Clock.Length + s.bin - 1) / s.bin) }

// when is the begin of a bin.
func (s *scene) when(i int) time.Duration { return time.Duration(i) * s.bin }

// measure takes the mean rates and finds the surges.
func (s *scene) measure() {
	set := s.Traffic
	set.Events = nil
	var random []int
	for i, e := range s.Traffic.Events {
		if p := e.Promotion; p != nil {
			if p.At == nil || p.At.Random {
				random = append(random, i)
				continue
			}
			largest := *p
			if p.Multiply != nil {
				largest.Multiply = &traffic.Factor{From: p.Multiply.To, To: p.Multiply.To}
			}
			largest.Length = traffic.Length{From: p.Length.To, To: p.Length.To}
			e.Promotion = &largest
		}
		set.Events = append(set.Events, e)
	}
	profile := s.profile(set)
	if profile == nil {
		return
	}
	flow := traffic.NewFlow(profile, 0, s.Clock.Length)
	s.base = make([]float64, s.bins())
	for i := range s.base {
		from, to := s.when(i), min(s.when(i+1), s.Clock.Length)
		s.base[i] = flow.Offered(from, to) / (to - from).Seconds()
	}
	s.worst = append([]float64(nil), s.base...)
	for i, e := range s.Traffic.Events {
		switch {
		case e.Spike != nil:
			s.spike(i, e.Spike, profile)
		case e.Promotion != nil && e.Promotion.At != nil && !e.Promotion.At.Random:
			s.promotion(i, e.Promotion, profile)
		}
	}
	for _, i := range random {
		s.random(i, s.Traffic.Events[i].Promotion)
	}
}

// profile is the mean rate of some traffic; nil if there is none to be had.
func (s *scene) profile(set traffic.Settings) traffic.Profile {
	demand, ps := set.Build(s.Clock.Calendar(), 0, s.Clock.Length)
	if len(ps) > 0 {
		return nil
	}
	return demand.Profile(chance.Source{})
}

func (s *scene) spike(i int, p *traffic.Spike, profile traffic.Profile) {
	fall := p.Rise
	if p.Fall != nil {
		fall = *p.Fall
	}
	found := surge{rise: p.Rise, full: p.Rise + p.Hold, length: p.Rise + p.Hold + fall}
	s.fixed(found, eventPath(i, "spike"), p.Name, p.At, p.Every, profile)
}

func (s *scene) promotion(i int, p *traffic.Promotion, profile traffic.Profile) {
	fall := p.Rise
	if p.Fall != nil {
		fall = *p.Fall
	}
	found := surge{rise: p.Rise, full: p.Length.To - fall, length: p.Length.To}
	s.fixed(found, eventPath(i, "promotion"), p.Name, p.At.Moment, p.Every, profile)
}

func eventPath(i int, key string) string { return "traffic.events." + number(float64(i)) + "." + key }

// fixed is the occurrence of an event at a fixed time that brings most.
func (s *scene) fixed(found surge, path, name string, moment traffic.Moment, every *time.Duration, profile traffic.Profile) {
	begin, err := s.Clock.Calendar().At(moment)
	if err != nil {
		return
	}
	if found.path, found.title = path, name; name == "" {
		found.title = path
	}
	step := s.Clock.Length + 1
	if every != nil {
		found.every, step = *every, *every
	}
	if begin < 0 {
		begin += (-begin + step - 1) / step * step
	}
	occurrences := 0
	for at := begin; at < s.Clock.Length && occurrences < most; at += step {
		occurrences++
		before := profile.Rate(max(0, at-1))
		peak := max(profile.Rate(at+found.rise), profile.Rate(max(at, at+found.full-1)))
		if peak > before && peak > found.peak {
			found.at, found.before, found.peak = at, before, peak
		}
	}
	if found.peak > 0 {
		s.surges = append(s.surges, found)
	}
}

// random is an event at random times, where it would bring most; the worst rates are raised wherever it can be.
func (s *scene) random(i int, p *traffic.Promotion) {
	multiply, add, fall := 1.0, 0.0, p.Rise
	if p.Multiply != nil {
		multiply = p.Multiply.To
	}
	if p.Add != nil {
		add = float64(*p.Add)
	}
	if p.Fall != nil {
		fall = *p.Fall
	}
	found := surge{path: eventPath(i, "promotion"), title: p.Name, random: true, rise: p.Rise, full: p.Length.To - fall, length: p.Length.To}
	if found.title == "" {
		found.title = found.path
	}
	for k, rate := range s.base {
		if !s.within(p.Within, s.when(k)) {
			continue
		}
		peak := rate*multiply + add
		s.worst[k] = max(s.worst[k], peak)
		if peak > rate && peak > found.peak {
			found.at, found.before, found.peak = s.when(k), rate, peak
		}
	}
	if found.peak > 0 {
		s.surges = append(s.surges, found)
	}
}

// within tells whether a random event may begin at an instant.
func (s *scene) within(w *traffic.Window, t time.Duration) bool {
	if w == nil {
		return true
	}
	wall := s.Clock.Calendar().Wall(t)
	year, month, day := wall.Date()
	clock := traffic.Clock(wall.Sub(time.Date(year, month, day, 0, 0, 0, 0, wall.Location())))
	today := w.Days.Has(wall.Weekday())
	if w.From < w.To {
		return today && clock >= w.From && clock < w.To
	}
	yesterday := w.Days.Has(wall.Add(-unit.Day).Weekday())
	return today && clock >= w.From || yesterday && clock < w.To
}

// slow is by what services take longer at an instant.
func (s *scene) slow(t time.Duration) float64 {
	factor := 1.0
	for _, e := range s.Service.Events {
		d := e.Slowdown
		if d == nil {
			continue
		}
		fall := d.Rise
		if d.Fall != nil {
			fall = *d.Fall
		}
		share := 0.0
		switch into := t - d.Begin; {
		case into < 0 || into >= d.Rise+d.Hold+fall:
		case into < d.Rise:
			share = float64(into) / float64(d.Rise)
		case into < d.Rise+d.Hold:
			share = 1
		default:
			share = float64(d.Rise+d.Hold+fall-into) / float64(fall)
		}
		factor *= 1 + (d.Multiply-1)*share
	}
	return factor
}

// busy is how many slots a rate keeps busy on average.
func (s *scene) busy(rate float64) float64 { return rate * s.mean }

// fits is how many instances a rate keeps busy, all their slots: less cannot serve it.
func (s *scene) fits(rate float64) float64 { return s.busy(rate) / s.slots }

// each is what one instance serves with all slots busy, in rps.
func (s *scene) each() float64 { return s.slots / s.mean }

// limit lets the schedules move the limits, bin by bin.
func (s *scene) limit(schedules []schedule) {
	now := limit{s.view.min, s.view.max}
	next := make([]time.Duration, len(schedules))
	for i := range schedules {
		next[i] = schedules[i].next(-s.Clock.Settle - 1)
	}
	s.limits = make([]limit, len(s.base))
	for k := range s.limits {
		for { // all that fire before the end of the bin, in order
			i := soonest(next)
			if i < 0 || next[i] > s.when(k) {
				break
			}
			now.fire(&schedules[i])
			next[i] = schedules[i].next(next[i])
		}
		s.limits[k] = now.within(s.view.room)
	}
}

// within are the limits where machines have room for so many instances only.
func (l limit) within(room bound) limit {
	if room.n == 0 {
		return l
	}
	most := l.max.n
	if l.max.cap = room.n; room.n < most {
		l.max = room
		l.max.cap = most
	}
	if l.min.n > room.n {
		l.min = l.max
	}
	return l
}

// soonest is the first of the schedules that fires next, −1 if none does.
func soonest(next []time.Duration) int {
	best := -1
	for i, t := range next {
		if t < math.MaxInt64 && (best < 0 || t < next[best]) {
			best = i
		}
	}
	return best
}

// fire moves the limits as a schedule says; false where AWS would refuse it, as min would be above max.
func (l *limit) fire(s *schedule) bool {
	moved := *l
	if s.min != nil {
		moved.min = bound{n: *s.min, path: s.path + ".min"}
	}
	if s.max != nil {
		moved.max = bound{n: *s.max, path: s.path + ".max"}
	}
	if moved.min.n > moved.max.n {
		return false
	}
	*l = moved
	return true
}
