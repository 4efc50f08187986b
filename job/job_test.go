package job

import (
	"context"
	"math"
	"testing"
	"time"

	"headroom/chance"
	"headroom/unit"

	"pgregory.net/rapid"
)

const hour = time.Hour

// of is a pointer to a value.
func of[T any](x T) *T { return &x }

// plainJob has the defaults of a file: 10 h of work at 10 USD/h, on Spot at 3.
func plainJob() *Settings {
	return &Settings{
		Kind: "custom", Algorithm: "own", Work: of(10 * hour), Instances: 1, Parallel: 1, Price: &unit.Price{Currency: "USD", Nano: 10e9}, On: "spot",
		Spot:    &Spot{Discount: of(unit.Share(0.7)), Interruptions: Interruptions{MeanTime: of(5 * hour / 2)}},
		Billing: Billing{From: "running", Granularity: time.Second}, Seed: 1,
	}
}

// scripted lives one run of given starts; after them nothing interrupts.
func scripted(s *Settings, starts ...start) Outcome {
	p := newPlan(s)
	w := newLaws(s).world(chance.Source{})
	w.starts = starts
	for len(w.starts) < MaxStarts {
		w.starts = append(w.starts, start{life: never})
	}
	return p.live(w)
}

// Runs that can be lived by hand.
func TestByHand(t *testing.T) {
	ten := func(change func(s *Settings)) *Settings {
		s := plainJob()
		s.Checkpoint = Checkpoint{Every: 3 * hour, Cost: hour / 2}
		change(s)
		return s
	}
	m := time.Minute
	for _, c := range []struct {
		name   string
		s      *Settings
		starts []start
		want   Outcome
	}{
		{"undisturbed: three checkpoints, none after the last hour", ten(func(s *Settings) {}), nil,
			Outcome{Finished: true, End: 690 * m, Running: 690 * m, Useful: 10 * hour, Checkpoints: 90 * m, Written: 3, Starts: 1, Billed: 690 * m}},
		{"taken after 5 h: one checkpoint is safe, 90 min are lost", ten(func(s *Settings) {}), []start{{life: 5 * hour}},
			Outcome{Finished: true, End: 300*m + 480*m, Running: 780 * m, Useful: 10 * hour, Checkpoints: 90 * m, Redone: 90 * m, Written: 3, Starts: 2, Interruptions: 1, Billed: 780 * m}},
		{"waiting, provisioning, loading, restoring", ten(func(s *Settings) { s.Checkpoint.Restore = 10 * m }),
			[]start{{wait: m, provision: 2 * m, load: 5 * m, life: 215*m + 1}, {wait: 30 * m, provision: 4 * m, load: 5 * m, life: never}},
			Outcome{Finished: true, End: 3*m + 215*m + 1 + 34*m + 15*m + 480*m, Waiting: 31 * m, Provisioning: 6 * m, Running: 215*m + 1 + 495*m, Loading: 20 * m,
				Useful: 10 * hour, Checkpoints: 90 * m, Redone: 1, Written: 3, Starts: 2, Interruptions: 1, Billed: 215*m + time.Second + 495*m}},
		{"a checkpoint that ends at the very instant is lost", ten(func(s *Settings) {}), []start{{life: 210 * m}},
			Outcome{Finished: true, End: 900 * m, Running: 900 * m, Useful: 10 * hour, Checkpoints: 90 * m, Redone: 210 * m, Written: 3, Starts: 2, Interruptions: 1, Billed: 900 * m}},
		{"so is a job", ten(func(s *Settings) { s.Checkpoint = Checkpoint{} }), []start{{life: 10 * hour}},
			Outcome{Finished: true, End: 20 * hour, Running: 20 * hour, Useful: 10 * hour, Redone: 10 * hour, Starts: 2, Interruptions: 1, Billed: 20 * hour}},
		{"taken while it loads", ten(func(s *Settings) {}), []start{{load: 10 * m, life: 4 * m}},
			Outcome{Finished: true, End: 694 * m, Running: 694 * m, Loading: 4 * m, Useful: 10 * hour, Checkpoints: 90 * m, Written: 3, Starts: 2, Interruptions: 1, Billed: 694 * m}},
		{"a checkpoint on the notice: 2 h of work are safe", ten(func(s *Settings) {
			s.Checkpoint.OnNotice, s.Checkpoint.Cost, s.Spot.Notice = true, m, 2*m
		}), []start{{life: 122 * m}},
			Outcome{Finished: true, End: 122*m + 8*hour + 2*m, Running: 122*m + 8*hour + 2*m, Useful: 10 * hour, Checkpoints: 3 * m, Redone: m, Written: 3, Starts: 2, Interruptions: 1,
				Billed: 122*m + 8*hour + 2*m}},
		{"a notice while one is written: it is written to its end, no other", ten(func(s *Settings) {
			s.Checkpoint.OnNotice, s.Checkpoint.Cost, s.Spot.Notice = true, 2*m, 2*m
		}), []start{{life: 183 * m}},
			Outcome{Finished: true, End: 183*m + 7*hour + 4*m, Running: 183*m + 7*hour + 4*m, Useful: 10 * hour, Checkpoints: 6 * m, Redone: m, Written: 3, Starts: 2, Interruptions: 1,
				Billed: 183*m + 7*hour + 4*m}},
		{"stopped by max-run: two starts of 4 h", ten(func(s *Settings) { s.MaxRun = of(8 * hour) }), []start{{life: 4 * hour}, {wait: hour, life: never}},
			Outcome{Stopped: ByMaxRun, End: 9 * hour, Waiting: hour, Running: 8 * hour, Useful: 6 * hour, Checkpoints: hour, Redone: hour, Written: 2, Starts: 2, Interruptions: 1, Billed: 8 * hour}},
		{"stopped by max-wait while it waits", ten(func(s *Settings) { s.Spot.MaxWait = of(6 * hour) }), []start{{life: 4 * hour}, {wait: 3 * hour}},
			Outcome{Stopped: ByMaxWait, End: 6 * hour, Waiting: 2 * hour, Running: 4 * hour, Useful: 3 * hour, Checkpoints: hour / 2, Redone: hour / 2, Written: 1, Starts: 2, Interruptions: 1, Billed: 4 * hour}},
		{"charged from launch, in hours, at least two; a start within the first hour is free", ten(func(s *Settings) {
			s.Billing = Billing{From: "launch", Granularity: hour, Minimum: 2 * hour, Forgiven: hour}
		}), []start{{life: 59 * m}, {life: 61 * m}, {provision: 31 * m, life: never}},
			Outcome{Finished: true, End: 120*m + 31*m + 690*m, Provisioning: 31 * m, Running: 810 * m, Useful: 10 * hour, Checkpoints: 90 * m, Redone: 2 * hour, Written: 3, Starts: 3, Interruptions: 2,
				Billed: 2*hour + 13*hour}},
		{"charged from work: not while it loads", ten(func(s *Settings) { s.Billing.From = "work" }), []start{{load: 20 * m, life: never}},
			Outcome{Finished: true, End: 710 * m, Running: 710 * m, Loading: 20 * m, Useful: 10 * hour, Checkpoints: 90 * m, Written: 3, Starts: 1, Billed: 690 * m}},
	} {
		if got := scripted(c.s, c.starts...); got != c.want {
			t.Errorf("%s:\n%+v, by hand\n%+v", c.name, got, c.want)
		}
	}
}

