package sim

// sway is how the number waiting varies about what the equation says. The counts and services of each second are worked off in slots;
// what is more than they hold waits in truth, and its mean is in the equation already: so only its deviation from that is new.
type sway struct {
	mean float64 // of what is held beyond the slots, over the last minutes with this fleet
	age  float64 // seconds that it is the mean of
}

// swayFor is over how many seconds the mean is taken.
const swayFor = 600.0

// swaying is the number waiting as a metric sees it in a piece of dt seconds: with the same mean, never below 0.
func (e *fluid) swaying(waiting, dt float64) float64 {
	if e.varied <= 0 || e.capacity <= 0 || e.line.total > 0 {
		return waiting
	}
	w := &e.sway
	beyond := greater(0, e.held+e.owed/(e.hold*e.factor)-e.servers)
	w.age = lesser(w.age+dt, swayFor)
	w.mean += (beyond - w.mean) * dt / w.age
	if w.mean <= waiting {
		return waiting + beyond - w.mean
	}
	return waiting * beyond / w.mean
}
