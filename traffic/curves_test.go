package traffic

import (
	"math"
	"testing"
	"time"

	"headroom/unit"
)

const (
	hour   = time.Hour
	minute = time.Minute
)

func TestConstantRampStep(t *testing.T) {
	c := inZone(t, "America/New_York", "2026-11-23T00:00")
	for _, k := range []struct {
		what  string
		curve Curve
		want  map[time.Duration]float64
		total float64 // over the first 4 hours
		next  time.Duration
	}{
		{"constant", constantly(8), map[time.Duration]float64{-hour: 8, 0: 8, 100 * day: 8}, 8 * 4 * 3600, Forever},
		{"ramp", Curve{Ramp: &Ramp{From: 10, To: 30, At: moment(t, "2026-11-23T01:00"), Length: 2 * hour}},
			map[time.Duration]float64{0: 10, hour: 10, 2 * hour: 20, 3 * hour: 30, 9 * hour: 30}, 3600 * (10 + 2*20 + 30), hour},
		{"ramp down", Curve{Ramp: &Ramp{From: 30, To: 0, At: moment(t, "1h"), Length: 2 * hour}},
			map[time.Duration]float64{0: 30, 150 * minute: 7.5, 3 * hour: 0}, 3600 * (30 + 2*15), hour},
		{"jump", Curve{Ramp: &Ramp{From: 10, To: 30, At: moment(t, "1h")}},
			map[time.Duration]float64{hour - 1: 10, hour: 30}, 3600 * (10 + 3*30), hour},
		{"step", Curve{Step: &Step{Rate: 5, From: pointer(moment(t, "1h")), To: pointer(moment(t, "2026-11-23T02:30"))}},
			map[time.Duration]float64{hour - 1: 0, hour: 5, 150*minute - 1: 5, 150 * minute: 0}, 5 * 5400, hour},
		{"open step", Curve{Step: &Step{Rate: 5, From: pointer(moment(t, "1h"))}},
			map[time.Duration]float64{hour - 1: 0, hour: 5, 90 * day: 5}, 5 * 3 * 3600, hour},
		{"step since ever", Curve{Step: &Step{Rate: 5, To: pointer(moment(t, "1h"))}},
			map[time.Duration]float64{-90 * day: 5, hour: 0}, 5 * 3600, hour},
	} {
		p := profileOf(t, curves(k.curve), c, 0, 4*hour)
		rates(t, k.what, p, k.want)
		if got := NewFlow(p, 0, 4*hour).Offered(0, 4*hour); math.Abs(got-k.total) > 1e-9*k.total {
			t.Errorf("%s: total %v, want %v", k.what, got, k.total)
		}
		if p.Next(0) != k.next {
			t.Errorf("%s: next %v, want %v", k.what, p.Next(0), k.next)
		}
	}
}

