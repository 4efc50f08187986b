package exchange

import (
	"fmt"
	"strings"

	"headroom/policy/aws"
)

// A builder makes settings of the pieces of one target.
type builder struct {
	*importer
	out    *Imported
	chosen resource
	kind   *scalable
	used   map[*piece]bool // alarms that trigger a policy
	prefix string          // path of the policy that is being read
}

// build makes the settings, as far as the pieces are understood.
func (b *builder) build() {
	b.used = map[*piece]bool{}
	if b.chosen.dimension == aws.ASG {
		b.group()
		return
	}
	b.groups()
	if !b.any(aTarget, aPolicy, aTracking, aStep, anAction) {
		return
	}
	if b.chosen.dimension == "" {
		b.chosen.dimension = b.guessed()
	}
	b.kind = dimensioned(b.chosen.dimension)
	if b.kind != nil && b.kind.service == aws.Endpoint && b.asynchronous() {
		b.kind = scalableOf(aws.AsyncEndpoint)
	}
	if b.kind == nil {
		for _, p := range b.pieces {
			if p.is != anAlarm && p.is != aVariant {
				b.note(p.node, words[p.is]+" of "+name(b.chosen)+": there is no such service in scaling.aws yet")
			}
		}
		return
	}
	s := &aws.Settings{Service: b.kind.service}
	b.limits(s)
	b.policies(s)
	b.schedules(s)
	b.variants()
	b.orphans()
	b.out.Settings = s
}

// name is what a resource is called in messages.
func name(r resource) string {
	switch {
	case r.id != "" && r.dimension != "":
		return r.id + " (" + r.dimension + ")"
	case r.id+r.dimension == "":
		return "an unnamed resource"
	}
	return r.id + r.dimension
}

// any tells whether there is a piece of one of the kinds.
func (b *builder) any(kinds ...what) bool {
	for _, p := range b.pieces {
		for _, k := range kinds {
			if p.is == k {
				return true
			}
		}
	}
	return false
}

// mine are the pieces of a kind that belong to the target; those of others are put aside.
func (b *builder) mine(is what) (out []*piece) {
	for _, p := range b.pieces {
		if p.is != is {
			continue
		}
		r := b.resourceOf(p)
		if is != aTracking && is != aStep && !r.matches(b.chosen) {
			p.node.done()
			b.elsewhere = append(b.elsewhere, Note{p.node.file, p.node.path, words[is] + " of another target, " + name(r)})
			continue
		}
		for _, key := range []string{"ResourceId", "ScalableDimension", "ServiceNamespace", "ScalingTargetId"} {
			p.node.at(key).done()
		}
		out = append(out, p)
	}
	return out
}

// guessed is the dimension that metrics of policies imply, where no piece names one.
func (b *builder) guessed() string {
	for _, p := range b.pieces {
		n := p.node
		if c := n.at("TargetTrackingScalingPolicyConfiguration"); c != nil {
			n = c
		}
		word := ""
		if c := n.at("PredefinedMetricSpecification"); c != nil {
			word = c.peek("PredefinedMetricType")
		} else if c := n.at("CustomizedMetricSpecification"); c != nil {
			word = c.peek("Namespace")
		} else if p.is == anAlarm {
			word = n.peek("Namespace")
		}
		if kind := scalableOf(serviceOf(word)); kind != nil {
			return kind.dimension
		}
	}
	return ""
}

// asynchronous tells an asynchronous endpoint from a real-time variant, whose dimension is the same: it scales to zero, its
// policies look at a queue, or its configuration says so.
func (b *builder) asynchronous() bool {
	if b.queued {
		return true
	}
	queue := func(n *node) bool {
		m := published(aws.AsyncEndpoint, n.peek("Namespace"), n.peek("MetricName"))
		return m != nil && m.only == waiting
	}
	for _, p := range b.pieces {
		n := p.node
		if c := n.at("TargetTrackingScalingPolicyConfiguration"); c != nil {
			n = c
		}
		if c := n.at("CustomizedMetricSpecification"); c != nil && queue(c) || p.is == anAlarm && queue(p.node) {
			return true
		}
		if c := p.node.at("MinCapacity"); p.is == aTarget && b.resourceOf(p).matches(b.chosen) && c != nil && c.text == "0" {
			return true
		}
	}
	return false
}

