package scenarios

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/chance"
	"headroom/sim"
)

// The presets are the published figures: the pages' totals in seconds, and the two stages where they are printed.
func TestStartUpPresets(t *testing.T) {
	published := map[string]float64{"llm-endpoint-2024": (1.75 + 2.28) * 60, "qwen3-0.6b-ml.g5.xlarge": 9*60 + 24 - 102,
		"qwen3-8b-ml.g6.2xlarge": 525, "qwen3-8b-ml.g6.2xlarge-cached": 258, "p50-ml.g4dn.xlarge": 381, "p50-ml.g4dn.xlarge-cached": 134,
		"p50-ml.g5.2xlarge": 346, "p50-ml.g5.2xlarge-cached": 164, "p50-ml.g5.xlarge": 346, "p50-ml.g5.xlarge-cached": 216}
	var names []string
	for _, p := range StartUpPresets() {
		names = append(names, p.Name)
		if got, want := p.Total().Seconds(), published[p.Name]; got-want > 0.5 || want-got > 0.5 {
			t.Errorf("%s takes %v s, published are %v s", p.Name, got, want)
		}
		if p.Provision <= 0 || p.Load <= 0 || p.What == "" || p.Source == "" || p.Split == "" {
			t.Errorf("%+v: provision, load, what, source and split must be there", p)
		}
	}
	if len(names) != len(published) {
		t.Errorf("%d presets, %d published figures", len(names), len(published))
	}
	field, _ := reflect.TypeFor[sim.StartUp]().FieldByName("Preset")
	if enum := strings.Split(field.Tag.Get("enum"), "|"); !slices.Equal(enum, names) {
		t.Errorf("the key takes %v, the presets are %v", enum, names)
	}
	if p := StartUpPresets()[0]; p.Provision != 105*time.Second || p.Load != 137*time.Second {
		t.Errorf("%+v, printed are 1.75 and 2.28 min", p)
	}
}

// A preset fills what is left out; what is given wins; an edit of the preset takes the place of what the file gives.
func TestStartUpPresetFills(t *testing.T) {
	const text = `
version: 1
name: preset
clock: {start: 2026-03-02, length: 1h}
traffic: {curves: [constant: {rate: 1rps}]}
service: {time: 80ms}
fleet: {price: 1 USD/h, start-up: START}
scaling: {fixed: {instances: 1}}
variants:
  cached: {fleet.start-up.preset: p50-ml.g5.2xlarge-cached}
  cached-and-fast: {fleet.start-up.preset: p50-ml.g5.2xlarge-cached, fleet.start-up.load: 5s}
`
	read := func(start string) (*File, error) {
		return Parse("preset.yaml", "", []byte(strings.Replace(text, "START", start, 1)), nil)
	}
	for _, c := range []struct{ start, variant, provision, load, refused string }{
		{start: "{preset: llm-endpoint-2024}", provision: "105s", load: "137s"},
		{start: "{preset: p50-ml.g5.2xlarge}", provision: "105s", load: "241s"},
		{start: "{preset: p50-ml.g5.2xlarge}", variant: "cached", provision: "105s", load: "59s"},
		{start: "{provision: 10s, load: 20s}", variant: "cached", provision: "105s", load: "59s"},
		{start: "{provision: 10s, load: 20s}", variant: "cached-and-fast", provision: "105s", load: "5s"},
		{start: "{preset: llm-endpoint-2024, load: 40s}", provision: "105s", load: "40s"},
		{start: "{preset: llm-endpoint-2024, provision: {exponential: {mean: 30s}}}", provision: "exponential", load: "137s"},
		{start: "{preset: llm-endpoint-2024, provision: 0s, load: 40s}", refused: "fleet.start-up.preset: left out: provision and load are both given, got llm-endpoint-2024"},
		{start: "{preset: llm-endpoint-2025}", refused: "did you mean llm-endpoint-2024?"},
		{start: "{preset: p50-ml.g5.2xlarg}", refused: "did you mean p50-ml.g5.2xlarge?"},
	} {
		f, err := read(c.start)
		if err == nil && c.variant != "" {
			f, err = f.With(Variant(c.variant))
		}
		if (err == nil) != (c.refused == "") || !strings.Contains(texts(err), c.refused) {
			t.Errorf("%s %s: %s, want %q", c.start, c.variant, texts(err), c.refused)
		}
		if err != nil {
			continue
		}
		s := f.cfg.Fleet.StartUp
		for _, stage := range []struct {
			got  chance.Distribution
			want string
		}{{s.Provision, c.provision}, {s.Load, c.load}} {
			if !strings.Contains(stage.got.String(), stage.want) {
				t.Errorf("%s %s: %v, want %s", c.start, c.variant, stage.got, stage.want)
			}
		}
	}
	// in full the figures are written out, and the variants mean the same
	f, err := read("{preset: p50-ml.g5.2xlarge}")
	if err != nil {
		t.Fatal(err)
	}
	full, err := f.Full()
	if err != nil || !strings.Contains(string(full), "provision: 105s\n    load: 241s\n") || strings.Contains(string(full), "preset: p50-ml.g5.2xlarge\n") {
		t.Errorf("%v\n%s", err, full)
	}
	again, err := Parse("full.yaml", "", full, nil)
	if err != nil {
		t.Fatal(texts(err))
	}
	cached, err := again.With(Variant("cached"))
	if err != nil || *cached.cfg.Fleet.StartUp.Load.Constant != 59*time.Second {
		t.Errorf("%s %v", texts(err), cached)
	}
}
