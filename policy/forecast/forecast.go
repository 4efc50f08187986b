// Package forecast holds plain forecasters of an hourly load: seasonal naive, Holt–Winters and harmonic regression. None knows more
// than the past values. What one of them is worth is only seen against seasonal naive, which says that tomorrow is like today, or
// next week like this one: Backtest measures both on what is known already.
package forecast

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Day and Week are the seasons of an hourly series.
const (
	Day  = 24
	Week = 7 * Day
)

// The forecasters by name.
const (
	SeasonalNaive = "seasonal-naive"
	HoltWinters   = "holt-winters"
	Harmonic      = "harmonic"
)

// Next forecasts as many values as ahead after a history of at least a day, never below 0. A forecaster that needs more history than
// there is forecasts as seasonal naive does.
func Next(by string, history []float64, ahead int) []float64 {
	var out []float64
	switch by {
	case HoltWinters:
		out = holtWinters(history, ahead)
	case Harmonic:
		out = harmonic(history, ahead)
	}
	if out == nil {
		out = naive(history, ahead)
	}
	for i, v := range out {
		out[i] = max(0, v)
	}
	return out
}

// Backtest is how far a forecaster would have been off on the last day: Σ|forecast − value| ÷ Σ value. ok is false where there are
// less than two days of history, or nothing but zeros on the last.
func Backtest(by string, history []float64) (off float64, ok bool) {
	n := len(history) - Day
	if n < Day {
		return 0, false
	}
	sum := 0.0
	for i, f := range Next(by, history[:n], Day) {
		off += math.Abs(f - history[n+i])
		sum += history[n+i]
	}
	if sum <= 0 {
		return 0, false
	}
	return off / sum, true
}

// season is the longest season that a history holds so many times; 0 if there is none.
func season(n, times int) int {
	switch {
	case n >= times*Week:
		return Week
	case n >= times*Day:
		return Day
	}
	return 0
}

// naive repeats the last season: the last week, or as long as there is none the last day.
func naive(history []float64, ahead int) []float64 {
	s := season(len(history), 1)
	if s == 0 {
		s = max(1, len(history))
	}
	out := make([]float64, ahead)
	if len(history) == 0 {
		return out
	}
	for i := range out {
		out[i] = history[len(history)-s+i%s]
	}
	return out
}

// A smoother is additive Holt–Winters smoothing (Winters 1960): a level, a trend per step, and a value for each step of the season.
type smoother struct {
	level, trend float64
	seasonal     []float64
}

// begin is the state after the first two seasons: their means give level and trend, the rest is the season.
func begin(history []float64, s int) smoother {
	first, second := mean(history[:s]), mean(history[s:2*s])
	m := smoother{trend: (second - first) / float64(s), seasonal: make([]float64, s)}
	for i := range s {
		// the trend goes through the middle of each season
		at := float64(i) - float64(s-1)/2
		m.seasonal[i] = (history[i] - first - at*m.trend + history[s+i] - second - at*m.trend) / 2
	}
	m.level = second + m.trend*float64(s-1)/2
	return m
}

// smooth takes in the values after the first two seasons and adds up the squared errors of the forecasts one step ahead.
func (m *smoother) smooth(history []float64, alpha, beta, gamma float64) (squares float64) {
	s := len(m.seasonal)
	for t := 2 * s; t < len(history); t++ {
		k := t % s
		e := history[t] - (m.level + m.trend + m.seasonal[k])
		squares += float64(e * e)
		level := m.level + m.trend + float64(alpha*e)
		m.trend += float64(alpha * beta * e)
		m.seasonal[k] += float64(gamma * (1 - alpha) * e)
		m.level = level
	}
	return squares
}

// holtWinters fits the three smoothing parameters to the errors one step ahead (Nelder–Mead); nil with less than two seasons.
func holtWinters(history []float64, ahead int) []float64 {
	s := season(len(history), 2)
	if s == 0 {
		return nil
	}
	share := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	x := []float64{0, -4, 0}
	if len(history) > 2*s {
		best, err := optimize.Minimize(optimize.Problem{Func: func(x []float64) float64 {
			m := begin(history, s)
			return m.smooth(history, share(x[0]), share(x[1]), share(x[2]))
		}}, x, &optimize.Settings{FuncEvaluations: 300}, &optimize.NelderMead{})
		if best != nil && (err == nil || len(best.X) == 3) {
			x = best.X
		}
	}
	m := begin(history, s)
	m.smooth(history, share(x[0]), share(x[1]), share(x[2]))
	out := make([]float64, ahead)
	for i := range out {
		out[i] = m.level + float64(float64(i+1)*m.trend) + m.seasonal[(len(history)+i)%s]
	}
	return out
}

// harmonic is a regression on a constant and sines and cosines of the day (six pairs) and, from two weeks on, of the week (six more),
// solved by QR; nil with less than two days.
func harmonic(history []float64, ahead int) []float64 {
	n := len(history)
	if n < 2*Day {
		return nil
	}
	weekly := n >= 2*Week
	rows := mat.NewDense(n, len(waves(0, weekly)), nil)
	for t := range n {
		rows.SetRow(t, waves(t, weekly))
	}
	var qr mat.QR
	qr.Factorize(rows)
	var weight mat.VecDense
	if err := qr.SolveVecTo(&weight, false, mat.NewVecDense(n, history)); err != nil {
		return nil
	}
	out := make([]float64, ahead)
	for i := range out {
		row := waves(n+i, weekly)
		out[i] = mat.Dot(mat.NewVecDense(len(row), row), &weight)
	}
	return out
}

// waves are the regressors of hour t.
func waves(t int, weekly bool) []float64 {
	row := []float64{1}
	pairs := func(season int) {
		for k := 1; k <= 6; k++ {
			sin, cos := math.Sincos(2 * math.Pi * float64(k*t%season) / float64(season))
			row = append(row, sin, cos)
		}
	}
	if pairs(Day); weekly {
		pairs(Week)
	}
	return row
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
