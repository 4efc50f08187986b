package oracle

import "math"

// figures is every committed figure as this package computes it, by its id.
func figures() map[string]func() float64 {
	f := map[string]func() float64{}
	for _, add := range []func(map[string]func() float64){servers, constants, generals, patiences, balancing, setups, times, others} {
		add(f)
	}
	return f
}

func servers(f map[string]func() float64) {
	one := MMc{0.8, 1, 1}
	f["A-mm1-0.8"] = one.Response
	f["A-mm1-p99"] = func() float64 { return one.ResponseQuantile(0.99) }
	f["A-mm1-wp95"] = func() float64 { return one.WaitQuantile(0.95) }
	for name, m := range map[string]MMc{"2-1.8": {1.8, 1, 2}, "10-8": {8, 1, 10}, "10-9": {9, 1, 10}, "20-18": {18, 1, 20},
		"50-45": {45, 1, 50}, "100-95": {95, 1, 100}, "200-190": {190, 1, 200}, "10-70": {70, 10, 10}} {
		f["B-C-"+name] = m.PWait
		f["B-Wq-"+name] = m.Wait
		f["B-slo-"+name] = func() float64 { return m.WaitTail(0.5 / m.Mu) }
		for p, q := range map[string]float64{"50": 0.5, "95": 0.95, "99": 0.99, "999": 0.999} {
			f["B-Wqp"+p+"-"+name] = func() float64 { return m.WaitQuantile(q) }
			f["B-Tp"+p+"-"+name] = func() float64 { return m.ResponseQuantile(q) }
		}
	}
	f["B-staff-100"] = func() float64 { return float64(Staff(100, 0.2)) }
	f["B-staff-1000"] = func() float64 { return float64(Staff(1000, 0.2)) }
	for name, beta := range map[string]float64{"0.1": 0.1, "0.5": 0.5, "1": 1, "1.5": 1.5, "2": 2} {
		f["B-HW-"+name] = func() float64 { return HalfinWhitt(beta) }
	}
	for name, x := range map[string]struct {
		c int
		a float64
	}{"1-1": {1, 1}, "2-1": {2, 1}, "10-5": {10, 5}, "10-10": {10, 10}, "100-100": {100, 100}, "200-180": {200, 180}} {
		f["C-B-"+name] = func() float64 { return ErlangB(x.c, x.a) }
	}
	for name, m := range map[string]MMcK{"1-10-0.9": {0.9, 1, 1, 10}, "1-10-1.2": {1.2, 1, 1, 10}, "10-20-9": {9, 1, 10, 20}, "10-30-12": {12, 1, 10, 30}} {
		f["D-pb-"+name], f["D-Wq-"+name], f["D-L-"+name] = m.Block, m.Wait, m.Present
	}
}

func constants(f map[string]func() float64) {
	for name, l := range map[string]float64{"0.5": 0.5, "0.8": 0.8, "0.9": 0.9, "0.95": 0.95} {
		f["E-md1-"+name] = MDc{l, 1, 1}.Wait
	}
	for name, p := range map[string]float64{"0.5": 0.5, "0.9": 0.9, "0.95": 0.95, "0.99": 0.99, "0.999": 0.999} {
		f["E-md1q-"+name] = func() float64 { return MDc{0.8, 1, 1}.WaitQuantile(p) }
	}
	for name, m := range map[string]MDc{"2-0.5": {1, 1, 2}, "2-0.8": {1.6, 1, 2}, "2-0.9": {1.8, 1, 2}, "5-0.8": {4, 1, 5}, "5-0.9": {4.5, 1, 5},
		"10-0.8": {8, 1, 10}, "10-0.9": {9, 1, 10}, "20-0.9": {18, 1, 20}, "50-0.9": {45, 1, 50}} {
		f["E-mdc-"+name], f["E-mdcpw-"+name] = m.Wait, m.PWait
	}
	for name, l := range map[string]float64{"2": 1.6, "10": 9} {
		m := MDc{l, 1, map[string]int{"2": 2, "10": 10}[name]}
		for tail, p := range map[string]float64{"0.5": 0.5, "0.9": 0.9, "0.95": 0.95, "0.99": 0.99} {
			f["E-mdcq-"+name+"-"+tail] = func() float64 { return m.WaitQuantile(p) }
		}
	}
}

