package exchange

import (
	"regexp"
	"strings"
)

// terraformTypes are the resources of Terraform that are read.
var terraformTypes = map[string]what{
	"aws_appautoscaling_target":           aTarget,
	"aws_appautoscaling_policy":           aPolicy,
	"aws_appautoscaling_scheduled_action": anAction,
	"aws_cloudwatch_metric_alarm":         anAlarm,
	"aws_autoscaling_group":               aGroup,
	"aws_autoscaling_policy":              aGroupPolicy,
	"aws_autoscaling_schedule":            aGroupAction,
}

// terraform reads `terraform show -json` of a state or a plan. Of a plan it reads the planned values, and from the configuration
// what refers to what: ids that will be known only after apply.
func (im *importer) terraform(root *node) {
	t := &terraform{im: im, refers: map[string][]string{}, others: map[string][]string{}}
	if c := root.at("configuration"); c != nil {
		t.configuration(c.at("root_module"), "")
		c.done()
	}
	values := root.at("planned_values")
	if values == nil {
		values = root.at("values")
	}
	if values == nil {
		if prior := root.at("prior_state"); prior != nil {
			values = prior.at("values")
			im.skip(prior, "format_version", "terraform_version")
		}
	}
	if values != nil {
		values.at("outputs").done()
		t.module(values.at("root_module"))
	}
	im.skip(root, "format_version", "terraform_version", "variables", "output_changes", "resource_changes", "resource_drift",
		"prior_state", "relevant_attributes", "timestamp", "applyable", "complete", "errored", "checks", "deferred_changes", "planned_values")
	for _, kind := range sortedKeys(t.others) {
		im.elsewhere = append(im.elsewhere, Note{root.file, "$", kind + ": " + strings.Join(t.others[kind], ", ")})
	}
}

type terraform struct {
	im     *importer
	refers map[string][]string // of "address attribute": the addresses that its expression refers to
	others map[string][]string // resources of other types, by type
}

// configuration collects the references of a module's resources.
func (t *terraform) configuration(module *node, prefix string) {
	if module == nil {
		return
	}
	for _, res := range module.list("resources") {
		address := prefix + res.peek("address")
		expressions := res.at("expressions")
		if expressions == nil || expressions.kind != object {
			continue
		}
		for i, key := range expressions.keys {
			for _, ref := range expressions.items[i].texts("references") {
				t.refers[address+" "+key] = append(t.refers[address+" "+key], prefix+ref)
			}
		}
	}
	if calls := module.at("module_calls"); calls != nil && calls.kind == object {
		for i, name := range calls.keys {
			t.configuration(calls.items[i].at("module"), prefix+"module."+name+".")
		}
	}
}

// module reads the resources of a module and of those below it.
func (t *terraform) module(module *node) {
	if module == nil {
		return
	}
	t.im.skip(module, "address")
	for _, res := range module.list("resources") {
		t.resource(res)
	}
	for _, child := range module.list("child_modules") {
		t.module(child)
	}
}

// index is the key of count or for_each at the end of an address.
var index = regexp.MustCompile(`\[[^\]]*\]`)

func (t *terraform) resource(res *node) {
	kind, address := res.peek("type"), res.peek("address")
	values := res.at("values")
	is, known := terraformTypes[kind]
	endpoint := kind == "aws_sagemaker_endpoint_configuration"
	if mode := res.peek("mode"); mode == "data" || values == nil || values.kind != object || !known && !endpoint {
		res.done()
		t.others[kind] = append(t.others[kind], address)
		return
	}
	res.done() // the copy in the API's shape is read in its place
	n := camel(kind, values)
	t.im.roots = append(t.im.roots, n)
	if endpoint {
		t.im.endpoint(n)
		return
	}
	p := t.im.add(is, n)
	bare := index.ReplaceAllString(address, "")
	p.names = append(p.names, address, bare)
	switch is {
	case anAlarm:
		for _, ref := range t.refers[bare+" alarm_actions"] {
			p.actsOn = append(p.actsOn, strings.TrimSuffix(ref, ".arn"))
			if keyed := strings.TrimPrefix(address, bare); keyed != "" {
				p.actsOn = append(p.actsOn, strings.TrimSuffix(ref, ".arn")+keyed)
			}
		}
	case aPolicy, anAction:
		if n.peek("ResourceId") == "" {
			for _, ref := range t.refers[bare+" resource_id"] {
				if target := strings.TrimSuffix(strings.TrimSuffix(ref, ".resource_id"), ".id"); strings.Contains(target, "aws_appautoscaling_target.") {
					p.owner = target
				}
			}
		}
	}
}

