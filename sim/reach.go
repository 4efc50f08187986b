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
// where none succeeds the time that it takes to fail: twice its mean, for it may be drawn.
func (f *fleet) patience() time.Duration {
	d := f.cfg.ReplaceAfter + time.Second
	if h := f.hooks.Launch; h != nil && h.Abandon {
		d += h.Timeout
	} else if f.reach.Broken == "" {
		return d
	}
	return d + 2*(f.provision.Mean()+f.load.Mean())
}

const noAddress = "no free address in the subnets"

// refuse notes a launch that was refused, or that failed.
func (f *fleet) refuse(t clock, why string) {
	if why == noAddress {
		f.addresses.refused(nanos(t), f.desired-len(f.starting)-len(f.serving))
	}
	if !f.reach.Silent {
		f.note(Happening{At: nanos(t), What: "refused", Count: 1, Text: why})
	}
}

// Addresses are what a run lacked of them.
type Addresses struct {
	Room        int // instances that have one, at most
	Refused     int // launches that found none
	First, Last time.Duration
	Missing     int // instances that were wanted and not there, the most of these launches
}

func (a *Addresses) refused(at time.Duration, missing int) {
	if a.Refused == 0 {
		a.First = at
	}
	a.Refused++
	a.Last, a.Missing = at, max(a.Missing, missing)
}

// lacked is what a run lacked of addresses, nil if it had enough.
func (f *fleet) lacked() *Addresses {
	a := f.addresses
	if a.Refused == 0 {
		return nil
	}
	for _, n := range f.reach.Rooms {
		a.Room += n
	}
	return &a
}