// Amdahl 1967: with 90 % shared, 10 instances are 1 ÷ (0.1 + 0.09) times as fast.
func TestParallel(t *testing.T) {
	s := plainJob()
	s.Instances, s.Parallel = 10, 0.9
	if got := s.Length(); got != 114*time.Minute {
		t.Errorf("%v, by hand 1h54m", got)
	}
	s.Work, s.Steps, s.StepTime, s.Instances = nil, 3600, of(2*time.Second), 1
	if got := s.Length(); got != 2*hour {
		t.Errorf("3600 steps of 2s: %v", got)
	}
}

// SM4: a training time of 500 s of which 100 s are billable saves 80 %; a discount of 80 % gives that.
func TestSM4(t *testing.T) {
	if got := Savings(100*time.Second, 500*time.Second); math.Abs(got-0.8) > 1e-12 {
		t.Errorf("%v", got)
	}
	s := plainJob()
	s.Work, s.Spot.Discount = of(500*time.Second), of(unit.Share(0.8))
	o := scripted(s)
	if b := s.Billable(o); b != 100*time.Second || math.Abs(Savings(b, o.Running)-0.8) > 1e-12 {
		t.Errorf("billable %v of %v", b, o.Running)
	}
}

// Every run obeys the laws of its parts; no checkpoint changes what an interruption is.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyJob(t)
		p, l := newPlan(s), newLaws(s)
		o := p.live(l.world(chance.Source{Seed: s.Seed, Run: 3}))
		whole := s.Length()
		switch {
		case o.End != o.Waiting+o.Provisioning+o.Running:
			t.Fatalf("the end is not the sum of its parts: %+v", o)
		case o.Running != o.Loading+o.Useful+o.Checkpoints+o.Redone:
			t.Fatalf("running is not the sum of its parts: %+v", o)
		case o.Finished != (o.Useful == whole), o.Finished == (o.Stopped != ""):
			t.Fatalf("%v of %v done: %+v", o.Useful, whole, o)
		case o.Running > limit(s.MaxRun), s.OnSpot() && o.End > limit(s.Spot.MaxWait):
			t.Fatalf("beyond its limits: %+v", o)
		case o.Redone < 0, o.Loading < 0, o.Waiting < 0:
			t.Fatalf("less than nothing: %+v", o)
		case o.Finished && o.Interruptions != o.Starts-1:
			t.Fatalf("starts and interruptions: %+v", o)
		case s.Billing == (Billing{From: "running", Granularity: 1}) && o.Billed != o.Running:
			t.Fatalf("billed %v of %v", o.Billed, o.Running)
		}
		if again := p.live(l.world(chance.Source{Seed: s.Seed, Run: 3})); again != o {
			t.Fatalf("the same run twice:\n%+v\n%+v", o, again)
		}
	})
}

