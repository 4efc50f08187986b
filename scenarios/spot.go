package scenarios

import (
	"slices"
	"strings"
)

// spotKeys are what people write into fleet for Spot.
var spotKeys = []string{"fleet.spot", "fleet.purchase", "fleet.spot-price", "fleet.purchase-option", "fleet.capacity-type", "fleet.market"}

// spot says why a fleet cannot be put on Spot by a key of its own, and what to write instead.
func (c *checker) spot() {
	c.File.spotEdits(c.problems)
}

// spotEdits does the same for problems of edits; the scenario has been filled.
func (f *File) spotEdits(ps Problems) {
	for i := range ps {
		if p := &ps[i]; slices.Contains(spotKeys, p.Path) && strings.HasPrefix(p.Must, "a known ") {
			p.Must, p.Hint = spotWords(f.behindEndpoint())
		}
	}
}

// behindEndpoint tells whether the fleet stands behind a SageMaker endpoint, of whatever kind.
func (f *File) behindEndpoint() bool {
	path, family := f.Scaling.family()
	for _, name := range []string{path, family.Platform().Name} {
		if strings.Contains(name, "sagemaker") || strings.Contains(name, "async") || strings.Contains(name, "inference-component") {
			return true
		}
	}
	return false
}

func spotWords(endpoint bool) (must, hint string) {
	if endpoint {
		return "left out: no Spot behind an endpoint, interruptions would drop requests (CreateEndpointConfig's ProductionVariant has no Spot setting)",
			"to save, scale in at night with scaling.aws; Spot is for work that can be done again: job: {on: spot}"
	}
	return "left out: a Spot fleet is written as its lower price and its losses",
		"fleet.price: 0.3 USD/h, and fleet.failures: [{instance: {mean-time: 6h}}] with fleet.replace-after"
}
