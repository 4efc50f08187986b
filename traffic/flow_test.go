package traffic

import (
	"math"
	"testing"
	"time"

	"headroom/unit"

	"pgregory.net/rapid"
)

// someSettings draws curves and events of every kind.
func someSettings(t *rapid.T) Settings {
	rate := func(label string) unit.Rate { return unit.Rate(rapid.IntRange(0, 200).Draw(t, label)) / 4 }
	long := func(label string, most time.Duration) time.Duration {
		return time.Duration(rapid.IntRange(0, int(most/time.Minute)).Draw(t, label)) * time.Minute
	}
	at := func(label string) Moment { return MomentAt(long(label, 72*time.Hour)) }
	s := Settings{Arrivals: Pattern{Kind: smooth}}
	for range rapid.IntRange(1, 3).Draw(t, "curves") {
		switch rapid.IntRange(0, 6).Draw(t, "curve") {
		case 0:
			s.Curves = append(s.Curves, Curve{Constant: &Constant{Rate: rate("rate")}})
		case 1:
			s.Curves = append(s.Curves, Curve{Ramp: &Ramp{From: rate("from"), To: rate("to"), At: at("at"), Length: long("length", 30*time.Hour)}})
		case 2:
			s.Curves = append(s.Curves, Curve{Step: &Step{Rate: rate("rate"), From: pointer(at("at"))}})
		case 3:
			mean := rate("mean")
			s.Curves = append(s.Curves, Curve{Sine: &Sine{Mean: mean, Amplitude: mean * unit.Rate(rapid.Float64Range(0, 1).Draw(t, "wave")), Peak: Clock(long("peak", day))}})
		case 4:
			s.Curves = append(s.Curves, Curve{Weekly: someWeek()})
		case 5:
			open := long("open", 23*time.Hour)
			b := hoursOf(rate("busy"), rate("quiet"), open, (open+time.Hour+long("hours", 22*time.Hour))%day, long("ramp", time.Hour), everyDay)
			s.Curves = append(s.Curves, Curve{BusinessHours: b})
		case 6:
			s.Curves = append(s.Curves, Curve{Trace: &Trace{Count: "n", After: rapid.SampledFrom([]string{"zero", "last", "repeat"}).Draw(t, "after"),
				Align: "start", Data: &Series{edges: []time.Duration{0, time.Hour, 90 * time.Minute, 4 * time.Hour}, rates: []float64{float64(rate("bin")), 7, float64(rate("bin"))}}}})
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "events") {
		rise, factor := long("rise", time.Hour), rapid.Float64Range(0, 5).Draw(t, "factor")
		switch rapid.IntRange(0, 3).Draw(t, "event") {
		case 0:
			s.Events = append(s.Events, Event{Spike: &Spike{At: at("at"), Multiply: &factor, Rise: rise, Hold: long("hold", 9*time.Hour) + time.Minute}})
		case 1:
			s.Events = append(s.Events, Event{Spike: &Spike{At: at("at"), Add: pointer(rate("add")), Rise: rise, Hold: time.Hour, Every: pointer(time.Minute + long("every", 9*time.Hour) + time.Hour)}})
		case 2:
			s.Events = append(s.Events, Event{Outage: &Outage{At: at("at"), Length: time.Minute + rise}})
		case 3:
			s.Events = append(s.Events, Event{Promotion: &Promotion{PerWeek: pointer(rapid.IntRange(1, 9).Draw(t, "per-week")), Multiply: &Factor{factor, factor + 1},
				Length: Length{3 * time.Hour, 4 * time.Hour}, Rise: rise}})
		}
	}
	return s
}

// someDays are three days around nothing, or around a change of the clocks.
func someDays(t *rapid.T) Calendar {
	start := rapid.SampledFrom([]string{"2026-03-07T00:00", "2026-10-31T00:00", "2026-06-01T00:00"}).Draw(t, "start")
	zone, _ := LoadZone("America/New_York")
	at, err := ParseStart(start, zone)
	if err != nil {
		t.Fatal(err)
	}
	return Calendar{at}
}

// TestIntegralsOfRandomTraffic: on random settings, over both changes of the clocks, the rate is never negative, smooth between
// the instants that Next names, and its integral is Simpson's.
func TestIntegralsOfRandomTraffic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, c := someSettings(t), someDays(t)
		to := 3 * day
		d, ps := s.Build(c, -time.Hour, to)
		if len(ps) > 0 {
			t.Fatal(ps)
		}
		p := d.Profile(source(t))
		for at := -time.Hour; at < to; {
			next := min(p.Next(at), to)
			if next <= at {
				t.Fatalf("after %v comes %v", at, next)
			}
			// No jump inside: in eight times finer steps no step is more than about an eighth as large.
			coarse, fine := largest(t, p, at, next-1, 16), largest(t, p, at, next-1, 128)
			if fine > 0.3*coarse+1e-9 {
				t.Fatalf("rate jumps by %v within [%v, %v)", fine, at, next)
			}
			at = next
		}
		want := numeric(p, -time.Hour, to)
		if got := NewFlow(p, -time.Hour, to).Offered(-time.Hour, to); math.Abs(got-want) > 1e-7*max(1, want) {
			t.Fatalf("integral %v, by Simpson %v", got, want)
		}
	})
}

