package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"time"

	"headroom/job"
)

// A Job is the answer to a question about a job, under the name that its charts give it.
type Job struct {
	Name string
	*job.Answer
}

// JobCharts are the names of the charts of a job with what they show, in the order in which they are written.
func JobCharts() []Chart {
	return []Chart{
		{Name: "distribution", Doc: "completion time and cost over the runs, on demand marked"},
		{Name: "checkpoints", Doc: "mean completion time and cost against the time between checkpoints, with Young's and Daly's"},
	}
}

// JobFiles draws the charts of jobs, each as PNG and SVG: of one both, of several the distributions overlaid.
func JobFiles(jobs ...Job) ([]File, error) {
	if len(jobs) > 1 {
		return overlaidJobs(jobs).files()
	}
	files, err := oneJob(jobs[0]).files()
	if err != nil || !jobs[0].Searched() {
		return files, err
	}
	more, err := checkpointPlane(jobs[0]).files()
	return append(files, more...), err
}

// jobWords are the conditions of a job.
func jobWords(j Job) string {
	s := j.Settings
	text := j.Name + separator + grouped(float64(len(j.Runs)), 0) + " runs" + separator + durationWords(s.Total()) + " of work on " + plural(s.Instances, "instance") + separator + s.On
	if s.Checkpoint.Every > 0 {
		text += separator + "checkpoint every " + lapse(s.Checkpoint.Every.Seconds())
	}
	return text + separator + fmt.Sprintf("seed %d", s.Seed)
}

var (
	barBlue     = color.NRGBA{0x00, 0x72, 0xb2, 120}
	demandPen   = pen{color: green, width: 1.6, dash: []float64{6, 3}}
	deadlinePen = pen{color: missed, width: 1.6, dash: []float64{2.5, 2}}
	meanPen     = pen{color: ready, width: 1.6}
	tailPen     = pen{color: violet, width: 1.4}
)

// oneJob is the distribution of completion time and cost over the runs.
func oneJob(j Job) plane {
	p := plane{file: "distribution", title: jobTitle(j), subtitle: jobWords(j)}
	done := finishedHours(j)
	completion := distribution("Completion time, share of runs", "hours from the begin of the job until its work is done", done)
	if d := j.Settings.Deadline; d != nil {
		completion.marks = append(completion.marks, upright{at: d.Hours(), label: "deadline", pen: deadlinePen})
	}
	other := Job{"", j.Plain()}
	onSpot := j.Settings.OnSpot()
	if demand := finishedHours(other); onSpot && len(demand) > 0 {
		completion.marks = append(completion.marks, upright{at: job.Mean(demand), label: "on demand", pen: demandPen})
	}
	paid := j.Costs()
	cost := distribution("Cost, share of runs", "paid for a run, "+j.Settings.Price.Currency, paid)
	if onSpot {
		cost.marks = append(cost.marks, upright{at: job.Mean(other.Costs()), label: "on demand", pen: demandPen})
	}
	completion.stretch(" h")
	cost.stretch("")
	p.panels = []field{completion, cost}
	if n := len(j.Runs) - len(done); n > 0 {
		p.notes = append(p.notes, fmt.Sprintf("%s not finished, not drawn in the completion time", plural(n, "run")))
	}
	return p
}

// finishedHours are the completion times of the runs that finish.
func finishedHours(j Job) (hours []float64) {
	for _, o := range j.Runs {
		if o.Finished {
			hours = append(hours, o.End.Hours())
		}
	}
	return hours
}

// quantileOf is the value that a part of the sorted values is at or below.
func quantileOf(xs []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(xs))
	return sorted[max(int(math.Ceil(q*float64(len(sorted))-1e-9)), 1)-1]
}

// distribution is a histogram of values with their mean and p90; the farthest thousandth of a long tail is in its last bar.
func distribution(title, foot string, values []float64) field {
	f := field{title: title, foot: foot}
	if len(values) == 0 {
		f.x, f.y = between(0, 1, 5), between(0, 1, 4)
		f.title += ": no run finishes"
		return f
	}
	lo, hi := slices.Min(values), quantileOf(values, 0.999)
	const bars = 48
	width := (hi - lo) / bars
	if width <= lo*1e-6 {
		width, lo = math.Max(lo, 1)/100, lo-math.Max(lo, 1)/200
	}
	counts := map[int]int{}
	for _, v := range values {
		counts[min(int((v-lo)/width), bars-1)]++
	}
	for k := range bars {
		if n := counts[k]; n > 0 {
			f.bars = append(f.bars, block{lo + float64(k)*width, lo + float64(k+1)*width, 100 * float64(n) / float64(len(values)), barBlue})
		}
	}
	top := 0.0
	for _, b := range f.bars {
		top = math.Max(top, b.top)
	}
	f.y = between(0, top*1.05, 4)
	for i := range f.y.ticks {
		if f.y.ticks[i].at > 0 {
			f.y.ticks[i].label += "\u00a0%"
		}
	}
	mean, p90 := job.Mean(values), quantileOf(values, 0.9)
	f.marks = append(f.marks, upright{at: mean, label: "mean", pen: meanPen})
	if p90 > mean {
		f.marks = append(f.marks, upright{at: p90, label: "p90", pen: tailPen})
	}
	return f
}

