package policy

import (
	"time"

	"headroom/chance"
	"headroom/unit"
)

// A Pool is a warm pool: instances that are prepared, and out of service, until the group launches some.
type Pool struct {
	// Running instances wait at their full price and need no new start; others are stopped and cost their Storage.
	Running  bool
	MinSize  int
	Prepared *int // most instances of group and pool together; nil: the group's max
	Reuse    bool // a removed instance goes back to the pool if there is room
	StartUp  chance.Distribution
	Storage  *unit.Price // of one that is stopped; nil: nothing
}

// Size is how many instances the pool should hold beside a group that wants desired ones and may want at most max.
func (p *Pool) Size(desired, max int) int {
	if p.Prepared != nil {
		max = *p.Prepared
	}
	return greater(p.MinSize, max-desired)
}

// greater is the greater of the two, and 0 at least.
func greater(a, b int) int { return max(a, b, 0) }

// Hooks are lifecycle hooks: what must be done before an instance comes into service, and before a removed one is gone. nil: none.
type Hooks struct{ Launch, Terminate *Hook }

// A Hook takes Time, at most Timeout. At the timeout a launch goes on, or is abandoned: terminated and launched anew.
type Hook struct {
	Time    chance.Distribution
	Timeout time.Duration
	Abandon bool
}

// The orders in which instances in service are removed. Each looks first at the zones with the most of them.
const (
	Oldest         = "oldest"                  // the one launched first
	Newest         = "newest"                  // the one launched last
	NearestHour    = "closest-to-billing-hour" // the one whose next full hour since its launch is nearest
	DefaultRemoval = "default"                 // the same; instances of one launch template are all alike
)

// Maintenance bounds a group while it replaces instances that still run, in hundredths of its desired capacity: MinHealthy (0…100) of it
// are in service and warmed up, at most MaxHealthy (100…200) in service or starting.
type Maintenance struct{ MinHealthy, MaxHealthy int }

// Bounds are the least and the most instances: rounded towards the desired capacity, yet so that one can be replaced, started first if
// MaxHealthy or MinHealthy 100 asks for it, else removed first. A nil policy removes one and launches another.
func (m *Maintenance) Bounds(desired int) (least, most int) {
	switch {
	case m == nil:
		return max(0, desired-1), desired
	default:
		least, most = (desired*m.MinHealthy+99)/100, desired*m.MaxHealthy/100
	}
	switch {
	case least < desired || most > desired:
		return least, most
	case m.MaxHealthy > 100 || m.MinHealthy == 100:
		return least, desired + 1
	}
	return max(0, desired-1), most
}
