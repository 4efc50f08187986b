// Package lint says what is wrong with settings that are allowed: anti-patterns of autoscaling, each with the numbers of this very
// scenario and one edit that ends it. A finding is a conclusion from the settings and from the mean curve of the traffic (its
// events at their largest, random ones wherever they may fall), never from a run; so it does not depend on the seed.
//
// A rule is a small function in a table. Rules see a scene: the scenario, its traffic, and a view of whatever scales it, which
// every policy family makes of its own settings (view.go). docs/lints.md has a section for each code.
package lint

import (
	"slices"
	"strings"

	"headroom/scenarios"
)

// A Finding is one thing that the settings will do and nobody can have meant.
type Finding struct {
	Code   string // of the Rule
	Path   string // of the setting, list items by position
	Text   string // what is wrong, with the numbers of the scenario
	Fix    string // PATH=VALUE: an edit after which it is gone; "" where no single one does it
	Source string // of the rule
}

// A Rule looks for one anti-pattern.
type Rule struct {
	Code   string // in kebab case; the section of docs/lints.md, and what `accept` takes
	Title  string // in a few words
	Source string // the page that says so, or how it is derived
	check  func(*scene) []Finding
}

// Rules are all rules in the order in which their findings are listed.
func Rules() []Rule {
	return slices.Concat(limitRules, trackingRules, stepRules, metricRules, scheduleRules, trafficRules, serviceRules, groupRules)
}

// unknownCode is the finding about `accept` itself.
const unknownCode = "unknown-code"

// Check is what the rules find in a scenario that has passed its own checks, less what it accepts.
func Check(f *scenarios.File) []Finding {
	known := []string{}
	for _, r := range Rules() {
		known = append(known, r.Code)
	}
	if f.Job != nil {
		return unknown(f.Accept, known) // work without traffic, and nothing scales
	}
	s := newScene(f)
	var out []Finding
	for _, r := range Rules() {
		if slices.Contains(f.Accept, r.Code) {
			continue
		}
		for _, found := range r.check(s) {
			found.Code, found.Source = r.Code, r.Source
			if !allowed(f, found.Fix) {
				found.Fix = ""
			}
			out = append(out, found)
		}
	}
	return append(out, unknown(f.Accept, known)...)
}

// allowed tells whether a scenario with an edit passes its checks: a vendor's own limits may be in the way.
func allowed(f *scenarios.File, fix string) bool {
	set, err := scenarios.ParseSet(fix)
	if err == nil {
		_, err = f.With(set)
	}
	return err == nil
}

// unknown are the accepted codes that no rule has.
func unknown(accept, known []string) (out []Finding) {
	for i, code := range accept {
		if slices.Contains(known, code) {
			continue
		}
		path := "accept." + number(float64(i))
		out = append(out, Finding{Code: unknownCode, Path: path, Fix: path + "=off", Source: "docs/lints.md",
			Text: "no warning has the code " + code + "; there are " + strings.Join(known, ", ")})
	}
	return out
}
