package headroom_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"headroom/policy"
	"headroom/scenarios"
	"headroom/sim"
)

// config is a scenario file, or a variant of it, with further edits.
func config(t testing.TB, file, variant string, sets ...string) sim.Config {
	t.Helper()
	var edits []scenarios.Edit
	if variant != "" {
		edits = append(edits, scenarios.Variant(variant))
	}
	f, err := scenarios.Load(file, scenarios.OS, append(edits, editsOf(t, sets)...)...)
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.Config()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ask runs a case, or a variant of it, with further edits.
func ask(t *testing.T, file, variant string, sets ...string) *sim.Result {
	t.Helper()
	c := config(t, "testdata/cases/"+file+".yaml", variant, sets...)
	r, err := sim.Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// changes are the decisions that changed capacity.
func changes(r *sim.Result) (out []sim.Decision) {
	for _, d := range r.Decisions {
		if d.From != d.To {
			out = append(out, d)
		}
	}
	return out
}

func first(ds []sim.Decision, of func(sim.Decision) bool) *sim.Decision {
	for i := range ds {
		if of(ds[i]) {
			return &ds[i]
		}
	}
	return &sim.Decision{At: -1}
}

func out(d sim.Decision) bool { return d.To > d.From }
func in(d sim.Decision) bool  { return d.To < d.From }

func between(t *testing.T, what string, got, lo, hi time.Duration) {
	t.Helper()
	if got < lo || got > hi {
		t.Errorf("%s at %v, want %v … %v", what, got, lo, hi)
	}
}

func about(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s = %v, want %v ± %v", what, got, want, tolerance)
	}
}

// serves is the first minute at whose end n instances are in service.
func serves(r *sim.Result, n int) time.Duration {
	for _, m := range r.Minutes {
		if m.Serving >= n {
			return m.At + time.Minute
		}
	}
	return -1
}

const minute = time.Minute

func TestG01ScaleOutTakesMinutes(t *testing.T) {
	r := ask(t, "g01-sm-delay", "")
	up, down := first(changes(r), out), first(changes(r), in)
	step, end := 10*minute, 40*minute
	between(t, "first scale-out", up.At, step+180*time.Second, step+300*time.Second)
	if up.To != 4 || up.Wish != 14 || up.HeldBy != policy.HeldByMax {
		t.Errorf("first scale-out %+v: want to 4, wish 14, held by max", up)
	}
	if r.Scaling.HeldBy[policy.HeldByMax] < 1 {
		t.Errorf("held by max %d", r.Scaling.HeldBy[policy.HeldByMax])
	}
	between(t, "4 in service", serves(r, 4), step+480*time.Second, step+600*time.Second)
	between(t, "first scale-in", down.At, end+900*time.Second, end+1020*time.Second)
	if down.From != 4 || down.To != 1 {
		t.Errorf("first scale-in %d → %d, want 4 → 1", down.From, down.To)
	}
	// cooldowns are not the cause
	other := ask(t, "g01-sm-delay", "no-cooldown")
	if a, b := first(changes(other), out).At, first(changes(other), in).At; a != up.At || b != down.At {
		t.Errorf("without cooldowns: out %v, in %v; with: %v, %v", a, b, up.At, down.At)
	}
}

func TestG02MemoryNeverVotesIn(t *testing.T) {
	r := ask(t, "g02-two-policies", "")
	for _, d := range changes(r) {
		if in(d) && d.At < 3*time.Hour {
			t.Errorf("scale-in at %v by %s", d.At, d.Policy)
		}
	}
	lower := first(r.Decisions, func(d sim.Decision) bool { return d.Policy == "lower" })
	if lower.At != 3*time.Hour || lower.From != 3 || lower.To != 2 {
		t.Errorf("the schedule: %+v", lower)
	}
	told := false
	for _, d := range r.Decisions {
		if d.HeldBy == policy.HeldByNotAllReady {
			for _, w := range d.Why {
				told = told || w.Code == policy.NotAllReady && strings.Contains(w.Text, "memory")
			}
		}
	}
	if !told {
		t.Error("no reason names the memory policy as the one that is not ready")
	}
	for _, v := range []string{"cpu-only", "memory-stays-out"} {
		down := first(changes(ask(t, "g02-two-policies", v)), in)
		between(t, v+": first scale-in", down.At, time.Hour+15*minute, time.Hour+18*minute)
		if down.From != 3 || down.To != 1 {
			t.Errorf("%s: %d → %d, want 3 → 1", v, down.From, down.To)
		}
	}
}

func TestG03BoundedMetricClimbsALadder(t *testing.T) {
	r := ask(t, "g03-bounded-metric", "")
	var rungs []int
	for _, d := range changes(r) {
		if out(d) {
			rungs = append(rungs, d.To)
		}
	}
	if got := fmt.Sprint(rungs[:min(4, len(rungs))]); got != "[14 19 26 35]" {
		t.Errorf("the ladder is %v, want 14 19 26 35", got)
	}
	if at := serves(r, 30); at < 18*minute {
		t.Errorf("30 in service at %v", at)
	}
	direct := ask(t, "g03-bounded-metric", "by-requests")
	up := first(changes(direct), out)
	if up.From != 10 || up.To != 40 {
		t.Errorf("by requests: %d → %d, want 10 → 40", up.From, up.To)
	}
	between(t, "by requests: 40 in service", serves(direct, 40), 10*minute+240*time.Second, 10*minute+360*time.Second)
	if 2*r.Requests.Failed < 3*direct.Requests.Failed { // 300,000 fail in the five minutes before any policy could help
		t.Errorf("failed: %d by CPU, %d by requests", r.Requests.Failed, direct.Requests.Failed)
	}
}

func TestG04GPUByCPU(t *testing.T) {
	r := ask(t, "g04-gpu-by-cpu", "")
	if len(r.Decisions) != 0 || r.Scaling.Out != 0 {
		t.Errorf("decisions: %+v", r.Decisions)
	}
	for _, m := range r.Minutes {
		if m.At >= 31*minute && m.At < 41*minute && m.Latency[quantile(r, 0.99)] < 500*time.Millisecond {
			t.Errorf("minute %v: p99 %v", m.At, m.Latency[quantile(r, 0.99)])
		}
	}
	for _, p := range r.Series[0].Points {
		if p.Value > 40+1e-9 {
			t.Errorf("CPUUtilization %v", p.Value)
		}
	}
	byRequests := ask(t, "g04-gpu-by-cpu", "by-requests")
	most := 0
	for _, d := range changes(byRequests) {
		most = max(most, d.To)
	}
	if most != 7 {
		t.Errorf("by requests: up to %d instances, want 7", most)
	}
	if got := byRequests.Minutes[28].Desired; got != 2 {
		t.Errorf("by requests at 40 rps: %d, want 2", got)
	}
}

// quantile is the index of a share among the quantiles of a minute.
func quantile(r *sim.Result, p float64) int {
	for i, q := range r.Config.Quantiles {
		if q == p {
			return i
		}
	}
	return -1
}

func TestG05DaylightSaving(t *testing.T) {
	opens := func(r *sim.Result) (at []float64) {
		for _, d := range r.Decisions {
			if d.Policy == "open" {
				at = append(at, d.At.Seconds())
			}
		}
		return at
	}
	utc, local := ask(t, "g05-dst-spring", ""), ask(t, "g05-dst-spring", "local-time")
	if got := fmt.Sprint(opens(utc)); got != "[28800 288000]" {
		t.Errorf("UTC opens at %v", got)
	}
	if got := fmt.Sprint(opens(local)); got != "[28800 284400]" {
		t.Errorf("local time opens at %v", got)
	}
	monday := int(284400 / 60)
	if utc.Minutes[monday-1].Offered > 61 || utc.Minutes[monday].Offered < 1700 {
		t.Errorf("traffic does not open at 08:00 local on Monday: %d, then %d", utc.Minutes[monday-1].Offered, utc.Minutes[monday].Offered)
	}
	breached := 0
	for _, m := range utc.Minutes[monday : monday+60] {
		if m.Latency[quantile(utc, 0.99)] > time.Second || m.Failed > 0 {
			breached++
		}
	}
	if breached < 58 {
		t.Errorf("only %d of the 60 minutes of Monday 08–09 are breached", breached)
	}
}

func TestG06MissingIsNotLow(t *testing.T) {
	r := ask(t, "g06-night-silence", "")
	if r.Scaling.In != 0 {
		t.Errorf("%d scale-ins without data", r.Scaling.In)
	}
	cost, _ := r.Cost.Total.Float64()
	about(t, "cost", cost, 33*14*0.015, 0.005)
	if d := first(r.Decisions, func(d sim.Decision) bool { return d.HeldBy == policy.HeldByNoData }); d.At < 2*time.Hour {
		t.Errorf("no_data: %+v", d)
	}
	zeros := ask(t, "g06-night-silence", "zeros")
	down := first(changes(zeros), in)
	between(t, "first scale-in", down.At, 2*time.Hour+15*minute, 2*time.Hour+17*minute)
	if down.To != 1 || zeros.Scaling.In != 1 {
		t.Errorf("scale-in to %d, %d of them", down.To, zeros.Scaling.In)
	}
}

// The same with the service and the metric of the report: Lambda publishes nothing without invocations, unasked.
func TestG06OnProvisionedConcurrency(t *testing.T) {
	lambda := func(metrics string) *sim.Result {
		return ask(t, "g06-night-silence", "", "scaling.aws.service=lambda-provisioned-concurrency", "metrics="+metrics,
			"scaling.aws.policies.0.target-tracking.metric=LambdaProvisionedConcurrencyUtilization", "scaling.aws.policies.0.target-tracking.target=0.75")
	}
	r := lambda("{period: 60s, delay: 60s}")
	cost, _ := r.Cost.Total.Float64()
	about(t, "cost", cost, 33*14*0.015, 0.005)
	if r.Scaling.In != 0 || r.Scaling.HeldBy[policy.HeldByNoData] != 1 {
		t.Errorf("%+v, want no scale-in and one stretch without data", r.Scaling)
	}
	zeros := lambda("{period: 60s, delay: 60s, LambdaProvisionedConcurrencyUtilization: {idle: zero}}")
	down := first(changes(zeros), in)
	between(t, "first scale-in", down.At, 2*time.Hour+15*minute, 2*time.Hour+17*minute)
	if down.To != 1 {
		t.Errorf("scale-in to %d", down.To)
	}
}

func TestG09IdleGPUs(t *testing.T) {
	cents := func(r *sim.Result) string { return r.Cost.Total.FloatString(2) }
	r := ask(t, "g09-idle-gpus", "")
	if cents(r) != "2030.40" {
		t.Errorf("cost %s", cents(r))
	}
	about(t, "hours", r.Hours.Starting+r.Hours.Serving+r.Hours.Draining, 1440, 1e-9)
	about(t, "served", float64(r.Requests.Served), 3000, 220)
	if r.Utilization >= 0.001 {
		t.Errorf("utilization %v", r.Utilization)
	}
	for _, s := range []string{"clock.seed=7", "service.engine=fluid", "traffic.arrivals=smooth", "clock.step=60s"} {
		if other := ask(t, "g09-idle-gpus", "", s); cents(other) != "2030.40" {
			t.Errorf("%s: cost %s", s, cents(other))
		}
	}
	if one := ask(t, "g09-idle-gpus", "one"); cents(one) != "1015.20" {
		t.Errorf("one instance: %s", cents(one))
	}
}

func TestG10BusyIsNotSize(t *testing.T) {
	wait := func(r *sim.Result) float64 { return r.Wait.Mean / 1e9 }
	random := ask(t, "g10-busy-is-not-size", "")
	about(t, "random: mean wait of M/D/1 at 0.8", wait(random), 0.020, 0.02*0.020)
	about(t, "Little", random.InFlight, 10000*random.Latency.Mean/1e9, 0.01*random.InFlight)
	if least := ask(t, "g10-busy-is-not-size", "least"); wait(least) > 0.002 {
		t.Errorf("least outstanding: mean wait %v", wait(least))
	}
	smooth := ask(t, "g10-busy-is-not-size", "formula-smooth")
	about(t, "smooth: wait", wait(smooth), 0, 1e-6)
	about(t, "smooth: utilization", smooth.Utilization, 1, 0.001)
	// no steady state: twice as long waits √2 as long, in the mean over seeds
	ratio, n := 0.0, 12
	for seed := range n {
		s := fmt.Sprintf("clock.seed=%d", seed+1)
		one, two := ask(t, "g10-busy-is-not-size", "formula", s), ask(t, "g10-busy-is-not-size", "formula", s, "clock.length=4m")
		ratio += wait(two) / wait(one) / float64(n)
	}
	if ratio < 1.2 || ratio > 1.7 {
		t.Errorf("mean wait grows by %v when the run is doubled", ratio)
	}
}

func TestG11SlowVendor(t *testing.T) {
	r, patient := ask(t, "g11-slow-vendor", ""), ask(t, "g11-slow-vendor", "no-retries")
	window := func(m sim.Minute) bool { return m.At >= 2*minute && m.At < 43*minute+6*time.Second }
	outside := int64(0)
	for _, m := range r.Minutes {
		if m.At < 2*minute || m.At >= 44*minute {
			outside += m.Retries
		}
		about(t, fmt.Sprintf("offered in %v", m.At), float64(m.Offered), 6000, 400)
	}
	if outside > 5 {
		t.Errorf("%d retries outside the slow window", outside)
	}
	if r.Scaling.Out == 0 || patient.Scaling.Out != 0 {
		t.Errorf("scale-outs: %d with retries, %d without", r.Scaling.Out, patient.Scaling.Out)
	}
	slow := 0
	for _, m := range patient.Minutes {
		if window(m) && m.Latency[quantile(patient, 0.95)] > time.Second {
			slow++
		}
	}
	if slow < 38 {
		t.Errorf("without retries: %d slow minutes of 41", slow)
	}
	softer := ask(t, "g11-slow-vendor", "backoff")
	if softer.Requests.Retries > r.Requests.Retries {
		t.Errorf("retries: %d with backoff, %d without", softer.Requests.Retries, r.Requests.Retries)
	}
}

func TestG12QueueWorkers(t *testing.T) {
	wrong, right := ask(t, "g12-sqs-workers", ""), ask(t, "g12-sqs-workers", "right-target")
	most := 0
	for _, d := range changes(wrong) {
		most = max(most, d.To)
	}
	if most < 15 || wrong.Scaling.Out < 3 || wrong.Scaling.In < 3 {
		t.Errorf("target 12: up to %d, %d out, %d in: it should flap", most, wrong.Scaling.Out, wrong.Scaling.In)
	}
	down := first(changes(right), in)
	if down.From != 4 || down.To != 3 || down.At > time.Hour {
		t.Errorf("target 2400: first scale-in %d → %d at %v", down.From, down.To, down.At)
	}
	for _, d := range changes(right) {
		if out(d) && (d.At < time.Hour || d.At > 90*minute) {
			t.Errorf("target 2400: scale-out at %v", d.At)
		}
	}
	a, _ := wrong.Cost.Total.Float64()
	b, _ := right.Cost.Total.Float64()
	if a < 2*b {
		t.Errorf("cost: %v with 12, %v with 2400", a, b)
	}
	if wrong.Requests.FailedBy.InstanceLost != 0 {
		t.Errorf("with 30 s of drain %d are lost", wrong.Requests.FailedBy.InstanceLost)
	}
	if hard := ask(t, "g12-sqs-workers", "no-drain"); hard.Requests.FailedBy.InstanceLost == 0 {
		t.Error("without drain none is lost")
	}
	if r := ask(t, "g12-sqs-workers", "right-target", "fleet.drain=finish"); r.Requests.Failed != 0 {
		t.Errorf("%d failed", r.Requests.Failed)
	}
}
