package exchange

import (
	"strings"
	"time"

	"headroom/policy/aws"
	"headroom/scenarios"

	"gopkg.in/yaml.v3"
)

// Keys of the scaling block for what SageMaker does beside the policies.
const (
	asyncKey      = "async"
	componentsKey = "inference-components"
)

// expiry is how long a request may wait where no invocation says otherwise (InvokeEndpointAsync, RequestTTLSeconds).
const expiry = 6 * time.Hour

// endpoint is the scalable target below a scaling block, and the path of that block; nil if Application Auto Scaling is not what scales.
func endpoint(s *scenarios.Scaling) (settings *aws.Settings, at string) {
	switch {
	case s.AWS != nil:
		return s.AWS, "scaling.aws"
	case s.Async != nil:
		a := s.Async
		return &aws.Settings{Service: aws.AsyncEndpoint, Min: a.Min, Max: a.Max, Policies: a.Policies, Schedules: a.Schedules,
			Suspended: a.Suspended, Suspensions: a.Suspensions, Assume: a.Assume}, "scaling." + asyncKey
	case s.Components != nil:
		c := s.Components
		return &aws.Settings{Service: aws.InferenceComponent, Min: c.Min, Max: c.Max, Policies: c.Policies, Schedules: c.Schedules,
			Suspended: c.Suspended, Suspensions: c.Suspensions, Assume: c.Assume}, "scaling." + componentsKey
	}
	return nil, ""
}

// key is the scaling block that what was read becomes.
func (i *Imported) key() string {
	switch {
	case i.Group != nil:
		return aws.ASG
	case i.plain:
	case i.Settings.Service == aws.AsyncEndpoint:
		return asyncKey
	case i.Settings.Service == aws.InferenceComponent:
		return componentsKey
	}
	return "aws"
}

// settings is that block's content. What AWS does not print of managed instance scaling is left to its default.
func (i *Imported) settings() (*yaml.Node, error) {
	s := i.Settings
	switch i.key() {
	case aws.ASG:
		return scenarios.Tree(*i.Group)
	case asyncKey:
		i.defaults["expire"] = "AWS's default: RequestTTLSeconds of each invocation, in no file"
		return scenarios.Tree(aws.Async{Min: s.Min, Max: s.Max, Expire: expiry, Policies: s.Policies, Schedules: s.Schedules,
			Suspended: s.Suspended, Suspensions: s.Suspensions, Assume: s.Assume})
	case componentsKey:
		return i.components()
	}
	return scenarios.Tree(*s)
}

// components is the block of an inference component: its copies, and the instances they stand on as far as the files tell.
func (i *Imported) components() (*yaml.Node, error) {
	s, m := i.Settings, i.managed
	i.defaults["copies-per-instance"] = "assumed: what a copy asks for (ComputeResourceRequirements) is not read"
	if i.origin["instances"] == nil {
		i.defaults["instances"] = "assumed: the files hold no ManagedInstanceScaling (describe-endpoint-config has it)"
	}
	if m.Max == 0 {
		m.Max = max(1, s.Max, m.Min)
		if i.origin["instances"] != nil {
			i.defaults["instances.max"] = assumedWhy
		}
	}
	tree, err := scenarios.Tree(aws.Components{Min: s.Min, Max: s.Max, PerInstance: 1, Instances: m, Policies: s.Policies, Schedules: s.Schedules,
		Suspended: s.Suspended, Suspensions: s.Suspensions, Assume: s.Assume})
	if err != nil {
		return nil, err
	}
	_, instances := find(tree, "instances")
	remove(instances, "idle-after")
	for key, unread := range map[string]bool{"scale-in": m.ScaleIn == "", "cooldown": m.Cooldown == 0, "maximum-step": m.MaxStep == 0} {
		if unread {
			remove(instances, key)
		}
	}
	return tree, nil
}

// strategies are AWS's words for how managed instance scaling gives instances back.
var strategies = map[string]string{"idle-release": "IDLE_RELEASE", "consolidation": "CONSOLIDATION"}

// managedIn reads ManagedInstanceScaling of a production variant.
func (b *builder) managedIn(n *node) {
	if word, _ := b.text(n, "Status"); word == "DISABLED" {
		b.note(n, "managed instance scaling is off, and that is not simulated: it is assumed to be on")
		return
	}
	m := &b.out.managed
	b.read("instances", n)
	m.Min, _ = b.whole(n, "MinInstanceCount")
	m.Max, _ = b.whole(n, "MaxInstanceCount")
	for _, p := range n.list("ScaleInPolicy") {
		word, _ := b.text(p, "Strategy")
		for ours, theirs := range strategies {
			if theirs == word {
				m.ScaleIn = ours
			}
		}
		if m.ScaleIn == "" {
			b.note(p, "must have the Strategy IDLE_RELEASE or CONSOLIDATION, got "+plainLine(word))
			return
		}
		if v, ok := b.number(p, "CooldownInMinutes"); ok {
			m.Cooldown = seconds(v * 60)
		}
		m.MaxStep, _ = b.whole(p, "MaximumStepSize")
	}
}

// managedOut is ManagedInstanceScaling as a production variant has it.
func managedOut(m aws.Managed) props {
	policy := props{{"Strategy", strategies[m.ScaleIn]}}
	if m.ScaleIn == "consolidation" {
		policy = append(policy, prop{"MaximumStepSize", m.MaxStep}, prop{"CooldownInMinutes", int(m.Cooldown / time.Minute)})
	}
	return props{{"Status", "ENABLED"}, {"MinInstanceCount", m.Min}, {"MaxInstanceCount", m.Max}, {"ScaleInPolicy", policy}}
}

// managedWhy stands above the comment that holds managed instance scaling.
const managedWhy = "Not a policy, so not applied here: the part of the endpoint's production variant that keeps instances for the copies."

// managedText is managed instance scaling as lines of a comment: in words, and as the form that is written has it.
func managedText(text string) (lines []string) {
	lines = append(lines, managedWhy)
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		lines = append(lines, "  "+line)
	}
	return lines
}

// Unsaid are the parts of a scenario's scaling that are simulated and are no settings of what an export writes, each with its place.
func Unsaid(file *scenarios.File) (lines []string) {
	s := &file.Scaling
	switch {
	case s.Async != nil:
		lines = append(lines, "scaling.async.expire is no setting of a policy: RequestTTLSeconds of each invocation is what says it")
	case s.Components != nil:
		lines = append(lines, "scaling.inference-components.instances is no policy: as a comment it says what the endpoint's production variant must have (ManagedInstanceScaling)",
			"scaling.inference-components.copies-per-instance is no setting: what a copy asks for (ComputeResourceRequirements) leaves that room or not",
			"scaling.inference-components.instances.idle-after is no setting: SageMaker decides it")
	case s.Group != nil && s.Group.WarmPool != nil:
		if s.Group.WarmPool.StartUp != nil {
			lines = append(lines, "scaling.ec2-asg.warm-pool.start-up is no setting: what a prepared instance takes is to be measured")
		}
		if s.Group.WarmPool.StoragePrice != nil {
			lines = append(lines, "scaling.ec2-asg.warm-pool.storage-price is no setting: it is what the volumes cost")
		}
	}
	return lines
}
