package aws

// Concurrency is the scaling of provisioned concurrency, for a family that keeps it: what of a scalable target is left to say.
type Concurrency struct {
	Min         int          `yaml:"min" default:"1" check:"min=1,max=100000" doc:"least provisioned concurrency, until a schedule moves it"`
	Max         int          `yaml:"max" required:"true" check:"min=1,max=100000" doc:"most provisioned concurrency, until a schedule moves it"`
	Policies    []Policy     `yaml:"policies" doc:"all are asked with the same current capacity; the largest capacity wins"`
	Schedules   []Schedule   `yaml:"schedules" doc:"scheduled actions that move min and max"`
	Suspended   Suspended    `yaml:"suspended" doc:"what is switched off from the begin (SuspendedState)"`
	Suspensions []Suspension `yaml:"suspensions" doc:"times in which something is switched off"`
	Assume      Assume       `yaml:"assume" doc:"what AWS does not print, for all policies"`
}

// Target is the scalable target of a service, whose policies are called by their place under a path. Policies and schedules are
// shared with it.
func (c *Concurrency) Target(service, under string) *Settings {
	return &Settings{Service: service, Min: c.Min, Max: c.Max, Policies: c.Policies, Schedules: c.Schedules,
		Suspended: c.Suspended, Suspensions: c.Suspensions, Assume: c.Assume, under: under}
}
