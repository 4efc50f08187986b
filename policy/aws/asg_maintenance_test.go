package aws

import (
	"strings"
	"testing"
	"time"

	"headroom/policy"
)

func TestMaintenanceSettings(t *testing.T) {
	for text, want := range map[string]string{
		"90% 110%": "", "0% 100%": "", "100% 200%": "", "100% 100%": "", "100 % 110%": "",
		"0% 101%":   "max-healthy: at most 100 above min-healthy, 100%",
		"101% 110%": "min-healthy: from 0% to 100%",
		"90% 99%":   "max-healthy: from 100% to 200%",
	} {
		var m Maintenance
		cut := strings.LastIndex(text, " ")
		m.MinHealthy, m.MaxHealthy = *textOf[Percent](t, text[:cut]), *textOf[Percent](t, text[cut+1:])
		got := ""
		for _, p := range m.Check() {
			got += p.Path + ": " + p.Must
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for _, bad := range []string{"", "90", "-1%", "201%", "9.5%", "%"} {
		if err := new(Percent).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
	g := &Group{Weight: 2, Min: 3, Max: 8, MaxLifetime: new(48 * time.Hour), Maintenance: &Maintenance{MinHealthy: 90, MaxHealthy: 120}}
	if p := g.Platform(); p.MaxLifetime != 48*time.Hour || *p.Maintenance != (policy.Maintenance{MinHealthy: 90, MaxHealthy: 120}) || g.Start() != 2 {
		t.Errorf("%+v, starts at %d", p, g.Start())
	}
	g.WarmPool = &WarmPool{State: "running"}
	if ps := g.Check(); len(ps) != 1 || ps[0].Path != "weight" {
		t.Errorf("a weight and a warm pool: %v", ps)
	}
}

// textOf reads a value.
func textOf[T any, P interface {
	*T
	UnmarshalText([]byte) error
}](t *testing.T, text string) *T {
	t.Helper()
	v := new(T)
	if err := P(v).UnmarshalText([]byte(text)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return v
}
