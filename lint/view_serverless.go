package lint

import "headroom/scenarios"

// serverlessView is a platform that makes an environment for each request, up to a concurrency.
func serverlessView(_ *scenarios.File, scaling *scenarios.Scaling) *view {
	set := scaling.Serverless
	if set == nil {
		return nil
	}
	b := bound{n: set.MaxConcurrency, path: "scaling.serverless.max-concurrency"}
	return &view{path: "scaling.serverless", elastic: true, one: "environment", min: bound{path: b.path}, max: b}
}
