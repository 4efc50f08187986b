package sim

import "time"

// Reach is what instances and metrics can reach: what a private network comes to in a run. The zero Reach is everything.
type Reach struct {
	Rooms   []int    // per zone: instances alive at most, for want of addresses; nil: no bound
	Broken  string   // why no launch comes into service; "": they do
	Silent  bool     // what fails is no entry of the log
	Unheard []string // metrics whose points never arrive
}

// full tells whether a zone has no address for another instance.
func (r *Reach) full(zone, instances int) bool { return r.Rooms != nil && instances >= r.Rooms[zone] }

// breaks is the end of a launch that cannot come into service: it is tried again.
func (f *fleet) breaks(t clock, i *instance) {
	if i.state != starting && i.state != preparing {
		return
	}
	f.refuse(t, "the launch failed: "+f.reach.Broken)
	f.cancel(t, i)
}

// patience is the longest time between two equal refusals that are one entry of the log: that until a launch is tried again, and
// where none succeeds the time that it takes to fail.
func (f *fleet) patience() time.Duration {
	d := f.cfg.ReplaceAfter + time.Second
	if f.reach.Broken != "" {
		d += f.provision.Mean() + f.load.Mean()
	}
	return d
}

// refuse notes a launch that was refused, or that failed.
func (f *fleet) refuse(t clock, why string) {
	if !f.reach.Silent {
		f.note(Happening{At: nanos(t), What: "refused", Count: 1, Text: why})
	}
}
