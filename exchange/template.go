package exchange

import (
	"regexp"
	"strings"
)

// isTemplate tells a CloudFormation template: resources with types of AWS.
func isTemplate(n *node) bool {
	if n.has("AWSTemplateFormatVersion") {
		return true
	}
	resources := n.at("Resources")
	if resources == nil || resources.kind != object {
		return false
	}
	for _, c := range resources.items {
		if strings.Contains(c.peek("Type"), "::") {
			return true
		}
	}
	return false
}

// types of a template that are read.
var templateTypes = map[string]what{
	"AWS::ApplicationAutoScaling::ScalableTarget": aTarget,
	"AWS::ApplicationAutoScaling::ScalingPolicy":  aPolicy,
	"AWS::CloudWatch::Alarm":                      anAlarm,
	"AWS::AutoScaling::AutoScalingGroup":          aGroup,
	"AWS::AutoScaling::ScalingPolicy":             aGroupPolicy,
	"AWS::AutoScaling::ScheduledAction":           aGroupAction,
	"AWS::AutoScaling::WarmPool":                  aWarmPool,
}

// A template resolves what is local to it.
type template struct {
	im         *importer
	root       *node
	parameters *node
	resources  *node
	mappings   *node
}

// template reads the resources of a template.
func (im *importer) template(root *node) {
	t := &template{im, root, root.at("Parameters"), root.at("Resources"), root.at("Mappings")}
	im.skip(root, "AWSTemplateFormatVersion", "Description", "Outputs", "Metadata", "Rules", "Conditions")
	t.parameters.done()
	t.mappings.done()
	if t.resources == nil || t.resources.kind != object {
		return
	}
	t.resources.opened = true
	others := map[string][]string{}
	for i, name := range t.resources.keys {
		res := t.resources.items[i]
		kind := res.peek("Type")
		is, known := templateTypes[kind]
		switch {
		case kind == "AWS::SageMaker::EndpointConfig":
			t.endpoint(res)
		case known:
			t.resource(is, name, res)
		default:
			res.done()
			others[kind] = append(others[kind], name)
		}
	}
	for _, kind := range sortedKeys(others) {
		im.elsewhere = append(im.elsewhere, Note{root.file, t.resources.path, kind + ": " + strings.Join(others[kind], ", ")})
	}
}

// resource reads one resource: its properties, resolved.
func (t *template) resource(is what, name string, res *node) {
	im := t.im
	t.attributes(res)
	properties := res.at("Properties")
	if properties == nil {
		properties = &node{file: res.file, path: below(res.path, "Properties"), kind: object}
	}
	properties.done() // the resolved copy is read in its place
	n := t.resolve(properties)
	p := im.add(is, n)
	im.roots = append(im.roots, n)
	self := "${" + name + "}"
	p.names = append(p.names, self, "${"+name+".Arn}")
	switch is {
	case aTarget:
		for _, a := range n.list("ScheduledActions") {
			action := im.add(anAction, a)
			action.owner = self
		}
	case aPolicy:
		if id, ok := im.text(n, "ScalingTargetId"); ok {
			p.owner = id
		}
	case anAlarm:
		if n.peek("AlarmName") == "" {
			p.names = append(p.names, name)
		}
	}
}

// attributes accounts for the keys beside a resource's properties.
func (t *template) attributes(res *node) {
	t.im.skip(res, "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy")
	res.at("Type").done()
	if c := res.at("Condition"); c != nil {
		t.im.note(c, "conditions are not evaluated: the resource is taken as there")
	}
}

// endpoint reads the variants of an endpoint's configuration.
func (t *template) endpoint(res *node) {
	t.attributes(res)
	properties := res.at("Properties")
	if properties == nil {
		return
	}
	properties.done()
	n := t.resolve(properties)
	t.im.roots = append(t.im.roots, n)
	t.im.endpoint(n)
}

// resolve is a copy of a tree with the intrinsic functions that can be resolved in the template replaced by their values. What
// cannot be resolved is a text that names it: ${Name} or ${Name.Attribute}.
func (t *template) resolve(n *node) *node {
	out := &node{file: n.file, path: n.path, kind: n.kind, text: n.text}
	switch n.kind {
	case list:
		for _, c := range n.items {
			if r := t.resolve(c); r != nil {
				out.items = append(out.items, r)
			}
		}
	case object:
		if len(n.keys) == 1 && (n.keys[0] == "Ref" || strings.HasPrefix(n.keys[0], "Fn::")) {
			return t.call(n, n.keys[0], n.items[0])
		}
		for i, key := range n.keys {
			if r := t.resolve(n.items[i]); r != nil {
				out.keys, out.items = append(out.keys, key), append(out.items, r)
			}
		}
	}
	return out
}

