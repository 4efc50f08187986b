package kernel

import "math"

// A Fluid steps the autoscaled fleet by seconds, as rates. It keeps its Erlang tables from run to run.
type Fluid struct {
	erlang    [fleetMost + 1]*[fluidCells + 1]float64 // P(wait) over ρ, by instances
	services  [8]int64                                // quantiles of the service law that stand for it
	wave      [24*60 + 1]float64                      // the rate by the minute
	latency   histogram[float64]                      // of the minute
	wait      histogram[float64]                      // of the minute, with counts only
	whole     histogram[float64]
	wholeWait histogram[float64]
}

const (
	fluidCells = 512
	perSlot    = 4.0 // services a second
)

// A Row is a minute of the fluid fleet.
type Row struct {
	Offered, Served, Backlog, Utilization, Ready float64
	Latency, Wait                                [5]int64 // p50, p90, p95, p99, p99.9
}

var shares = []float64{.5, .9, .95, .99, .999}

// NewFluid prepares it.
func NewFluid() *Fluid {
	f := &Fluid{}
	sigma := math.Sqrt(math.Ln2)
	for i := range f.services {
		z := math.Sqrt2 * math.Erfinv(2*(float64(i)+0.5)/8-1)
		f.services[i] = int64(0.25e9 * math.Exp(sigma*z-sigma*sigma/2))
	}
	for m := range f.wave {
		f.wave[m] = WaveRate(m * 60)
	}
	return f
}

// table is Erlang's C by load, for a number of instances.
func (f *Fluid) table(instances int) *[fluidCells + 1]float64 {
	if t := f.erlang[instances]; t != nil {
		return t
	}
	t := new([fluidCells + 1]float64)
	for cell := range t {
		rho, c := float64(cell)/fluidCells, float64(instances*fleetSlots)
		a, b := c*rho, 1.0
		for k := 1.0; k <= c; k++ {
			b = a * b / (k + a*b)
		}
		t[cell] = b / (1 - rho*(1-b))
	}
	f.erlang[instances] = t
	return t
}

// Run steps some seconds and writes a row for every minute. With counts the arrivals of a second are a Poisson count instead of
// their mean, and the waits have a histogram of their own, as the product's rows do.
func (f *Fluid) Run(seed uint64, seconds int, rows []Row, counts bool) []Row {
	r := newDice(seed)
	ready, coming := fleetStart, [warmUp]int{}
	erlang := f.table(ready)
	var row Row
	backlog, busy := 0.0, 0.0
	for s := range seconds {
		minute, part := s/60%1440, float64(s%60)/60
		in := f.wave[minute] + part*(f.wave[minute+1]-f.wave[minute])
		if counts {
			in = r.poisson(in)
		}
		slots := float64(ready * fleetSlots)
		capacity := slots * perSlot
		before := backlog
		out := min(before+in, capacity)
		backlog = before + in - out
		rho := min(out/capacity, 0.999)
		at := rho * fluidCells
		cell := int(at)
		c := erlang[cell] + (at-float64(cell))*(erlang[cell+1]-erlang[cell])
		more := c / (capacity * (1 - rho)) // (c_a² + c_s²) ÷ 2 is 1
		wait := (before+backlog)/2/capacity + more
		mass, nanos := out/8, int64(wait*1e9)
		f.latency.reach(bucket(nanos+f.services[0]), bucket(nanos+f.services[7]))
		for _, x := range f.services {
			f.latency.counts[bucket(nanos+x)] += mass
		}
		if counts {
			at := bucket(nanos)
			f.wait.reach(at, at)
			f.wait.counts[at] += out
		}
		busy += out / perSlot
		row.Offered += in
		row.Served += out
		if s%60 < 59 {
			continue
		}
		row.Backlog, row.Ready, row.Utilization = backlog, float64(ready), busy/60/slots
		rows = append(rows, f.close(row, counts))
		want := min(max(int(math.Ceil(busy/60/fleetSlots/fleetTarget)), 2), fleetMost)
		all := ready + coming[0] + coming[1]
		ready += coming[0]
		coming[0], coming[1] = coming[1], max(0, want-all)
		ready -= min(max(0, all-want), ready-2)
		erlang = f.table(ready)
		row, busy = Row{}, 0
	}
	return rows
}

// close reads a minute's quantiles and adds its histograms to those of the run.
func (f *Fluid) close(row Row, counts bool) Row {
	f.latency.quantiles(row.Latency[:], shares)
	f.whole.fold(&f.latency)
	if counts {
		f.wait.quantiles(row.Wait[:], shares)
		f.wholeWait.fold(&f.wait)
	}
	return row
}
