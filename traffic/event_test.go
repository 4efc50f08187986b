package traffic

import (
	"fmt"
	"math"
	"testing"
	"time"

	"headroom/chance"
	"headroom/unit"
)

func with(s Settings, events ...Event) Settings {
	s.Events = events
	return s
}

func TestSpike(t *testing.T) {
	c := inZone(t, "America/New_York", "2026-11-25T00:00")
	spike := &Spike{At: moment(t, "2026-11-25T12:00:00"), Multiply: pointer(5.0), Rise: 30 * time.Second, Hold: 10 * minute, Fall: pointer(20 * minute)}
	d := built(t, with(curves(constantly(10)), Event{Spike: spike}), c, 0, day)
	p := d.Profile(chance.Source{})
	noon := 12 * hour
	rates(t, "spike", p, map[time.Duration]float64{0: 10, noon: 10, noon + 15*time.Second: 30, noon + 30*time.Second: 50,
		noon + 10*minute: 50, noon + 30*time.Second + 10*minute: 50, noon + 30*time.Second + 20*minute: 30, noon + 31*minute: 10})
	if got, want := NewFlow(p, 0, day).Offered(0, day), 86400*10+40*(15.0+600+600); math.Abs(got-want) > 1e-6 {
		t.Errorf("total %v, want %v", got, want)
	}
	if got, want := fmt.Sprint(d.Marks(chance.Source{})), "[{12h0m0s 12h30m30s spike ×5}]"; got != want {
		t.Errorf("marks %s, want %s", got, want)
	}
	// without a fall it is the rise
	spike.Fall = nil
	rates(t, "fall is rise", profileOf(t, with(curves(constantly(10)), Event{Spike: spike}), c, 0, day),
		map[time.Duration]float64{noon + 10*minute + 45*time.Second: 30, noon + 11*minute: 10})
}

// TestOrderOfEvents: multipliers act on the sum of the curves and multiply each other, then what is added is added.
func TestOrderOfEvents(t *testing.T) {
	c := inZone(t, "UTC", "2026-11-25T00:00")
	at := func(from time.Duration, multiply *float64, add *unit.Rate) Event {
		return Event{Spike: &Spike{At: MomentAt(from), Multiply: multiply, Add: add, Hold: 2 * hour}}
	}
	s := with(curves(constantly(4), constantly(6)), at(hour, pointer(2.0), nil), at(2*hour, pointer(3.0), pointer(unit.Rate(7))), at(2*hour, nil, pointer(unit.Rate(20))),
		Event{Outage: &Outage{At: MomentAt(10 * hour), Length: hour}}, at(10*hour, nil, pointer(unit.Rate(1))))
	rates(t, "order", profileOf(t, s, c, 0, day), map[time.Duration]float64{0: 10, hour: 20, 2 * hour: 60 + 27, 3 * hour: 30 + 27, 4 * hour: 10, 10 * hour: 1, 11 * hour: 11, 12 * hour: 10})
	marks := built(t, s, c, 0, day).Marks(chance.Source{})
	if got, want := fmt.Sprint(marks[1:]), "[{2h0m0s 4h0m0s spike +20rps} {2h0m0s 4h0m0s spike ×3 +7rps} {10h0m0s 11h0m0s outage} {10h0m0s 12h0m0s spike +1rps}]"; got != want {
		t.Errorf("marks %s, want %s", got, want)
	}
}

// TestSlopesMultiply: a ramp under two rises and an added one is a polynomial of degree 3, whose integral is exact.
func TestSlopesMultiply(t *testing.T) {
	rise := func(m float64) Event {
		return Event{Spike: &Spike{At: MomentAt(0), Multiply: &m, Rise: hour, Hold: hour}}
	}
	ramp := Curve{Ramp: &Ramp{From: 10, To: 20, Length: hour}}
	s := with(curves(ramp), rise(3), rise(2), Event{Spike: &Spike{At: MomentAt(0), Add: pointer(unit.Rate(60)), Rise: hour, Hold: hour}})
	p := profileOf(t, s, inZone(t, "UTC", "2026-11-25T00:00"), 0, day)
	rates(t, "products", p, map[time.Duration]float64{0: 10, 30 * minute: 15*2*1.5 + 30, hour: 20*3*2 + 60})
	// ∫ (10 + 10u)(1 + 2u)(1 + u) + 60u du over 0…1 = 10·(1 + 2 + 5/3 + 1/2) + 30
	if got, want := NewFlow(p, 0, hour).Offered(0, hour), 3600*(10*(1+2+5.0/3+0.5)+30); math.Abs(got/want-1) > 1e-14 {
		t.Errorf("total %v, want %v", got, want)
	}
	// and of degree 4, by Gauss–Legendre: another factor 1 + u
	p = profileOf(t, with(s, append(s.Events, rise(2))...), inZone(t, "UTC", "2026-11-25T00:00"), 0, day)
	// 10·∫ (1 + u)³(1 + 2u) = 10·∫ w³(2w − 1) dw over 1…2 = 10·(2·31/5 − 15/4)
	if got, want := NewFlow(p, 0, hour).Offered(0, hour), 3600*(10*(62.0/5-15.0/4)+30); math.Abs(got/want-1) > 1e-14 {
		t.Errorf("total %v, want %v", got, want)
	}
}

