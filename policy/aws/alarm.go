package aws

import "math"

// A State is that of a CloudWatch alarm. A new alarm is InsufficientData.
type State uint8

// The states.
const (
	InsufficientData State = iota
	OK
	InAlarm
)

// String is the state in CloudWatch's words.
func (s State) String() string { return [...]string{"INSUFFICIENT_DATA", "OK", "ALARM"}[s] }

// A datum is what an alarm sees of one of its periods.
type datum uint8

const (
	missing datum = iota
	fine
	breaching
)

// same is how near, relative to a threshold, a value counts as equal to it.
const same = 1e-9

// A threshold is a comparison with a level.
type threshold struct {
	level     float64
	above     bool // breached above it, else below it
	inclusive bool // breached at it too
}

// breached tells whether a value is on the wrong side.
func (t threshold) breached(v float64) bool {
	if math.Abs(v-t.level) <= same*math.Abs(t.level) {
		return t.inclusive
	}
	return v > t.level == t.above
}

// An alarmRule says which state an alarm of M of N datapoints is in.
type alarmRule struct {
	m, n    int
	missing string // missing, ignore, breaching, notBreaching
	fresh   string // keep, insufficient-data, ok: the state with breaching points only that are all too fresh
	// realOnly: fewer real points than m never put it into ALARM (the two alarms of target tracking).
	realOnly bool
}

// next is the state after looking at the points of the evaluation range, oldest first, from the state it was in. It gives all
// cells of CloudWatch's two tables of missing data (aws.md §5).
func (r alarmRule) next(points []datum, was State) State {
	real, bad, badOfLast := 0, 0, 0
	for i := len(points) - 1; i >= 0; i-- {
		switch points[i] {
		case breaching:
			if bad++; real < r.n {
				badOfLast++
			}
			real++
		case fine:
			real++
		}
	}
	switch {
	case real >= r.n:
		return verdict(badOfLast >= r.m)
	case r.realOnly:
		return r.few(real, bad, was)
	case r.missing == "breaching":
		return verdict(bad+r.n-real >= r.m)
	case r.missing == "notBreaching":
		return verdict(bad >= r.m)
	case real == 0 && r.missing == "ignore":
		return was
	case real == 0:
		return InsufficientData
	case bad < real:
		return verdict(bad >= r.m)
	}
	// breaching points only: an alarm would be premature while all of them are fresh
	switch {
	case r.missing == "ignore":
		return was
	case oldest(points) >= r.m:
		return InAlarm
	default:
		return r.tooFresh(was)
	}
}

// few is the state of an alarm that counts real points only and has less than N of them.
func (r alarmRule) few(real, bad int, was State) State {
	switch {
	case real == 0:
		return InsufficientData
	case bad < real || real >= r.m:
		return verdict(bad >= r.m)
	default:
		return r.tooFresh(was)
	}
}

// tooFresh is the state with too few points, all breaching: never ALARM.
func (r alarmRule) tooFresh(was State) State {
	switch {
	case r.fresh == "ok":
		return OK
	case r.fresh == "keep" && was != InAlarm:
		return was
	default:
		return InsufficientData
	}
}

// oldest is how many slots ago the oldest breaching point is; the newest slot is 1.
func oldest(points []datum) int {
	for i, p := range points {
		if p == breaching {
			return len(points) - i
		}
	}
	return 0
}

// verdict is ALARM or OK.
func verdict(breached bool) State {
	if breached {
		return InAlarm
	}
	return OK
}

// An alarm is one CloudWatch alarm of a run.
type alarm struct {
	threshold
	rule   alarmRule
	length int // slots of its evaluation range
	// ignoreBelow: a newest period of fewer samples leaves the state as it is (percentiles); 0 looks at none.
	ignoreBelow float64

	state   State
	entered bool // the last evaluation put it into ALARM
	dark    bool // INSUFFICIENT_DATA for want of any point, after there have been some
}

// evaluate looks at a metric's window; scratch is used and may grow.
func (a *alarm) evaluate(w *window, scratch []datum) []datum {
	was := a.state
	a.entered = false
	if !w.seen {
		return scratch
	}
	if newest := w.slot(0); a.ignoreBelow > 0 && newest.real && newest.samples < a.ignoreBelow-same {
		return scratch
	}
	scratch = scratch[:0]
	any := false
	for i := a.length - 1; i >= 0; i-- {
		d := missing
		if s := w.slot(i); s.real {
			if d, any = fine, true; a.breached(s.value) {
				d = breaching
			}
		}
		scratch = append(scratch, d)
	}
	a.state = a.rule.next(scratch, was)
	a.entered = a.state == InAlarm && was != InAlarm
	a.dark = a.state == InsufficientData && !any
	return scratch
}