func generals(f map[string]func() float64) {
	for name, scv := range map[string]float64{"0.5": 0.5, "2": 2, "4": 4, "10": 10} {
		ln, ga := MG1{0.7, Lognormal(1, scv)}, MG1{0.7, Gamma(1, scv)}
		f["F-ln-"+name], f["F-lnsd-"+name], f["F-gasd-"+name] = ln.Wait, ln.WaitSD, ga.WaitSD
	}
	pareto := BoundedPareto(1, 1000, 1.5)
	f["F-bp-scv"] = pareto.SCV
	f["F-bp-ES"] = func() float64 { return pareto[0] }
	f["F-bp-Wq"] = MG1{0.6 / pareto[0], pareto}.Wait
	for name, l := range map[string]float64{"0.5": 0.5, "0.8": 0.8, "0.9": 0.9, "0.95": 0.95} {
		f["G-dm1-"+name] = GIMc{Regular(l), l, 1, 1}.Wait
	}
	f["G-dmc-10-9"] = GIMc{Regular(9), 9, 1, 10}.Wait
	f["G-h2mc-1-0.8"] = GIMc{Hyperexponential(0.8, 4), 0.8, 1, 1}.Wait
	f["G-h2mc-10-9"] = GIMc{Hyperexponential(9, 4), 9, 1, 10}.Wait
	f["G-h2mcpw-10-9"] = GIMc{Hyperexponential(9, 4), 9, 1, 10}.PWait
	f["G-h2mcpw-10-8.3"] = GIMc{Hyperexponential(8.3, 10), 8.3, 1, 10}.PWait
	f["G-h2mc-10-8.3"] = GIMc{Hyperexponential(8.3, 10), 8.3, 1, 10}.Wait
	f["G-ex-M/H2(4)/2"] = func() float64 { return MPhcWait(1.8, BalancedTwo(1, 4), 2, 1500) }
	f["G-ex-M/H2(4)/10"] = func() float64 { return MPhcWait(9, BalancedTwo(1, 4), 10, 900) }
	f["G-ex-M/H2(10)/10"] = func() float64 { return MPhcWait(8, BalancedTwo(1, 10), 10, 900) }
	f["G-ex-M/E2/2"] = func() float64 { return MPhcWait(1.8, ErlangTwo(1), 2, 400) }
	f["G-ex-M/E2/10"] = func() float64 { return MPhcWait(9, ErlangTwo(1), 10, 400) }
	f["G-ex-D/M/1"] = GIMc{Regular(0.8), 0.8, 1, 1}.Wait
	f["G-ex-D/M/10"] = GIMc{Regular(9), 9, 1, 10}.Wait
	f["G-ex-H2(4)/M/1"] = GIMc{Hyperexponential(0.8, 4), 0.8, 1, 1}.Wait
	f["G-ex-H2(4)/M/10"] = GIMc{Hyperexponential(9, 4), 9, 1, 10}.Wait
}

func patiences(f map[string]func() float64) {
	add := func(prefix, name string, p Patience) {
		f[prefix+"Pab-"+name] = func() float64 { return p.Abandon }
		f[prefix+"Pv-"+name] = func() float64 { return p.PWait }
		f[prefix+"EW-"+name] = func() float64 { return p.Wait }
		f[prefix+"EWserved-"+name] = func() float64 { return p.WaitServed }
	}
	add("H-", "100-100", ErlangA(100, 1, 0.5, 100))
	add("H-", "100-110", ErlangA(110, 1, 1, 100))
	add("H-", "10-10", ErlangA(10, 1, 0.2, 10))
	add("H-", "10-12", ErlangA(12, 1, 1, 10))
	add("H-D-", "100-100", FixedPatience(100, 1, 0.1, 100))
	add("H-D-", "100-110", FixedPatience(110, 1, 0.5, 100))
	add("H-D-", "10-12", FixedPatience(12, 1, 2, 10))
	add("H-D-", "10-9", FixedPatience(9, 1, 0.25, 10))
	for name, beta := range map[string]float64{"-0.5": -0.5, "0": 0, "0.5": 0.5, "1": 1} {
		f["H-garnett-"+name] = func() float64 { return Garnett(beta, 0.5) }
	}
}

