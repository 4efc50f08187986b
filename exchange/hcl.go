package exchange

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// terraformNames are Terraform's types for each kind of resource.
var terraformNames = map[what]string{
	aTarget: "aws_appautoscaling_target", aPolicy: "aws_appautoscaling_policy", anAction: "aws_appautoscaling_scheduled_action",
	anAlarm: "aws_cloudwatch_metric_alarm", aGroup: "aws_autoscaling_group", aGroupPolicy: "aws_autoscaling_policy", aGroupAction: "aws_autoscaling_schedule",
}

// hcl writes the tree as Terraform.
func (t *tree) hcl() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# The scaling of the scenario %s, as simulated. Written by headroom export.\n", plainLine(t.scenario))
	if t.managed != nil {
		var text bytes.Buffer
		whole := t.managed[0].value.(props)
		last := len(whole) - 1 // ScaleInPolicy, which the provider does not document
		t.body(&text, "aws_sagemaker_endpoint_configuration", props{{t.managed[0].key, whole[:last]}}, "")
		for _, line := range managedText(text.String()) {
			fmt.Fprintf(&b, "# %s\n", line)
		}
		if given := whole[last].value.(props); len(given) > 1 {
			fmt.Fprintf(&b, "# Its ScaleInPolicy is no attribute of the provider; the API and CloudFormation have it: %s\n", strings.Join(strings.Fields(jsonOf(given, "", asItIs)), " "))
		}
	}
	for _, p := range t.parameters {
		fmt.Fprintf(&b, "\nvariable %q {\n", snake(p))
		lines := []attribute{{"type", "string"}}
		if p == subnets {
			lines[0].value = "list(string)"
		}
		if p == "VariantName" {
			lines = append(lines, attribute{"default", `"AllTraffic"`})
		}
		writeAttributes(&b, lines, "  ")
		b.WriteString("}\n")
	}
	for _, r := range t.resources {
		kind := terraformNames[r.is]
		if r.is == aWarmPool { // a block of the group
			continue
		}
		fmt.Fprintf(&b, "\nresource %q %q {\n", kind, snake(r.name))
		t.body(&b, kind, t.terraformProps(r), "  ")
		b.WriteString("}\n")
	}
	return b.Bytes()
}

// terraformProps are a resource's properties; what belongs to a target takes its identity from it.
func (t *tree) terraformProps(r resourceOut) (out props) {
	sizes := map[string]bool{}
	for _, p := range r.props {
		sizes[p.key] = true
		switch p.key {
		case "AutoScalingGroupName":
			if r.target != "" {
				p.value = reference(fmt.Sprintf("%s.%s.name", terraformNames[aGroup], snake(r.target)))
			}
		case "ServiceNamespace", "ResourceId", "ScalableDimension":
			if r.target != "" {
				p.value = reference(fmt.Sprintf("%s.%s.%s", terraformNames[aTarget], snake(r.target), snake(p.key)))
			}
		}
		out = append(out, p)
	}
	switch r.is {
	case aGroup:
		out = append(out, prop{"VpcZoneIdentifier", reference("var." + snake(subnets))}, prop{"LaunchTemplate", props{{"Id", form("${" + launchTemplate + "}")},
			{"Version", form("${" + launchVersion + "}")}}})
		for _, o := range t.resources {
			if o.is == aWarmPool {
				out = append(out, prop{"WarmPool", o.props[1:]}) // without the group's name
			}
		}
	case aGroupAction: // what is not said is 0 there, and −1 is to leave it
		for _, key := range []string{"MinSize", "MaxSize", "DesiredCapacity"} {
			if !sizes[key] {
				out = append(out, prop{key, -1})
			}
		}
	}
	return out
}

// A reference is an expression that refers to an attribute of another resource.
type reference string

// An attribute is a line NAME = VALUE.
type attribute struct{ name, value string }