func TestRepeatedEvents(t *testing.T) {
	c := inZone(t, "UTC", "2026-11-25T00:00")
	spike := &Spike{At: moment(t, "30m"), Every: pointer(hour), Multiply: pointer(5.5), Hold: 10 * minute}
	s := with(curves(constantly(40)), Event{Spike: spike})
	rates(t, "every hour", profileOf(t, s, c, 0, day), map[time.Duration]float64{0: 40, 30 * minute: 220, 40 * minute: 40, 23*hour + 35*minute: 220, 22*hour + 45*minute: 40})
	if n := len(built(t, s, c, 0, day).Marks(chance.Source{})); n != 24 {
		t.Errorf("%d in a day, want 24", n)
	}
	// Long before the run they began: those still under way count, from the same grid.
	spike.At, spike.Hold = moment(t, "2026-01-01T00:20"), 90*minute
	s = with(curves(constantly(40)), Event{Spike: spike})
	rates(t, "overlapping", profileOf(t, s, c, 0, day), map[time.Duration]float64{0: 220, 15 * minute: 220, 20 * minute: 40 * 5.5 * 5.5, 50 * minute: 220, 55 * minute: 220, 80 * minute: 40 * 5.5 * 5.5})
	// elapsed time, not the wall clock
	spring := inZone(t, "America/New_York", "2026-03-07T12:00")
	daily := with(curves(constantly(1)), Event{Spike: &Spike{At: moment(t, "2026-03-07T13:00"), Every: pointer(day), Multiply: pointer(2.0), Hold: hour}})
	rates(t, "daily", profileOf(t, daily, spring, 0, 2*day), map[time.Duration]float64{hour: 2, 25*hour - 1: 1, 25 * hour: 2})
}

func promotion(perWeek int) *Promotion {
	return &Promotion{PerWeek: &perWeek, Multiply: &Factor{2, 2}, Length: Length{45 * minute, 45 * minute}, Rise: 2 * minute,
		Within: &Window{Days: Days{weekdays}, From: Clock(8 * hour), To: Clock(18 * hour)}}
}

// TestRandomPromotions: each 7 days hold exactly that many (also the last ones of a run, as far as they are in it), all within
// the allowed time, uniform over it and independent of each other.
func TestRandomPromotions(t *testing.T) {
	c := inZone(t, "America/New_York", "2026-10-19T00:00") // the clocks go back in the second week
	s := with(curves(constantly(10)), Event{Promotion: promotion(2)})
	d := built(t, s, c, -hour, 28*day)
	var places, first []float64
	crossed := 0.0
	for run := range 2000 {
		marks := d.Marks(chance.Source{Seed: 5, Run: run})
		weeks := map[int]int{}
		var pair []float64
		for _, m := range marks {
			weeks[int(m.From/(7*day))]++
			at := c.Wall(m.From)
			if at.Hour() < 8 || at.Hour() >= 18 || at.Weekday() == time.Saturday || at.Weekday() == time.Sunday || m.To-m.From != 45*minute || m.From < 0 {
				t.Fatalf("a promotion at %v for %v", at, m.To-m.From)
			}
			u := (float64(at.Weekday()-time.Monday) + (float64(at.Hour()-8)+float64(at.Minute())/60+float64(at.Second())/3600)/10) / 5
			places = append(places, u)
			pair = append(pair, u)
		}
		if fmt.Sprint(weeks) != "map[0:2 1:2 2:2 3:2]" {
			t.Fatalf("run %d: weeks hold %v", run, weeks)
		}
		first = append(first, pair[0])
		crossed += (pair[0] - pair[2]) * (pair[1] - pair[3])
	}
	n := len(places)
	if d := kolmogorov(places, func(u float64) float64 { return u }); d > 2/math.Sqrt(float64(n)) {
		t.Errorf("starts are %.4f from uniform", d)
	}
	if d := kolmogorov(first, func(u float64) float64 { return 1 - (1-u)*(1-u) }); d > 2/math.Sqrt(2000) {
		t.Errorf("the earlier of two is %.4f from the law of a minimum", d)
	}
	// What lies past the length does not happen; what is drawn does not depend on it.
	src := chance.Source{Seed: 5, Run: 3}
	short := built(t, s, c, 0, 9*day).Marks(src)
	for i, m := range d.Marks(src) {
		if (m.From < 9*day) != (i < len(short)) || i < len(short) && short[i] != m {
			t.Errorf("in 9 days %v, in 28 days %v", short, d.Marks(src))
		}
	}
}

