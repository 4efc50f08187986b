package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A File is a file of an export.
type File struct {
	Name string
	Text []byte
}

// commands are the AWS CLI's commands for each kind of resource.
var commands = map[what]string{
	aTarget: "application-autoscaling register-scalable-target", aPolicy: "application-autoscaling put-scaling-policy",
	anAction: "application-autoscaling put-scheduled-action", anAlarm: "cloudwatch put-metric-alarm",
	aGroup: "autoscaling update-auto-scaling-group", aGroupPolicy: "autoscaling put-scaling-policy",
	aGroupAction: "autoscaling put-scheduled-update-group-action", aWarmPool: "autoscaling put-warm-pool",
}

// shell writes the tree as a script of AWS CLI commands that holds its own inputs.
func (t *tree) shell() []byte {
	var b bytes.Buffer
	t.preamble(&b)
	for i, r := range t.resources {
		if i > 0 {
			b.WriteString("\n")
		}
		t.inline(&b, r)
	}
	return b.Bytes()
}

// inline writes a command that holds its own input.
func (t *tree) inline(b *bytes.Buffer, r resourceOut) {
	begin, texts := "<<'JSON'", asItIs
	if len(t.parameters) > 0 {
		begin, texts = "<<JSON", heredoc
	}
	fmt.Fprintf(b, "%s --cli-input-json \"$(cat %s\n%s\nJSON\n)\"%s\n", t.command(r), begin, jsonOf(r.bare(), "", texts), t.after(r))
}

// files writes the tree as inputs of the AWS CLI, one a file, and a script that applies them in their order. An input with a value that
// only the script is told stands in the script.
func (t *tree) files() (out []File) {
	var b bytes.Buffer
	t.preamble(&b)
	if t.complete() {
		b.WriteString("cd \"$(dirname \"$0\")\"\n\n")
	}
	for i, r := range t.resources {
		if open(r.bare()) {
			t.inline(&b, r)
			continue
		}
		name := fmt.Sprintf("%02d-%s.json", i+1, strings.ReplaceAll(snake(r.name), "_", "-"))
		out = append(out, File{name, []byte(jsonOf(r.bare(), "", asItIs) + "\n")})
		fmt.Fprintf(&b, "%s --cli-input-json file://%s%s\n", t.command(r), name, t.after(r))
	}
	return append(out, File{"apply.sh", b.Bytes()})
}

// complete tells whether some input needs no value of the script.
func (t *tree) complete() bool {
	return slices.ContainsFunc(t.resources, func(r resourceOut) bool { return !open(r.bare()) })
}

// open tells whether a value has parameters in it.
func open(v any) bool {
	switch v := v.(type) {
	case form:
		return true
	case props:
		return slices.ContainsFunc(v, func(p prop) bool { return open(p.value) })
	case []any:
		return slices.ContainsFunc(v, open)
	}
	return false
}

// preamble is the begin of a script: what it is, and its variables.
func (t *tree) preamble(b *bytes.Buffer) {
	fmt.Fprintf(b, "#!/bin/sh\n# The scaling of the scenario %s, as simulated. Written by headroom export.\n", plainLine(t.scenario))
	if t.managed != nil {
		for _, line := range managedText(strings.TrimSuffix(strings.TrimPrefix(jsonOf(t.managed, "", asItIs), "{\n  "), "\n}")) {
			fmt.Fprintf(b, "# %s\n", line)
		}
	}
	b.WriteString("set -eu\n\n")
	for _, p := range t.parameters {
		v := strings.ToUpper(snake(p))
		if p == "VariantName" {
			fmt.Fprintf(b, "%s=\"${%s:-AllTraffic}\"\n", v, v)
			continue
		}
		fmt.Fprintf(b, ": \"${%s:?the %s}\"\n", v, strings.ReplaceAll(snake(p), "_", " "))
	}
	if len(t.parameters) > 0 {
		b.WriteString("\n")
	}
}

// bare are a resource's properties without those that only the script knows.
func (r resourceOut) bare() props {
	var out props
	for _, p := range r.props {
		if p.key != "AlarmActions" {
			out = append(out, p)
		}
	}
	return out
}

// command is the begin of a resource's command. What a policy's alarm needs of it is kept in a variable.
func (t *tree) command(r resourceOut) string {
	c := "aws " + commands[r.is]
	for _, o := range t.resources {
		if o.needs == r.name {
			return "policy_arn=\"$(" + c
		}
	}
	return c
}

// after is the end of a resource's command.
func (t *tree) after(r resourceOut) string {
	for _, o := range t.resources {
		if o.needs == r.name {
			return " --query PolicyARN --output text)\""
		}
	}
	if r.needs != "" {
		return " --alarm-actions \"$policy_arn\""
	}
	return ""
}

// asItIs is a JSON text as it stands.
func asItIs(quoted string, _ bool) string { return quoted }

// heredoc is a JSON text as it stands in a here-document whose variables are filled in: parameters as variables, all else literal.
func heredoc(quoted string, parameters bool) string {
	s := strings.NewReplacer(`\`, `\\`, "`", "\\`", "$", `\$`).Replace(quoted)
	if !parameters {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(p string) string { return "${" + strings.ToUpper(snake(p[3:len(p)-1])) + "}" })
}

// escaped is a parameter after heredoc has escaped its $.
var escaped = regexp.MustCompile(`\\\$\{\w+\}`)

// jsonOf writes a value as JSON; texts writes a quoted text, with parameters in it or literal.
func jsonOf(v any, indent string, texts func(quoted string, parameters bool) string) string {
	in := indent + "  "
	switch v := v.(type) {
	case props:
		var lines []string
		for _, p := range v {
			lines = append(lines, in+quoteJSON(p.key)+": "+jsonOf(p.value, in, texts))
		}
		return "{\n" + strings.Join(lines, ",\n") + "\n" + indent + "}"
	case []any:
		var lines []string
		for _, c := range v {
			lines = append(lines, in+jsonOf(c, in, texts))
		}
		return "[\n" + strings.Join(lines, ",\n") + "\n" + indent + "]"
	case form:
		return texts(quoteJSON(string(v)), true)
	case string:
		return texts(quoteJSON(v), false)
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	panic(fmt.Sprintf("exchange: no JSON of %T", v)) // the tree holds nothing else
}

// quoteJSON is a text as JSON, without the escapes for HTML.
func quoteJSON(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string always has JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}
