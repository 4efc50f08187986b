package exchange

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"headroom/scenarios"

	"gopkg.in/yaml.v3"
)

// Kept are parts of the patched scenario's own scaling that stay, since the files say nothing of them.
type Kept []string

// Into puts the scaling that was read into a scenario: its scaling block is replaced, all else stays as it stands, to the byte. What
// the files say nothing of (limits, policies, schedules, how long a request may wait) stays as the scenario has it, if it scales the
// same service. Variants that do not hold on top of it become comments. The error is scenarios.Problems.
func (i *Imported) Into(base Source) ([]byte, Kept, error) {
	if base.Err != nil {
		return nil, nil, scenarios.Problems{{File: base.Name, Must: "a file that can be read", Got: base.Err.Error()}}
	}
	dir := ""
	if base.Name != "-" {
		dir = filepath.Dir(base.Name)
	}
	before, err := scenarios.Parse(base.Name, dir, base.Text, nil)
	if err != nil {
		return nil, nil, err
	}
	text, kept, wrong := i.patch(base, dir)
	if own := before.Scaling.AWS; wrong != nil && own != nil && i.Group == nil && own.Service == i.Settings.Service && !i.plain {
		again := *i // its variants may point into scaling.aws: then it stays that
		again.plain = true
		if text, kept, err := again.patch(base, dir); err == nil {
			i.Gone = again.Gone
			return text, kept, nil
		}
	}
	if aside := broken(wrong, before.Variants()); len(aside) > 0 {
		if text, err = commented(text, aside); err == nil {
			if _, err = scenarios.Parse(base.Name+" with the import", dir, text, nil); err == nil {
				for _, name := range sortedKeys(aside) {
					i.Aside = append(i.Aside, "variants."+name+": "+aside[name])
				}
				return text, kept, nil
			}
		}
	}
	if wrong != nil {
		return nil, nil, wrong
	}
	return text, kept, nil
}

// patch puts the scaling into a scenario. With an error that is about the whole it gives the text as well.
func (i *Imported) patch(base Source, dir string) ([]byte, Kept, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(base.Text, &doc); err != nil {
		return nil, nil, err
	}
	top := doc.Content[0]
	key, old := find(top, "scaling")
	block, err := i.scaling()
	if err != nil {
		return nil, nil, err
	}
	_, scaling := find(block, "scaling")
	kept := i.keep(scaling.Content[1], old)
	text, err := splice(base.Text, top, key, block)
	if err != nil {
		return nil, nil, err
	}
	made := base.Name + " with the import"
	if _, err := scenarios.Parse(made, dir, text, nil); err != nil {
		return text, kept, i.located(err, made)
	}
	return text, kept, nil
}

// own is the block of a scenario that scales the same service, nil if none does: under its own key, or as scaling.aws.
func (i *Imported) own(old *yaml.Node) *yaml.Node {
	_, own := find(old, i.key())
	if i.Group == nil && (own == nil || i.key() == "aws") {
		_, own = find(old, "aws")
		if own == nil {
			return nil
		}
		if _, service := find(own, "service"); service == nil || service.Value != i.Settings.Service {
			return nil
		}
	}
	if own == nil || own.Kind != yaml.MappingNode {
		return nil
	}
	return own
}

