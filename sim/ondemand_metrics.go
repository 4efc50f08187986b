package sim

// environments is what only an engine of environments can tell of a period.
type environments interface {
	most() int64          // environments with a request at once, at most, since it was asked for
	setupTimes() *samples // cold starts that ended since then; nil if there are none
}

// onDemandPeriod is what was counted of environments in a period.
type onDemandPeriod struct {
	onDemandTally
	most  int64
	limit float64
}

// onDemandMeasures are the metrics of platforms that make environments on demand, under SageMaker's and Lambda's names.
func onDemandMeasures() []measure {
	count := func(of func(*onDemandPeriod) int64) func(*period) bool {
		return func(p *period) bool {
			n := of(&p.demand)
			p.idle = n == 0
			return p.each(float64(n))
		}
	}
	running := func(p *period) bool { return p.concurrent(1) }
	warm := func(p *period) bool {
		p.idle = p.demand.warmBusy == 0
		busy := float64(p.demand.warmBusy) / 1e9 / p.seconds
		return p.one(busy, p.seconds, busy)
	}
	throttles := count(func(d *onDemandPeriod) int64 { return d.throttled })
	warmed := count(func(d *onDemandPeriod) int64 { return d.warmed })
	spilled := count(func(d *onDemandPeriod) int64 { return d.spilled })
	return []measure{
		// Attempts above the limit, which were not taken. It cannot see how many would have fitted a second later.
		{"Invocation4XXErrors", "per period", throttles, 0},
		{"Throttles", "per period", throttles, 0},
		// Cold starts that ended in the period, µs. It cannot see those that still go on, nor how many requests needed none.
		{"ModelSetupTime", "µs", (*period).modelLatency, 0},
		// Environments with a request, starting ones included: the average, and the most as its maximum.
		{"ConcurrentExecutions", "requests", running, 0},
		{"ServerlessConcurrentExecutionsUtilization", "0 to 1", func(p *period) bool { return p.concurrent(p.demand.limit) }, 0},
		{"ProvisionedConcurrentExecutions", "requests", warm, 0},
		{"ServerlessProvisionedConcurrencyExecutions", "requests", warm, 0},
		{"ProvisionedConcurrencyInvocations", "per period", warmed, 0},
		{"ServerlessProvisionedConcurrencyInvocations", "per period", warmed, 0},
		// Attempts that no provisioned environment was free for, but another took.
		{"ProvisionedConcurrencySpilloverInvocations", "per period", spilled, 0},
		{"ServerlessProvisionedConcurrencySpilloverInvocations", "per period", spilled, 0},
	}
}

// concurrent is the point of the environments with a request, in parts of a limit.
func (p *period) concurrent(limit float64) bool {
	mean := float64(p.demand.running) / 1e9 / p.seconds
	p.idle = mean == 0
	p.one(mean/limit, p.seconds, mean/limit)
	p.point.Max = float64(p.demand.most) / limit
	return true
}

// ask reads what only environments know into a period.
func (p *period) ask(m *monitor, e *feed, y *tally) {
	plan, was := m.cfg.Platform.OnDemand, &e.tally
	d := &p.demand
	d.invoked, d.cold, d.warmed = y.invoked-was.invoked, y.cold-was.cold, y.warmed-was.warmed
	d.spilled, d.throttled = y.spilled-was.spilled, y.throttled-was.throttled
	d.running, d.warmBusy, d.warmAll = y.running-was.running, y.warmBusy-was.warmBusy, y.warmAll-was.warmAll
	d.limit = float64(plan.MaxConcurrency)
	p.failedAttempts -= d.throttled
	if !plan.CountsThrottled {
		p.attempts -= d.throttled
	}
	s, ok := m.service.(environments)
	switch {
	case e.name == "ServerlessProvisionedConcurrencyUtilization" || e.name == "LambdaProvisionedConcurrencyUtilization": // of those only
		p.busy, p.serving = float64(d.warmBusy)/1e9, float64(d.warmAll)/1e9
	case !ok:
	case e.name == "ModelSetupTime":
		p.latency = s.setupTimes()
	case e.name == "ConcurrentExecutions" || e.name == "ServerlessConcurrentExecutionsUtilization":
		d.most = s.most()
	}
}