// body writes properties: first what is one line, then the blocks.
func (t *tree) body(b *bytes.Buffer, kind string, ps props, indent string) {
	var lines []attribute
	for _, p := range ps {
		if v, ok := t.line(p); ok {
			lines = append(lines, attribute{terraformName(kind, p.key), v})
		}
	}
	writeAttributes(b, lines, indent)
	for i, p := range ps {
		if p.key == "Dimensions" && kind == terraformNames[anAlarm] { // a map, where all else is blocks
			t.dimensionMap(b, p.value.([]any), indent)
			continue
		}
		for _, one := range blocks(p.value) {
			if len(lines) > 0 || i > 0 {
				b.WriteString("\n")
			}
			name := terraformName(kind, p.key)
			if p.key == "Dimensions" {
				name = "dimensions"
			}
			fmt.Fprintf(b, "%s%s {\n", indent, name)
			t.body(b, kind, one, indent+"  ")
			b.WriteString(indent + "}\n")
		}
	}
}

// writeAttributes writes lines with their = in one column, as terraform fmt does.
func writeAttributes(b *bytes.Buffer, lines []attribute, indent string) {
	wide := 0
	for _, l := range lines {
		wide = max(wide, len(l.name))
	}
	for _, l := range lines {
		fmt.Fprintf(b, "%s%-*s = %s\n", indent, wide, l.name, l.value)
	}
}

// blocks are the objects of a property that is blocks in Terraform.
func blocks(v any) []props {
	switch v := v.(type) {
	case props:
		return []props{v}
	case []any:
		var out []props
		for _, c := range v {
			if p, ok := c.(props); ok {
				out = append(out, p)
			}
		}
		return out
	}
	return nil
}

// line is a property's value if it fits on a line.
func (t *tree) line(p prop) (string, bool) {
	switch v := p.value.(type) {
	case form:
		s := quoteHCL(string(v))
		name := placeholder.FindString(string(v))
		if name == string(v) {
			return "var." + snake(name[2:len(name)-1]), true
		}
		return parameterIn.ReplaceAllStringFunc(s, func(p string) string { return "${var." + snake(p[3:len(p)-1]) + "}" }), true
	case reference:
		return string(v), true
	case string:
		return quoteHCL(v), true
	case int:
		return strconv.Itoa(v), true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		if strings.HasPrefix(p.key, "MetricInterval") { // strings in Terraform's schema
			return quoteHCL(strconv.FormatFloat(v, 'f', -1, 64)), true
		}
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case []any:
		var arns []string
		for _, c := range v {
			switch c := c.(type) {
			case arn:
				arns = append(arns, fmt.Sprintf("%s.%s.arn", t.terraformKind(string(c)), snake(string(c))))
			case string:
				arns = append(arns, quoteHCL(c))
			case form:
				one, _ := t.line(prop{p.key, c})
				arns = append(arns, one)
			}
		}
		return "[" + strings.Join(arns, ", ") + "]", len(arns) > 0
	}
	return "", false
}

// terraformKind is the type of a resource of the tree.
func (t *tree) terraformKind(name string) string {
	for _, r := range t.resources {
		if r.name == name {
			return terraformNames[r.is]
		}
	}
	return ""
}

// dimensionMap writes an alarm's dimensions.
func (t *tree) dimensionMap(b *bytes.Buffer, dims []any, indent string) {
	var lines []attribute
	for _, d := range dims {
		ps := d.(props)
		v, _ := t.line(ps[1])
		lines = append(lines, attribute{ps[0].value.(string), v})
	}
	fmt.Fprintf(b, "\n%sdimensions = {\n", indent)
	writeAttributes(b, lines, indent+"  ")
	b.WriteString(indent + "}\n")
}

// terraformName is Terraform's name of a property.
func terraformName(kind, key string) string {
	switch key {
	case "PolicyName":
		return "name"
	case "ScheduledActionName":
		if kind == terraformNames[anAction] {
			return "name"
		}
	case "AutoScalingGroupName":
		if kind == terraformNames[aGroup] {
			return "name"
		}
		return "autoscaling_group_name"
	case "TargetGroupARNs":
		return "target_group_arns"
	case "StepAdjustments":
		return "step_adjustment"
	case "MetricSpecifications":
		return "metric_specification"
	case "EvaluateLowSampleCountPercentile":
		return "evaluate_low_sample_count_percentiles"
	}
	return snake(key)
}

// parameterIn is a parameter after quoteHCL has escaped its $.
var parameterIn = regexp.MustCompile(`\$\$\{\w+\}`)

// quoteHCL is a text as HCL quotes it; ${ and %{ stand for themselves.
func quoteHCL(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "${", "$${", "%{", "%%{").Replace(s)
	return `"` + s + `"`
}
