package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"headroom/expect"
	"headroom/policy"
	"headroom/sim"
)

// timelineColumns come first, then with a warm pool its size and cost, under copies of a model the machines, where use has a price what it cost, with environments made on
// demand cold starts and throttled attempts, where instances may be ready too early those in service that still load, then one
// column `seen:METRIC` for each metric that the policies look at.
var timelineColumns = []string{"at_s", "time", "offered", "served", "failed", "mean_s", "p50_s", "p99_s", "wait_p99_s", "waiting",
	"starting", "serving", "draining", "desired", "utilization", "cost"}

// Timeline writes a table of the whole minutes of a run. Counts, latencies and cost are of the minute; waiting, instances,
// desired and what the policy last saw are as at its end. An empty cell is a value that does not exist.
func Timeline(w io.Writer, r *sim.Result) error {
	out := csv.NewWriter(w)
	head := append([]string{}, timelineColumns...)
	if r.Config.Platform.Pool != nil {
		head = append(head, "pool", "pool_cost")
	}
	if r.Config.Platform.Hosts != nil {
		head = append(head, "machines")
	}
	if perUse(r) {
		head = append(head, "use_cost")
	}
	if r.Config.Platform.OnDemand != nil {
		head = append(head, "cold", "throttled")
	}
	if r.Config.Fleet.StartUp.Ready != nil {
		head = append(head, "loading")
	}
	for _, s := range r.Series {
		head = append(head, "seen:"+s.Metric)
	}
	if err := out.Write(head); err != nil {
		return err
	}
	sight := make([]int, len(r.Series)) // of each series: how many points have been seen
	for i := range r.Minutes {
		m := &r.Minutes[i]
		row := []string{seconds(m.At), r.Config.Start.Add(m.At).Format(time.RFC3339), whole(m.Offered), whole(m.Served), whole(m.Failed),
			inMinute(r, m, expect.Measure{Of: expect.Latency, Stat: expect.Mean}),
			inMinute(r, m, expect.Measure{Of: expect.Latency, Stat: expect.Quantile, Q: .5}),
			inMinute(r, m, expect.Measure{Of: expect.Latency, Stat: expect.Quantile, Q: .99}),
			inMinute(r, m, expect.Measure{Of: expect.Wait, Stat: expect.Quantile, Q: .99}),
			whole(m.Waiting), strconv.Itoa(m.Starting), strconv.Itoa(m.Serving), strconv.Itoa(m.Draining), strconv.Itoa(m.Desired),
			float(m.Utilization), float(m.Cost)}
		if r.Config.Platform.Pool != nil {
			row = append(row, float(m.Pool), float(m.PoolCost))
		}
		if r.Config.Platform.Hosts != nil {
			row = append(row, float(m.Hosts))
		}
		if perUse(r) {
			row = append(row, float(m.UseCost))
		}
		if r.Config.Platform.OnDemand != nil {
			row = append(row, whole(m.Cold), whole(m.Throttled))
		}
		if r.Config.Fleet.StartUp.Ready != nil {
			row = append(row, strconv.Itoa(m.Loading))
		}
		for k := range r.Series {
			row = append(row, seen(&r.Series[k], &sight[k], m.At+time.Minute))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// perUse tells whether use has a price of its own.
func perUse(r *sim.Result) bool {
	b := r.Config.Fleet.Billing
	return r.Config.Platform.OnDemand != nil || b.PerRequest != nil || b.PerBusy != nil
}

// seen is the newest point that could be seen just before an instant, empty if nothing was published for its period; next
// counts the points that were seen before.
func seen(s *sim.Series, next *int, before time.Duration) string {
	for *next < len(s.Points) && s.Points[*next].Seen < before {
		*next++
	}
	if *next == 0 || s.Points[*next-1].Missing {
		return ""
	}
	return float(s.Points[*next-1].Value)
}

// inMinute is a duration of a minute in seconds.
func inMinute(r *sim.Result, m *sim.Minute, of expect.Measure) string {
	return float(expect.InMinute(of, r, m) / float64(time.Second))
}

var decisionColumns = []string{"at_s", "until_s", "from", "to", "wish", "policy", "code", "text"}

// Decisions writes a table of the decision log, a row an entry. Several reasons of one entry stand in one cell: codes with +
// between them, sentences with a semicolon.
func Decisions(w io.Writer, r *sim.Result) error {
	out := csv.NewWriter(w)
	if err := out.Write(decisionColumns); err != nil {
		return err
	}
	for _, d := range r.Decisions {
		row := []string{seconds(d.At), "", strconv.Itoa(d.From), strconv.Itoa(d.To), "", d.Policy, "", ""}
		if d.Until > d.At {
			row[1] = seconds(d.Until)
		}
		if d.HasWish && d.HeldBy != policy.HeldByNoData {
			row[4] = strconv.Itoa(d.Wish)
		}
		var codes, texts []string
		for _, y := range d.Why {
			codes = append(codes, string(y.Code))
			texts = append(texts, y.Text)
		}
		row[6], row[7] = strings.Join(codes, "+"), strings.Join(texts, "; ")
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func seconds(d time.Duration) string { return float(d.Seconds()) }

func whole(n int64) string { return strconv.FormatInt(n, 10) }

// float is the shortest decimal that reads back to the same number; empty for what does not exist.
func float(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// minuteP99 is the latency p99 of a minute in seconds; NaN if it does not exist.
func minuteP99(r *sim.Result, m *sim.Minute) float64 {
	return expect.InMinute(expect.Measure{Of: expect.Latency, Stat: expect.Quantile, Q: .99}, r, m) / float64(time.Second)
}
