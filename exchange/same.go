package exchange

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// policyParts keeps of the scenario's own policies what the files say nothing of: what they assume, the form of the alarms that AWS makes,
// a forecaster. It is kept for the policy of the same kind and name; without a name, on the same metric.
func (i *Imported) policyParts(settings, own *yaml.Node) (kept Kept) {
	_, now := find(settings, "policies")
	_, before := find(own, "policies")
	if now == nil || before == nil || now == before || now.Kind != yaml.SequenceNode || before.Kind != yaml.SequenceNode {
		return nil
	}
	for n, one := range now.Content {
		if one.Kind != yaml.MappingNode || len(one.Content) != 2 {
			continue
		}
		kind, made := one.Content[0].Value, one.Content[1]
		from := sameAs(before, kind, made)
		if from == nil {
			continue
		}
		path := fmt.Sprintf("policies.%d.%s", n, kind)
		if key, value := find(from, "alarm"); value != nil && kind == "target-tracking" && i.defaults[path+".alarm"] != "" {
			put(made, "alarm", key, value)
			kept = append(kept, path+".alarm")
		}
		if key, value := find(from, "forecaster"); value != nil && kind == "predictive" {
			put(made, "forecaster", key, value)
			kept = append(kept, path+".forecaster")
		}
		for _, name := range assumed(made, from) {
			kept = append(kept, path+".assume."+name)
		}
	}
	return kept
}

// sameAs is the only policy of a list with the kind and the name, or without a name the metric, of another one.
func sameAs(all *yaml.Node, kind string, policy *yaml.Node) (found *yaml.Node) {
	by := "metric"
	if _, name := find(policy, "name"); name != nil && name.Value != "" {
		by = "name"
	}
	_, wanted := find(policy, by)
	if wanted == nil {
		return nil
	}
	for _, one := range all.Content {
		_, other := find(one, kind+"."+by)
		if other == nil || other.Value != wanted.Value {
			continue
		}
		if found != nil {
			return nil
		}
		_, found = find(one, kind)
	}
	return found
}

// assumed takes what a policy assumes over to another one, but for step-metric-for-calc, which AWS's files say (MetricAggregationType).
func assumed(into, from *yaml.Node) (names []string) {
	key, all := find(from, "assume")
	if all == nil || all.Kind != yaml.MappingNode {
		return nil
	}
	for k := 0; k+1 < len(all.Content); k += 2 {
		name := all.Content[k].Value
		if name == "step-metric-for-calc" {
			continue
		}
		_, own := find(into, "assume")
		if own == nil {
			own = &yaml.Node{Kind: yaml.MappingNode, Style: all.Style}
			put(into, "assume", key, own)
		}
		put(own, name, all.Content[k], all.Content[k+1])
		names = append(names, name)
	}
	return names
}