// keep puts the scenario's own parts in the place of what the files say nothing of, and lists what of the scenario they have without.
func (i *Imported) keep(settings, old *yaml.Node) (kept Kept) {
	own := i.own(old)
	if own == nil {
		return nil
	}
	take := func(name string) {
		key, value := find(own, name)
		if value == nil {
			remove(settings, name)
			return
		}
		put(settings, name, key, value)
		kept = append(kept, name)
	}
	parts := i.parts()
	for _, name := range sortedKeys(parts) {
		if !parts[name] {
			take(name)
		}
	}
	for _, name := range []string{"expire", "copies-per-instance", "instances"} {
		if key, value := find(own, name); value != nil && i.origin[name] == nil && i.key() != "aws" {
			put(settings, name, key, value)
			kept = append(kept, name)
		}
	}
	instances := []string{"idle-after"}
	if i.managed.ScaleIn == "" {
		instances = append(instances, "scale-in", "cooldown", "maximum-step")
	}
	kept = append(kept, inside(settings, own, "instances", instances...)...)
	if i.said.pool {
		_, before := find(own, "warm-pool.state")
		if _, now := find(settings, "warm-pool.state"); before == nil && now.Value == "stopped" || before != nil && before.Value == now.Value {
			kept = append(kept, inside(settings, own, "warm-pool", "start-up", "storage-price")...)
		}
	}
	kept = append(kept, i.policyParts(settings, own)...)
	slices.Sort(kept)
	i.Gone = nil
	for k := 0; k+1 < len(own.Content); k += 2 {
		if name := own.Content[k].Value; name != "service" {
			if _, there := find(settings, name); there == nil {
				i.Gone = append(i.Gone, name)
			}
		}
	}
	return kept
}

// parts are those of the settings that stay as they are in a scenario where the files say nothing of them, and whether they do.
func (i *Imported) parts() map[string]bool {
	_, low := i.origin["min"]
	_, high := i.origin["max"]
	parts := map[string]bool{"min": i.said.limits || low, "max": i.said.limits || high, "policies": i.said.policies, "schedules": i.said.schedules,
		"suspended": i.said.suspended, "suspensions": false, "assume": false}
	if i.Group == nil {
		return parts
	}
	delete(parts, "suspended") // a group has none
	delete(parts, "suspensions")
	parts["lifecycle-hook"], parts["weight"], parts["warm-pool"] = false, false, i.said.pool || i.said.group
	for _, name := range []string{"default-cooldown", "default-warm-up", "termination", "maintenance", "max-lifetime"} {
		parts[name] = i.said.group || i.origin[name] != nil
	}
	return parts
}

// inside keeps keys of a block that the files have only without them.
func inside(settings, own *yaml.Node, block string, names ...string) (kept Kept) {
	_, into := find(settings, block)
	_, from := find(own, block)
	if into == nil || from == nil || into == from {
		return nil
	}
	for _, name := range names {
		if key, value := find(from, name); value != nil {
			put(into, name, key, value)
			kept = append(kept, block+"."+name)
		}
	}
	return kept
}

// put sets a key of a mapping.
func put(n *yaml.Node, name string, key, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			n.Content[i], n.Content[i+1] = key, value
			return
		}
	}
	n.Content = append(n.Content, key, value)
}

// remove takes a key out of a mapping.
func remove(n *yaml.Node, name string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
			return
		}
	}
}

// splice puts a block in the place of a top key's lines. A file whose top is not written line by line is written anew.
func splice(text []byte, top, key, block *yaml.Node) ([]byte, error) {
	_, value := find(block, key.Value)
	if top.Style&yaml.FlowStyle != 0 || key.Column != 1 {
		put(top, key.Value, key, value)
		var b bytes.Buffer
		err := encodeBlock(&b, top)
		return b.Bytes(), err
	}
	var b bytes.Buffer
	if err := encodeBlock(&b, block); err != nil {
		return nil, err
	}
	made := b.String()
	lines := strings.SplitAfter(string(text), "\n")
	from, to := key.Line-1, len(lines)
	for i := 0; i+1 < len(top.Content); i += 2 {
		if line := top.Content[i].Line - 1; line > from && line < to {
			to = line
		}
	}
	// blank lines and comments at the margin above the next key are that key's
	for to-1 > from && margin(lines[to-1]) {
		to--
	}
	if strings.HasSuffix(lines[from], "\r\n") {
		made = strings.ReplaceAll(made, "\n", "\r\n")
	}
	return []byte(strings.Join(lines[:from], "") + made + strings.Join(lines[to:], "")), nil
}

// margin tells a blank line or a comment at the left margin.
func margin(line string) bool {
	return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#")
}
