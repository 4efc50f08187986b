package kernel

import (
	"math"
	"testing"
)

func TestTheDiceAreFair(t *testing.T) {
	const n = 4_000_000
	r := newDice(7)
	moments := func(name string, draw func() float64, want [4]float64) {
		var m [4]float64
		for range n {
			x := draw()
			for k, p := 0, x; k < 4; k, p = k+1, p*x {
				m[k] += p / n
			}
		}
		for k, tolerance := range [4]float64{0.004, 0.01, 0.05, 0.3} {
			if math.Abs(m[k]-want[k]) > tolerance {
				t.Errorf("%s: moment %d is %v, want %v", name, k+1, m[k], want[k])
			}
		}
	}
	moments("uniform", r.uniform, [4]float64{1. / 2, 1. / 3, 1. / 4, 1. / 5})
	moments("exponential", r.exponential, [4]float64{1, 2, 6, 24})
	moments("normal", r.normal, [4]float64{0, 1, 0, 3})
	moments("poisson", func() float64 { return (r.poisson(50) - 50) / math.Sqrt(50) }, [4]float64{0, 1, 1 / math.Sqrt(50), 3 + 1./50})
	for x := -20.0; x < 20; x += 0.0137 {
		if got := exp(x); math.Abs(got/math.Exp(x)-1) > 3e-13 {
			t.Fatalf("exp(%v) is off by %v", x, got/math.Exp(x)-1)
		}
	}
}

// Erlang C of ten servers at 80 % is 0.4092, the mean wait half of it in service times. The same requests meet both programs.
func TestQueueKernels(t *testing.T) {
	a, b := KieferWolfowitz(1, 5_000_000), EventList(1, 5_000_000)
	if math.Abs(a.MeanWait-0.20459) > 0.006 {
		t.Errorf("mean wait %v, want 0.20459", a.MeanWait)
	}
	if math.Abs(a.MeanWait-b.MeanWait) > 1e-9 || a.P50 != b.P50 || a.P99 != b.P99 {
		t.Errorf("the event list says %+v, Kiefer and Wolfowitz %+v", b, a)
	}
}

// The events come out in order, also when some are far apart.
func TestTheWheelSorts(t *testing.T) {
	r, w, now := newDice(3), newWheel(), int64(0)
	held := map[int64]int{}
	push := func() {
		at := now + int64(r.exponential()*0.3e9)
		if r.word()%50 == 0 {
			at += int64(r.exponential() * 20e9)
		}
		held[at]++
		w.push(at, uint32(at))
	}
	for i := range 200_000 {
		if i%2 == 0 || w.first == never {
			push()
			continue
		}
		first := w.first
		at, who := w.pop()
		if at != first || at < now || who != uint32(at) || held[at] == 0 {
			t.Fatalf("%d comes after %d, announced as %d", at, now, first)
		}
		if now = at; held[at] == 1 {
			delete(held, at)
		} else {
			held[at]--
		}
	}
}

// Two hours from midnight, as every program that was written for it says: p50 0.176 to 0.177 s, p99 1.20 to 1.23 s.
func TestFleetKernel(t *testing.T) {
	r := Fleet(1, 7200)
	if want := 1000*7200 + 0.8e6*86400/2/math.Pi*(1-math.Cos(2*math.Pi/12))/1e0/1e3; math.Abs(float64(r.Requests)-want) > 5*math.Sqrt(want) {
		t.Errorf("%d requests, want %v", r.Requests, want)
	}
	if r.P50 < 174e6 || r.P50 > 179e6 || r.P99 < 1.18e9 || r.P99 > 1.25e9 || r.Launched < 100 {
		t.Errorf("%+v", r)
	}
}

func TestFluidKernel(t *testing.T) {
	for _, counts := range []bool{false, true} {
		f := NewFluid()
		rows := f.Run(1, 86400, nil, counts)
		offered, served := 0.0, 0.0
		for _, r := range rows {
			offered += r.Offered
			served += r.Served
			if r.Latency[0] < 120e6 || r.Latency[0] > 300e6 || r.Utilization < 0.5 || r.Utilization > 1 {
				t.Fatalf("%+v", r)
			}
		}
		if math.Abs(offered-86.4e6) > 5e4 || math.Abs(served-offered) > 1 || len(rows) != 1440 {
			t.Errorf("%v offered, %v served in %d minutes", offered, served, len(rows))
		}
	}
}

func BenchmarkKernelKieferWolfowitz(b *testing.B) { KieferWolfowitz(1, b.N) }
func BenchmarkKernelEventList(b *testing.B)       { EventList(1, b.N) }
func BenchmarkKernelFleet(b *testing.B)           { Fleet(1, b.N/1000+1) }
func BenchmarkKernelFluid(b *testing.B) {
	f := NewFluid()
	rows := f.Run(1, 86400, nil, false)
	b.ResetTimer()
	f.Run(1, b.N, rows[:0], false)
}
func BenchmarkKernelFluidCounts(b *testing.B) {
	f := NewFluid()
	rows := f.Run(1, 86400, nil, true)
	b.ResetTimer()
	f.Run(1, b.N, rows[:0], true)
}