// TestPromotionsKeepTheirChance: one more in a week leaves the others; a name keeps the chance when the list changes; another
// seed or run changes it.
func TestPromotionsKeepTheirChance(t *testing.T) {
	c := inZone(t, "UTC", "2026-11-23T00:00")
	begins := func(src chance.Source, name string, perWeek int, before ...Event) map[time.Duration]bool {
		p := promotion(perWeek)
		p.Name = name
		found := map[time.Duration]bool{}
		for _, m := range built(t, with(curves(constantly(1)), append(before, Event{Promotion: p})...), c, 0, 14*day).Marks(src) {
			if m.To-m.From == 45*minute {
				found[m.From] = true
			}
		}
		return found
	}
	src := chance.Source{Seed: 8}
	two, three := begins(src, "", 2), begins(src, "", 3)
	for at := range two {
		if !three[at] {
			t.Errorf("with three a week the one at %v is gone", at)
		}
	}
	if len(three) != 6 {
		t.Errorf("%d promotions in two weeks, want 6", len(three))
	}
	other := Event{Spike: &Spike{At: MomentAt(hour), Multiply: pointer(2.0), Hold: hour}}
	if a, b := begins(src, "sale", 2), begins(src, "sale", 2, other); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("named: %v alone, %v after another", a, b)
	}
	for what, b := range map[string]map[time.Duration]bool{"name": begins(src, "sale", 2), "seed": begins(chance.Source{Seed: 9}, "", 2), "run": begins(chance.Source{Seed: 8, Run: 1}, "", 2)} {
		if fmt.Sprint(two) == fmt.Sprint(b) {
			t.Errorf("another %s has the same promotions", what)
		}
	}
}

func TestRandomMultipleAndLength(t *testing.T) {
	p := promotion(4)
	p.Multiply, p.Length, p.Within = &Factor{1.5, 3}, Length{20 * minute, 60 * minute}, nil
	d := built(t, with(curves(constantly(10)), Event{Promotion: p}), inZone(t, "UTC", "2026-11-23T00:00"), 0, 7*day)
	var factors, lengths, starts []float64
	for run := range 1000 {
		src := chance.Source{Seed: 1, Run: run}
		profile := d.Profile(src)
		for _, m := range d.Marks(src) {
			lengths = append(lengths, ((m.To-m.From).Minutes()-20)/40)
			starts = append(starts, float64(m.From)/float64(7*day))
			if rate := profile.Rate(m.From + 5*minute); rate <= 30 {
				factors = append(factors, (rate/10-1.5)/1.5)
			}
		}
	}
	for what, x := range map[string][]float64{"factors": factors, "lengths": lengths, "starts": starts} {
		if len(x) < 3500 {
			t.Fatalf("%d %s", len(x), what)
		}
		if d := kolmogorov(x, func(u float64) float64 { return max(0, min(1, u)) }); d > 2/math.Sqrt(float64(len(x))) && what != "factors" || d > 0.05 {
			t.Errorf("%s are %.4f from uniform", what, d)
		}
	}
}

