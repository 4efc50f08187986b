package lint

import "headroom/scenarios"

// serverlessView is a platform that makes an environment for each request, up to a concurrency.
func serverlessView(_ *scenarios.File, scaling *scenarios.Scaling) *view {
	set := scaling.Serverless
	if set == nil {
		return nil
	}
	b := bound{set.MaxConcurrency, "scaling.serverless.max-concurrency"}
	return &view{path: "scaling.serverless", elastic: true, one: "environment", min: bound{0, b.path}, max: b}
}
