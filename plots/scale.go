package plots

import (
	"math"
)

// A scale places values on the vertical axis.
type scale struct {
	lo, hi float64
	log    bool
	ticks  []mark
}

// A mark is a tick of a scale; grid lines go through all of them, labels may be empty.
type mark struct {
	at    float64
	label string
}

// share is where v lies between the bottom (0) and the top (1), clipped to them.
func (s scale) share(v float64) float64 {
	var f float64
	if s.log {
		f = math.Log(math.Max(v, s.lo)/s.lo) / math.Log(s.hi/s.lo)
	} else {
		f = (v - s.lo) / (s.hi - s.lo)
	}
	return math.Max(0, math.Min(1, f))
}

// linear is a scale from 0 to a round number at or above top, with a tick about every 32 points at closest.
func linear(top, height float64, whole bool) scale {
	if !(top > 0) || math.IsInf(top, 0) {
		top = 1
	}
	n := math.Max(2, math.Min(6, math.Floor(height/32)))
	step := roundStep(top / n)
	if whole {
		step = math.Max(1, step)
		if step == 2.5 {
			step = 5
		}
	}
	count := int(math.Ceil(top/step - 1e-9))
	if whole && top <= 2 {
		count = 3 // a fleet of one or two keeps some air above
	}
	s := scale{hi: float64(count) * step}
	for i := 0; i <= count; i++ {
		s.ticks = append(s.ticks, mark{float64(i) * step, ""})
	}
	if top > 0.97*s.hi {
		s.hi = top * 1.06 // a line never lies on the frame
	}
	for i, t := range s.ticks {
		s.ticks[i].label = tickLabel(t.at, step, s.hi)
	}
	return s
}

// tickLabel writes a tick of a linear scale with the decimals that all its ticks share: 0.05, 0.10; 1,250; 7.5k, 10k.
func tickLabel(v, step, top float64) string {
	unit := ""
	for _, u := range []struct {
		of   float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if top >= 10*u.of || top >= u.of && u.of > 1e3 {
			v, step, unit = v/u.of, step/u.of, u.name
			break
		}
	}
	if v == 0 {
		return "0"
	}
	decimals := 0
	for p := 1.0; decimals < 9 && math.Abs(step*p-math.Round(step*p)) > 1e-6; p *= 10 {
		decimals++
	}
	return grouped(v, decimals) + unit
}

// roundStep is the smallest of 1, 2, 2.5, 5 times a power of ten that is at least v.
func roundStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 2.5, 5} {
		if f*power >= v*(1-1e-9) {
			return f * power
		}
	}
	return 10 * power
}

// seconds is a logarithmic scale of durations in seconds that covers lo to hi, on round 1–2–5 values at both ends.
func seconds(lo, hi, height float64) scale {
	if !(lo > 0) || !(hi > 0) {
		lo, hi = 0.01, 10
	}
	s := scale{lo: oneTwoFive(lo/1.08, false), hi: oneTwoFive(hi*1.08, true), log: true} // a line never lies on the frame
	if s.hi/s.lo < 9.99 {                                                                // at least a decade, the data in its middle
		s.lo, s.hi = oneTwoFive(s.lo/1.6, false), oneTwoFive(s.hi*1.6, true)
	}
	u, decades := timeUnit(s.lo, s.hi), math.Log10(s.hi/s.lo)
	room := height / decades // points of one decade
	switch {
	case room >= 75:
		s.ticks = s.leading(u, room, 1, 2, 5)
	case room >= 38:
		s.ticks = s.leading(u, room, 1, 3)
	default:
		s.ticks = s.leading(u, room, 1)
	}
	if len(s.ticks) < 2 {
		s.ticks = []mark{{s.lo, u.label(s.lo)}, {s.hi, u.label(s.hi)}}
	}
	return s
}

// leading are the ticks with the given leading digits; where even the decades are too close, of every second or third one.
func (s scale) leading(u inUnits, room float64, digits ...float64) []mark {
	var out []mark
	skip := math.Max(1, math.Ceil(14/room))
	for e := math.Floor(math.Log10(s.lo/u.of)) - 1; e <= math.Log10(s.hi/u.of)+1; e++ {
		if math.Mod(e, skip) != 0 {
			continue
		}
		for _, f := range digits {
			v := f * math.Pow(10, e) * u.of
			if v >= s.lo*(1-1e-9) && v <= s.hi*(1+1e-9) {
				out = append(out, mark{v, u.label(v)})
			}
		}
	}
	return out
}

// oneTwoFive rounds to 1, 2 or 5 times a power of ten, up or down.
func oneTwoFive(v float64, up bool) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	steps := []float64{1, 2, 5, 10}
	if up {
		for _, f := range steps {
			if f*power >= v*(1-1e-9) {
				return f * power
			}
		}
	}
	best := power
	for _, f := range steps {
		if f*power <= v*(1+1e-9) {
			best = f * power
		}
	}
	return best
}

// inUnits is the unit of all ticks of an axis of durations, in seconds.
type inUnits struct {
	of   float64
	name string
}

// timeUnit is the one in which an axis from lo to hi seconds reads best: the largest that is not much above either end.
func timeUnit(lo, hi float64) inUnits {
	switch {
	case hi >= 36000 && lo >= 360:
		return inUnits{3600, "h"}
	case hi >= 600 && lo >= 6:
		return inUnits{60, "min"}
	case hi >= 1:
		return inUnits{1, "s"}
	case hi >= 1e-3:
		return inUnits{1e-3, "ms"}
	}
	return inUnits{1e-6, "µs"}
}

// label writes a duration in seconds: 0.05 s, 1,000 s, 10 min.
func (u inUnits) label(s float64) string { return figure(s/u.of) + " " + u.name }
