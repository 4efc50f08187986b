package exchange

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"headroom/policy/aws"
	"headroom/scenarios"

	"gopkg.in/yaml.v3"
)

// Scenario is a whole scenario with the scaling that was read. What no file can tell (traffic, service time, price) is assumed, and
// says so. The error is scenarios.Problems: the files hold what no scenario can.
func (i *Imported) Scenario() ([]byte, error) {
	scaling, err := i.scaling()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("# Scaling read by headroom import from %s.", plainLine(strings.Join(i.Files, ", ")))
	p("# Lines marked \"assumed\" are not in those files: put your own values in.")
	for _, n := range i.Notes {
		p("# not understood: %s", plainLine(n.String()))
	}
	p("version: 1")
	p("name: %s", scalar(i.label()))
	p("ask: %s", scalar("What do the policies of "+i.called()+" do with this traffic?"))
	p("because: %s\n", scalar("the scaling was read from "+strings.Join(i.Files, ", ")+"; traffic, service and fleet are assumed where they say so"))
	start, length := i.clock()
	p("clock:")
	p("  start: %s # assumed", start.Format("2006-01-02T15:04:05"))
	p("  length: %s # assumed\n", length)
	rate := i.rate()
	p("traffic:")
	p("  curves:")
	p("    # assumed: a daily wave that moves the fleet inside its limits")
	p("    - sine: {mean: %s, amplitude: %s, peak: \"14:00\"}\n", rps(rate), rps(rate*0.8))
	p("service:")
	kind := scalableOf(i.service())
	p("  concurrency: %s # assumed", kind.slots)
	p("  time: {lognormal: {median: 80ms, p99: 400ms}} # assumed")
	p("  queue: %s # assumed", kind.queue)
	p("  timeout: %s # assumed", i.patience())
	if w := i.fleet.balancer; w != "" {
		p("  balancer: %s # from %s", w, plainLine(i.fleet.from["balancer"]))
	} else {
		p("  balancer: least-outstanding # assumed")
	}
	p("\nfleet:")
	i.writeFleet(p)
	p("")
	if err := encodeBlock(&b, scaling); err != nil {
		return nil, err
	}
	p("\nexpect:")
	p("  - p99 < 1s in 99%% of minutes # assumed")
	made := "the scenario made of " + strings.Join(i.Files, ", ")
	if _, err := scenarios.Parse(made, "", b.Bytes(), nil); err != nil {
		return nil, i.located(err, made)
	}
	return b.Bytes(), nil
}

// patience is how long clients are assumed to wait: for ever where a queue is the point.
func (i *Imported) patience() string {
	if i.service() == aws.AsyncEndpoint {
		return "none"
	}
	return "60s"
}

// writeFleet writes what an instance is: what the files say, and what they do not.
func (i *Imported) writeFleet(p func(string, ...any)) {
	f := &i.fleet
	t, known := scenarios.LookupType(f.kind)
	switch {
	case f.kind == "":
		p("  price: 1 USD/h # assumed")
	case known && !t.Unconfirmed:
		p("  type: %s # from %s; %s, price of the built-in table", scalar(f.kind), plainLine(f.from["type"]), t.Price)
	case known:
		p("  type: %s # from %s; assumed: %s (sources disagree)", scalar(f.kind), plainLine(f.from["type"]), t.Price)
	default:
		p("  type: %s # from %s", scalar(f.kind), plainLine(f.from["type"]))
		p("  price: 1 USD/h # assumed: the type is not in the built-in table")
	}
	if !known && aws.CoresCounted(i.service()) {
		p("  vcpus: 4 # assumed")
		p("  gpus: 1 # assumed")
	}
	if f.count > 0 {
		p("  start: %d # from %s", f.count, plainLine(f.from["start"]))
	}
	if i.Group != nil {
		p("  start-up: {provision: 150s} # assumed: an example of EC2's guide says two to three minutes")
		return
	}
	p("  start-up: {provision: 105s, load: 137s} # assumed: published launch times of an LLM endpoint")
}

// encodeBlock writes a tree.
func encodeBlock(b *bytes.Buffer, n *yaml.Node) error {
	enc := yaml.NewEncoder(b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return err
	}
	return enc.Close()
}

