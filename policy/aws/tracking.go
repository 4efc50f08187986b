package aws

import "math"

// most bounds a wish, so that a metric of astronomic size stays a number of instances.
const most = 1_000_000_000

// proportional is the capacity at which the load of a period would just be at the target: load ÷ target, rounded towards more
// capacity (AWS prints no formula; ceil reproduces each of its examples).
func proportional(load, target float64, formula string) int {
	ratio := load / target
	switch formula {
	case "round":
		ratio = math.Floor(ratio + 0.5 + same)
	case "floor":
		ratio = math.Floor(ratio + same)
	default:
		ratio = math.Ceil(ratio - same)
	}
	return int(min(max(ratio, 0), most))
}

// scaledOut is what target tracking wants when its high alarm is in ALARM: more than the current capacity, or nothing (ok
// false). Where there was no capacity to multiply it takes fromZero.
func scaledOut(current int, load, target float64, formula string, fromZero int) (want int, ok bool) {
	want = fromZero
	if load > 0 {
		want = proportional(load, target, formula)
	}
	return want, want > current
}

// scaledIn is what target tracking wants when its low alarm is in ALARM: at most the current capacity, and at most the share
// limit of it less (0: no limit), which is at least one instance.
func scaledIn(current int, load, target float64, formula string, limit float64) int {
	want := min(proportional(load, target, formula), current)
	if limit > 0 {
		want = max(want, current-max(1, int(float64(current)*limit+same)))
	}
	return want
}

// flaps tells whether taking one instance away would put the metric above its target.
func flaps(current int, load, target float64) bool {
	return load > float64(current-1)*target*(1+same)
}
