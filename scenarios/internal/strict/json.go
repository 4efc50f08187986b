package strict

import (
	"encoding/json"
	"regexp"

	"gopkg.in/yaml.v3"
)

// JSON is a tree as JSON has it, the way editors see a YAML file: numbers, truth values and nothing where they stand plainly,
// all else as texts.
func JSON(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = JSON(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		items := []any{}
		for _, c := range n.Content {
			items = append(items, JSON(c))
		}
		return items
	}
	switch {
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return n.Value
	case n.Tag == "!!null":
		return nil
	case n.Tag == "!!bool":
		return n.Value == "true" || n.Value == "True" || n.Value == "TRUE"
	case n.Tag == "!!int" || n.Tag == "!!float":
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value)
		}
	}
	return n.Value
}

// A numeric says which bare numbers a pattern allows.
type numeric struct{ number, fraction, negative bool }

func pattern(expr string) numeric {
	re := regexp.MustCompile(expr)
	return numeric{number: re.MatchString("100") || re.MatchString("1"), fraction: re.MatchString("0.5"), negative: re.MatchString("-5")}
}