// stretch gives a distribution the horizontal scale that holds its bars and the marks near them; marks that are farther away
// than the bars are wide are pointed at. Every label says its value.
func (f *field) stretch(unit string) {
	if len(f.bars) == 0 {
		return
	}
	lo, hi := f.bars[0].x0, f.bars[len(f.bars)-1].x1
	wide := math.Max(hi-lo, 0.2*hi)
	first, last := lo-wide, hi+wide
	for i := range f.marks {
		m := &f.marks[i]
		m.label += " " + figure(m.at) + unit
		switch {
		case m.at < first:
			m.label, m.beyond = "← "+m.label, true
		case m.at > last:
			m.label, m.beyond = m.label+" →", true
		default:
			lo, hi = math.Min(lo, m.at), math.Max(hi, m.at)
		}
	}
	f.x = between(lo-0.02*(hi-lo), hi+0.02*(hi-lo), 10)
	slices.SortStableFunc(f.marks, func(a, b upright) int { return cmp.Compare(a.at, b.at) })
}

// jobTitle is the finding of a job.
func jobTitle(j Job) string {
	s := j.Settings
	finished := j.Finished()
	cost := job.Mean(j.Costs())
	if !s.OnSpot() {
		return fmt.Sprintf("On demand the job is done in %s for %s", hoursWords(finishedHours(j)), money(cost, s.Price.Currency))
	}
	if finished == 0 {
		return fmt.Sprintf("Spot: no run finishes, for %s on average", money(cost, s.Price.Currency))
	}
	text := fmt.Sprintf("Spot: done in %s on average for %s", hoursWords(finishedHours(j)), money(cost, s.Price.Currency))
	if finished < 1 {
		text = fmt.Sprintf("Spot: %s of runs finish, in %s on average; a run costs %s", percent(finished), hoursWords(finishedHours(j)), money(cost, s.Price.Currency))
	}
	if saved := j.Saved(); saved > 0 {
		text += fmt.Sprintf(", %s less than on demand", percent(saved))
	} else if saved < 0 {
		text += fmt.Sprintf(", %s more than on demand", percent(-saved))
	}
	if met := j.Share(j.Met); s.Deadline != nil && finished == 1 {
		text += fmt.Sprintf("; %s of runs meet the deadline", percent(met))
	}
	return text
}

// hoursWords is the mean of hours in words.
func hoursWords(hours []float64) string {
	if len(hours) == 0 {
		return "no time"
	}
	return lapse(job.Mean(hours) * 3600)
}

// checkpointPlane is what other times between checkpoints give, on the same random numbers.
func checkpointPlane(j Job) plane {
	s, t := j.Settings, func() job.Theory { t, _ := j.Settings.Theory(); return t }()
	p := plane{file: "checkpoints", subtitle: jobWords(j)}
	p.title = fmt.Sprintf("A checkpoint every %s is best; from %s to %s the job takes at most 1\u00a0%% longer", lapse(j.Best.Every.Seconds()), lapse(j.Flat[0].Seconds()), lapse(j.Flat[1].Seconds()))
	var ends, costs []point
	for _, c := range j.Curve {
		ends = append(ends, point{c.Every.Seconds(), c.End.Hours()})
		costs = append(costs, point{c.Every.Seconds(), c.Cost})
	}
	x := lapses(math.Min(ends[0].x, s.Checkpoint.Every.Seconds())/1.1, math.Max(ends[len(ends)-1].x, s.Checkpoint.Every.Seconds())*1.1)
	var marks []upright
	mark := func(name string, at time.Duration, q pen) {
		marks = append(marks, upright{at: at.Seconds(), label: name, pen: q})
	}
	mark("as asked", s.Checkpoint.Every, pen{color: ghost, width: 1.6})
	mark("best", j.Best.Every, meanPen)
	if t.Young > 0 {
		mark("Daly", t.Daly, pen{color: violet, width: 1.6, dash: []float64{6, 3}})
		mark("Young", t.Young, pen{color: policyRed, width: 1.6, dash: []float64{2.5, 2}})
	}
	foot := "work between two checkpoints, log scale"
	plain := j.Plain()
	keys := []key{}
	for i, m := range marks {
		keys = append(keys, lineKey(m.label+" "+lapse(m.at), m.pen))
		marks[i].label = ""
	}
	p.panels = []field{
		curveField("Mean completion time, hours", foot, x, ends, job.Mean(plain.Each(func(o job.Outcome) float64 { return o.End.Hours() })), marks, j.Flat),
		curveField("Mean cost, "+s.Price.Currency, foot, x, costs, job.Mean(plain.Costs()), marks, j.Flat),
	}
	for i := range p.panels {
		p.panels[i].keys = append(p.panels[i].keys, keys...)
		keys = nil
	}
	p.notes = append(p.notes, "shaded: at most 1\u00a0% longer than the best", "a piece of work that does not go through is done again from its checkpoint")
	return p
}

