package exchange

import "headroom/policy/aws"

// what a piece is.
type what int

const (
	aTarget      what = iota // a scalable target: limits
	aPolicy                  // a policy of Application Auto Scaling
	aTracking                // the inner object of a target-tracking policy alone
	aStep                    // the inner object of a step policy alone
	anAction                 // a scheduled action
	anAlarm                  // a CloudWatch alarm
	aGroup                   // an EC2 Auto Scaling group
	aGroupPolicy             // a policy of a group
	aGroupAction             // a scheduled action of a group
	aWarmPool                // a warm pool of a group
	aVariant                 // a production variant of an endpoint's configuration
)

// words are what pieces are called.
var words = map[what]string{aTarget: "scalable target", aPolicy: "scaling policy", aTracking: "target-tracking configuration",
	aStep: "step configuration", anAction: "scheduled action", anAlarm: "alarm", aGroup: "Auto Scaling group",
	aGroupPolicy: "policy of an Auto Scaling group", aGroupAction: "scheduled action of an Auto Scaling group",
	aWarmPool: "warm pool", aVariant: "production variant"}

// A piece is one thing of the API's shape, wherever it stood.
type piece struct {
	is     what
	node   *node
	names  []string // what others call it by: its ARN, its name, ${LogicalId}, its address
	owner  string   // what it says it belongs to, in the words of names: a target's logical id, …
	actsOn []string // of an alarm: what its alarm actions name
}

// called tells whether one of the names is the piece's.
func (p *piece) called(name string) bool {
	for _, n := range p.names {
		if n == name && n != "" {
			return true
		}
	}
	return false
}

// lists are the keys of the CLI's answers, and what their items are.
var lists = []struct {
	key string
	is  what
}{
	{"ScalableTargets", aTarget}, {"ScalingPolicies", aPolicy}, {"ScheduledActions", anAction}, {"MetricAlarms", anAlarm},
	{"AutoScalingGroups", aGroup}, {"ScheduledUpdateGroupActions", aGroupAction}, {"ProductionVariants", aVariant},
}

// sort finds the pieces of a document. known is false if there is nothing in it that this package reads.
func (im *importer) sort(n *node) (known bool) {
	if n.kind == list {
		for _, c := range n.items {
			known = im.sort(c) || known
		}
		return known || len(n.items) == 0
	}
	if n.kind != object {
		return false
	}
	switch {
	case isTemplate(n):
		im.template(n)
		return true
	case n.has("format_version") && n.has("planned_values", "values", "resource_changes", "prior_state"):
		im.terraform(n)
		return true
	}
	if n.has("WarmPoolConfiguration") && !n.has("AutoScalingGroupName") {
		im.skip(n, "Instances", "NextToken", "ResponseMetadata")
		im.add(aWarmPool, n.at("WarmPoolConfiguration"))
		return true
	}
	for _, l := range lists {
		if n.has(l.key) {
			known = true
			for _, c := range n.list(l.key) {
				im.add(im.own(l.is, c), c)
			}
		}
	}
	if known {
		im.queued = im.queued || n.has("AsyncInferenceConfig")
		im.skip(n, "AsyncInferenceConfig", "ExecutionRoleArn", "EnableNetworkIsolation", "ResponseMetadata", "NextToken", "EndpointConfigName", "EndpointConfigArn", "EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")
		return true
	}
	is, known := shape(n)
	if known {
		im.add(is, n)
	}
	return known
}

// own tells policies of groups from those of Application Auto Scaling: both come in a list of the same name.
func (im *importer) own(is what, n *node) what {
	if is == aPolicy && n.has("AutoScalingGroupName") {
		return aGroupPolicy
	}
	return is
}

// shape tells a single object by its keys: an input of a put-… command, an item of an answer, or an inner object.
func shape(n *node) (is what, known bool) {
	group := n.has("AutoScalingGroupName")
	switch {
	case n.has("AlarmName"), n.has("ComparisonOperator") && n.has("EvaluationPeriods"):
		return anAlarm, true
	case group && n.has("ScheduledActionName"):
		return aGroupAction, true
	case group && n.has("PolicyName", "PolicyType", "TargetTrackingConfiguration", "StepAdjustments", "PredictiveScalingConfiguration"):
		return aGroupPolicy, true
	case group && n.has("PoolState", "MaxGroupPreparedCapacity", "InstanceReusePolicy"):
		return aWarmPool, true
	case group && n.has("MinSize", "MaxSize"):
		return aGroup, true
	case n.has("ScalableTargetAction"), n.has("ScheduledActionName"):
		return anAction, true
	case n.has("TargetTrackingScalingPolicyConfiguration", "StepScalingPolicyConfiguration", "PredictiveScalingPolicyConfiguration"):
		return aPolicy, true
	case n.has("PolicyName") && n.has("ServiceNamespace", "ScalableDimension"):
		return aPolicy, true
	case n.has("TargetValue") && n.has("PredefinedMetricSpecification", "CustomizedMetricSpecification"):
		return aTracking, true
	case n.has("StepAdjustments"):
		return aStep, true
	case n.has("ScalableDimension") && n.has("MinCapacity", "MaxCapacity", "ResourceId"):
		return aTarget, true
	case n.has("InstanceType") && n.has("VariantName"):
		return aVariant, true
	}
	return 0, false
}

// add takes a piece as it stands in the API's shape.
func (im *importer) add(is what, n *node) *piece {
	p := &piece{is: is, node: n}
	switch is {
	case aTarget:
		p.names = []string{n.peek("ScalableTargetARN")}
	case aPolicy, aGroupPolicy:
		p.names = []string{n.peek("PolicyARN")}
	case anAlarm:
		p.names = []string{n.peek("AlarmArn"), n.peek("AlarmARN"), n.peek("AlarmName")}
		p.actsOn = n.texts("AlarmActions")
	}
	im.pieces = append(im.pieces, p)
	return p
}

// A resource is what a scalable target is: its id and its dimension, either "" where the file does not say.
type resource struct{ id, dimension string }

// of is the resource that a piece names.
func of(n *node) resource {
	r := resource{n.peek("ResourceId"), n.peek("ScalableDimension")}
	if r.dimension == "" {
		r.dimension = dimensionOf(r.id)
	}
	return r
}

// dimensionOf is the dimension that a resource's id implies; "" if there are several, or none is known.
func dimensionOf(id string) string {
	found := ""
	for i := range scalables {
		k := &scalables[i]
		if values, err := k.match(id); err != nil || values == nil || k.dimension == found {
			continue
		}
		if k.service == aws.Endpoint {
			return k.dimension // by far the most usual of an endpoint's
		}
		if found != "" {
			return ""
		}
		found = k.dimension
	}
	return found
}

// matches tells whether two resources can be the same: what one of them does not say does not part them.
func (r resource) matches(o resource) bool {
	return (r.id == "" || o.id == "" || r.id == o.id) && (r.dimension == "" || o.dimension == "" || r.dimension == o.dimension)
}