// anyJob is a job that a file could say.
func anyJob(t *rapid.T) *Settings {
	span := func(name string, low, high time.Duration) time.Duration {
		return time.Duration(rapid.Int64Range(int64(low), int64(high)).Draw(t, name))
	}
	s := plainJob()
	s.Work, s.Instances = of(span("work", time.Minute, 20*hour)), rapid.IntRange(1, 5).Draw(t, "instances")
	s.Spot.Interruptions.MeanTime = of(span("mean", 10*time.Minute, 20*hour))
	s.Spot.Wait = chance.Distribution{Exponential: &chance.Exponential{Mean: span("wait", 1, hour)}}
	s.StartUp = StartUp{chance.Fixed(span("provision", 0, hour)), chance.Distribution{Exponential: &chance.Exponential{Mean: span("load", 1, hour)}}}
	if rapid.Bool().Draw(t, "checkpoints") {
		s.Checkpoint = Checkpoint{Every: span("every", time.Second, 10*hour), Cost: span("cost", 0, 2*time.Minute), Restore: span("restore", 0, hour)}
		s.Spot.Notice = span("notice", 2*time.Minute, 3*time.Minute)
		s.Checkpoint.OnNotice = rapid.Bool().Draw(t, "on notice")
	}
	s.MaxRun = of(span("max run", hour, 40*hour))
	if rapid.Bool().Draw(t, "max wait") {
		s.Spot.MaxWait = of(*s.MaxRun + span("more", 0, 100*hour))
	}
	s.Billing.Granularity = rapid.SampledFrom([]time.Duration{1, time.Second, hour}).Draw(t, "granularity")
	if rapid.IntRange(0, 4).Draw(t, "on") == 0 {
		s.On = "on-demand"
	}
	return s
}

