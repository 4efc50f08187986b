package verify

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A given figure is one of the references that the simulator was asked to be held against. Either an anchor runs it, or there
// is a reason why no scenario can.
type given struct {
	ids    string  // regular expression of the figures' ids
	anchor string  // template over its groups, with {n} looked up in names
	times  float64 // the anchor's exact value ÷ the figure; 0: the figure says it in another form
	off    float64 // relative difference allowed beside rounding
	reason string
	what   string // what the figures are, with a reason
}

// names are words of the figures' ids as the anchors have them.
var names = map[string]string{
	"2-1.8": "mm2-0.9", "10-8": "mm10-0.8", "10-9": "mm10-0.9", "20-18": "mm20-0.9", "50-45": "mm50-0.9", "100-95": "mm100-0.95",
	"200-190": "mm200-0.95", "10-70": "mm10-fast-0.7",
	"C": "pwait", "Wq": "wait", "Wqp95": "wait-p95", "Wqp99": "wait-p99", "Tp50": "response-p50", "Tp95": "response-p95", "Tp99": "response-p99",
	"Tp999": "response-p999", "pb": "blocked", "L": "present", "Pab": "gave-up", "Pv": "pwait", "EW": "wait-all", "EWserved": "wait",
	"T": "response", "S": "starting", "B": "billed", "Pw": "pwait", "breach": "long", "int": "waiting", "wait": "waits",
	"0.9": "wait-p90", "0.95": "wait-p95", "0.99": "wait-p99",
	"setup2-1-0.1": "setup2-1", "setup4-2-0.1": "setup4-2", "setup4-3.2-0.1": "setup4-3.2", "setup10-5-0.1": "setup10-5", "setup10-8-0.1": "setup10-8",
	"setup10-8-0.02": "setup10-8-slow", "setup20-16-0.1": "setup20-16",
	"fs": "crowd", "fc": "crowd-fast", "md2": "md2-0.8", "md10": "md10-0.9",
}

