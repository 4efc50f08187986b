package scenarios

import (
	"strings"
	"testing"
	"time"
)

// inNetwork is a scenario in a network: what stands under scaling.aws, and under network.
func inNetwork(t *testing.T, service, network string) *File {
	t.Helper()
	f, err := Parse("n.yaml", "", []byte(`version: 1
name: n
clock: {start: 2026-11-25T00:00:00, length: 1h}
traffic: {curves: [{constant: {rate: 5rps}}]}
service: {time: 100ms}
fleet: {price: 1 USD/h}
scaling: {aws: {service: `+service+`, min: 2, max: 9, policies: [{target-tracking: {metric: InvocationsPerInstance, target: 60}}, {target-tracking: {metric: ConcurrentRequestsPerModel, target: 2}}]}}
network: `+network+`
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestNetwork(t *testing.T) {
	const subnets = "subnets: [{free: 10}, {free: 5}]"
	for _, c := range []struct {
		service, network string
		unheard, broken  string
		notes            []string // what each begins with
	}{
		{"sagemaker-endpoint", "{" + subnets + "}", "", "no path to s3", []string{"Metrics which the service", "No launch"}},
		{"sagemaker-endpoint", "{" + subnets + ", endpoints: [s3]}", "", "", []string{"Metrics which the service"}},
		{"sagemaker-endpoint", "{" + subnets + ", internet: nat, publishes: [ConcurrentRequestsPerModel]}", "", "", nil},
		{"sagemaker-endpoint", "{" + subnets + ", endpoints: [s3, monitoring], publishes: [ConcurrentRequestsPerModel]}", "", "", nil},
		{"sagemaker-endpoint", "{" + subnets + ", endpoints: [s3], publishes: [ConcurrentRequestsPerModel]}", "ConcurrentRequestsPerModel", "",
			[]string{"ConcurrentRequestsPerModel never arrives", "Metrics which the service"}},
		{"sagemaker-endpoint", "{" + subnets + ", endpoints: [s3], assume: {built-in-metrics: need-endpoint}}", "InvocationsPerInstance ConcurrentRequestsPerModel", "",
			[]string{"InvocationsPerInstance, ConcurrentRequestsPerModel never arrives", "That metrics"}},
		{"ecs-service", "{" + subnets + ", endpoints: [s3, ecr.api, monitoring]}", "", "no path to ecr.dkr", []string{"No launch"}},
		{"ecs-service", "{" + subnets + ", endpoints: [monitoring], needs: [], assume: {failed-launches: silent}}", "", "", nil},
		{"custom", "{" + subnets + ", endpoints: [monitoring]}", "", "", nil},
		{"custom", "{" + subnets + ", endpoints: [monitoring], needs: [secretsmanager]}", "", "no path to secretsmanager", []string{"No launch"}},
	} {
		f := inNetwork(t, c.service, c.network)
		cfg, err := f.Config()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(cfg.Reach.Unheard, " "); got != c.unheard || cfg.Reach.Broken != c.broken {
			t.Errorf("%s %s: unheard %q, broken %q", c.service, c.network, got, cfg.Reach.Broken)
		}
		if r := cfg.Reach.Rooms; len(r) != 2 || r[0] != 5 || r[1] != 2 || cfg.Fleet.Zones != 2 {
			t.Errorf("rooms %v, zones %d", r, cfg.Fleet.Zones)
		}
		notes := f.Notes()
		if len(notes) != len(c.notes) {
			t.Errorf("%s %s: notes %q", c.service, c.network, notes)
			continue
		}
		for i, n := range notes {
			if !strings.HasPrefix(n, c.notes[i]) {
				t.Errorf("%s %s: note %q, should begin %q", c.service, c.network, n, c.notes[i])
			}
		}
	}
}

// Without a network everything can be reached.
func TestNoNetwork(t *testing.T) {
	f, err := Load("promo-week", nil)
	if err != nil {
		t.Fatal(err)
	}
	if cfg, _ := f.Config(); cfg.Reach.Rooms != nil || cfg.Reach.Broken != "" || cfg.Reach.Unheard != nil || f.Notes() != nil || cfg.Length != 7*24*time.Hour {
		t.Errorf("%+v %v", cfg.Reach, f.Notes())
	}
}
