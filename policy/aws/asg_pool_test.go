package aws

import (
	"testing"
	"time"

	"headroom/chance"
	"headroom/policy"
	"headroom/unit"
)

func TestPoolSettings(t *testing.T) {
	price := &unit.Price{Currency: "USD", Nano: 3_000_000}
	for name, c := range map[string]struct {
		pool WarmPool
		path string
	}{
		"stopped, without a start-up":   {WarmPool{State: "stopped"}, "start-up"},
		"hibernated, without one":       {WarmPool{State: "hibernated"}, "start-up"},
		"running, with a storage":       {WarmPool{State: "running", StoragePrice: price}, "storage-price"},
		"running":                       {WarmPool{State: "running"}, ""},
		"stopped, with all that it may": {WarmPool{State: "stopped", StartUp: new(chance.Fixed(time.Second)), StoragePrice: price, MaxPrepared: new(3)}, ""},
	} {
		ps := c.pool.Check()
		if c.path == "" && len(ps) != 0 || c.path != "" && (len(ps) != 1 || ps[0].Path != c.path) {
			t.Errorf("%s: %v, want a problem at %q", name, ps, c.path)
		}
	}
}

// What the settings say is what the platform does.
func TestGroupPlatform(t *testing.T) {
	g := groupA()
	if p := g.Platform(); p.Pool != nil || p.Hooks.Launch != nil || p.Hooks.Terminate != nil || !p.Rebalance || p.CoresCounted {
		t.Errorf("of a plain group: %+v", p)
	}
	g.Termination = "oldest"
	g.WarmPool = &WarmPool{State: "running", MinSize: 2, MaxPrepared: new(7), Reuse: true}
	g.LifecycleHook = LifecycleHooks{Launch: &LaunchHook{Time: chance.Fixed(time.Minute), Timeout: time.Hour, Default: "abandon"},
		Terminate: &TerminateHook{Time: chance.Fixed(time.Second), Timeout: time.Minute}}
	p := g.Platform()
	if !p.Pool.Running || p.Pool.MinSize != 2 || *p.Pool.Prepared != 7 || !p.Pool.Reuse || p.Pool.StartUp.Law().Mean() != 0 {
		t.Errorf("pool %+v", p.Pool)
	}
	if h := p.Hooks.Launch; !h.Abandon || h.Timeout != time.Hour || h.Time.Law().Mean() != time.Minute {
		t.Errorf("launch hook %+v", h)
	}
	if h := p.Hooks.Terminate; h.Timeout != time.Minute || p.Removal != policy.Oldest {
		t.Errorf("terminate hook %+v, removal %s", h, p.Removal)
	}
}