func TestBadEvents(t *testing.T) {
	c := inZone(t, "America/New_York", "2026-03-07T00:00")
	edit := func(change func(*Promotion)) Event {
		p := promotion(2)
		change(p)
		return Event{Promotion: p}
	}
	fixed := pointer(Occasion{Moment: MomentAt(hour)})
	for _, k := range []struct {
		what  string
		event Event
		path  string
	}{
		{"none", Event{}, "events.0"},
		{"fixed and random", edit(func(p *Promotion) { p.At = fixed }), "events.0.promotion.per-week"},
		{"within a fixed one", edit(func(p *Promotion) { p.At, p.PerWeek = fixed, nil }), "events.0.promotion.within"},
		{"random without a number", edit(func(p *Promotion) { p.PerWeek, p.At = nil, &Occasion{Random: true} }), "events.0.promotion"},
		{"random and repeated", edit(func(p *Promotion) { p.Every = pointer(hour) }), "events.0.promotion.every"},
		{"no effect", edit(func(p *Promotion) { p.Multiply = nil }), "events.0.promotion"},
		{"long slopes", edit(func(p *Promotion) { p.Rise = 30 * minute }), "events.0.promotion.rise"},
		{"long fall", edit(func(p *Promotion) { p.Fall = pointer(44 * minute) }), "events.0.promotion.fall"},
		{"slopes longer than the shortest", edit(func(p *Promotion) { p.Length = Length{3 * minute, hour} }), "events.0.promotion.rise"},
		{"range backwards", edit(func(p *Promotion) { p.Multiply = &Factor{3, 2} }), "events.0.promotion.multiply.to"},
		{"length backwards", edit(func(p *Promotion) { p.Length = Length{hour, 30 * minute} }), "events.0.promotion.length.to"},
		{"no day", edit(func(p *Promotion) { p.Within.Days = nil }), "events.0.promotion.within.days"},
		{"no time of day", edit(func(p *Promotion) { p.Within.To = p.Within.From }), "events.0.promotion.within.to"},
		{"none a week", edit(func(p *Promotion) { *p.PerWeek = 0 }), "events.0.promotion.per-week"},
		{"spike at a skipped hour", Event{Spike: &Spike{At: moment(t, "2026-03-08T02:30"), Multiply: pointer(2.0), Hold: hour}}, "events.0.spike.at"},
		{"spike of no length", Event{Spike: &Spike{At: MomentAt(0), Multiply: pointer(2.0)}}, "events.0.spike"},
		{"spike of no effect", Event{Spike: &Spike{At: MomentAt(0), Hold: hour}}, "events.0.spike"},
		{"negative factor", Event{Spike: &Spike{At: MomentAt(0), Hold: hour, Multiply: pointer(-1.0)}}, "events.0.spike.multiply"},
		{"nan", Event{Spike: &Spike{At: MomentAt(0), Hold: hour, Multiply: pointer(math.NaN())}}, "events.0.spike.multiply"},
		{"negative add", Event{Spike: &Spike{At: MomentAt(0), Hold: hour, Add: pointer(unit.Rate(-1))}}, "events.0.spike.add"},
		{"too often", Event{Spike: &Spike{At: MomentAt(0), Hold: time.Millisecond, Multiply: pointer(2.0), Every: pointer(10 * time.Millisecond)}}, "events.0.spike.every"},
		{"too many at once", Event{Spike: &Spike{At: MomentAt(0), Hold: hour, Multiply: pointer(2.0), Every: pointer(time.Second)}}, "events.0.spike.every"},
		{"outage of no length", Event{Outage: &Outage{}}, "events.0.outage.length"},
	} {
		_, ps := with(curves(constantly(1)), k.event).Build(c, 0, 7*day)
		refused(t, k.what, ps, k.path)
	}
	a, b := promotion(1), promotion(1)
	a.Name, b.Name = "sale", "sale"
	_, ps := with(curves(constantly(1)), Event{Promotion: a}, Event{Promotion: b}).Build(c, 0, 7*day)
	refused(t, "two of a name", ps, "events.1.promotion.name")
}

func TestTextsOfEvents(t *testing.T) {
	for text, want := range map[string]string{"2": "2", "1.5": "1.5", "0": "0", "1e3": "1000", "0.5": "0.5",
		"-1": "", "02": "", "nan": "", "inf": "", "2x": "", "": "", "0x10": "", "1_000": "", "+2": "", "1e9": ""} {
		var f Factor
		if err := f.UnmarshalText([]byte(text)); (err == nil) != (want != "") || err == nil && f.String() != want {
			t.Errorf("factor %q: %v, %v", text, f, err)
		}
	}
	if s := (Factor{1.5, 3}).String(); s != "{from: 1.5, to: 3}" {
		t.Error(s)
	}
	var l Length
	if err := l.UnmarshalText([]byte("45m")); err != nil || l != (Length{45 * minute, 45 * minute}) || l.String() != "45m" {
		t.Errorf("%v, %v", l, err)
	}
	if l.UnmarshalText([]byte("0s")) == nil || l.UnmarshalText([]byte("45")) == nil {
		t.Error("no length is taken")
	}
	var o Occasion
	if o.UnmarshalText([]byte("random")) != nil || !o.Random || o.UnmarshalText([]byte("90m")) != nil || o.Random || o.since != 90*minute {
		t.Errorf("%v", o)
	}
	if err := o.UnmarshalText([]byte("sometimes")); fmt.Sprint(err) != "random, or a local time (2026-11-25T12:00:00), a time with its offset (2026-11-25T12:00:00Z), a date, or a duration since the start (90m), got sometimes" {
		t.Error(err)
	}
	var p Pattern
	for text, want := range map[string]string{"smooth": "", "poisson": "", "bursty": "did you mean {bursty", "poison": "did you mean poisson?", "x": "smooth, poisson or"} {
		if err := p.UnmarshalText([]byte(text)); (err == nil) != (want == "") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
