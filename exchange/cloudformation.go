package exchange

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// stackTypes are CloudFormation's types for each kind of resource. Scheduled actions are part of their target there.
var stackTypes = map[what]string{
	aTarget: "AWS::ApplicationAutoScaling::ScalableTarget", aPolicy: "AWS::ApplicationAutoScaling::ScalingPolicy", anAlarm: "AWS::CloudWatch::Alarm",
	aGroup: "AWS::AutoScaling::AutoScalingGroup", aGroupPolicy: "AWS::AutoScaling::ScalingPolicy", aGroupAction: "AWS::AutoScaling::ScheduledAction",
	aWarmPool: "AWS::AutoScaling::WarmPool",
}

// cloudFormation writes the tree as a template.
func (t *tree) cloudFormation() ([]byte, error) {
	doc := &yaml.Node{Kind: yaml.MappingNode}
	add := func(key string, value *yaml.Node) { doc.Content = append(doc.Content, word(key), value) }
	version := word("2010-09-09")
	version.Style = yaml.DoubleQuotedStyle
	add("AWSTemplateFormatVersion", version)
	add("Description", word("The scaling of the scenario "+plainLine(t.scenario)+", as simulated. Written by headroom export."))
	if len(t.parameters) > 0 {
		parameters := &yaml.Node{Kind: yaml.MappingNode}
		for _, p := range t.parameters {
			one := props{{"Type", "String"}}
			if p == subnets {
				one[0].value = "List<AWS::EC2::Subnet::Id>"
			}
			if p == "VariantName" {
				one = append(one, prop{"Default", "AllTraffic"})
			}
			parameters.Content = append(parameters.Content, word(p), stackValue(one))
		}
		add("Parameters", parameters)
	}
	resources := &yaml.Node{Kind: yaml.MappingNode}
	for _, r := range t.resources {
		if r.is == anAction {
			continue
		}
		one := &yaml.Node{Kind: yaml.MappingNode}
		one.Content = append(one.Content, word("Type"), word(stackTypes[r.is]), word("Properties"), stackValue(t.stackProps(r)))
		resources.Content = append(resources.Content, word(r.name), one)
	}
	add("Resources", resources)
	var b bytes.Buffer
	if t.managed != nil {
		var text bytes.Buffer
		if err := encodeBlock(&text, stackValue(t.managed)); err != nil {
			return nil, err
		}
		for _, line := range managedText(text.String()) {
			fmt.Fprintf(&b, "# %s\n", strings.TrimRight(line, " "))
		}
	}
	err := encodeBlock(&b, doc)
	return b.Bytes(), err
}

// stackProps are a resource's properties as a template has them: a policy refers to its target, a target holds its actions.
func (t *tree) stackProps(r resourceOut) (out props) {
	switch r.is {
	case aGroup, aGroupPolicy, aGroupAction, aWarmPool:
		return groupStack(r)
	}
	for _, p := range r.props {
		switch {
		case r.target != "" && p.key == "ServiceNamespace":
			out = append(out, prop{"ScalingTargetId", arn(r.target)})
		case r.target != "" && (p.key == "ResourceId" || p.key == "ScalableDimension"):
		default:
			out = append(out, p)
		}
	}
	if r.is != aTarget {
		return out
	}
	var actions []any
	for _, a := range t.resources {
		if a.is != anAction {
			continue
		}
		var one props
		for _, p := range a.props {
			if p.key != "ServiceNamespace" && p.key != "ResourceId" && p.key != "ScalableDimension" {
				one = append(one, p)
			}
		}
		actions = append(actions, one)
	}
	if len(actions) > 0 {
		out = append(out, prop{"ScheduledActions", actions})
	}
	return out
}

// groupStack are the properties of a group and what belongs to it. Policies and actions have no names there; some numbers are texts.
func groupStack(r resourceOut) (out props) {
	for _, p := range r.props {
		switch p.key {
		case "PolicyName", "ScheduledActionName":
			continue
		case "DefaultCooldown":
			p = prop{"Cooldown", fmt.Sprint(p.value)}
		case "Cooldown":
			p.value = fmt.Sprint(p.value)
		case "MinSize", "MaxSize":
			if r.is == aGroup {
				p.value = fmt.Sprint(p.value)
			}
		case "AutoScalingGroupName":
			if r.target != "" {
				p.value = arn(r.target)
			}
		}
		out = append(out, p)
	}
	if r.is == aGroup {
		out = append(out, prop{"LaunchTemplate", props{{"LaunchTemplateId", form("${" + launchTemplate + "}")}, {"Version", form("${" + launchVersion + "}")}}},
			prop{"VPCZoneIdentifier", form("${" + subnets + "}")})
	}
	return out
}

// stackValue is a value as a template has it: parameters by !Ref or !Sub, other resources by !Ref.
func stackValue(v any) *yaml.Node {
	switch v := v.(type) {
	case props:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, p := range v {
			n.Content = append(n.Content, word(p.key), stackValue(p.value))
		}
		return n
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, c := range v {
			n.Content = append(n.Content, stackValue(c))
		}
		return n
	case form:
		if name := placeholder.FindString(string(v)); name == string(v) {
			return tagged("!Ref", name[2:len(name)-1])
		}
		return tagged("!Sub", string(v))
	case arn:
		return tagged("!Ref", string(v))
	case string:
		return word(v)
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.Itoa(v)}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatBool(v)}
	case float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(v, 'f', -1, 64)}
	}
	panic(fmt.Sprintf("exchange: no YAML of %T", v)) // the tree holds nothing else
}

func tagged(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Style: yaml.TaggedStyle, Value: value}
}
