package scenarios

import (
	"slices"
	"strconv"
	"strings"

	"headroom/policy"
	"headroom/problem"
	"headroom/scenarios/internal/strict"
	"headroom/sim"
)

// Network is the private network that the instances stand in: the `network` block of a scenario. What cannot be reached makes
// happen what would happen: launches that never come into service, metrics that never arrive, a fleet capped by addresses.
//
// Sources: Amazon SageMaker Developer Guide, "Give SageMaker Hosted Endpoints Access to Resources in Your Amazon VPC" (two subnets,
// two free addresses an instance, an S3 endpoint where there is no internet, interface endpoints for what the container calls);
// Amazon ECS Developer Guide, "Amazon ECR interface VPC endpoints" (ecr.api, ecr.dkr and S3 for the layers of images).
type Network struct {
	Subnets     []Subnet      `yaml:"subnets" required:"true" doc:"one for each zone, in their order"`
	PerInstance int           `yaml:"addresses-per-instance" default:"2" check:"min=1,max=1000" doc:"private addresses that an instance takes"`
	Internet    string        `yaml:"internet" enum:"none|nat" default:"none" doc:"nat: everything outside can be reached"`
	Endpoints   []VPCEndpoint `yaml:"endpoints" doc:"VPC endpoints that exist: s3, monitoring (CloudWatch), ecr.api, ecr.dkr, logs, sts, secretsmanager, sqs …"`
	Publishes   []string      `yaml:"publishes" doc:"metrics that the container itself publishes, through the monitoring endpoint or the internet"`
	Needs       []VPCEndpoint `yaml:"needs" doc:"what an instance must reach to come into service; for sagemaker services s3, for ecs-service ecr.api, ecr.dkr and s3 if it is left out"`
	Assume      NetworkAssume `yaml:"assume" doc:"where exam notes and documentation differ"`
}

// NetworkAssume is where exam notes and documentation differ: the defaults are the documentation's.
type NetworkAssume struct {
	BuiltIn string `yaml:"built-in-metrics" enum:"published|need-endpoint" default:"published" doc:"published: the service emits its own metrics whatever the network (documentation); need-endpoint: they need the monitoring endpoint too (exam notes)"`
	Failed  string `yaml:"failed-launches" enum:"reported|silent" default:"reported" doc:"reported: a launch that fails is an entry of the log (documentation: status Failed and a reason); silent: nobody is told (exam notes)"`
}

// Subnet is the addresses of one zone.
type Subnet struct {
	Name string `yaml:"name"`
	Free int    `yaml:"free" required:"true" check:"min=0,max=1000000" doc:"private addresses that are free while no instance runs"`
}

// VPCEndpoint is the last part of an endpoint's service name: com.amazonaws.REGION.monitoring is monitoring.
type VPCEndpoint string

// endpoints are those that have a name here.
var endpoints = []string{"s3", "monitoring", "ecr.api", "ecr.dkr", "logs", "sts", "secretsmanager", "ssm", "kms", "sqs", "dynamodb",
	"sagemaker.api", "sagemaker.runtime", "autoscaling", "application-autoscaling", "ecs", "ec2", "events", "sns"}

// Check says what cannot be meant.
func (n *Network) Check() (ps []problem.Problem) {
	if len(n.Subnets) == 0 {
		ps = append(ps, problem.Problem{Path: "subnets", Must: "at least one subnet", Got: "none", Of: []string{"subnets.#"}})
	}
	for _, list := range []struct {
		key  string
		list []VPCEndpoint
	}{{"endpoints", n.Endpoints}, {"needs", n.Needs}} {
		for i, e := range list.list {
			if !slices.Contains(endpoints, string(e)) {
				ps = append(ps, problem.Problem{Path: list.key + "." + strconv.Itoa(i), Must: "the last part of an endpoint's service name: " + strings.Join(endpoints, ", "),
					Got: string(e), Hint: strict.Suggest(string(e), endpoints)})
			}
		}
	}
	return ps
}

// reaches tells whether there is a way to a service.
func (n *Network) reaches(e VPCEndpoint) bool {
	return n.Internet == "nat" || slices.Contains(n.Endpoints, e)
}

// needs is what an instance of a platform must reach to come into service.
func (n *Network) needs(platform string) []VPCEndpoint {
	switch {
	case n.Needs != nil:
		return n.Needs
	case strings.HasPrefix(platform, "sagemaker"):
		return []VPCEndpoint{"s3"}
	case platform == "ecs-service":
		return []VPCEndpoint{"ecr.api", "ecr.dkr", "s3"}
	}
	return nil
}

// rooms is how many instances each zone has addresses for.
func (n *Network) rooms() (rooms []int) {
	for _, s := range n.Subnets {
		rooms = append(rooms, s.Free/n.PerInstance)
	}
	return rooms
}

// reach is what comes of the network in a run.
func (n *Network) reach(family policy.Family) sim.Reach {
	if n == nil {
		return sim.Reach{}
	}
	r := sim.Reach{Rooms: n.rooms(), Silent: n.Assume.Failed == "silent"}
	if family.Platform().Hosts != nil { // addresses are the machines': they bound how many there are
		r.Rooms = nil
	}
	var missing []string
	for _, e := range n.needs(family.Platform().Name) {
		if !n.reaches(e) {
			missing = append(missing, string(e))
		}
	}
	if missing != nil {
		r.Broken = "no path to " + strings.Join(missing, ", ")
	}
	if !n.reaches("monitoring") {
		r.Unheard = slices.Clone(n.Publishes)
		for _, w := range family.Watches() {
			if n.Assume.BuiltIn == "need-endpoint" && !slices.Contains(r.Unheard, w.Metric) {
				r.Unheard = append(r.Unheard, w.Metric)
			}
		}
	}
	return r
}

// network holds the subnets against the zones and what stands at the begin, and the metrics that the container publishes.
func (c *checker) network() {
	n := c.Network
	if n == nil || !c.clean("network") {
		return
	}
	path, family := c.Scaling.family()
	if c.clean("fleet.zones") && family.Platform().Hosts == nil {
		switch {
		case c.Fleet.Zones == 1:
			c.Fleet.Zones = len(n.Subnets)
		case c.Fleet.Zones != len(n.Subnets):
			c.add("network.subnets", "a subnet for each of the fleet.zones, "+strconv.Itoa(c.Fleet.Zones), strconv.Itoa(len(n.Subnets)), "")
		}
	}
	for i, m := range n.Publishes {
		if !slices.Contains(sim.MetricNames(), m) {
			c.add("network.publishes."+strconv.Itoa(i), "a metric's name", m, strict.Suggest(m, sim.MetricNames()))
		}
	}
	room := 0
	for _, r := range n.rooms() {
		room += r
	}
	if h := family.Platform().Hosts; h != nil {
		if h.Max > room && c.clean(path) {
			c.add("network.subnets", "addresses for "+path+".instances.max, "+strconv.Itoa(h.Max)+" × "+strconv.Itoa(n.PerInstance), strconv.Itoa(room)+" instances", "")
		}
		return
	}
	if start := c.Fleet.Start; start != nil && c.clean("fleet.start", path+".min") && max(*start, family.Start()) > room {
		c.add("network.subnets", "addresses for the instances at the begin, "+strconv.Itoa(max(*start, family.Start()))+" × "+strconv.Itoa(n.PerInstance), strconv.Itoa(room)+" instances", "")
	}
}