// TestSineOnTheWallClock: the highest rate is at 14:00 by the clock, before and after the change; what the clocks skip is not
// used, what they repeat comes twice.
func TestSineOnTheWallClock(t *testing.T) {
	wave := func(clock float64) float64 { return 50 + 40*math.Cos(2*math.Pi*(clock-14)/24) }
	s := curves(Curve{Sine: &Sine{Mean: 50, Amplitude: 40, Peak: Clock(14 * hour)}})
	spring := profileOf(t, s, inZone(t, "America/New_York", "2026-03-08T00:00"), 0, 2*day)
	rates(t, "spring", spring, map[time.Duration]float64{
		0: wave(0), 2*hour - 1: wave(2), 2 * hour: wave(3), 13 * hour: 90, 37 * hour: 90, day: wave(1)})
	autumn := profileOf(t, s, inZone(t, "America/New_York", "2026-11-01T00:00"), 0, 2*day)
	rates(t, "autumn", autumn, map[time.Duration]float64{
		90 * minute: wave(1.5), 150 * minute: wave(1.5), 2 * hour: wave(1), 15 * hour: 90, 39 * hour: 90})
	if spring.Next(0) != 2*hour || autumn.Next(0) != 2*hour {
		t.Errorf("the rate jumps at %v and %v, want 2h", spring.Next(0), autumn.Next(0))
	}
	// The integral: a whole day without a change is the mean; on the days of the changes the antiderivative says.
	area := func(from, to float64) float64 {
		f := func(x float64) float64 { return 50*x + 40*24/(2*math.Pi)*math.Sin(2*math.Pi*(x-14)/24) }
		return 3600 * (f(to) - f(from))
	}
	for _, c := range []struct {
		what     string
		p        Profile
		from, to time.Duration
		want     float64
	}{
		{"an even day", spring, 23 * hour, 47 * hour, 50 * 86400},
		{"spring", spring, 0, 23 * hour, area(0, 2) + area(3, 24)},
		{"autumn", autumn, 0, 25 * hour, area(0, 2) + area(1, 24)},
	} {
		if got := NewFlow(c.p, c.from, c.to).Offered(c.from, c.to); math.Abs(got/c.want-1) > 1e-13 {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// someWeek has rate 100·weekday + hour, Sunday being 0.
func someWeek() *Weekly {
	day := func(d int) (r []unit.Rate) {
		for h := range 24 {
			r = append(r, unit.Rate(100*d+h))
		}
		return r
	}
	return &Weekly{Sun: day(0), Mon: day(1), Tue: day(2), Wed: day(3), Thu: day(4), Fri: day(5), Sat: day(6)}
}

func TestWeeklyOnTheWallClock(t *testing.T) {
	s := curves(Curve{Weekly: someWeek()})
	spring := profileOf(t, s, inZone(t, "America/New_York", "2026-03-08T00:00"), 0, 8*day) // a Sunday
	rates(t, "spring", spring, map[time.Duration]float64{
		0: 0, hour: 1, 2*hour - 1: 1, 2 * hour: 3, 23*hour - 1: 23, 23 * hour: 100, 24 * hour: 101, 7*day - hour: 0})
	autumn := profileOf(t, s, inZone(t, "America/New_York", "2026-11-01T00:00"), 0, 8*day)
	rates(t, "autumn", autumn, map[time.Duration]float64{
		hour: 1, 2 * hour: 1, 3*hour - 1: 1, 3 * hour: 2, 25 * hour: 100, 7*day + hour: 0})
	if got := NewFlow(autumn, 0, 25*hour).Offered(0, 25*hour); got != 3600*(23*24/2+1) {
		t.Errorf("the Sunday of 25 hours has %v, want every hour and 01:00 twice", got)
	}
	howe := profileOf(t, s, inZone(t, "Australia/Lord_Howe", "2026-10-04T00:00"), 0, day) // 02:00 becomes 02:30
	rates(t, "half an hour", howe, map[time.Duration]float64{2*hour - 1: 1, 2 * hour: 2, 150*minute - 1: 2, 150 * minute: 3})
	if next := howe.Next(2 * hour); next != 150*minute {
		t.Errorf("02:30 to 03:00 ends at %v, want 2h30m", next)
	}
}

func hoursOf(busy, quiet unit.Rate, open, closed, ramp time.Duration, days ...DayRange) *BusinessHours {
	return &BusinessHours{Days: days, Open: Clock(open), Close: Clock(closed), Ramp: ramp, Busy: busy, Quiet: quiet}
}

var (
	weekdays = DayRange{time.Monday, time.Friday}
	everyDay = DayRange{time.Monday, time.Sunday}
)

func TestBusinessHours(t *testing.T) {
	b := hoursOf(50, 2, 8*hour, 18*hour, 30*minute, weekdays)
	p := profileOf(t, curves(Curve{BusinessHours: b}), inZone(t, "America/New_York", "2026-11-23T00:00"), 0, 7*day) // a Monday
	rates(t, "promo-week", p, map[time.Duration]float64{
		0: 2, 8 * hour: 2, 8*hour + 15*minute: 26, 8*hour + 30*minute: 50, 12 * hour: 50, 18 * hour: 50, 18*hour + 15*minute: 26,
		18*hour + 30*minute: 2, 23 * hour: 2, 5*day + 12*hour: 2, 6*day + 12*hour: 2, 4*day + 12*hour: 50, -day + 12*hour: 2})
	if got, want := NewFlow(p, 0, 7*day).Offered(0, 7*day), 7*86400*2+5*48*10*3600.0; math.Abs(got-want) > 1e-6 {
		t.Errorf("a week has %v, want %v", got, want)
	}
	for at, next := range map[time.Duration]time.Duration{0: 8 * hour, 8 * hour: 8*hour + 30*minute, 9 * hour: 18 * hour,
		18 * hour: 18*hour + 30*minute, 19 * hour: 32 * hour, 5 * day: 7*day + 8*hour} {
		if got := p.Next(at); got != next {
			t.Errorf("after %v the rate bends at %v, want %v", at, got, next)
		}
	}
}

// TestOpeningByTheWallClock: over the change of the clocks it still opens at 08:00 local time: 8 h after midnight, 7 h on the day
// of 23 hours, 9 h on that of 25; an opening through the night is an hour shorter and longer.
func TestOpeningByTheWallClock(t *testing.T) {
	days := hoursOf(30, 1, 8*hour, 20*hour, 0, everyDay)
	nights := hoursOf(30, 1, 22*hour, 6*hour, 0, everyDay)
	for _, c := range []struct {
		start       string
		opens       time.Duration
		night, full float64 // hours open from midnight on, and in the night
	}{
		{"2026-03-08T00:00", 7 * hour, 5, 12},
		{"2026-11-01T00:00", 9 * hour, 7, 12},
		{"2026-11-02T00:00", 8 * hour, 6, 12},
	} {
		p := profileOf(t, curves(Curve{BusinessHours: days}), inZone(t, "America/New_York", c.start), 0, 2*day)
		rates(t, c.start, p, map[time.Duration]float64{c.opens - 1: 1, c.opens: 30, c.opens + 12*hour - 1: 30, c.opens + 12*hour: 1})
		n := profileOf(t, curves(Curve{BusinessHours: nights}), inZone(t, "America/New_York", c.start), 0, 2*day)
		if got := NewFlow(n, 0, day).Offered(0, 12*hour); math.Abs(got-3600*(12+29*c.night)) > 1e-6 {
			t.Errorf("%s: the night has %v, want %v hours open", c.start, got, c.night)
		}
	}
	// From 2017-03-10 in New York: Friday 08:00 is at 28800 s, Monday 08:00 at 284400 s, an hour early in elapsed time.
	p := profileOf(t, curves(Curve{BusinessHours: hoursOf(30, 1, 8*hour, 20*hour, 0, weekdays)}), inZone(t, "America/New_York", "2017-03-10T00:00"), 0, 4*day)
	rates(t, "G05", p, map[time.Duration]float64{28800 * time.Second: 30, 284400*time.Second - 1: 1, 284400 * time.Second: 30})
}

// TestOpeningWhenTheClocksChange: an opening at a time that is skipped begins when the clocks have gone on; one at a time that
// comes twice begins twice, and the ramp is elapsed time.
func TestOpeningWhenTheClocksChange(t *testing.T) {
	b := hoursOf(30, 0, 150*minute, 6*hour, hour, everyDay)
	p := profileOf(t, curves(Curve{BusinessHours: b}), inZone(t, "America/New_York", "2026-03-08T00:00"), 0, day)
	rates(t, "02:30 is skipped", p, map[time.Duration]float64{2 * hour: 0, 150 * minute: 15, 3 * hour: 30, 5 * hour: 30, 6 * hour: 0})
	b = hoursOf(30, 0, 90*minute, 6*hour, 0, everyDay)
	p = profileOf(t, curves(Curve{BusinessHours: b}), inZone(t, "America/New_York", "2026-11-01T00:00"), 0, day)
	rates(t, "01:30 comes twice", p, map[time.Duration]float64{
		90*minute - 1: 0, 90 * minute: 30, 2*hour - 1: 30, 2 * hour: 0, 150*minute - 1: 0, 150 * minute: 30, 7*hour - 1: 30, 7 * hour: 0})
}

func TestHolidaysAndExceptions(t *testing.T) {
	date := func(text string) (d Date) {
		if err := d.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return d
	}
	b := hoursOf(50, 2, 8*hour, 18*hour, 0, weekdays)
	b.Holidays = []Date{date("2026-11-26")}
	b.Except = []DayException{
		{Date: date("2026-11-27"), Open: pointer(Clock(6 * hour)), Busy: pointer(unit.Rate(120))},
		{Date: date("2026-11-28"), Close: pointer(Clock(12 * hour))},
	}
	p := profileOf(t, curves(Curve{BusinessHours: b}), inZone(t, "America/New_York", "2026-11-23T00:00"), 0, 7*day)
	rates(t, "Thanksgiving", p, map[time.Duration]float64{
		3*day + 12*hour: 2, 4*day + 6*hour - 1: 2, 4*day + 6*hour: 120, 4*day + 18*hour: 2, 5*day + 8*hour: 50, 5*day + 12*hour: 2})
	// A night before a holiday ends at midnight; the night that would begin on it does not come.
	n := hoursOf(50, 2, 20*hour, 4*hour, 0, everyDay)
	n.Holidays = []Date{date("2026-11-26")}
	p = profileOf(t, curves(Curve{BusinessHours: n}), inZone(t, "America/New_York", "2026-11-23T00:00"), 0, 7*day)
	rates(t, "quiet all day", p, map[time.Duration]float64{
		3*day - 1: 50, 3 * day: 2, 3*day + 2*hour: 2, 4*day - 1: 2, 4 * day: 2, 4*day + 2*hour: 2, 4*day + 20*hour: 50})
}

// TestOpeningsThatMeet: hours that touch are one opening; a ramp down that meets a ramp up never adds to it.
func TestOpeningsThatMeet(t *testing.T) {
	c := inZone(t, "UTC", "2026-11-23T00:00")
	whole := hoursOf(50, 2, 0, 24*hour, hour, weekdays)
	p := profileOf(t, curves(Curve{BusinessHours: whole}), c, 0, 7*day)
	rates(t, "day and night", p, map[time.Duration]float64{0: 2, 30 * minute: 26, hour: 50, day: 50, day + 10*minute: 50, 5*day - 1: 50,
		5*day + 30*minute: 26, 5*day + hour: 2})
	meet := hoursOf(50, 0, 8*hour, 7*hour, 2*hour, everyDay)
	p = profileOf(t, curves(Curve{BusinessHours: meet}), c, 0, 7*day)
	rates(t, "a short break", p, map[time.Duration]float64{7 * hour: 50, 8 * hour: 25, 8*hour + 30*minute: 12.5, 9 * hour: 25, 10 * hour: 50})
	if got, want := NewFlow(p, 0, day).Offered(7*hour, 10*hour), 3600*50*(1.5*(1+0.25)/2*2); math.Abs(got-want) > 1e-6 {
		t.Errorf("the break has %v, want %v", got, want)
	}
	// busy below quiet: the night is the busy time
	less := hoursOf(10, 40, 8*hour, 18*hour, hour, everyDay)
	p = profileOf(t, curves(Curve{BusinessHours: less}), c, 0, day)
	rates(t, "less by day", p, map[time.Duration]float64{0: 40, 8*hour + 30*minute: 25, 12 * hour: 10, 18*hour + 30*minute: 25, 19 * hour: 40})
}

func TestCurvesAreAdded(t *testing.T) {
	c := inZone(t, "UTC", "2026-11-23T00:00")
	p := profileOf(t, curves(constantly(8), Curve{Step: &Step{Rate: 5, From: pointer(moment(t, "1h")), To: pointer(moment(t, "2h"))}},
		Curve{Ramp: &Ramp{From: 0, To: 4, At: moment(t, "90m"), Length: hour}}), c, 0, 4*hour)
	rates(t, "sum", p, map[time.Duration]float64{0: 8, hour: 13, 105 * minute: 14, 2 * hour: 10, 3 * hour: 12})
	for at, next := range map[time.Duration]time.Duration{0: hour, hour: 90 * minute, 90 * minute: 2 * hour, 2 * hour: 150 * minute, 3 * hour: Forever} {
		if got := p.Next(at); got != next {
			t.Errorf("after %v the rate bends at %v, want %v", at, got, next)
		}
	}
}

func TestBadCurves(t *testing.T) {
	c := inZone(t, "America/New_York", "2026-03-07T00:00")
	week := someWeek()
	week.Tue = week.Tue[:23]
	night := hoursOf(5, 0, 8*hour, 8*hour, 0, weekdays)
	twice := hoursOf(5, 0, 8*hour, 9*hour, 2*hour, weekdays)
	date := Date{civil: time.Duration(c.Start.UnixNano()) / day * day}
	both := hoursOf(5, 0, 8*hour, 18*hour, 0, weekdays)
	both.Holidays, both.Except = []Date{date, date}, []DayException{{Date: date}}
	for _, k := range []struct {
		what  string
		curve Curve
		path  string
		must  string
	}{
		{"none", Curve{}, "curves.0", "exactly one curve"},
		{"two", Curve{Constant: &Constant{Rate: 1}, Sine: &Sine{Mean: 1}}, "curves.0", "exactly one curve"},
		{"negative", constantly(-1), "curves.0.constant.rate", "a rate from 0rps to 10000000rps"},
		{"nan", constantly(math.NaN()), "curves.0.constant.rate", ""},
		{"ramp at a skipped hour", Curve{Ramp: &Ramp{From: 1, To: 2, At: moment(t, "2026-03-08T02:30"), Length: hour}}, "curves.0.ramp.at", "a local time that exists in America/New_York"},
		{"ramp of negative length", Curve{Ramp: &Ramp{From: 1, To: 2, Length: -1}}, "curves.0.ramp.length", ""},
		{"step backwards", Curve{Step: &Step{Rate: 1, From: pointer(moment(t, "2h")), To: pointer(moment(t, "1h"))}}, "curves.0.step.to", "after from, 2h"},
		{"step of nothing", Curve{Step: &Step{Rate: 1, From: pointer(moment(t, "2h")), To: pointer(moment(t, "2h"))}}, "curves.0.step.to", ""},
		{"step without times", Curve{Step: &Step{Rate: 1}}, "curves.0.step", ""},
		{"sine below 0", Curve{Sine: &Sine{Mean: 5, Amplitude: 6}}, "curves.0.sine.amplitude", "at most the mean, 5rps"},
		{"23 hours", Curve{Weekly: week}, "curves.0.weekly.tue", "24 rates, one for each hour"},
		{"open = close", Curve{BusinessHours: night}, "curves.0.business-hours.close", ""},
		{"long ramp", Curve{BusinessHours: twice}, "curves.0.business-hours.close", "at least the ramp, 2h, after open, 08:00"},
		{"no day", Curve{BusinessHours: hoursOf(5, 0, 8*hour, 9*hour, 0)}, "curves.0.business-hours.days", "at least one day"},
		{"holiday twice", Curve{BusinessHours: both}, "curves.0.business-hours.holidays.1", ""},
		{"holiday and exception", Curve{BusinessHours: both}, "curves.0.business-hours.except.0.date", ""},
		{"trace without a column", Curve{Trace: &Trace{}}, "curves.0.trace", "exactly one of count and rate"},
		{"trace not read", Curve{Trace: &Trace{Count: "n"}}, "curves.0.trace.file", ""},
		{"trace with a strange word", Curve{Trace: &Trace{Count: "n", After: "never"}}, "curves.0.trace.after", ""},
	} {
		d, ps := curves(k.curve).Build(c, 0, day)
		p := refused(t, k.what, ps, k.path)
		if d != nil || k.must != "" && p.Must != k.must {
			t.Errorf("%s: %v with %v", k.what, d, p)
		}
	}
	_, ps := Settings{}.Build(c, 0, day)
	refused(t, "no curve", ps, "curves")
	// Every problem at once.
	if _, ps := curves(constantly(-1), Curve{}, constantly(-2)).Build(c, 0, day); len(ps) != 3 {
		t.Errorf("three bad curves give %v", ps)
	}
}
