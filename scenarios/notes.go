package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"headroom/policy"
)

// Notes are what must be known of the scenario before its numbers are: what happens in silence. They are sentences.
func (f *File) Notes() (notes []string) {
	if f.Network != nil {
		_, family := f.Scaling.family()
		notes = f.Network.notes(family)
	}
	return notes
}

// notes say what the network keeps from happening, and whose word that is.
func (n *Network) notes(family policy.Family) (notes []string) {
	r := n.reach(family)
	if n.Internet == "nat" {
		return nil
	}
	var unheard []string
	for _, w := range family.Watches() {
		if slices.Contains(r.Unheard, w.Metric) && !slices.Contains(unheard, w.Metric) {
			unheard = append(unheard, w.Metric)
		}
	}
	if unheard != nil {
		notes = append(notes, fmt.Sprintf("%s never arrives: there is no path to CloudWatch (endpoint monitoring). Alarms on it stay in INSUFFICIENT_DATA, "+
			"so policies on it change nothing, in silence.", strings.Join(unheard, ", ")))
	}
	if n.Assume.BuiltIn == "need-endpoint" && !n.reaches("monitoring") {
		notes = append(notes, "That metrics which the service itself emits need the monitoring endpoint is what exam notes say; the documentation lists no such endpoint (network.assume.built-in-metrics: published).")
	} else if len(family.Watches()) > len(unheard) && !n.reaches("monitoring") {
		notes = append(notes, "Metrics which the service itself emits arrive without a monitoring endpoint: so the documentation implies; exam notes say otherwise (network.assume.built-in-metrics: need-endpoint).")
	}
	if r.Broken != "" {
		told := "each is an entry of the decisions, as the documentation has it (status Failed, with a reason)"
		if r.Silent {
			told = "nobody is told, as exam notes have it (network.assume.failed-launches: silent)"
		}
		notes = append(notes, fmt.Sprintf("No launch comes into service: %s; %s.", r.Broken, told))
	}
	return notes
}
