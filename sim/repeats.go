package sim

import (
	"fmt"
	"strings"
	"time"

	"headroom/policy"
)

// A repeat is an entry of the log for what happens again and again.
type repeat struct {
	entry           int // in the log
	code            policy.Code
	times           int
	wanted, serving int // the most instances wanted, and those in service then
}

// repeats are those of a run, the last one of each text at hand.
type repeats struct {
	all     []repeat
	last    map[string]int // per text: its last one
	refused time.Duration  // when a launch was refused last
}

func newRepeats() repeats {
	return repeats{last: map[string]int{}, refused: time.Duration(-never)}
}

// goesOn tells whether something is an entry already, which it continues. New launches are one only while launches are refused.
func (r *repeats) goesOn(h Happening, code policy.Code, c *control) bool {
	patience := c.fleet.patience()
	if code == policy.Refused {
		r.refused = h.At
	} else if code != policy.Replaced || h.At-r.refused > patience {
		return false
	}
	if k, ok := r.last[h.Text]; ok && h.At-c.log[r.all[k].entry].Until <= patience {
		r.all[k].again(c.fleet)
		c.log[r.all[k].entry].Until = h.At
		return true
	}
	r.last[h.Text] = len(r.all)
	r.all = append(r.all, repeat{entry: len(c.log), code: code})
	r.all[len(r.all)-1].again(c.fleet)
	return false
}

// again counts one.
func (r *repeat) again(f *fleet) {
	r.times++
	if f.desired > r.wanted {
		r.wanted, r.serving = f.desired, len(f.serving)
	}
}

// tell puts into each entry how often it was and how long, and what was wanted.
func (r *repeats) tell(log []Decision) {
	for _, x := range r.all {
		if x.times == 1 {
			continue
		}
		d := &log[x.entry]
		text := fmt.Sprintf(" (%d times", x.times)
		if d.Until > d.At {
			text += " in " + lasting(d.Until-d.At)
		}
		if x.code == policy.Refused {
			text += fmt.Sprintf("; up to %d instances wanted, %d in service then", x.wanted, x.serving)
		}
		d.Why[0].Text += text + ")"
	}
}

// lasting is 4h43m or 1m40s.
func lasting(d time.Duration) string {
	text := d.Round(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
