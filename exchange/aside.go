package exchange

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"headroom/scenarios"

	"gopkg.in/yaml.v3"
)

// broken are the variants that do not hold on top of an import, each with why; nil if something else is wrong.
func broken(err error, names []string) map[string]string {
	var bad scenarios.Problems
	if !errors.As(err, &bad) {
		return nil
	}
	out := map[string]string{}
	for _, p := range bad {
		at := slices.IndexFunc(names, func(name string) bool {
			return p.Path == "variants."+name || strings.HasPrefix(p.Path, "variants."+name+": ")
		})
		if at < 0 {
			return nil
		}
		why := strings.TrimPrefix(strings.TrimPrefix(p.Path, "variants."+names[at]), ": ") + ": " + p.Must
		if p.Got != "" {
			why += ", got " + p.Got
		}
		if out[names[at]] == "" {
			out[names[at]] = plainLine(strings.TrimPrefix(why, ": "))
		}
	}
	return out
}

// commented makes comments of variants, below why; all other lines stay as they are. It fails on variants that are not written line by line.
func commented(text []byte, why map[string]string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	top := doc.Content[0]
	key, all := find(top, "variants")
	if all == nil || all.Kind != yaml.MappingNode || (top.Style|all.Style)&yaml.FlowStyle != 0 || all.Anchor != "" {
		return nil, fmt.Errorf("variants that are not written line by line")
	}
	lines := strings.SplitAfter(string(text), "\n")
	end := len(lines)
	for i := 0; i < len(top.Content); i += 2 {
		if line := top.Content[i].Line - 1; line >= key.Line && line < end {
			end = line
		}
	}
	out := append([]string{}, lines...)
	for i := 0; i < len(all.Content); i += 2 {
		name := all.Content[i]
		reason, is := why[name.Value]
		if !is {
			continue
		}
		to := end
		if i+2 < len(all.Content) {
			to = all.Content[i+2].Line - 1
		}
		for to-1 > name.Line-1 && remark(lines[to-1]) {
			to--
		}
		indent := strings.Repeat(" ", name.Column-1)
		for k := name.Line - 1; k < to; k++ {
			out[k] = indent + "# " + strings.TrimPrefix(lines[k], indent)
		}
		out[name.Line-1] = indent + "# does not hold with the import: " + reason + "\n" + out[name.Line-1]
	}
	if len(why)*2 == len(all.Content) {
		out[key.Line-1] = "# " + out[key.Line-1]
	}
	return []byte(strings.Join(out, "")), nil
}

// remark tells a blank line or a comment.
func remark(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "#")
}