// curveField is a curve over the time between checkpoints, cut where it leaves four times its least value, with on demand beside
// it.
func curveField(title, foot string, x scale, pts []point, demand float64, marks []upright, flat [2]time.Duration) field {
	least := math.Inf(1)
	for _, p := range pts {
		least = math.Min(least, p.y)
	}
	top, bottom := 0.0, math.Min(least, demand)
	for _, p := range pts {
		top = math.Max(top, math.Min(p.y, 2.5*least))
	}
	top = math.Max(top, demand)
	f := field{title: title, foot: foot, x: x, y: between(bottom-0.1*(top-bottom), top+0.08*(top-bottom), 5), marks: marks, shaded: [2]float64{flat[0].Seconds(), flat[1].Seconds()}}
	var kept []point
	for _, p := range pts {
		if p.y <= f.y.hi {
			kept = append(kept, p)
		}
	}
	f.curves = []curve{{pen: pen{color: blue, width: 1.8}, pts: kept, dots: true}}
	f.refs = []ref{{demand, "", demandPen}}
	f.keys = []key{lineKey("on demand, without", demandPen)}
	return f
}

// overlaidJobs are the distributions of several jobs: the share of runs that are done, and that cost no more.
func overlaidJobs(jobs []Job) plane {
	p := plane{file: "distribution", subtitle: fmt.Sprintf("%s on the same random numbers%sseed %d", plural(len(jobs[0].Runs), "run")+" each", separator, jobs[0].Settings.Seed)}
	done := field{title: "Runs that are done", foot: "hours from the begin of the job"}
	cost := field{title: "Runs that cost no more", foot: "paid for a run, " + jobs[0].Settings.Price.Currency}
	cheapest, least := 0, math.Inf(1)
	far, dear := 0.0, 0.0
	for _, j := range jobs {
		if h := finishedHours(j); len(h) > 0 {
			far = math.Max(far, quantileOf(h, 0.99))
		}
		dear = math.Max(dear, quantileOf(j.Costs(), 0.99))
	}
	for n, j := range jobs {
		paid := j.Costs()
		all := j.Finished() == 1
		if c := job.Mean(paid); c < least && all {
			cheapest, least = n, c
		}
		done.curves = append(done.curves, curve{pen: runPen(n), step: true, pts: cumulative(finishedHours(j), len(j.Runs), far)})
		cost.curves = append(cost.curves, curve{pen: runPen(n), step: true, pts: cumulative(paid, len(paid), dear)})
		done.keys = append(done.keys, lineKey(j.Name, runPen(n)))
	}
	if d := jobs[0].Settings.Deadline; d != nil && d.Hours() <= far {
		done.marks = append(done.marks, upright{at: d.Hours(), label: "deadline", pen: deadlinePen})
	}
	for _, f := range []*field{&done, &cost} {
		f.y = between(0, 100, 4)
		for i := range f.y.ticks[1:] {
			f.y.ticks[i+1].label += "\u00a0%"
		}
	}
	done.x, cost.x = between(0, far, 10), between(0, dear, 10)
	p.panels = []field{done, cost}
	p.title = fmt.Sprintf("Of those that always finish, %s is cheapest: %s on average", jobs[cheapest].Name, money(least, jobs[cheapest].Settings.Price.Currency))
	if math.IsInf(least, 1) {
		p.title = "None of them finishes in every run"
	}
	return p
}

// cumulative is the share of all runs, in percent, whose value is at most x, up to an end of the axis.
func cumulative(values []float64, all int, end float64) []point {
	pts := []point{{0, 0}}
	for i, v := range slices.Sorted(slices.Values(values)) {
		if v > end {
			break
		}
		pts = append(pts, point{v, 100 * float64(i+1) / float64(all)})
	}
	return append(pts, point{end, pts[len(pts)-1].y})
}
