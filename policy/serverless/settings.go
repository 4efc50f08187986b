// Package serverless is serverless inference: environments that the platform makes for single requests, keeps for a while and
// reclaims, as SageMaker serverless endpoints and AWS Lambda do. Nobody orders instances; what can be set is how much memory an
// environment has, how many requests may run at once, and how many environments are kept provisioned.
//
// Sources, by the names of AWS's own pages: serverless-endpoints (SageMaker developer guide), serverless-endpoints-autoscale,
// serverless-endpoints-monitoring, the Lambda developer guide and the Lambda price page. AWS prints neither how long a cold start
// takes nor when an idle environment goes: both are settings.
package serverless

import (
	"time"

	"headroom/chance"
	"headroom/policy/aws"
	"headroom/unit"
)

// The platforms.
const (
	SageMaker = "sagemaker" // a serverless endpoint
	Lambda    = "lambda"    // a Lambda function
)

// Settings is a serverless endpoint or function: the `scaling.serverless` block of a scenario.
type Settings struct {
	Vendor         string              `yaml:"platform" enum:"sagemaker|lambda" default:"sagemaker" doc:"sagemaker: a serverless endpoint; lambda: a Lambda function. It gives the limits, the metrics' names and the default prices"`
	Memory         unit.Size           `yaml:"memory" required:"true" doc:"of one environment, which compute is charged by; sagemaker: 1 to 6 GB in whole GB, lambda: 128 MB to 10 GB in whole MB"`
	MaxConcurrency int                 `yaml:"max-concurrency" required:"true" check:"min=1,max=100000" doc:"requests in environments at once, above which they are throttled; sagemaker: at most 200"`
	ColdStart      chance.Distribution `yaml:"cold-start" required:"true" doc:"from a request that finds no idle environment until its new one serves it; AWS prints no figure: measure it (ModelSetupTime, Init Duration)"`
	Idle           time.Duration       `yaml:"idle" default:"10m" check:"max=366d" doc:"without a request, after which an environment is reclaimed; not documented, 10m was measured on Lambda"`
	ChargeCold     string              `yaml:"cold-start-billing" enum:"charged|free" default:"charged" doc:"whether cold starts are charged like service; Lambda does since August 2025, SageMaker's pages say nothing"`
	Payload        unit.Size           `yaml:"payload" default:"0 B" doc:"data of one request, in and out, that price.data is charged for"`
	Provisioned    *Provisioned        `yaml:"provisioned" doc:"environments that are kept ready and used first; what they cannot take spills over to others"`
	Price          Prices              `yaml:"price" doc:"what use costs; the platform's list price in us-east-1 where it is left out and known"`
}

// Provisioned is provisioned concurrency: environments that are always there. Exactly one of Concurrency and Scaling is given.
type Provisioned struct {
	Concurrency *int                `yaml:"concurrency" check:"min=1,max=100000" instead:"scaling" doc:"how many, always; at most max-concurrency"`
	Scaling     *aws.Concurrency    `yaml:"scaling" instead:"concurrency" doc:"Application Auto Scaling of it: a target on its utilisation (0 to 1; AWS's example is 0.5), schedules"`
	StartUp     chance.Distribution `yaml:"start-up" default:"60s" doc:"from the order until one is ready; AWS prints no figure"`
}

// Prices are what use costs. A GB is 1024 MB.
type Prices struct {
	Compute            *unit.Amount `yaml:"compute" doc:"of a second of service and GB of memory; 0.00002 USD (sagemaker), 0.0000166667 USD (lambda)"`
	Request            *unit.Amount `yaml:"request" doc:"of a request that an environment takes; 0 (sagemaker), 0.0000002 USD (lambda)"`
	Data               *unit.Amount `yaml:"data" doc:"of a GB of payload; 0 if it is left out"`
	Provisioned        *unit.Amount `yaml:"provisioned" doc:"of a second and GB of provisioned concurrency, in use or not; 0.0000041667 USD (lambda), required for sagemaker"`
	ProvisionedCompute *unit.Amount `yaml:"provisioned-compute" doc:"of a second of service and GB in a provisioned environment; 0.0000097222 USD (lambda), required for sagemaker"`
}
