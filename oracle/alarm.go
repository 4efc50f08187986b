package oracle

import "math"

// DetectionDelay is the mean time from a step of the load until an alarm that wants r of r periods above its threshold fires,
// for a step at a uniform phase and f = (threshold − before) ÷ (after − before): period·(r − ½ + f), publishing not included.
func DetectionDelay(period float64, r int, f float64) float64 {
	return period * (float64(r) - 0.5 + f)
}

// FalseAlarm is the mean number of periods until r in a row hold a Poisson count above the threshold: with p = P(N > threshold),
// (1 − p^r) ÷ (p^r(1 − p)) (Feller 1968, XIII.7).
func FalseAlarm(count, threshold float64, r int) float64 {
	p := poissonAbove(int(math.Floor(threshold)), count)
	all := math.Pow(p, float64(r))
	return (1 - all) / (all * (1 - p))
}

// AlarmEpisodes is how often per period such an alarm goes from quiet to raised, when it is quiet again at the first period that
// is not above: (1 − p)·p^r.
func AlarmEpisodes(count, threshold float64, r int) float64 {
	p := poissonAbove(int(math.Floor(threshold)), count)
	return (1 - p) * math.Pow(p, float64(r))
}
