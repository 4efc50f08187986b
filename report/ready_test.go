package report

import (
	"bytes"
	"strings"
	"testing"

	"headroom/sim"
)

// Errors of instances whose models still load are in the result, its text and its table where the scenario has such instances.
func TestErrorsAreReported(t *testing.T) {
	r, asks := result(t)
	r.Config.Fleet.StartUp.Ready = &sim.Ready{Slow: 5}
	r.PerLoading, r.Requests.FailedBy = 2.5, sim.FailedBy{Rejected: 1, Error: 4}
	r.Minutes[1].Loading = 2
	d := Document(meta, asks, r, []Sample{Take(asks, r)})
	text, err := JSON(d)
	if err != nil {
		t.Fatal(err)
	}
	var table, plain bytes.Buffer
	if err := Timeline(&table, r); err != nil {
		t.Fatal(err)
	}
	if err := Text(&plain, meta, d, r, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ in, want string }{
		{string(text), `"error": 4`}, {string(text), `"per_loading_instance_rps": 2.5`},
		{table.String(), ",cost,loading,seen:CPUUtilization\n"}, {table.String(), ",0.25,2,40\n"},
		{strings.Join(strings.Fields(plain.String()), " "), "(1 rejected, 4 answered with an error)"},
	} {
		if !strings.Contains(c.in, c.want) {
			t.Errorf("no %s in\n%s", c.want, c.in)
		}
	}
}
