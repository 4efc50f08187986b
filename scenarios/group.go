package scenarios

// group holds what a group's platform does by itself against the rest of the scenario: its money is that of the fleet, and the
// files of its laws are read.
func (c *checker) group() {
	g := c.Scaling.Group
	if g == nil {
		return
	}
	const path = "scaling.ec2-asg."
	if h := g.LifecycleHook.Launch; h != nil {
		c.empirical(path+"lifecycle-hook.launch.time", h.Time.Empirical)
	}
	if h := g.LifecycleHook.Terminate; h != nil {
		c.empirical(path+"lifecycle-hook.terminate.time", h.Time.Empirical)
	}
	w := g.WarmPool
	if w == nil {
		return
	}
	if w.StartUp != nil {
		c.empirical(path+"warm-pool.start-up", w.StartUp.Empirical)
	}
	if s, p := w.StoragePrice, c.Fleet.Price; s != nil && p != nil && s.Currency != p.Currency && c.clean(path+"warm-pool.storage-price", "fleet.price", "fleet.type") {
		c.add(path+"warm-pool.storage-price", "the currency of the fleet's price, "+p.Currency, s.String(), "")
	}
}