var givens = []given{
	{ids: `A-mm1-0\.8`, anchor: "mm1-0.8/response", times: 1},
	{ids: `A-mm1-p99`, anchor: "mm1-0.8/response-p99", times: 1},
	{ids: `A-mm1-wp95`, anchor: "mm1-0.8/wait-p95", times: 1},
	{ids: `B-slo-10-70`, anchor: "mm10-fast-0.7/above-0.05s", times: 1},
	{ids: `B-slo-(.*)`, anchor: "{1}/above-0.5s", times: 1},
	{ids: `B-staff-.*`, what: "least number of servers for P(wait) ≤ 20 %", reason: "the answer is a search over scenarios, not a number of one; P(wait) itself is run"},
	{ids: `B-HW-.*`, what: "Halfin–Whitt limit of P(wait)", reason: "a limit of ever more servers: no finite fleet has this value"},
	{ids: `B-([A-Za-z0-9]+)-(.*)`, anchor: "{2}/{1}", times: 1},
	{ids: `C-B-(.*)`, anchor: "loss$1/blocked", times: 1},
	{ids: `D-(\w+)-(.*)`, anchor: "mmck$2/{1}", times: 1},
	{ids: `E-md1q-(.*)`, anchor: "md1-0.8/{1}", times: 1},
	{ids: `E-md1-(.*)`, anchor: "md1-$1/wait", times: 1},
	{ids: `E-mdc-(.*)`, anchor: "md$1/wait", times: 1},
	{ids: `E-mdcpw-(.*)`, anchor: "md$1/pwait", times: 1},
	{ids: `E-mdcq-2-(.*)`, anchor: "md2-0.8/{1}", times: 1},
	{ids: `E-mdcq-10-(.*)`, anchor: "md10-0.9/{1}", times: 1},
	{ids: `F-lnsd-(.*)`, anchor: "mln1-$1/wait-sd", times: 1},
	{ids: `F-ln-(.*)`, anchor: "mln1-$1/wait", times: 1},
	{ids: `F-gasd-(.*)`, anchor: "mga1-$1/wait-sd", times: 1},
	{ids: `F-bp-.*`, what: "bounded Pareto services", reason: "there is no Pareto law; `empirical` with enough samples comes near it, but is not it"},
	{ids: `G-dm1-(.*)`, anchor: "dm1-$1/wait", times: 1},
	{ids: `G-dmc-10-9`, anchor: "dm10-0.9/wait", times: 1},
	{ids: `G-h2mc-(.*)`, anchor: "h2m$1/wait", times: 1},
	{ids: `G-h2mcpw-(.*)`, anchor: "h2m$1/pwait", times: 1},
	{ids: `G-ex-M/E2/10`, anchor: "me10-0.9/wait", times: 1},
	{ids: `G-ex-D/M/10`, anchor: "dm10-0.9/wait", times: 1},
	{ids: `G-ex-H2\(4\)/M/1`, anchor: "h2m1-0.8/wait", times: 1},
	{ids: `G-ex-M/H2.*`, what: "hyperexponential services", reason: "there is no hyperexponential law of service times (arrivals have one: `bursty`); a gamma law of the same variation is run"},
	{ids: `H-D-(\w+)-(.*)`, anchor: "mmcd$2/{1}", times: 1},
	{ids: `H-garnett-.*`, what: "Garnett's limit", reason: "a limit of ever more servers, and of exponential patience"},
	{ids: `H-.*`, what: "Erlang A: exponential patience", reason: "clients have one `timeout`, the same for all; the fixed one is run"},
	{ids: `I-po.*`, what: "power of two and of three choices", reason: "a limit of ever more servers; two of three and two of four are run against their chains"},
	{ids: `I-rr-(\d+)-0\.9`, anchor: "rr$1-0.9/wait", times: 1},
	{ids: `I-jsq(\d)-(.*)`, anchor: "jsq$1-$2/response", times: 1},
	{ids: `J-.*`, what: "processor sharing", reason: "slots do not slow each other down"},
	{ids: `K-mm1s-0\.5`, anchor: "setup1-0.5/response", times: 1},
	{ids: `K-mg1sD-(.*)`, anchor: "cold1-$1/wait", times: 1},
	{ids: `K-do-W`, anchor: "zero1-0.2/wait", times: 1},
	{ids: `K-do-off`, anchor: "zero1-0.2/off", times: 1},
	{ids: `K-mmks-(\w)-(.*)`, anchor: "{setup$2}/{1}", times: 1},
	{ids: `K-stag-(.*)`, anchor: "staggered$1/response", times: 1},
	{ids: `K-doff-(\w)-(.*)`, anchor: "idle$2/{1}", times: 1},
	{ids: `K-nc-.*`, what: "set-ups that are never cancelled", reason: "desired capacity is one number, and a scale-in takes starting instances first: an idle one cannot go while others start"},
	{ids: `K-inf-(.*)`, anchor: "setup-endless-$1/response", times: 1},
	{ids: `K-hyst-ET`, anchor: "hysteresis/response", times: 1, off: 3e-5},
	{ids: `K-hyst-Ebilled`, anchor: "hysteresis/billed", times: 1, off: 1e-6},
	{ids: `K-hyst-launches`, anchor: "hysteresis/launches", times: 3600, off: 2e-6},
	{ids: `K-hyst-Pwait`, anchor: "hysteresis/pwait", times: 1, off: 1e-6},
	{ids: `L-inf-lag`, anchor: "mt-endless/lag", times: 3600},
	{ids: `L-inf-6`, anchor: "mt-endless/at-6h", times: 1},
	{ids: `L-sin-(\w+)-1-10-0\.5`, anchor: "mt1-10-0.5/{1}", times: 1, off: 5e-4},
	{ids: `L-sin-(\w+)-(.*)`, anchor: "mt$2/{1}", times: 1},
	{ids: `L-fs-wait`, anchor: "crowd/waits"},
	{ids: `L-fc-N180`, anchor: "crowd-fast/present", times: 1},
	{ids: `L-(f[sc])-N(\d+)`, anchor: "{1}-{2}s/present", times: 1},
	{ids: `L-(f[sc])-(\w+)`, anchor: "{1}/{2}", times: 1},
	{ids: `M-.*`, what: "batching", reason: "a slot serves one request; batches are not modelled"},
	{ids: `N-mmpp-Wq`, anchor: "mmpp10-0.9/wait", times: 1, off: 1e-4},
	{ids: `N-brk1`, anchor: "breakdown1/response", times: 2},
	{ids: `N-closed.*`, what: "closed loop of users who think", reason: "traffic is open: it does not wait for answers"},
	{ids: `N-prio-.*`, what: "priorities", reason: "requests are of one class"},
	{ids: `N-retr.*`, what: "retrials without end", reason: "retries double their pause and end after `attempts`; retries with an exact answer of their own are run"},
	{ids: `O-false-680`, anchor: "false-alarm-680/per-hour"},
	{ids: `O-false-.*`, what: "false alarms at 120 and at 600 a minute", reason: "one in 20 days and one in 60 million years: no run waits for that; 6 a minute is run instead"},
	{ids: `O-detect-(\d+)-3`, anchor: "detect-{1}s/delay", times: 1},
	{ids: `P-.*`, what: "continuous batching of tokens", reason: "slots do not slow each other down; tokens are not modelled"},
}