// call is an intrinsic function's value; nil for a property that is to be left out.
func (t *template) call(n *node, function string, argument *node) *node {
	out := &node{file: n.file, path: n.path, kind: text}
	open := func(name string) *node {
		out.text, out.open = out.text+name, function+" "+name
		return out
	}
	switch function {
	case "Ref":
		if argument.text == "AWS::NoValue" {
			return nil
		}
		return t.ref(out, argument.text)
	case "Fn::GetAtt":
		name := argument.text
		if argument.kind == list {
			var parts []string
			for _, c := range argument.items {
				parts = append(parts, c.text)
			}
			name = strings.Join(parts, ".")
		}
		return open("${" + name + "}")
	case "Fn::Sub":
		return t.sub(out, argument)
	case "Fn::Join":
		return t.join(out, argument)
	case "Fn::FindInMap":
		if found := t.find(argument); found != nil {
			return found.copied(out.path)
		}
	}
	out.text, out.open, out.stuck = "${"+function+"}", function+" is not evaluated", true
	return out
}

// copied is a tree as if it stood at a path.
func (n *node) copied(path string) *node {
	out := *n
	out.path, out.read, out.opened = path, false, false
	return &out
}

// ref is the value of a parameter that has a default, and else its name.
func (t *template) ref(out *node, name string) *node {
	if t.parameters != nil {
		if p := t.parameters.at(name); p != nil {
			if d := p.at("Default"); d != nil && (d.kind == text || d.kind == number || d.kind == truth) {
				out.kind, out.text = d.kind, d.text
				return out
			}
			out.text, out.open = "${"+name+"}", "the parameter "+name+" has no default"
			return out
		}
	}
	out.text, out.open = "${"+name+"}", "Ref "+name
	return out
}

// placeholder is a ${Name} in a text of Fn::Sub; ${!Name} stands for itself.
var placeholder = regexp.MustCompile(`\$\{[^}]*\}`)

// sub is Fn::Sub: a text with placeholders, or a list of it and a map of values.
func (t *template) sub(out, argument *node) *node {
	form, own := argument, (*node)(nil)
	if argument.kind == list && len(argument.items) == 2 {
		form, own = argument.items[0], argument.items[1]
	}
	out.text = placeholder.ReplaceAllStringFunc(form.text, func(s string) string {
		name := strings.TrimSpace(s[2 : len(s)-1])
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}"
		}
		var v *node
		switch {
		case own != nil && own.has(name):
			v = t.resolve(own.at(name))
		case strings.Contains(name, ".") || strings.Contains(name, "::"):
			v = &node{text: "${" + name + "}", open: "Fn::Sub ${" + name + "}"}
		default:
			v = t.ref(&node{kind: text}, name)
		}
		if v == nil || v.kind == list || v.kind == object {
			v = &node{text: "${" + name + "}", open: "Fn::Sub ${" + name + "}"}
		}
		if v.open != "" {
			out.open = v.open
		}
		return v.text
	})
	return out
}

// join is Fn::Join.
func (t *template) join(out, argument *node) *node {
	if argument.kind != list || len(argument.items) != 2 || argument.items[1].kind != list {
		out.text, out.open = "Fn::Join", "Fn::Join of something else than a list"
		return out
	}
	var parts []string
	for _, c := range argument.items[1].items {
		v := t.resolve(c)
		if v == nil {
			continue
		}
		if v.kind == list || v.kind == object {
			v = &node{text: v.path, open: "Fn::Join of " + v.shown()}
		}
		if v.open != "" {
			out.open = v.open
		}
		parts = append(parts, v.text)
	}
	out.text = strings.Join(parts, argument.items[0].text)
	return out
}

// find is Fn::FindInMap.
func (t *template) find(argument *node) *node {
	at := t.mappings
	if argument.kind != list || len(argument.items) != 3 {
		return nil
	}
	for _, c := range argument.items {
		key := t.resolve(c)
		if key == nil || key.open != "" || at == nil {
			return nil
		}
		at = at.at(key.text)
	}
	if at == nil || at.kind == list || at.kind == object {
		return nil
	}
	return at
}
