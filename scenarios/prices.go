package scenarios

import "headroom/unit"

// An InstanceType is a line of the price table.
type InstanceType struct {
	Name  string
	Price unit.Price
	// VCPUs and GPUs are what CPUUtilization and GPUUtilization of a SageMaker endpoint are counted in.
	VCPUs, GPUs int
	Source      string // where the price was read, and when
	Unconfirmed bool   // sources disagree, or only one is there
}

// Where the prices were read. All are on-demand in us-east-1, in USD; none is AWS's own page, so a file had better give its own
// price where money matters (fleet.price).
const (
	hosting = "SageMaker real-time hosting, us-east-1; price lists and articles of 2024 to 2026"
	ec2     = "EC2 Linux on-demand, us-east-1; factualminds, 17 June 2026"
	ec2old  = "EC2 Linux on-demand, us-east-1; an AWS guide's example that calls itself not current"
	fargate = "Fargate Linux x86, us-east-1: 0.04048 per vCPU-hour and 0.004445 per GB-hour; vantage.sh"
	arm     = "Fargate Linux ARM, us-east-1: 0.03238 per vCPU-hour and 0.00356 per GB-hour; vantage.sh"
)

// InstanceTypes is the price table, by name within each service.
func InstanceTypes() []InstanceType {
	line := func(name string, nano int64, vcpus, gpus int, source string) InstanceType {
		return InstanceType{Name: name, Price: unit.Price{Currency: "USD", Nano: nano}, VCPUs: vcpus, GPUs: gpus, Source: source}
	}
	unsure := func(t InstanceType, why string) InstanceType {
		t.Unconfirmed, t.Source = true, t.Source+"; "+why
		return t
	}
	return []InstanceType{
		line("ml.c5.large", 102_000_000, 2, 0, hosting),
		line("ml.c5.xlarge", 204_000_000, 4, 0, hosting),
		line("ml.c5.2xlarge", 408_000_000, 8, 0, hosting),
		line("ml.g4dn.xlarge", 736_400_000, 4, 1, hosting),
		unsure(line("ml.g5.xlarge", 1_408_000_000, 4, 1, hosting), "one page of March 2026 says 1.21"),
		line("ml.g5.2xlarge", 1_515_000_000, 8, 1, hosting),
		unsure(line("ml.g6.xlarge", 1_127_000_000, 4, 1, hosting), "others say 0.9765 and 0.98; the highest is taken"),
		line("ml.g6e.xlarge", 1_861_000_000, 4, 1, hosting),
		line("ml.inf2.xlarge", 758_000_000, 4, 0, hosting),
		line("ml.m5.large", 115_000_000, 2, 0, hosting),
		line("ml.m5.xlarge", 230_000_000, 4, 0, hosting),
		line("ml.m5.2xlarge", 461_000_000, 8, 0, hosting),
		line("ml.m5.4xlarge", 922_000_000, 16, 0, hosting),
		line("ml.p3.2xlarge", 3_825_000_000, 8, 1, hosting),
		line("ml.t3.medium", 50_000_000, 2, 0, hosting),
		unsure(line("c5.2xlarge", 340_000_000, 8, 0, ec2old), "the one source"),
		unsure(line("c5.4xlarge", 680_000_000, 16, 0, ec2old), "the one source"),
		line("g5.xlarge", 1_006_000_000, 4, 1, ec2),
		line("m7g.large", 81_600_000, 2, 0, ec2),
		line("t3.large", 83_200_000, 2, 0, ec2),
		line("fargate-1vcpu-2gb", 49_370_000, 1, 0, fargate),
		line("fargate-2vcpu-4gb", 98_740_000, 2, 0, fargate),
		line("fargate-4vcpu-8gb", 197_480_000, 4, 0, fargate),
		line("fargate-arm-1vcpu-2gb", 39_500_000, 1, 0, arm),
		line("fargate-arm-2vcpu-4gb", 79_000_000, 2, 0, arm),
		line("fargate-arm-4vcpu-8gb", 158_000_000, 4, 0, arm),
	}
}

// LookupType is a line of the price table by its name.
func LookupType(name string) (InstanceType, bool) {
	for _, t := range InstanceTypes() {
		if t.Name == name {
			return t, true
		}
	}
	return InstanceType{}, false
}