func balancing(f map[string]func() float64) {
	for name, rho := range map[string]float64{"0.5": 0.5, "0.7": 0.7, "0.8": 0.8, "0.9": 0.9, "0.95": 0.95, "0.99": 0.99} {
		f["I-po2-"+name] = func() float64 { return PowerOfChoices(2, rho) }
		f["I-po3-"+name] = func() float64 { return PowerOfChoices(3, rho) }
	}
	for name, n := range map[string]int{"2": 2, "4": 4, "10": 10, "50": 50} {
		f["I-rr-"+name+"-0.9"] = RoundRobin(n, 0.9*float64(n), 1).Wait
	}
	for name, rho := range map[string]float64{"0.5": 0.5, "0.8": 0.8, "0.9": 0.9} {
		f["I-jsq2-"+name] = func() float64 { return ShortestQueue(2, 2, rho, 40, 400) }
	}
	f["I-jsq3-0.8"] = func() float64 { return ShortestQueue(3, 3, 0.8, 20, 150) }
	f["I-jsq4-0.8"] = func() float64 { return ShortestQueue(4, 4, 0.8, 13, 130) }
	f["I-jsq23-0.8"] = func() float64 { return ShortestQueue(3, 2, 0.8, 30, 150) }
	f["J-pssd-0.5"] = Sharing{0.5, 1}.ResponseSD
	f["J-pssd-0.8"] = Sharing{0.8, 1}.ResponseSD
	f["J-pscond"] = func() float64 { return Sharing{0.8, 1}.VarianceGiven(3) }
}