// The simulated means against the closed form, on 20,000 runs: within 4 standard errors.
func TestAgainstTheExactExpectation(t *testing.T) {
	for name, change := range map[string]func(*Settings){
		"no checkpoint": func(s *Settings) { s.Work = of(4 * hour) },
		"every 15 min":  func(s *Settings) { s.Checkpoint = Checkpoint{Every: 15 * time.Minute, Cost: 30 * time.Second} },
		"every 4 h":     func(s *Settings) { s.Checkpoint = Checkpoint{Every: 4 * hour, Cost: 30 * time.Second} },
		"load, restore, provision, random waits": func(s *Settings) {
			s.Checkpoint = Checkpoint{Every: 50 * time.Minute, Cost: 3 * time.Minute, Restore: 5 * time.Minute}
			s.StartUp = StartUp{chance.Fixed(4 * time.Minute), chance.Fixed(7 * time.Minute)}
			s.Spot.Wait = chance.Distribution{Gamma: &chance.Gamma{Mean: 20 * time.Minute, CV: 2}}
			s.Spot.FirstWait = chance.Distribution{Exponential: &chance.Exponential{Mean: hour}}
		},
		"a gang of eight": func(s *Settings) {
			s.Instances, s.Work = 8, of(80*hour)
			s.Spot.Interruptions.MeanTime = of(20 * hour)
			s.Checkpoint = Checkpoint{Every: 20 * time.Minute, Cost: time.Minute}
		},
	} {
		s := plainJob()
		change(s)
		theory, ok := s.Theory()
		if !ok || !theory.Expected {
			t.Fatalf("%s: no formula", name)
		}
		a, err := Ask(context.Background(), s, 20_000, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		hold := func(what string, exact float64, x func(Outcome) float64) {
			mean, square := 0.0, 0.0
			for _, o := range a.Runs {
				mean += x(o) / 20_000
			}
			for _, o := range a.Runs {
				square += (x(o) - mean) * (x(o) - mean) / 19_999
			}
			if z := (mean - exact) / math.Sqrt(square/20_000); math.Abs(z) > 4 {
				t.Errorf("%s: %s %v, exact %v, z %.1f", name, what, mean, exact, z)
			}
		}
		hold("completion", theory.Completion.Hours(), func(o Outcome) float64 { return o.End.Hours() })
		hold("running", theory.Running.Hours(), func(o Outcome) float64 { return o.Running.Hours() })
		hold("interruptions", theory.Interruptions, func(o Outcome) float64 { return float64(o.Interruptions) })
	}
}

// 10 h of work at 3.825 USD/h, Spot at 30 % of it, taken every 2.5 h, back after 10 minutes that are not charged, checkpoints of 30 s:
// worked out elsewhere, with a checkpoint after each of work ÷ interval pieces (here the last has none): within a tenth.
func TestWorkedOutElsewhere(t *testing.T) {
	for _, c := range []struct {
		every       time.Duration
		hours, cost float64
	}{{0, 143, 154}, {15 * time.Minute, 11.6, 12.5}, {4 * hour, 26.5, 28}, {2 * time.Minute, 13.5, 14.5}} {
		s := plainJob()
		s.Price, s.Spot.Wait = &unit.Price{Currency: "USD", Nano: 3_825_000_000}, chance.Fixed(10*time.Minute)
		if c.every > 0 {
			s.Checkpoint = Checkpoint{Every: c.every, Cost: 30 * time.Second}
		}
		theory, _ := s.Theory()
		cost := s.Cost(Outcome{Billed: theory.Running})
		if math.Abs(theory.Completion.Hours()/c.hours-1) > 0.1 || math.Abs(cost/c.cost-1) > 0.1 {
			t.Errorf("every %v: %.1f h for %.1f USD, by hand %v and %v", c.every, theory.Completion.Hours(), cost, c.hours, c.cost)
		}
		t.Logf("every %v: %.2f h, %.2f USD", c.every, theory.Completion.Hours(), cost)
	}
}

// The searched interval against the exact optimum of endless work, and both against Young and Daly, on cheap and dear checkpoints.
func TestBestInterval(t *testing.T) {
	for _, cost := range []time.Duration{5 * time.Second, 30 * time.Second, 5 * time.Minute} {
		s := plainJob()
		s.Work = of(100 * hour)
		s.Checkpoint = Checkpoint{Every: hour, Cost: cost}
		a, err := Ask(context.Background(), s, 2000, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		theory, _ := s.Theory()
		if !(a.Flat[0] <= theory.Exact && theory.Exact <= a.Flat[1]) || a.Flat[0] > theory.Daly || a.Flat[1] < theory.Daly {
			t.Errorf("cost %v: best %v, within 1 %% %v, exact %v, Daly %v, Young %v", cost, a.Best.Every, a.Flat, theory.Exact, theory.Daly, theory.Young)
		}
		if r := float64(a.Best.Every) / float64(theory.Exact); r < 0.6 || r > 1.6 {
			t.Errorf("cost %v: best %v is far from %v", cost, a.Best.Every, theory.Exact)
		}
		t.Logf("cost %v: best %v, flat %v, exact %v, Daly %v, Young %v", cost, a.Best.Every, a.Flat, theory.Exact, theory.Daly, theory.Young)
	}
}

// The same on any number of cores, and whatever the number of runs after them.
func TestCoresDoNotMatter(t *testing.T) {
	s := plainJob()
	s.Checkpoint = Checkpoint{Every: hour, Cost: time.Minute}
	one, _ := Ask(context.Background(), s, 333, 1, nil)
	told := 0
	many, _ := Ask(context.Background(), s, 333, 7, func(done, of int) { told = max(told, done) })
	for k := range one.Runs {
		if one.Runs[k] != many.Runs[k] {
			t.Fatalf("run %d differs", k)
		}
	}
	if one.Best != many.Best || one.Cheapest != many.Cheapest || len(one.Curve) != len(many.Curve) || one.Flat != many.Flat {
		t.Errorf("the search differs")
	}
	if told != 666 {
		t.Errorf("told of %d runs, not of two stages of 333", told)
	}
	few, _ := Ask(context.Background(), s, 10, 2, nil)
	if few.Runs[9] != one.Runs[9] {
		t.Error("run 9 of 10 is another than of 333")
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Ask(gone, s, 10, 2, nil); err == nil {
		t.Error("an interrupted question has an answer")
	}
}

// Other checkpoints meet the same interruptions: common random numbers.
func TestCommonRandomNumbers(t *testing.T) {
	s := plainJob()
	l := newLaws(s)
	a, b := l.world(chance.Source{Seed: 1, Run: 2}), l.world(chance.Source{Seed: 1, Run: 2})
	b.start(5, 0)
	for k := range 10 {
		if a.start(k, 0) != b.start(k, hour) {
			t.Fatalf("start %d depends on what came before", k)
		}
	}
}

func BenchmarkThousandRuns(b *testing.B) {
	s := plainJob()
	s.Checkpoint = Checkpoint{Every: 15 * time.Minute, Cost: 30 * time.Second}
	s.StartUp.Provision = chance.Fixed(10 * time.Minute)
	for range b.N {
		if _, err := Ask(context.Background(), s, 1000, 1, nil); err != nil {
			b.Fatal(err)
		}
	}
}