// scaling is the scaling block with comments: where each part was read, and what was not.
func (i *Imported) scaling() (*yaml.Node, error) {
	settings, err := i.settings()
	if err != nil {
		return nil, err
	}
	if !i.said.suspended {
		remove(settings, "suspended")
	}
	for path, why := range i.defaults {
		if key, value := find(settings, path); value != nil {
			if value.Kind == yaml.ScalarNode {
				value.LineComment = "# " + why
			} else {
				key.HeadComment = "# " + why
			}
		}
	}
	for path, n := range i.origin {
		where := n.where()
		if _, value := find(settings, path); value != nil && value.Kind == yaml.MappingNode {
			value.HeadComment = "# from " + plainLine(where)
		} else if value != nil {
			value.LineComment = "# from " + plainLine(where)
		}
	}
	return mapping("scaling", mapping(i.key(), settings)), nil
}

func mapping(key string, value *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{word(key), value}}
}

func word(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

// find is the key and the value at a dotted path of a tree.
func find(n *yaml.Node, path string) (key, value *yaml.Node) {
	value = n
	for part := range strings.SplitSeq(path, ".") {
		var next *yaml.Node
		switch value.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(value.Content); i += 2 {
				if value.Content[i].Value == part {
					key, next = value.Content[i], value.Content[i+1]
				}
			}
		case yaml.SequenceNode:
			if i, err := strconv.Atoi(part); err == nil && i < len(value.Content) {
				key, next = nil, value.Content[i]
			}
		}
		if next == nil {
			return nil, nil
		}
		value = next
	}
	return key, value
}

// scalar is a text as YAML writes it, on one line.
func scalar(s string) string {
	n := word(plainLine(s))
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		n.Style = yaml.DoubleQuotedStyle
	}
	text, err := yaml.Marshal(n)
	if err != nil {
		return strconv.Quote(s)
	}
	return strings.TrimSuffix(string(text), "\n")
}

// service is what is scaled.
func (i *Imported) service() string {
	if i.Group != nil {
		return aws.ASG
	}
	return i.Settings.Service
}

// called is the target in a sentence.
func (i *Imported) called() string {
	if i.Target == "" {
		return "an unnamed " + i.service()
	}
	return i.Target
}

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// label is a name for the scenario from the target's id.
func (i *Imported) label() string {
	s := strings.Trim(notName.ReplaceAllString(strings.ToLower(i.Target), "-"), "-")
	if len(s) > 60 {
		s = strings.TrimRight(s[:60], "-")
	}
	if s == "" {
		s = "imported"
	}
	return s
}

// clock is when the scenario plays: a day, or a week if there are schedules, from a Monday or from the first single moment.
func (i *Imported) clock() (start time.Time, length string) {
	start, length = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), "1d"
	first := time.Time{}
	look := func(zone aws.Zone, stamps ...*aws.Stamp) {
		length = "7d"
		for _, stamp := range stamps {
			if stamp == nil {
				continue
			}
			if t := stamp.Time(zone.Location(), start).UTC(); first.IsZero() || t.Before(first) {
				first = t
			}
		}
	}
	if i.Group != nil {
		for _, s := range i.Group.Schedules {
			look(s.Zone, s.At, s.From)
		}
	} else {
		for _, s := range i.Settings.Schedules {
			look(s.Zone, s.At, s.From)
		}
	}
	if !first.IsZero() && first.Year() >= 1971 {
		start = time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, time.UTC)
	}
	return start, length
}

// rate is a mean rate at which the fleet would stand between its limits: of a target per minute, that of those instances; else
// at half of what they can serve.
func (i *Imported) rate() float64 {
	low, high, target := 0, 0, 0.0
	perMinute := func(metric string, at aws.Level) {
		if metric == "InvocationsPerInstance" && at.Value() < 1e5 {
			target = at.Value()
		}
	}
	if g := i.Group; g != nil {
		low, high = g.Min, g.Max
		for _, p := range g.Policies {
			if t := p.TargetTracking; t != nil {
				perMinute(t.Metric, t.Target)
			}
		}
	} else {
		low, high = i.Settings.Min, i.Settings.Max
		for _, p := range i.Settings.Policies {
			if t := p.TargetTracking; t != nil {
				perMinute(t.Metric, t.Target)
			}
		}
	}
	n := max(1, min(float64(low)+min(float64(high-low)/2, 5), 100))
	if target > 0 {
		return n * target / 60
	}
	slots, _ := strconv.ParseFloat(scalableOf(i.service()).slots, 64)
	const mean = 0.12 // of the assumed service time, seconds
	return n * slots / mean / 2
}

// rps writes a rate to three digits.
func rps(v float64) string {
	s := strconv.FormatFloat(v, 'g', 3, 64)
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		s = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return s + "rps"
}
