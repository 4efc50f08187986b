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