// limits reads the scalable target.
func (b *builder) limits(s *aws.Settings) {
	for i, p := range b.mine(aTarget) {
		b.skip(p.node, "RoleARN", "CreationTime", "ScalableTargetARN", "ARN", "Tags", "TagsAll", "Id", "PredictedCapacity")
		s.Suspended = b.suspended(p.node)
		low, lowRead := b.whole(p.node, "MinCapacity")
		high, highRead := b.whole(p.node, "MaxCapacity")
		if i > 0 && (lowRead && low != s.Min || highRead && high != s.Max) {
			b.note(p.node, fmt.Sprintf("the same target again with other limits, %d to %d: the first one holds", low, high))
			continue
		}
		if lowRead {
			s.Min = low
			b.read("min", p.node.at("MinCapacity"))
		}
		if highRead {
			s.Max = high
			b.read("max", p.node.at("MaxCapacity"))
		}
	}
	_, low := b.out.origin["min"]
	_, high := b.out.origin["max"]
	b.out.said.limits = low && high
	if !low {
		b.out.defaults["min"] = assumedWhy
		s.Min = 1
		if high {
			s.Min = min(1, s.Max)
		}
	}
	if !high {
		b.out.defaults["max"] = assumedWhy
		s.Max = max(10, s.Min)
	}
}

// assumedWhy is said of a limit that no file has.
const assumedWhy = "assumed: not in the files"

// suspended reads what is switched off.
func (b *builder) suspended(n *node) (s aws.Suspended) {
	if state := n.at("SuspendedState"); state != nil {
		b.out.said.suspended = true
		s.ScaleOut, _ = b.truth(state, "DynamicScalingOutSuspended")
		s.ScaleIn, _ = b.truth(state, "DynamicScalingInSuspended")
		s.Schedules, _ = b.truth(state, "ScheduledScalingSuspended")
	}
	return s
}

// read remembers where a value of the settings was read.
func (b *builder) read(path string, n *node) { b.out.origin[path] = n }

// groups puts the pieces of EC2 Auto Scaling groups aside: a scalable target was chosen.
func (b *builder) groups() {
	for _, p := range b.pieces {
		switch p.is {
		case aGroup, aGroupPolicy, aGroupAction, aWarmPool:
			p.node.done()
			b.elsewhere = append(b.elsewhere, Note{p.node.file, p.node.path, words[p.is] + ": another target"})
		}
	}
}

// orphans are alarms that trigger no policy that was read.
func (b *builder) orphans() {
	for _, p := range b.pieces {
		if p.is == anAlarm && !b.used[p] {
			p.node.done()
			b.elsewhere = append(b.elsewhere, Note{p.node.file, p.node.path, "alarm " + p.node.peek("AlarmName") + ": triggers no policy that is in the files"})
		}
	}
}

// variants reads what an endpoint's configuration says of the instances.
func (b *builder) variants() {
	wanted := b.chosen.id[strings.LastIndexByte(b.chosen.id, '/')+1:]
	var all []*piece
	for _, p := range b.pieces {
		if p.is == aVariant {
			all = append(all, p)
		}
	}
	for _, p := range all {
		n, f := p.node, &b.out.fleet
		variant, _ := b.text(n, "VariantName")
		if variant != wanted && len(all) > 1 {
			n.done()
			b.elsewhere = append(b.elsewhere, Note{n.file, n.path, "another variant, " + variant})
			continue
		}
		b.skip(n, "ModelName", "InitialVariantWeight", "CurrentWeight", "DesiredWeight", "DeployedImages", "VariantStatus", "CoreDumpConfig", "EnableSSMAccess",
			"ModelDataDownloadTimeoutInSeconds", "ContainerStartupHealthCheckTimeoutInSeconds", "VolumeSizeInGB")
		if kind, ok := b.text(n, "InstanceType"); ok {
			f.kind, f.from["type"] = kind, n.at("InstanceType").where()
		}
		if b.kind.service == aws.InferenceComponent { // fleet.start counts copies
			b.skip(n, "InitialInstanceCount", "DesiredInstanceCount", "CurrentInstanceCount")
			if c := n.at("ManagedInstanceScaling"); c != nil {
				b.managedIn(c)
			}
		}
		for _, key := range []string{"InitialInstanceCount", "DesiredInstanceCount", "CurrentInstanceCount"} {
			if n.at(key) == nil || n.at(key).read {
				continue
			}
			if count, ok := b.whole(n, key); ok {
				f.count, f.from["start"] = count, n.at(key).where()
			}
		}
		if c := n.at("RoutingConfig"); c != nil {
			switch word, _ := b.text(c, "RoutingStrategy"); strings.ToUpper(word) {
			case "RANDOM":
				f.balancer, f.from["balancer"] = "random", c.where()
			case "LEAST_OUTSTANDING_REQUESTS":
				f.balancer, f.from["balancer"] = "least-outstanding", c.where()
			}
		}
	}
}