func setups(f map[string]func() float64) {
	inf := math.Inf(1)
	f["K-mm1s-0.5"] = func() float64 { return Staggered(0.5, 1, 0.1, 1) }
	f["K-mg1sD-0.5"] = ServerStart{Lambda: 0.5, S: Exponential(1), Set: Constant(10)}.Wait
	f["K-mg1sD-0.8"] = ServerStart{Lambda: 0.8, S: Exponential(1), Set: Constant(30)}.Wait
	scale := ServerStart{Lambda: 0.2, S: Constant(1), Set: Constant(20), Idle: 10}
	f["K-do-W"], f["K-do-off"], f["K-do-cold"] = scale.Wait, scale.Off, scale.ColdStarts
	for name, x := range map[string]struct {
		s   Setup
		top int
	}{
		"2-1-0.1":   {Setup{Lambda: 1, Mu: 1, Alpha: 0.1, K: 2}, 300},
		"4-2-0.1":   {Setup{Lambda: 2, Mu: 1, Alpha: 0.1, K: 4}, 300},
		"4-3.2-0.1": {Setup{Lambda: 3.2, Mu: 1, Alpha: 0.1, K: 4}, 400},
		"10-5-0.1":  {Setup{Lambda: 5, Mu: 1, Alpha: 0.1, K: 10}, 300},
		"10-8-0.1":  {Setup{Lambda: 8, Mu: 1, Alpha: 0.1, K: 10}, 500},
		"10-8-0.02": {Setup{Lambda: 8, Mu: 1, Alpha: 0.02, K: 10}, 1800},
		"20-16-0.1": {Setup{Lambda: 16, Mu: 1, Alpha: 0.1, K: 20}, 600},
	} {
		x.s.Off = inf
		f["K-mmks-T-"+name] = func() float64 { return x.s.Solve(x.top).Response }
		f["K-mmks-S-"+name] = func() float64 { return x.s.Solve(x.top).Starting }
	}
	f["K-stag-4-2"] = func() float64 { return Staggered(2, 1, 0.1, 4) }
	f["K-stag-10-8"] = func() float64 { return Staggered(8, 1, 0.1, 10) }
	for name, s := range map[string]Setup{"4-2": {2, 1, 0.1, 4, 0.05, false, 0}, "10-5": {5, 1, 0.1, 10, 0.02, false, 0}, "10-8": {8, 1, 0.1, 10, 0.02, false, 0}} {
		f["K-doff-T-"+name] = func() float64 { return s.Solve(400).Response }
		f["K-doff-B-"+name] = func() float64 { a := s.Solve(400); return a.On + a.Starting }
	}
	for name, s := range map[string]Setup{"4-None": {2, 1, 0.1, 4, inf, true, 0}, "4-0.05": {2, 1, 0.1, 4, 0.05, true, 0}, "6-0.02": {4, 1, 0.1, 6, 0.02, true, 0}} {
		f["K-nc-T-"+name] = func() float64 { return s.Solve(250).Response }
		f["K-nc-B-"+name] = func() float64 { a := s.Solve(250); return a.On + a.Starting }
	}
	f["K-inf-10"] = func() float64 { return EndlessSetup(10, 1, 0.1) }
	f["K-inf-50"] = func() float64 { return EndlessSetup(50, 1, 0.05) }
	h := Hysteresis{Lambda: 6, Mu: 1, Warm: 20, Least: 4, Most: 12}.Solve(500) // as the figures are cut; see TestCut
	f["K-hyst-ET"] = func() float64 { return h.Response }
	f["K-hyst-EC"] = func() float64 { return h.InService }
	f["K-hyst-Ebilled"] = func() float64 { return h.Billed }
	f["K-hyst-launches"] = func() float64 { return h.Launches }
	f["K-hyst-Pwait"] = func() float64 { return h.PWait }
}

func times(f map[string]func() float64) {
	w := Wave{10, 8, 24}
	f["L-inf-lag"] = func() float64 { return w.EndlessLag(1) }
	f["L-inf-amp"] = func() float64 { return w.EndlessAmplitude(1) }
	f["L-inf-6"] = func() float64 { return w.Endless(1, 6) }
	for name, x := range map[string]struct {
		w    Wave
		c    int
		top  int
		step float64
	}{
		"1-10-0.5":  {Wave{0.5, 0.4, 10}, 1, 120, 0.02},
		"1-100-0.5": {Wave{0.5, 0.4, 100}, 1, 160, 0.05},
		"8-24-5":    {Wave{5, 2.5, 24}, 8, 160, 0.02},
		"8-24-6":    {Wave{6, 4, 24}, 8, 200, 0.02},
	} {
		f["L-sin-Wq-"+name] = func() float64 { a, _ := x.w.Periodic(1, x.c, x.top, x.step); return a }
		f["L-sin-Pw-"+name] = func() float64 { _, b := x.w.Periodic(1, x.c, x.top, x.step); return b }
	}
	fs := Flash{Before: 7, After: 15, Mu: 1, C: 10, More: 20, Late: 120, End: 360, Limit: 5}.Solve(0.025, 1100)
	fc := Flash{Before: 70, After: 150, Mu: 10, C: 10, More: 20, Late: 60, End: 180, Limit: 1}.Solve(0.02, 4200)
	for name, t := range map[string]int{"5": 5, "30": 30, "60": 60, "90": 90, "120": 120, "150": 150, "180": 180, "240": 240, "300": 300, "360": 360} {
		f["L-fs-N"+name] = func() float64 { return fs.Present[40*t] }
		if t <= 180 {
			f["L-fc-N"+name] = func() float64 { return fc.Present[50*t] }
		}
	}
	f["L-fs-breach"], f["L-fs-wait"], f["L-fs-int"] = value(fs.Long), value(fs.Wait), value(fs.Waiting)
	f["L-fc-breach"], f["L-fc-wait"], f["L-fc-int"] = value(fc.Long), value(fc.Wait), value(fc.Waiting)
}

