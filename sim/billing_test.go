package sim

import (
	"math/big"
	"testing"
	"time"
)

// billing sets the rules of a bill.
func billing(granularity, minimum time.Duration, starting string) func(*Config) {
	return func(c *Config) {
		c.Fleet.Billing = Billing{Granularity: granularity, Minimum: minimum, Starting: starting}
	}
}

// Bills by hand, in seconds of one instance: each by itself from launch until gone, lost or the end of the run, rounded up to
// the granularity and raised to the minimum.
func TestBills(t *testing.T) {
	s, m := time.Second, time.Minute
	scaled := []func(*Config){instances(2), startUp(30 * s), plan(want{10 * s, 4}, want{50 * s, 3}, want{70 * s, 1})}
	// 0: 0…100; 1: 0…70; 2: launched 10, serves 40…70; 3: launched 10, serves 40…50
	bill := func(rules func(*Config)) Config { return small(at(), 100*s, s, append(scaled, rules)...) }
	for _, c := range []struct {
		what string
		cfg  Config
		want time.Duration
	}{
		{"by the second", bill(billing(s, 0, "charged")), (100 + 70 + 60 + 40) * s},
		{"granularity 60 s, at the end of the run too", bill(billing(m, 0, "charged")), (120 + 120 + 60 + 60) * s},
		{"granularity 7 s", bill(billing(7*s, 0, "charged")), (105 + 70 + 63 + 42) * s},
		{"minimum 65 s", bill(billing(s, 65*s, "charged")), (100 + 70 + 65 + 65) * s},
		{"minimum after rounding: 42 → 65, not 70", bill(billing(7*s, 65*s, "charged")), (105 + 70 + 65 + 65) * s},
		{"starting free: from service", bill(billing(s, 0, "free")), (100 + 70 + 30 + 10) * s},
		{"starting free, minimum 20 s", bill(billing(s, 20*s, "free")), (100 + 70 + 30 + 20) * s},
		{"a whole number of minutes is not raised", small(at(), 2*m, s, billing(m, 0, "charged")), 2 * m},
		{"parts of a second", small(at(), 2*m, s, instances(0), billing(s, 0, "charged"), plan(want{0, 1}), failing(losing(1, 10*s+1))), (11 + 50) * s},
		{"a cancelled start is charged", small(at(), 100*s, s, startUp(30*s), billing(s, m, "charged"), plan(want{10 * s, 2}, want{20 * s, 1})), (100 + 60) * s},
		{"a cancelled start costs nothing where starting is free", small(at(), 100*s, s, startUp(30*s), billing(s, m, "free"), plan(want{10 * s, 2}, want{20 * s, 1})), 100 * s},
		{"a start that is not in service at the end costs nothing where starting is free",
			small(at(), 100*s, s, startUp(30*s), billing(s, m, "free"), plan(want{80 * s, 2})), 100 * s},
		{"a start that is not in service at the end", small(at(), 100*s, s, startUp(30*s), billing(s, m, "charged"), plan(want{80 * s, 2})), (100 + 60) * s},
		{"a start that is lost", small(at(), 100*s, s, instances(0), startUp(30*s), replaceAfter(time.Hour), billing(s, 0, "charged"), plan(want{10 * s, 1}), failing(zoneDown(1, 25*s, s))), 15 * s},
		{"a refused launch costs nothing", small(at(), 100*s, s, billing(s, m, "charged"), plan(want{10 * s, 5}), failing(Failure{Launch: &LaunchFailure{Limit: count(1), End: time.Hour}})), 100 * s},
		{"charging ends at the loss and begins with the new launch", small(at(), 100*s, s, replaceAfter(20*s), startUp(50*s), billing(s, 0, "charged"), failing(losing(1, 30*s))), (30 + 50) * s},
		{"draining is charged, whatever starting is", small(at(0), 100*s, 70*s, billing(s, 0, "free"), plan(want{10 * s, 0})), 70 * s},
		{"ordered and cancelled at once: the minimum", small(at(), 100*s, s, instances(0), startUp(30*s), billing(s, m, "charged"), plan(want{10 * s, 1}, want{11 * s, 0})), m},
	} {
		r := run(t, c.cfg)
		is(t, c.what, time.Duration(r.Cost.Billed.Int64()), c.want)
		if want := big.NewRat(int64(c.want/s), 1000); r.Cost.Total.Cmp(want) != 0 { // 0.001 USD a second
			t.Errorf("%s: %v, want %v", c.what, r.Cost.Total, want)
		}
		is(t, "currency", r.Cost.Currency, "USD")
	}
}

// Exact money: a third of a second at an odd price is a fraction, and a year of a large fleet does not overflow.
func TestMoneyIsExact(t *testing.T) {
	c := small(at(), 7*time.Second, time.Second, billing(333333333, 0, "charged"))
	c.Fleet.Price.Nano = 1_408_000_001
	want := new(big.Rat).Mul(big.NewRat(1_408_000_001, 1e9), big.NewRat(22*333333333, int64(time.Hour))) // 7 s are 21.00000002 units
	if got := run(t, c).Cost.Total; got.Cmp(want) != 0 {
		t.Errorf("cost %v, want %v", got, want)
	}
	c = small(at(), 365*24*time.Hour, 0, instances(1000), func(c *Config) { c.Step = time.Minute })
	r := run(t, c)
	if want := new(big.Int).Mul(big.NewInt(1000), big.NewInt(int64(c.Length))); r.Cost.Billed.Cmp(want) != 0 {
		t.Errorf("billed %v, want %v", r.Cost.Billed, want)
	}
	near(t, "hours", r.Hours.Serving, 8760e3, 1e-6)
	near(t, "in service", r.ServingMean, 1000, 1e-9)
}