// ours are the names of Terraform's attributes that are not just the API's in another case.
var ours = map[string]string{
	"step_adjustment": "StepAdjustments", "metric_dimension": "Dimensions", "metric_query": "Metrics",
	"evaluate_low_sample_count_percentiles": "EvaluateLowSampleCountPercentile", "role_arn": "RoleARN", "arn": "ARN",
	"id": "Id", "vpc_zone_identifier": "VPCZoneIdentifier", "autoscaling_group_name": "AutoScalingGroupName",
}

// singles are blocks of which there is one: a list of one object in Terraform's JSON.
var singles = map[string]bool{
	"step_scaling_policy_configuration": true, "target_tracking_scaling_policy_configuration": true, "scalable_target_action": true,
	"predictive_scaling_policy_configuration": true, "predefined_metric_specification": true, "customized_metric_specification": true,
	"suspended_state": true, "target_tracking_configuration": true, "predictive_scaling_configuration": true, "metric_stat": true,
	"metric": true, "predefined_metric_pair_specification": true, "warm_pool": true, "instance_reuse_policy": true, "instance_maintenance_policy": true,
	"managed_instance_scaling": true, "scale_in_policy": true, "serverless_config": true, "routing_config": true,
}

// camel is Terraform's values in the API's shape, with their own paths.
func camel(kind string, n *node) *node {
	out := &node{file: n.file, path: n.path, kind: n.kind, text: n.text}
	for i, c := range n.items {
		if n.kind != object {
			out.items = append(out.items, camel("", c))
			continue
		}
		key := n.keys[i]
		if c.kind == null || c.kind == text && c.text == "" || c.kind == list && len(c.items) == 0 {
			continue // Terraform writes what is not set
		}
		if singles[key] && c.kind == list && len(c.items) == 1 {
			c = c.items[0]
		}
		v := camel("", c) // only a resource's own name has a name of its own
		name := apiName(kind, key)
		if name == "Dimensions" && v.kind == object {
			v = dimensions(c)
		}
		out.keys, out.items = append(out.keys, name), append(out.items, v)
	}
	return out
}

// dimensions are an alarm's dimensions, a map in Terraform, as the API's list.
func dimensions(n *node) *node {
	out := &node{file: n.file, path: n.path, kind: list}
	for i, key := range n.keys {
		value := *n.items[i]
		name := &node{file: n.file, path: value.path, kind: text, text: key}
		out.items = append(out.items, &node{file: n.file, path: value.path, kind: object, keys: []string{"Name", "Value"}, items: []*node{name, &value}})
	}
	return out
}

// apiName is the API's name of a Terraform attribute.
func apiName(kind, key string) string {
	if key == "name" {
		switch kind {
		case "aws_appautoscaling_policy", "aws_autoscaling_policy":
			return "PolicyName"
		case "aws_appautoscaling_scheduled_action":
			return "ScheduledActionName"
		case "aws_autoscaling_group":
			return "AutoScalingGroupName"
		}
	}
	if name, ok := ours[key]; ok {
		if name == "ARN" {
			switch kind {
			case "aws_appautoscaling_policy", "aws_autoscaling_policy":
				return "PolicyARN"
			case "aws_cloudwatch_metric_alarm":
				return "AlarmArn"
			}
		}
		return name
	}
	return pascal(key)
}

// pascal is snake_case in PascalCase.
func pascal(key string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(key, "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
