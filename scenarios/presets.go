package scenarios

import (
	"time"

	"headroom/chance"
	"headroom/unit"
)

// A StartUpPreset is a published start-up of a model server: what fleet.start-up.preset puts in the place of a provision and a load that
// are left out.
type StartUpPreset struct {
	Name            string
	Provision, Load time.Duration
	What            string // what was started
	Source          string // where the figure was read, and when
	Split           string // what of provision and load is printed, and what is assumed
}

// Total is what is published of most of them: from the launch until it serves.
func (p StartUpPreset) Total() time.Duration { return p.Provision + p.Load }

// The pages, and how their totals were split. AWS's own figure for a launch of 105 s stands in for all those launches of which only the
// total is printed; the least that they leave, 29 s for a cached image without weights, is what a container needs to start.
const (
	zero2024   = "AWS Machine Learning Blog, December 2024, scale down to zero"
	cached2026 = "AWS Machine Learning Blog, 16 June 2026, container caching"
	hub2026    = "skill hf-cloud-sagemaker-production-defaults, measured July 2026"
	allPrinted = "both printed, after a trigger of about 1 min"
	totalOnly  = "the total is printed; provision is that of llm-endpoint-2024 (UNCONFIRMED)"
)

// StartUpPresets are all of them: each in seconds, a constant, for no spread is published.
func StartUpPresets() []StartUpPreset {
	const launch = 105 // s
	preset := func(name string, total int, what, source, split string) StartUpPreset {
		return StartUpPreset{Name: name, Provision: launch * time.Second, Load: time.Duration(total-launch) * time.Second, What: what, Source: source, Split: split}
	}
	image := func(name string, total int, what string) StartUpPreset {
		return preset(name, total, what, cached2026, totalOnly)
	}
	return []StartUpPreset{
		preset("llm-endpoint-2024", 242, "a language model on a GPU instance, 1.75 and 2.28 min", zero2024, allPrinted),
		preset("qwen3-0.6b-ml.g5.xlarge", 462, "Qwen3-0.6B in vLLM, weights from the Hub: 9 min 24 s from zero, of which 1 min 42 s until the launch",
			hub2026, totalOnly+"; what it leaves, 357 s, is near the 6 min until a component served"),
		image("qwen3-8b-ml.g6.2xlarge", 525, "Qwen3-8B in LMI: image pull 333 s beside 168 s of weights from S3"),
		image("qwen3-8b-ml.g6.2xlarge-cached", 258, "the same with its image cached: no pull, 77 s of weights"),
		image("p50-ml.g4dn.xlarge", 381, "median of a customer: an image of 15.7 GB, no weights"),
		image("p50-ml.g4dn.xlarge-cached", 134, "the same with its image cached"),
		image("p50-ml.g5.2xlarge", 346, "median of a customer: an image of 17.5 GB, weights of 5.8 GB"),
		image("p50-ml.g5.2xlarge-cached", 164, "the same with its image cached"),
		image("p50-ml.g5.xlarge", 346, "median of a customer: an image of 10.6 GB, weights of 6.5 GB"),
		image("p50-ml.g5.xlarge-cached", 216, "the same with its image cached"),
	}
}

// startUp fills what fleet.start-up leaves out from its preset. What the file gives wins.
func (c *checker) startUp() {
	s := &c.Fleet.StartUp
	if s.Preset == "" || !c.clean("fleet.start-up.preset") {
		return
	}
	for _, p := range StartUpPresets() {
		if p.Name != s.Preset {
			continue
		}
		provision, load := c.doc.Has("fleet.start-up.provision"), c.doc.Has("fleet.start-up.load")
		if provision && load {
			c.add("fleet.start-up.preset", "left out: provision and load are both given", p.Name,
				"it stands for "+unit.FormatDuration(p.Provision)+" and "+unit.FormatDuration(p.Load))
		}
		if !provision {
			s.Provision = chance.Fixed(p.Provision)
		}
		if !load {
			s.Load = chance.Fixed(p.Load)
		}
	}
	filled := *s
	filled.Preset = ""
	for _, p := range filled.Check() {
		c.add("fleet.start-up."+p.Path, p.Must, p.Got, p.Hint)
	}
}
