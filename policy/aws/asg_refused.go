package aws

import (
	"fmt"

	"headroom/unit"
)

// refused is a key of a group that means nothing here, with the reason.
func refused(must string, got []byte) error {
	return &unit.Bad{Must: must, Got: fmt.Sprintf("%.40q", got)}
}

// Weights are those of several instance types of a group, which are refused: a fleet is of one type, which has one weight.
type Weights struct{}

// UnmarshalText refuses.
func (*Weights) UnmarshalText(text []byte) error {
	return refused("no weights: they say how much each of several instance types counts, and a fleet here is of one type; write weight: N, the units that one of it counts", text)
}

// MarshalText is never asked: what was refused is not written.
func (Weights) MarshalText() ([]byte, error) { return nil, nil }

// Pattern allows nothing.
func (Weights) Pattern() string { return `^\b$` }
