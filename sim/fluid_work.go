package sim

import (
	"math"
	"math/rand/v2"

	"headroom/chance"
)

// works is the chance in how long services take: the services of a second's n attempts add up to n means and a stray, of
// variance n·c_s² squared means. Metrics see it (of a minute's utilisation c_s² ÷ (1 + c_s²) of the variance is services', the rest
// counts'), a policy whose threshold is near acts on it, and in overload a second of long services serves fewer. Smooth arrivals
// have no stray, as they have no counts: they are the mean.
type works struct {
	key    chance.Key // a word for each second, counted from clock.start
	single chance.Key // a stream for each second
	law    chance.Law
	varied float64 // c_s²; 0: no strays
	ninth  float64 // of it
	source rand.PCG
	random *rand.Rand

	stray float64 // of this piece, in mean services
	owed  float64 // slot time that what is in service will take beyond its means, seconds
	paid  float64 // of it in this piece
}

func newWorks(cfg *Config, l *lawTable, dispersion float64) works {
	w := works{key: cfg.Source.Key("strays", ""), single: cfg.Source.Key("strays", "single")}
	if dispersion > 0 && !l.constant {
		w.varied, w.ninth, w.law = l.varied, l.varied/9, cfg.Service.Time.Law()
	}
	return w
}

// strays works out this piece's: of those that begin, so of at most what the slots can do where others wait.
func (e *fluid) strays(from clock, dt, in float64) {
	e.stray = 0
	if e.works.varied <= 0 || e.capacity <= 0 {
		return
	}
	if e.line.total > 0 {
		in = lesser(e.x+in, e.capacity*dt)
	}
	if in > 0 {
		e.stray = e.works.draw(from, dt, in)
	}
}

// draw is by how many mean services those of in attempts, come within dt seconds of one second, last longer than their mean.
func (w *works) draw(from clock, dt, in float64) float64 {
	number := from / second
	if from < 0 && number*second != from {
		number--
	}
	b2 := w.ninth * dt / in // of a gamma law of shape k: 1 ÷ 9k
	if b2 > 1.0/9 {
		return w.few(uint64(number), in)
	}
	// Wilson and Hilferty 1931: its cube root is normal. The mean is 1 − b⁶ for any symmetric bell.
	root := 1 - b2 + math.Sqrt(b2)*bell(w.key.Nth(uint64(number)))
	return in * (greater(0, root*root*root)*(1+b2*b2*b2) - 1)
}

// few is the same of so few attempts that a sum of their services is nothing like a bell: they are drawn one by one.
func (w *works) few(number uint64, in float64) float64 {
	if w.random == nil {
		w.random = rand.New(&w.source)
	}
	w.single.Reset(&w.source, number)
	n, sum := math.Ceil(in), 0.0
	for i := 0.0; i < n; i++ {
		sum += w.law.Draw(w.random).Seconds()
	}
	return in * (sum/n/w.law.Mean().Seconds() - 1)
}

// bell is a number of mean 0 and variance 1 from a random word: the sum of its quarters, each uniform.
func bell(word uint64) float64 {
	const quarter = 1<<16 - 1
	sum := word&quarter + word>>16&quarter + word>>32&quarter + word>>48
	return (float64(sum) - 2*quarter) * (1.7320508075688772 / (1 << 16)) // sd of a quarter: 2¹⁶ ÷ √12
}

// toil lets ended of the services held end, with their share of what is owed, but no more work than the slots can do: it returns how
// many end then.
func (e *fluid) toil(ended, held, length, dt float64) float64 {
	strays := greater(e.stray, -0.9*e.begun) * length
	e.recent.stray += strays
	if e.watched {
		e.model.stray += strays
	}
	if held <= 0 {
		e.working, e.owed = 0, 0
		return ended
	}
	e.owed += strays
	work := held*length + e.owed
	e.working = greater(0, ended/held*work)
	if most := e.servers * dt; e.working > most {
		ended, e.working = lesser(held, most/work*held), most
	}
	e.paid = e.working - ended*length
	e.owed = work - e.working - (held-ended)*length
	return ended
}
