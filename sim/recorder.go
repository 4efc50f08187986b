package sim

import (
	"time"

	"headroom/histogram"
)

// recorder keeps latency and wait: of the minute while it lasts, then of the run.
type recorder struct {
	quantiles     []float64
	latency, wait lot
	watched       bool    // a policy looks at ModelLatency
	model         samples // of ModelLatency
	out           samples // those handed out last
}

// lot is one kind of duration.
type lot struct {
	minute, run histogram.Histogram
	sum         int64 // of the minute; 60 s of latencies stay far below an int64
	sums        total
	counts      int64
	max, most   int64 // of the minute, of the run
}

func newRecorder(quantiles []float64) recorder { return recorder{quantiles: quantiles} }

func (r *recorder) served(latency, wait int64) {
	r.latency.minute.Add(time.Duration(latency))
	r.latency.add(latency)
	r.wait.minute.Add(time.Duration(wait))
	r.wait.add(wait)
}

// add keeps what the histogram, to which it is added too, does not know exactly.
func (l *lot) add(d int64) {
	l.sum += d
	l.max = max(l.max, d)
}

// fold adds the minute to the run and forgets it.
func (l *lot) fold() {
	l.counts += int64(l.minute.Count()) // whole numbers, exactly
	l.run.Merge(&l.minute)
	l.minute.Reset()
	l.sums.add(l.sum)
	l.most = max(l.most, l.max)
	l.sum, l.max = 0, 0
}

func (r *recorder) minute(m *Minute) {
	m.Mean, m.Max = r.latency.minuteMean(), time.Duration(r.latency.max)
	m.WaitMean, m.WaitMax = r.wait.minuteMean(), time.Duration(r.wait.max)
	r.latency.minute.Quantiles(m.Latency, r.quantiles)
	r.wait.minute.Quantiles(m.Wait, r.quantiles)
	r.latency.fold()
	r.wait.fold()
}

func (l *lot) minuteMean() float64 { return float64(l.sum) / max(1, l.minute.Count()) }

func (r *recorder) reset() {
	r.latency, r.wait = lot{}, lot{}
}

func (r *recorder) finish(res *Result) {
	r.latency.fold()
	r.wait.fold()
	res.Latency, res.Wait = r.latency.summary(), r.wait.summary()
}

func (l *lot) summary() Summary {
	s := Summary{Count: l.counts, Max: time.Duration(l.most), Samples: &l.run}
	if l.counts > 0 {
		s.Mean = l.sums.value() * 1e9 / float64(l.counts)
	}
	return s
}

func (r *recorder) modelLatency() *samples {
	if r.model.count == 0 {
		return nil
	}
	r.out, r.model = r.model, r.out
	r.model.reset()
	r.model.keep = r.out.keep
	return &r.out
}
