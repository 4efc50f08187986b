package lint

import "headroom/scenarios"

// componentsView is an endpoint with inference components: an instance of the scenario is a copy of the model, and there are at
// most as many as the machines below have room for. With no copy nothing waits: invocations fail, and no metric of the load says so.
func componentsView(f *scenarios.File, scaling *scenarios.Scaling) *view {
	set := scaling.Components
	if set == nil {
		return nil
	}
	v := targetView(f, "scaling.inference-components", set, set.Min, set.Max, set.Policies, set.Schedules, set.Assume)
	v.one, v.linger, v.waker = "copy", set.Instances.IdleAfter, "NoCapacityInvocationFailures"
	v.room = bound{n: set.Instances.Max * set.PerInstance, path: v.path + ".instances.max", each: set.PerInstance}
	return v
}
