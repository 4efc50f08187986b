package report

import (
	"math"

	"github.com/guptarohit/asciigraph"

	"headroom/sim"
)

// chart is a small picture of a run in characters: traffic against capacity, and latency p99. Each column is the highest
// minute of several, so that no spike is lost; capacity is the lowest.
func chart(r *sim.Result, style Style) string {
	const columns, height = 62, 7
	n := len(r.Minutes)
	if n < 2 {
		return ""
	}
	var traffic, capacity, p99 []float64
	for c := range min(columns, n) {
		high, low, slow := 0.0, math.Inf(1), math.NaN()
		from, to := c*n/min(columns, n), (c+1)*n/min(columns, n)
		for i := from; i < to; i++ {
			m := &r.Minutes[i]
			high = max(high, float64(m.Offered)/60)
			low = min(low, r.Capacity(m))
			if p := minuteP99(r, m); !math.IsNaN(p) && !(p < slow) {
				slow = p
			}
		}
		traffic, capacity, p99 = append(traffic, high), append(capacity, low), append(p99, slow)
	}
	options := func(caption string, more ...asciigraph.Option) []asciigraph.Option {
		return append(more, asciigraph.Height(height), asciigraph.Width(columns), asciigraph.Caption(caption), asciigraph.LowerBound(0), asciigraph.Precision(1))
	}
	var colors []asciigraph.Option
	if style.Color {
		colors = append(colors, asciigraph.SeriesColors(asciigraph.Blue, asciigraph.Default))
	}
	series, caption := [][]float64{traffic}, "requests per second offered"
	if r.PerInstance > 0 && !math.IsInf(r.PerInstance, 0) {
		series, caption = append(series, capacity), "requests per second: offered, and capacity (slots / mean service time)"
		if style.Color {
			caption = "requests per second: offered (blue), and capacity (slots / mean service)"
		}
	}
	text := asciigraph.PlotMany(series, options(caption, colors...)...) + "\n\n"
	for _, p := range p99 {
		if !math.IsNaN(p) {
			return text + asciigraph.Plot(p99, options("latency p99 in seconds")...) + "\n\n"
		}
	}
	return text
}