// find is the entry of a figure and the anchor that it names.
func find(id string) (given, string, bool) {
	for _, g := range givens {
		pattern := regexp.MustCompile(`^` + g.ids + `$`)
		m := pattern.FindStringSubmatchIndex(id)
		if m == nil {
			continue
		}
		groups := regexp.MustCompile(`\{(\d)\}`).ReplaceAllString(g.anchor, `{$$$1}`)
		out := string(pattern.ExpandString(nil, strings.ReplaceAll(groups, "$", "$"), id, m))
		out = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllStringFunc(out, func(word string) string {
			word = word[1 : len(word)-1]
			if name, ok := names[word]; ok {
				return name
			}
			return word
		})
		return g, out, true
	}
	return given{}, "", false
}

// figureGiven is a given figure.
type figureGiven struct{ ID, Model, Params, Metric, Value string }

func figuresGiven(t *testing.T) (all []figureGiven) {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "facts", "queueing-references.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("no given figures at %s", path)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// Every given figure is run by an anchor that has its value, or there is a reason why none can.
func TestGivenFigures(t *testing.T) {
	exact := map[string]func() float64{}
	for _, w := range worlds() {
		for _, q := range w.quantities {
			exact[w.id+"/"+q.key] = q.exact
		}
	}
	slow := regexp.MustCompile(`^(jsq4|crowd-fast|crowd)`) // their chains take seconds; package oracle compares them
	run, cannot := 0, 0
	for _, f := range figuresGiven(t) {
		g, anchor, ok := find(f.ID)
		switch of := exact[anchor]; {
		case !ok:
			t.Errorf("%s (%s, %s, %s): neither run nor given a reason", f.ID, f.Model, f.Params, f.Metric)
		case g.reason != "":
			cannot++
		case of == nil:
			t.Errorf("%s (%s, %s, %s): no anchor %q", f.ID, f.Model, f.Params, f.Metric, anchor)
		default:
			run++
			if g.times == 0 || slow.MatchString(anchor) {
				continue
			}
			want, err := strconv.ParseFloat(f.Value, 64)
			if err != nil {
				t.Fatal(err)
			}
			if got := of() / g.times; !(math.Abs(got-want) <= math.Max(g.off, 1e-9)*want) {
				t.Errorf("%s: anchor %s has %.12g, want %s", f.ID, anchor, got, f.Value)
			}
		}
	}
	t.Logf("%d figures are run, %d cannot be", run, cannot)
}

// inexpressible is the table of docs/accuracy.md of figures that no scenario can say.
func inexpressible(t *testing.T) string {
	count := map[string]int{}
	all := 0
	for _, f := range figuresGiven(t) {
		g, _, _ := find(f.ID)
		all++
		if g.reason != "" {
			count[g.ids]++
		}
	}
	var b strings.Builder
	sum := 0
	b.WriteString("| figures | how many | why not |\n|---|---|---|\n")
	for _, g := range givens {
		if n := count[g.ids]; n > 0 {
			fmt.Fprintf(&b, "| %s | %d | %s |\n", g.what, n, g.reason)
			sum += n
		}
	}
	return fmt.Sprintf("%d of the %d given figures are run; %d are not:\n\n%s", all-sum, all, sum, b.String())
}
