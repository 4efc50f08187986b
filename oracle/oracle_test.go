package oracle

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s: %.14g, want %.14g", what, got, want)
	}
}

// What two formulas say of one system is the same.
func TestFormulasAgree(t *testing.T) {
	for _, rho := range []float64{0.3, 0.8, 0.95} {
		for _, c := range []int{1, 2, 10, 50} {
			l := rho * float64(c)
			m, g := MMc{l, 1, c}, GIMc{func(s float64) float64 { return l / (l + s) }, l, 1, c}
			near(t, "GI/M/c with Poisson arrivals: wait", g.Wait(), m.Wait(), 1e-7)
			near(t, "GI/M/c with Poisson arrivals: response", g.ResponseTail(2), m.ResponseTail(2), 1e-8)
			near(t, "median", m.ResponseTail(m.ResponseQuantile(0.5)), 0.5, 1e-12)
			near(t, "M/M/c/K with much room", MMcK{l, 1, c, c + 800}.Wait(), m.Wait(), 1e-9)
			near(t, "no patience lost", FixedPatience(l, 1, 800, c).WaitServed, m.Wait(), 1e-6)
			near(t, "chain", MPhcWait(l, Phases{1, 1, 9, false}, c, 800), m.Wait(), 1e-9)
		}
	}
	near(t, "M/E2/1", MPhcWait(0.8, ErlangTwo(1), 1, 600), MG1{0.8, Gamma(1, 0.5)}.Wait(), 1e-10)
	near(t, "M/H2/1", MPhcWait(0.5, BalancedTwo(1, 4), 1, 600), 0.5*5/(2*0.5), 1e-10)
	near(t, "M/D/1", MDc{0.8, 1, 1}.Wait(), MG1{0.8, Constant(1)}.Wait(), 1e-12)
	near(t, "one queue to choose from", ShortestQueue(1, 1, 0.8, 400, 400), 5, 1e-9)
	near(t, "a random queue", ShortestQueue(2, 1, 0.5, 90, 90), 2, 1e-6)
	near(t, "Erlang A without patience", ErlangA(8, 1, 1e-9, 10).WaitServed, MMc{8, 1, 10}.Wait(), 1e-6)
	near(t, "impatience as long as a service", ErlangA(10, 1, 1, 10).Wait*10, queueOfInfinite(10, 10), 1e-9)
	near(t, "M/M/1 with retrials, chain", first(Retrial(0.6, 1, 0.5, 1, 400)), 0.6*0.6/(0.5*0.4)+0.36/0.4, 1e-9)
	near(t, "M/M/1 with breakdowns, chain", 0.5*Spot(0.5, 1, 0.05, 0.2, 1, 600), Breakdown(0.5, 1, 0.05, 0.2), 1e-9)
	near(t, "M/M/1 with set-up, chain", Setup{0.5, 1, 0.1, 1, math.Inf(1), false, 0}.Solve(400).Response, 12, 1e-9)
	near(t, "many servers with set-up, chain", Setup{3, 1, 0.2, 30, math.Inf(1), false, 0}.Solve(200).Response, EndlessSetup(3, 1, 0.2), 1e-6)
	near(t, "a switch that makes no difference", first(Modulated([2]float64{8, 8}, [2]float64{0.05, 0.1}, 1, 10, 400)), MMc{8, 1, 10}.Wait(), 1e-9)
	flat := Flash{Before: 7, After: 7, Mu: 1, C: 10, More: 10, Late: 10, End: 40, Limit: 0.5}.Solve(0.05, 200)
	near(t, "nothing happens", flat.Long, 7*40*MMc{7, 1, 10}.WaitTail(0.5), 1e-9)
}

func first(a, _ float64) float64 { return a }

// queueOfInfinite is E[(N − c)⁺] of a Poisson number: M/M/∞ seen as c servers and a queue that leaves as fast.
func queueOfInfinite(a float64, c int) float64 {
	sum := 0.0
	for n := c; n < 200; n++ {
		sum += float64(n-c) * poisson(n, a)
	}
	return sum
}

