package aws

import (
	"fmt"
	"time"

	"headroom/policy"
	"headroom/unit"
)

// Suspended says what is switched off: AWS's SuspendedState. Nothing is queued meanwhile: on resume policies whose alarm is in
// ALARM are evaluated, and scheduled actions that came due are not replayed.
type Suspended struct {
	ScaleOut  bool `yaml:"scale-out" default:"false" doc:"no policy adds capacity (DynamicScalingOutSuspended)"`
	ScaleIn   bool `yaml:"scale-in" default:"false" doc:"no policy takes capacity away (DynamicScalingInSuspended)"`
	Schedules bool `yaml:"schedules" default:"false" doc:"scheduled actions that come due are skipped (ScheduledScalingSuspended)"`
}

// Suspension switches something off for a time, half-open.
type Suspension struct {
	Name      string `yaml:"name"`
	From      Stamp  `yaml:"from" required:"true" doc:"local time of zone"`
	Until     *Stamp `yaml:"until" doc:"local time of zone; to the end of the run if it is left out"`
	Zone      Zone   `yaml:"zone" default:"UTC" doc:"IANA name; daylight saving is followed"`
	ScaleOut  bool   `yaml:"scale-out" default:"false"`
	ScaleIn   bool   `yaml:"scale-in" default:"false"`
	Schedules bool   `yaml:"schedules" default:"false"`
}

// checkSuspensions says what is wrong with the times in which something is switched off.
func (s *Settings) checkSuspensions(out *report) {
	for i := range s.Suspensions {
		w, path := &s.Suspensions[i], fmt.Sprintf("suspensions.%d", i)
		zone := w.Zone.Location()
		if !w.From.exists(zone) {
			out.add(path+".from", "a local time that exists: clocks in "+w.Zone.String()+" skip it", w.From.String(), path+".from", path+".zone")
		}
		if u := w.Until; u != nil {
			if !u.exists(zone) {
				out.add(path+".until", "a local time that exists: clocks in "+w.Zone.String()+" skip it", u.String(), path+".until", path+".zone")
			} else if !w.From.before(*u, zone) {
				out.add(path+".until", "after from, "+w.From.String(), u.String(), path+".from", path+".until", path+".zone")
			}
		}
		if !w.ScaleOut && !w.ScaleIn && !w.Schedules {
			out.add(path, "scale-out, scale-in or schedules: true", "none of them", path+".scale-out", path+".scale-in", path+".schedules")
		}
	}
}

// suspensions are those of a run.
type suspensions struct {
	always  Suspended
	windows []suspension
	now     Suspended     // at the instant looked at last
	edge    time.Duration // when that changes next
}

type suspension struct {
	from, until time.Duration
	off         Suspended
}

func newSuspensions(s *Settings, start time.Time) suspensions {
	u := suspensions{always: s.Suspended, now: s.Suspended, edge: never}
	for i := range s.Suspensions {
		w := &s.Suspensions[i]
		x := suspension{until: never, off: Suspended{w.ScaleOut, w.ScaleIn, w.Schedules}}
		x.from, _ = w.From.in(w.Zone.Location(), start)
		if w.Until != nil {
			x.until, _ = w.Until.in(w.Zone.Location(), start)
		}
		u.windows = append(u.windows, x)
	}
	if len(u.windows) > 0 {
		u.edge = -never
	}
	return u
}

// at is what is switched off at an instant, and until when that holds.
func (u *suspensions) at(t time.Duration) (off Suspended, edge time.Duration) {
	off, edge = u.always, never
	for _, w := range u.windows {
		switch {
		case t < w.from:
			edge = min(edge, w.from)
		case t < w.until:
			edge = min(edge, w.until)
			off.ScaleOut, off.ScaleIn, off.Schedules = off.ScaleOut || w.off.ScaleOut, off.ScaleIn || w.off.ScaleIn, off.Schedules || w.off.Schedules
		}
	}
	return off, edge
}

// reach comes to an instant and tells whether scaling out or in has been resumed at it.
func (u *suspensions) reach(t time.Duration) (resumed bool) {
	if t < u.edge {
		return false
	}
	was := u.now
	u.now, u.edge = u.at(t)
	return was.ScaleOut && !u.now.ScaleOut || was.ScaleIn && !u.now.ScaleIn
}

// skipped is the entry of a scheduled action that comes due while they are switched off.
func (s *scaler) skipped(i int, want int) policy.Entry {
	return policy.Entry{Policy: s.limits.names[i], From: want, To: want, HeldBy: policy.HeldBySuspended, Why: []policy.Reason{
		{Code: policy.Schedule, Text: "scheduled action: " + s.settings.Schedules[i].sets()},
		{Code: policy.Suspended, Text: "schedules are suspended" + s.suspended.while(s.run) + ": skipped, and not replayed"},
	}}
}

// while says until when what is switched off now stays so.
func (u *suspensions) while(run policy.Run) string {
	if u.edge == never {
		return ""
	}
	return " until " + unit.FormatTime(run.Start.Add(u.edge), time.DateTime)
}