func value(x float64) func() float64 { return func() float64 { return x } }

func others(f map[string]func() float64) {
	v100, p4 := Batching{Alpha: 0.1438, Fixed: 1.8874}, Batching{Alpha: 0.5833, Fixed: 1.4284}
	with := func(b Batching, lambda float64, most int) func() float64 {
		b.Lambda, b.Cap = lambda, most
		return func() float64 { return b.Latency(500) }
	}
	f["M-batch-V100-1"], f["M-batch-V100-4"], f["M-batch-V100-6"] = with(v100, 1, 0), with(v100, 4, 0), with(v100, 6, 0)
	f["M-batch-P4-1"], f["M-batch-P4-1.5"] = with(p4, 1, 0), with(p4, 1.5, 0)
	f["M-batchB-8-2.4"], f["M-batchB-8-2"] = with(v100, 2.4, 8), with(v100, 2, 8)
	for name, x := range map[string]Former{"8": {100, 0.05, 8}, "32": {1000, 0.02, 32}} {
		f["M-form-b-"+name], f["M-form-w-"+name], f["M-form-p-"+name] = x.Batch, x.Wait, x.PTimeout
	}
	f["N-mmpp-Wq"] = func() float64 {
		w, _ := Modulated([2]float64{14, 4}, [2]float64{0.05, 0.05}, 1, 10, 3000) // as the figure is cut; see TestCut
		return w
	}
	f["N-brk1"] = func() float64 { return Breakdown(0.5, 1, 0.05, 0.2) }
	f["N-spot10"] = func() float64 { return Spot(7, 1, 0.01, 0.1, 10, 600) }
	closed := func(n int, z, mu float64, c int) (x, r func() float64) {
		a, b := Closed(n, z, mu, c)
		return value(a), value(b)
	}
	f["N-closed-20"], f["N-closedR-20"] = closed(20, 10, 1, 1)
	f["N-closed-50"], f["N-closedR-50"] = closed(50, 10, 1, 4)
	f["N-closed-100"], f["N-closedR-100"] = closed(100, 5, 2, 8)
	for k, w := range Priorities([]float64{3, 4, 2}, 1, 10) {
		f["N-prio-"+string(rune('1'+k))] = value(w)
	}
	f["N-retr1"] = func() float64 { a, _ := Retrial(0.6, 1, 0.5, 1, 400); return a }
	f["N-retr10"] = func() float64 { a, _ := Retrial(8, 1, 0.5, 10, 500); return a }
	f["O-false-600"] = func() float64 { return FalseAlarm(600, 700, 3) }
	f["O-false-680"] = func() float64 { return FalseAlarm(680, 700, 3) }
	f["O-false-120"] = func() float64 { return FalseAlarm(120, 140, 3) }
	f["O-detect-60-3"] = func() float64 { return DetectionDelay(60, 3, 0.4) }
	f["O-detect-10-3"] = func() float64 { return DetectionDelay(10, 3, 0.4) }
	for name, d := range map[string]Decoding{"64-10": {10, 200, 0.01, 1e-4, 64}, "64-15": {15, 200, 0.01, 1e-4, 64}, "64-18": {18, 200, 0.01, 1e-4, 64},
		"256-15": {15, 200, 0.01, 1e-4, 256}, "256-10": {10, 200, 0.01, 1e-4, 256}, "256-18": {18, 200, 0.01, 1e-4, 256}} {
		f["P-llm-T-"+name] = func() float64 { t, _, _ := d.Steady(); return t }
		f["P-llm-n-"+name] = func() float64 { _, n, _ := d.Steady(); return n }
		f["P-llm-tpot-"+name] = func() float64 { _, _, p := d.Steady(); return p }
	}
	f["P-llm-closed"] = func() float64 { t, _, _ := Decoding{15, 200, 0.01, 1e-4, 0}.Steady(); return t }
}