// largest is the largest change of the rate from one of the steps to the next.
func largest(t *rapid.T, p Profile, from, to time.Duration, steps int) (most float64) {
	last := p.Rate(from)
	for i := 1; i <= steps; i++ {
		rate := p.Rate(from + time.Duration(float64(to-from)*float64(i)/float64(steps)))
		if !(rate >= 0) || math.IsInf(rate, 0) {
			t.Fatalf("rate %v in [%v, %v]", rate, from, to)
		}
		most = max(most, math.Abs(rate-last))
		last = rate
	}
	return most
}

// TestOfferedAddsUp: whatever the steps, the parts add up to the whole, for our own profiles and for others.
func TestOfferedAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, c := someSettings(t), someDays(t)
		d, ps := s.Build(c, 0, 2*day)
		if len(ps) > 0 {
			t.Fatal(ps)
		}
		p := d.Profile(source(t))
		whole := NewFlow(p, 0, 2*day).Offered(0, 2*day)
		for what, q := range map[string]Profile{"ours": p, "another's": struct{ Profile }{p}} {
			sum, flow := 0.0, NewFlow(q, 0, 2*day)
			for at := time.Duration(0); at < 2*day; {
				step := min(time.Duration(rapid.IntRange(1, int(5*time.Hour)).Draw(t, "step")), 2*day-at)
				sum += flow.Offered(at, at+step)
				at += step
			}
			if math.Abs(sum-whole) > 1e-9*max(1, whole) {
				t.Fatalf("%s: parts %v, whole %v", what, sum, whole)
			}
		}
	})
}

// TestNothingIsLostInLongRuns: ten years at an awkward rate.
func TestNothingIsLostInLongRuns(t *testing.T) {
	const years = 3650 * day
	f := NewFlow(profileOf(t, curves(constantly(1234.5)), inZone(t, "UTC", "2026-01-01T00:00"), 0, years), 0, years)
	for f.next() {
	}
	if got, want := f.whole, int64(3650*86400*12345/10); got != want || f.fraction != 0 {
		t.Errorf("Λ is %d + %g, want %d", got, f.fraction, want)
	}
}

func TestSolve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := polynomial{degree: rapid.IntRange(0, 3).Draw(t, "degree")}
		for i := range p.degree + 1 {
			p.c[i] = float64(rapid.IntRange(0, 100_000).Draw(t, "c")) / 1000
		}
		length := rapid.Float64Range(0.001, 1e4).Draw(t, "length")
		x := rapid.Float64Range(0, 0.999).Draw(t, "part") * p.integral(length)
		s := p.solve(x, length)
		if x > 0 && (!(s >= 0 && s <= length*(1+1e-12)) || math.Abs(p.integral(s)-x) > 1e-11*p.integral(length)) {
			t.Fatalf("the integral of %v up to %v is %v, want %v", p.c, s, p.integral(s), x)
		}
	})
	falling := polynomial{c: [4]float64{10, -1}, degree: 1} // to 0 at s = 10, where the integral is 50
	if s := falling.solve(50, 10); math.Abs(s-10) > 1e-6 {
		t.Errorf("all of a falling rate is reached at %v, want 10", s)
	}
	if s := falling.solve(1e-12, 10); math.Abs(s-1e-13) > 1e-20 {
		t.Errorf("the first 1e-12 is reached at %v, want 1e-13", s)
	}
}

// From one request to the next is as exact as to find each by itself, to the nanosecond.
func TestAtFromTheLastOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := polynomial{degree: 3}
		for i := range p.c {
			p.c[i] = float64(rapid.IntRange(-100_000, 100_000).Draw(t, "c")) / 1000
		}
		length := rapid.SampledFrom([]float64{0.01, 1, 60, 16384}).Draw(t, "length")
		low := 0.0
		for s := 0.0; s <= 1; s += 1.0 / 512 { // raised until it is never negative
			low = min(low, p.at(s))
		}
		p.c[0] += 1.01*-low + 0.01
		for i, scale := 1, length; i < 4; i, scale = i+1, scale*length {
			p.c[i] /= scale
		}
		rate := math.Exp(rapid.Float64Range(-3, 8).Draw(t, "rate"))
		for i := range p.c {
			p.c[i] *= rate
		}
		f := &Flow{rate: p, length: length, end: time.Duration(length * 1e9), total: p.integral(length)}
		step := max(f.total/3000, rapid.Float64Range(0.01, 3).Draw(t, "gap"))
		for x := 0.0; x < f.total; x += step {
			if got, want := f.at(x), f.instant(p.solve(x, length)); got-want > 1 || want-got > 1 {
				t.Fatalf("%v of %v is reached at %d, not %d", x, p, got, want)
			}
		}
	})
}
