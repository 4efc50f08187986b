package job

import (
	"math/rand/v2"
	"time"

	"headroom/chance"
)

// A start is what chance holds for one start of the gang.
type start struct {
	wait      time.Duration // for capacity
	provision time.Duration
	load      time.Duration
	life      time.Duration // running time until one of the gang is taken
}

// A world is the chance of one run: the same starts whatever the checkpoints are. Starts are drawn when they are asked for, and
// kept.
type world struct {
	laws
	source chance.Source
	starts []start
	pcg    rand.PCG
	rand   *rand.Rand
	keys   struct{ life, wait, provision, load chance.Key }
	begin  time.Duration // of the job in a trace
}

// laws are what a world draws from.
type laws struct {
	instances       int
	spot            bool
	life            chance.Law
	wait, first     chance.Law
	provision, load chance.Law
	trace           *Trace
}

func newLaws(s *Settings) laws {
	l := laws{instances: s.Instances, spot: s.OnSpot(), provision: s.StartUp.Provision.Law(), load: s.StartUp.Load.Law()}
	if !l.spot {
		return l
	}
	l.wait, l.first = s.Spot.Wait.Law(), s.Spot.FirstWait.Law()
	switch i := s.Spot.Interruptions; {
	case i.MeanTime != nil:
		l.life = chance.Exponential{Mean: *i.MeanTime}.Law()
	case i.Life != nil:
		l.life = i.Life.Law()
	default:
		l.trace = i.Trace
	}
	return l
}

// world opens the chance of a run.
func (l laws) world(src chance.Source) *world {
	w := &world{laws: l, source: src}
	w.rand = rand.New(&w.pcg)
	w.keys.life, w.keys.wait = src.Key("job", "life"), src.Key("job", "wait")
	w.keys.provision, w.keys.load = src.Key("job", "provision"), src.Key("job", "load")
	if l.trace != nil {
		w.begin = l.trace.moment(chance.Uniform(src.Word("job", "trace", 0)))
	}
	return w
}

// start k of the run, which begins to wait at now. Only a trace looks at the time.
func (w *world) start(k int, now time.Duration) start {
	for len(w.starts) <= k {
		w.starts = append(w.starts, w.draw(len(w.starts)))
	}
	s := w.starts[k]
	if w.trace != nil {
		s.wait, s.life = w.trace.next(w.begin+now, s.provision)
	}
	return s
}

// draw makes a start from its number and those of its instances.
func (w *world) draw(k int) start {
	s := start{
		provision: w.extreme(w.keys.provision, w.provision, k, func(a, b time.Duration) bool { return a > b }),
		load:      w.extreme(w.keys.load, w.load, k, func(a, b time.Duration) bool { return a > b }),
		life:      never,
	}
	if !w.spot || w.trace != nil {
		return s
	}
	s.life = w.extreme(w.keys.life, w.life, k, func(a, b time.Duration) bool { return a < b })
	law := w.wait
	if k == 0 {
		law = w.first
	}
	w.keys.wait.Reset(&w.pcg, uint64(k))
	s.wait = law.Draw(w.rand)
	return s
}

// extreme is the first or last of the gang's draws: entity k × 65536 + instance.
func (w *world) extreme(key chance.Key, law chance.Law, k int, before func(a, b time.Duration) bool) time.Duration {
	if law.CV() == 0 {
		return law.Mean()
	}
	var most time.Duration
	for i := range w.instances {
		key.Reset(&w.pcg, uint64(k)<<16|uint64(i))
		if d := law.Draw(w.rand); i == 0 || before(d, most) {
			most = d
		}
	}
	return most
}
