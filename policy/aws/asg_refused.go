package aws

import (
	"fmt"

	"headroom/unit"
)

// refused is a key of a group that means nothing here, with the reason.
func refused(must string, got []byte) error {
	return &unit.Bad{Must: must, Got: fmt.Sprintf("%.40q", got)}
}

// Maintenance is an instance maintenance policy, which is refused: it says in which order an instance that still runs is replaced
// (deployments, health checks that fail), and here instances fail at once.
type Maintenance struct{}

// UnmarshalText refuses.
func (*Maintenance) UnmarshalText(text []byte) error {
	return refused("no maintenance policy: it orders the replacement of instances that still run, and here an instance that fails is gone at once (fleet.failures, fleet.replace-after)", text)
}

// MarshalText is never asked: what was refused is not written.
func (Maintenance) MarshalText() ([]byte, error) { return nil, nil }

// Pattern allows nothing.
func (Maintenance) Pattern() string { return `^\b$` }

// Weights are those of the instance types of a group, which are refused: a fleet is of one type, so that a group in units of it is the
// same group in instances.
type Weights struct{}

// UnmarshalText refuses.
func (*Weights) UnmarshalText(text []byte) error {
	return refused("no weights: they say how much each of several instance types counts, and a fleet here is of one type; write min, max, desired and steps in instances, divided by its weight", text)
}

// MarshalText is never asked: what was refused is not written.
func (Weights) MarshalText() ([]byte, error) { return nil, nil }

// Pattern allows nothing.
func (Weights) Pattern() string { return `^\b$` }
