// Package scenarios reads scenario files: one YAML file is one question. A file becomes the settings of the packages below
// (nothing is mirrored), is checked as a whole, and gives the sim.Config of a run. Whatever is wrong is said before anything
// runs, all at once, each with its place; nothing is repaired. Edits by path (variants, --set) come before the check.
package scenarios

import (
	"reflect"
	"time"

	"headroom/expect"
	"headroom/job"
	"headroom/policy"
	"headroom/policy/aws"
	"headroom/policy/plain"
	"headroom/policy/serverless"
	"headroom/scenarios/internal/strict"
	"headroom/sim"
	"headroom/traffic"
)

// Scenario is what a file says, its defaults filled in.
type Scenario struct {
	Version int              `yaml:"version" required:"true" check:"exactly=1" doc:"of the form of this file: 1"`
	Name    string           `yaml:"name" required:"true" doc:"what the question is called in results"`
	Ask     string           `yaml:"ask" doc:"the question in words"`
	Because string           `yaml:"because" doc:"where the numbers come from"`
	Clock   Clock            `yaml:"clock" required:"true" doc:"when it plays, for how long, in which steps"`
	Traffic traffic.Settings `yaml:"traffic" required:"true" doc:"how many requests come when"`
	Service sim.Service      `yaml:"service" required:"true" doc:"how one instance serves them"`
	Fleet   sim.Fleet        `yaml:"fleet" doc:"what an instance is, how it starts, is paid for and fails"`
	Network *Network         `yaml:"network" doc:"the private network that instances stand in: what they can reach, and how many addresses there are"`
	Metrics sim.Metrics      `yaml:"metrics" doc:"how metrics are published; a metric's name with its own timing may be a key too"`
	Scaling Scaling          `yaml:"scaling" required:"true" doc:"who decides how many instances there are"`
	Job     *job.Settings    `yaml:"job" replaces:"clock,traffic,service,fleet,network,metrics,scaling" doc:"work to be done, instead of a service under traffic: the other kind of question"`
	Expect  []expect.Ask     `yaml:"expect" doc:"what must hold: MEASURE OP VALUE [in X% of minutes]"`
	Accept  []string         `yaml:"accept" doc:"codes of warnings (docs/lints.md) that are meant, and not said again"`
	WhatIfs WhatIfs          `yaml:"variants" doc:"named what-ifs: path: value, on top of the file"`
}

// WhatIfs are the variants as the file writes them, by name. Their order is that of the file: ask File.Variants.
type WhatIfs map[string]Changes

// Changes are the values of a variant by their paths.
type Changes map[string]strict.Raw

// Clock says when a scenario plays.
type Clock struct {
	Start  StartTime     `yaml:"start" required:"true" doc:"local time in zone, on a whole minute; calendars and schedules use it"`
	Zone   string        `yaml:"zone" default:"UTC" doc:"IANA name, such as America/New_York; daylight saving is followed"`
	Length time.Duration `yaml:"length" required:"true" check:"positive,max=3660d" doc:"elapsed time that is simulated and reported"`
	Step   time.Duration `yaml:"step" default:"1s" check:"positive,max=60s" doc:"control step: decisions wait for it; divides 60s"`
	Seed   uint64        `yaml:"seed" default:"1" doc:"of all chance"`
	Settle time.Duration `yaml:"settle" default:"0s" check:"max=366d" doc:"whole minutes simulated before start and not reported"`
	start  time.Time
}

// maxSteps bounds the control steps of a run: ten years of seconds.
const maxSteps = 320_000_000

// Calendar ties the scenario's time to its wall clock.
func (c *Clock) Calendar() traffic.Calendar { return traffic.Calendar{Start: c.start} }

// StartTime is clock.start as written: a local time, or one with its own offset.
type StartTime struct{ text string }

// UnmarshalText reads a local time; whether it exists in the zone is seen later.
func (s *StartTime) UnmarshalText(text []byte) error {
	if _, err := traffic.ParseStart(string(text), time.UTC); err != nil {
		return err
	}
	s.text = string(text)
	return nil
}

// String is the time as it was written.
func (s StartTime) String() string { return s.text }

// MarshalText is String.
func (s StartTime) MarshalText() ([]byte, error) { return []byte(s.text), nil }

// Pattern is the text of a start as a regular expression.
func (StartTime) Pattern() string {
	return `^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.0+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$`
}

// Scaling is a choice of one policy.Family.
type Scaling struct {
	_          struct{}             `choice:"true"`
	Fixed      *policy.FixedFleet   `yaml:"fixed" doc:"the same number of instances always"`
	AWS        *aws.Settings        `yaml:"aws" doc:"AWS Application Auto Scaling: policies and scheduled actions on one scalable target"`
	Async      *aws.Async           `yaml:"async" doc:"a SageMaker asynchronous endpoint: requests wait in its queue, down to zero instances"`
	Components *aws.Components      `yaml:"inference-components" doc:"a SageMaker endpoint with inference components: copies of a model, on instances that the endpoint adds and removes itself"`
	Target     *plain.Target        `yaml:"target" doc:"a target value for a metric, every so often over a look-back: nobody's words"`
	Spare      *plain.Spare         `yaml:"spare" doc:"free slots are kept, and only empty instances removed: a cluster autoscaler with placeholders"`
	Group      *aws.Group           `yaml:"ec2-asg" doc:"an EC2 Auto Scaling group: policies with warm-up, schedules with desired capacity"`
	Serverless *serverless.Settings `yaml:"serverless" doc:"an environment for each request, made on demand: a SageMaker serverless endpoint or a Lambda function; fleet is not used"`
}

// family is the one that is given and its path, a fleet of none as long as none is.
func (s *Scaling) family() (string, policy.Family) {
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() || v.Field(i).IsNil() {
			continue
		}
		if f, ok := v.Field(i).Interface().(policy.Family); ok {
			return "scaling." + v.Type().Field(i).Tag.Get("yaml"), f
		}
	}
	return "scaling", &policy.FixedFleet{}
}
