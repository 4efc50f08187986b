package aws

import (
	"fmt"
	"strconv"
	"strings"

	"headroom/policy"
	"headroom/problem"
	"headroom/unit"
)

// Maintenance is an InstanceMaintenancePolicy: how many instances a group keeps while it replaces some that still run, because they
// have reached max-lifetime or stand in a zone with too many ("Instance maintenance policies", [EC2-2023]).
type Maintenance struct {
	MinHealthy Percent `yaml:"min-healthy" required:"true" doc:"of the desired capacity, least in service and warmed up; 100%: a new one first, 0…100%"`
	MaxHealthy Percent `yaml:"max-healthy" required:"true" doc:"of the desired capacity, most in service or starting; 100%: an old one goes first, 100…200%, at most 100 more than min-healthy"`
}

// Check says what AWS refuses.
func (m *Maintenance) Check() []problem.Problem {
	var out report
	if m.MinHealthy > 100 {
		out.add("min-healthy", "from 0% to 100%", m.MinHealthy.String(), "min-healthy")
	}
	if m.MaxHealthy < 100 || m.MaxHealthy > 200 {
		out.add("max-healthy", "from 100% to 200%", m.MaxHealthy.String(), "max-healthy")
	}
	if len(out) == 0 && m.MaxHealthy-m.MinHealthy > 100 {
		out.add("max-healthy", fmt.Sprintf("at most 100 above min-healthy, %d%%", m.MinHealthy+100), m.MaxHealthy.String(), "max-healthy", "min-healthy")
	}
	return out
}

// platform is the same as the fleet acts on it.
func (m *Maintenance) platform() *policy.Maintenance {
	if m == nil {
		return nil
	}
	return &policy.Maintenance{MinHealthy: int(m.MinHealthy), MaxHealthy: int(m.MaxHealthy)}
}

// Percent is a whole number of hundredths, 0 to 200; written 110%.
type Percent int

// UnmarshalText reads a percentage.
func (p *Percent) UnmarshalText(text []byte) error {
	n, ok := strings.CutSuffix(string(text), "%")
	v, err := strconv.Atoi(strings.TrimSuffix(n, " "))
	if !ok || err != nil || v < 0 || v > 200 {
		return &unit.Bad{Must: "a whole percentage, 0% to 200%", Got: strconv.Quote(string(text))}
	}
	*p = Percent(v)
	return nil
}

// String is the percentage, 110%.
func (p Percent) String() string { return strconv.Itoa(int(p)) + "%" }

// MarshalText is String.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Pattern is what a percentage looks like.
func (Percent) Pattern() string { return `^(0|[1-9][0-9]?|1[0-9][0-9]|200) ?%$` }