// Erlang's sum in big numbers is Franx's formula for one server.
func TestConstantService(t *testing.T) {
	cdf := MDc{0.8, 1, 1}.WaitCDF()
	for _, x := range []float64{0, 0.3, 1, 2.5, 7.25, 15.7, 40} {
		near(t, "M/D/1", cdf(x), MD1WaitCDF(0.8, 1, x), 1e-12)
	}
	m := MDc{9, 1, 10}
	near(t, "P(wait)", 1-m.WaitCDF()(0), m.PWait(), 1e-10)
	sum, d := 0.0, m.WaitCDF()
	for k := range 4000 {
		sum += (1 - d((float64(k)+0.5)*0.005)) * 0.005
	}
	near(t, "mean of the law", sum, m.Wait(), 1e-4)
	for _, c := range []int{2, 10, 50} {
		near(t, "Cosmetatos", Cosmetatos(0.9*float64(c), 1, c), MDc{0.9 * float64(c), 1, c}.Wait(), 0.01)
	}
}

// Four figures were cut at an edge where some probability was left: the chains go on to these.
func TestCut(t *testing.T) {
	wait, _ := Modulated([2]float64{14, 4}, [2]float64{0.05, 0.05}, 1, 10, 6000)
	near(t, "MMPP2/M/10", wait, 22.948753505, 2e-9)
	h := Hysteresis{Lambda: 6, Mu: 1, Warm: 20, Least: 4, Most: 12}.Solve(1000)
	near(t, "hysteresis, response", h.Response, 7.1934770447, 1e-9)
	near(t, "hysteresis, billed", h.Billed, 7.4046634133, 1e-9)
	near(t, "hysteresis, launches", h.Launches, 0.0460700343, 1e-9)
}

// A policy that looks often does what one does that always looks.
func TestLook(t *testing.T) {
	s := Setup{2, 1, 0.1, 4, math.Inf(1), false, 0}
	always := s.Solve(300)
	s.Look = 1e5
	near(t, "looking often", s.Solve(300).Response, always.Response, 1e-4)
	s.Look = 20 // starts come later, but servers also stay on a little longer
	near(t, "looking 20 times a second", s.Solve(300).Response, always.Response, 0.01)
}

// How wrong the approximation is that most tools offer (theory of the table in docs/accuracy.md).
func TestAllenCunneen(t *testing.T) {
	for _, x := range []struct{ got, exact, off float64 }{
		{AllenCunneen(8, 1, 10, 1, 10), MPhcWait(8, BalancedTwo(1, 10), 10, 900), 0.3177},
		{AllenCunneen(9, 1, 10, 0, 1), GIMc{Regular(9), 9, 1, 10}.Wait(), 0.2370},
		{AllenCunneen(9, 1, 10, 4, 1), GIMc{Hyperexponential(9, 4), 9, 1, 10}.Wait(), -0.1197},
		{KLB(9, 1, 10, 0, 1), GIMc{Regular(9), 9, 1, 10}.Wait(), 0.1487},
	} {
		if d := x.got/x.exact - 1; math.Abs(d-x.off) > 1e-3 {
			t.Errorf("off by %.4f, want %.4f", d, x.off)
		}
	}
}

// Tries that fail by themselves: by hand with p = ½.
func TestRetries(t *testing.T) {
	r := Retries{Mu: math.Ln2, Tau: 1, Attempts: 3, Backoff: 0.5}
	near(t, "failed", r.Failed(), 0.125, 1e-12)
	near(t, "tries", r.PerRequest(), 1.75, 1e-12)
	near(t, "busy", r.Busy(4, false), 4*1.75/math.Ln2, 1e-12)
	near(t, "busy, dropped", r.Busy(4, true), 4*1.75/math.Ln2/2, 1e-12)
	own := 1/math.Ln2 - 1 // E[S | S < 1]
	near(t, "latency", r.Latency(), (0.5*own+0.25*(own+1.5)+0.125*(own+3.5))/0.875, 1e-12)
}
