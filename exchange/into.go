package exchange

import (
	"bytes"
	"path/filepath"
	"strings"

	"headroom/policy/aws"
	"headroom/scenarios"

	"gopkg.in/yaml.v3"
)

// Kept are parts of the patched scenario's own scaling.aws that stay, since the files say nothing of them.
type Kept []string

// Into puts the scaling that was read into a scenario: its scaling block is replaced, all else stays as it stands, to the byte. What
// the files say nothing of (limits, policies or schedules) stays as the scenario has it, if it scales the same service. The error
// is scenarios.Problems.
func (i *Imported) Into(base Source) ([]byte, Kept, error) {
	if base.Err != nil {
		return nil, nil, scenarios.Problems{{File: base.Name, Must: "a file that can be read", Got: base.Err.Error()}}
	}
	dir := ""
	if base.Name != "-" {
		dir = filepath.Dir(base.Name)
	}
	if _, err := scenarios.Parse(base.Name, dir, base.Text, nil); err != nil {
		return nil, nil, err
	}
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
	settings := scaling.Content[1]
	kept := i.keep(settings, old)
	text, err := splice(base.Text, top, key, block)
	if err != nil {
		return nil, nil, err
	}
	if _, err := scenarios.Parse(base.Name+" with the import", dir, text, nil); err != nil {
		return nil, nil, err
	}
	return text, kept, nil
}

// keep puts the scenario's own parts in the place of what the files say nothing of.
func (i *Imported) keep(settings, old *yaml.Node) (kept Kept) {
	key := "aws"
	if i.Group != nil {
		key = aws.ASG
	}
	_, own := find(old, key)
	if own == nil || own.Kind != yaml.MappingNode {
		return nil
	}
	if _, service := find(own, "service"); i.Group == nil && (service == nil || service.Value != i.Settings.Service) {
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
	if !i.said.limits {
		for _, name := range []string{"min", "max"} {
			if _, read := i.origin[name]; !read {
				take(name)
			}
		}
	}
	if !i.said.policies {
		take("policies")
	}
	if !i.said.schedules {
		take("schedules")
	}
	if !i.said.suspended {
		take("suspended")
	}
	take("suspensions")
	take("assume")
	take("lifecycle-hook")
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
