package strict

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/problem"
	"headroom/unit"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// The settings of these tests: one of everything that a scenario has.
type thing struct {
	Version int           `yaml:"version" required:"true" check:"exactly=1"`
	Name    string        `yaml:"name" required:"true"`
	Note    string        `yaml:"note"`
	Step    time.Duration `yaml:"step" default:"1s" check:"positive,max=1h"`
	Rate    *unit.Rate    `yaml:"rate"`
	Kind    string        `yaml:"kind" enum:"alpha|beta" default:"alpha"`
	Factor  float64       `yaml:"factor" check:"min=0.5"`
	On      bool          `yaml:"on" default:"true"`
	Seed    uint64        `yaml:"seed" default:"1"`
	Queue   queue         `yaml:"queue" default:"5"`
	Shape   either        `yaml:"shape"`
	Items   []either      `yaml:"items"`
	Limits  limits        `yaml:"limits"`
	Table   timings       `yaml:"table"`
	Hours   [3]unit.Rate  `yaml:"hours"`
	Words   []string      `yaml:"words"`
}

type queue struct {
	Own    int  `yaml:"-"`
	Shared *int `yaml:"shared" required:"true"`
}

func (q *queue) UnmarshalText(text []byte) (err error) {
	q.Own, err = unit.ParseCount(string(text))
	return err
}

func (q queue) MarshalText() ([]byte, error) {
	if q.Shared != nil {
		return nil, nil
	}
	return []byte(fmt.Sprint(q.Own)), nil
}

func (queue) Pattern() string { return `^(0|[1-9][0-9]*)$` }

type either struct {
	_     struct{} `choice:"true"`
	Round *round   `yaml:"round"`
	Flat  *flat    `yaml:"flat"`
}

type round struct {
	Name   string    `yaml:"name"`
	Radius unit.Rate `yaml:"radius" required:"true"`
}

type flat struct {
	Wide, High *int
	Width      *int `yaml:"width" instead:"height"`
	Height     *int `yaml:"height" instead:"width"`
}

type limits struct {
	Min int `yaml:"min" required:"true"`
	Max int `yaml:"max" required:"true"`
}

func (l limits) Check() []problem.Problem {
	if l.Min > l.Max {
		return []problem.Problem{{Path: "min", Must: "at most max", Got: fmt.Sprint(l.Min), Of: []string{"min", "max"}}}
	}
	return nil
}

type timings struct {
	Period time.Duration     `yaml:"period" default:"60s"`
	Each   map[string]timing `yaml:",inline"`
}

type timing struct {
	Delay *time.Duration `yaml:"delay"`
}

const good = "version: 1\nname: x\nlimits: {min: 1, max: 2}\n"

// read gives the problems of a text, one a line, with the thing that it makes.
func read(text string) (*thing, string) {
	d, ps := Parse("x.yaml", []byte(text))
	if ps != nil {
		return nil, d.Finish(ps).Error()
	}
	var into thing
	ps, _ = d.Fill(&into)
	return &into, d.Finish(ps).Error()
}

func TestFill(t *testing.T) {
	got, ps := read(good + `
rate: 12k rpm
queue: {shared: 7}
shape: {round: {radius: 1rps}}
items:
  - name: a
    round: {radius: 2rps}
  - {round: {name: b, radius: 3rps}}
  - flat: {width: 4}
table: {period: 5s, CPU: {delay: 1s}}
hours: [1rps, 2rps, 3rps]
words: [no, "1"]
`)
	seven, four, second, rate := 7, 4, time.Second, unit.Rate(200)
	want := &thing{
		Version: 1, Name: "x", Step: time.Second, Rate: &rate, Kind: "alpha", On: true, Seed: 1, Queue: queue{Shared: &seven},
		Shape: either{Round: &round{Radius: 1}}, Limits: limits{1, 2},
		Items: []either{{Round: &round{"a", 2}}, {Round: &round{"b", 3}}, {Flat: &flat{Width: &four}}},
		Table: timings{5 * time.Second, map[string]timing{"CPU": {&second}}}, Hours: [3]unit.Rate{1, 2, 3}, Words: []string{"no", "1"},
	}
	if ps != "" {
		t.Error(ps)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(thing{}, either{})); diff != "" {
		t.Error(diff)
	}
}

// One line of a file, and what is said of it.
func TestRefuse(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"unknown", "stepp: 1s", "4:1: stepp: a known key, got stepp (did you mean step?)"},
		{"a level too high", "max: 1", "4:1: max: a known key, got max (did you mean limits.max?)"},
		{"swapped", "fcator: 1", "4:1: fcator: a known key, got fcator (did you mean factor?)"},
		{"strange", "zzzzzz: 1", "4:1: zzzzzz: a known key, got zzzzzz (known: version, name, note, step, rate, kind, factor, on, seed, queue, shape, items, limits, table, hours, words)"},
		{"twice", "name: y", "4:1: name: each key once, got it again (first on line 2)"},
		{"null", "step:", "4:6: step: a value, got nothing (leave the key out to get its default)"},
		{"tilde", "words: ~", "4:8: words: a value, got nothing (leave the key out to get its default)"},
		{"no unit", "step: 300", "4:7: step: a duration with its unit (90s, 250ms, 5m, 1d12h), got 300 (did you mean 300s, 300ms, 5m?)"},
		{"a list", "step: [1s]", "4:7: step: a duration with its unit (90s, 250ms, 5m, 1d12h), got a list"},
		{"zero", "step: 0s", "4:7: step: more than 0, got 0s"},
		{"much", "step: 2h", "4:7: step: at most 1h, got 2h"},
		{"octal", "factor: 0600", "4:9: factor: a number, got 0600 (YAML reads 384 (octal): write 600)"},
		{"nan", "factor: .nan", "4:9: factor: a number, got .nan"},
		{"inf", "factor: -.inf", "4:9: factor: a number, got -.inf"},
		{"underscore", "factor: 1_000", "4:9: factor: a number, got 1_000 (write 1000)"},
		{"huge", "factor: 1e400", "4:9: factor: a number, got 1e400"},
		{"quoted", `factor: "1"`, `4:9: factor: a number, got the text "1" (write it without quotes)`},
		{"low", "factor: 0.2", "4:9: factor: at least 0.5, got 0.2"},
		{"negative seed", "seed: -1", "4:7: seed: a whole number from 0 to 18446744073709551615, got -1"},
		{"fraction", "seed: 1.5", "4:7: seed: a whole number, got 1.5"},
		{"hex", "seed: 0x1F", "4:7: seed: a whole number, got 0x1F"},
		{"a word", "seed: two", "4:7: seed: a whole number, got two"},
		{"yes", "on: yes", "4:5: on: true or false, got yes (did you mean true?)"},
		{"number as text", "note: 12", `4:7: note: a text, got 12 (put it in quotes: "12")`},
		{"enum", "kind: betta", "4:7: kind: one of alpha, beta, got betta (did you mean beta?)"},
		{"date", "rate: 2026-11-02", "4:7: rate: a rate with its unit (50rps, 3000rpm, 10rph, 50/s, 90/min, 90/h, 100/day), got 2026-11-02"},
		{"bare rate", "rate: 50", "4:7: rate: a rate with its unit (50rps, 3000rpm, 10rph, 50/s, 90/min, 90/h, 100/day), got 50 (did you mean 50rps or 50rpm?)"},
		{"a list for one", "queue: [1]", "4:8: queue: one value, or a mapping with shared, got a list"},
		{"empty union", "queue: {}", "4:8: queue.shared: required: a whole number, got nothing"},
		{"no choice", "shape: {}", "4:8: shape: exactly one of round, flat, got none"},
		{"two choices", "shape: {flat: {}, round: {radius: 1rps}}", "4:8: shape: exactly one of round, flat, got flat and round"},
		{"misspelt choice", "shape: {rund: {radius: 1rps}}", "4:9: shape.rund: a known key, got rund (did you mean round?)"},
		{"named choice", "shape: {name: a, flat: {}}", "4:9: shape.name: a known key, got name (known: round, flat)"},
		{"left out", "shape: {round: {}}", "4:16: shape.round.radius: required: a rate with its unit (50rps, 3000rpm, 10rph, 50/s, 90/min, 90/h, 100/day), got nothing"},
		{"mapping for a list", "items: {round: {radius: 1rps}}", `4:8: items: a list, got a mapping (each item begins with "- ")`},
		{"scalar for a mapping", "table: 5s", "4:8: table: a mapping of keys to values, got 5s"},
		{"scalar item", "items: [round]", "4:9: items.0: a mapping with exactly one of round, flat, got round"},
		{"null item", "words: [a, ]\nitems: [~]", "5:9: items.0: a value, got nothing (leave the key out to get its default)"},
		{"same names", "items: [{name: a, flat: {}}, {round: {name: a, radius: 1rps}}]", "4:45: items.1.name: a name of its own in the list, got a again"},
		{"two names", "items: [{name: a, round: {name: b, radius: 1rps}}]", "4:16: items.0.name: one name, got a beside b"},
		{"number as name", `items: [{name: "7", flat: {}}]`, "4:16: items.0.name: a name that is no number: numbers count the items, got 7"},
		{"hours", "hours: [1rps]", "4:8: hours: a list of 3, got 1"},
		{"inner twice", "table: {CPU: {}, CPU: {}}", "4:18: table.CPU: each key once, got it again (first on line 4)"},
		{"inner unknown", "table: {CPU: {dealy: 1s}}", "4:15: table.CPU.dealy: a known key, got dealy (did you mean delay?)"},
		{"escape", "\"a\\e[31m\": 1", `4:1: "a\x1b[31m": a known key, got "a\x1b[31m" (known: version, name, note, step, rate, kind, factor, on, seed, queue, shape, items, limits, table, hours, words)`},
	} {
		if _, got := read(good + c.line + "\n"); got != "x.yaml:"+c.want {
			t.Errorf("%s:\n got %s\nwant x.yaml:%s", c.name, got, c.want)
		}
	}
}

// A file that is wrong as a whole.
func TestRefuseFiles(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'z'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ":1:1: a scenario, got an empty file"},
		{"comments", "# nothing\n\n", ":1:1: a scenario, got an empty file"},
		{"null", "~\n", ":1:1: a scenario, got an empty file"},
		{"list", "- a\n", ":1:1: a mapping of keys to values, got a list"},
		{"text", "hello\n", ":1:1: a mapping of keys to values, got hello"},
		{"two documents", good + "---\na: 1\n", ":5:1: one document in a file, got a second one"},
		{"an empty second one", good + "---\n", ":5:1: one document in a file, got a second one"},
		{"huge", strings.Repeat("# x\n", 300_000), ": at most 1 MiB (1048576 bytes), got 1200000 bytes or more"},
		{"binary", "a: \x00\x01", ":1:4: plain text, got the control character U+0000"},
		{"gzip", "\x1f\x8b\x08\x00", ":1:1: plain text, got the control character U+001F"},
		{"latin-1", "name: caf\xe9\n", ":1:10: text in UTF-8, got the byte 0xe9"},
		{"utf-16", "\xff\xfea\x00", ": text in UTF-8, got UTF-16"},
		{"tab", "version: 1\nlimits:\n  min: 1\n\tmax: 2\n", ":4:1: blanks for indentation, got a tab"},
		{"tab after blanks", "version: 1\nlimits:\n  min: 1\n  \tmax: 2\n", ":4:3: blanks for indentation, got a tab"},
		{"alias", "a: &x 1\nb: *x\n", ":1:4: a: a value without an anchor, got &x\nx.yaml:2:4: b: a value that is written out, got the alias *x"},
		{"unknown alias", "b: *x\n", ":1:1: a value that is written out, got an alias without an anchor"},
		{"merge", "a: 1\n<<: {b: 1}\n", ":2:1: keys that are written out, got the merge key <<"},
		{"tag", "a: !!str 1\n", ":1:4: a: a value without a tag, got !!str"},
		{"own tag", "a: !secret 1\n", ":1:4: a: a value without a tag, got !secret"},
		{"list as key", "? [a]\n: 1\n", ":1:3: a plain word as a key, got a list"},
		{"deep flow", "a: " + strings.Repeat("[", 50) + strings.Repeat("]", 50) + "\n", ":1:44: " + strings.TrimSuffix("a."+strings.Repeat("0.", 40), ".") + ": at most 40 levels deep, got more"},
		{"very deep", "a: " + strings.Repeat("[", 500_000), ":1:44: at most 40 levels deep, got more"},
		{"deep block", func() (s string) {
			for i := range 60 {
				s += strings.Repeat(" ", i) + "a:\n"
			}
			return s
		}(), ":42:42: " + strings.TrimSuffix(strings.Repeat("a.", 41), ".") + ": at most 40 levels deep, got more"},
		{"two colons", "a: 1\nb: c: d\n", `:2:5: a line that YAML can read, got a second ": " in one value, or a line that is indented too far`},
		{"indent", "a: 1\n  b: 2\n", `:2:3: a line that YAML can read, got a second ": " in one value, or a line that is indented too far`},
		{"outdent", "a:\n    b: 1\n  c: 2\n", ":3:3: keys of one mapping, indented alike, got something else"},
		{"open quote", "a: 1\nb: \"x\nc: 2\n", ":2:4: a text in quotes that ends, got the end of the file"},
		{"open list", "a: 1\nb: [1, 2\nc: 3\n", ":2:4: a list in [ ], its items separated by commas, got something else, or no ]"},
		{"open list at the end", "a: [b", ":1:4: a list in [ ], its items separated by commas, got something else, or no ]"},
		{"open list over lines", "é: [\n [1],\n b\nc: 2\n", ":1:4: a list in [ ], its items separated by commas, got something else, or no ]"},
		{"open list after closed ones", "a: [b]\nb: {c: [1], d: [2\n", ":2:16: a list in [ ], its items separated by commas, got something else, or no ]"},
		{"open mapping in a list", "a: {b: [{c: {d: 1]}]}\n", ":1:13: a mapping in { }, its keys separated by commas, got something else, or no }"},
		{"bracket alone", "a: 1\nb: [", ":2:4: a value, got something else"},
		{"open quote in a list", "a: [\"x", ":1:5: a text in quotes that ends, got the end of the file"},
		{"percent", "a: 1\nb: %x\n", ":2:4: a value that YAML can read, got a character that cannot begin one (put the value in quotes)"},
	} {
		if _, got := read(c.text); got != "x.yaml"+c.want {
			t.Errorf("%s:\n got %s\nwant x.yaml%s", c.name, got, c.want)
		}
	}
	if _, got := read(bomb); !strings.HasPrefix(got, "x.yaml:1:4: a: a value without an anchor, got &a\n") {
		t.Errorf("bomb: %.200s", got)
	}
	if _, got := read("\xef\xbb\xbf" + strings.ReplaceAll(good, "\n", "\r\n")); got != "" {
		t.Errorf("a byte-order mark and CRLF: %s", got)
	}
}

// Everything is said at once, in the order of the file, and consequences are not.
func TestAllAtOnce(t *testing.T) {
	_, got := read("nmae: x\nversion: 2\nlimits: {min: 3, max: 2, maxx: 9}\nstep: 5\nshape: {round: {radius: x}}\n")
	want := `x.yaml:1:1: nmae: a known key, got nmae (did you mean name?)
x.yaml:2:10: version: exactly 1, got 2
x.yaml:3:15: limits.min: at most max, got 3
x.yaml:3:26: limits.maxx: a known key, got maxx (did you mean max?)
x.yaml:4:7: step: a duration with its unit (90s, 250ms, 5m, 1d12h), got 5 (did you mean 5s, 5ms?)
x.yaml:5:25: shape.round.radius: a rate with its unit (50rps, 3000rpm, 10rph, 50/s, 90/min, 90/h, 100/day), got x`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	many := good
	for i := range 5000 {
		many += fmt.Sprintf("k%d: 1\n", i)
	}
	if _, got := read(many); strings.Count(got, "\n") != most || !strings.HasSuffix(got, "… and 4800 more problems") {
		t.Errorf("5000 problems end in %s", got[strings.LastIndexByte(got, '\n')+1:])
	}
}

func TestExcerpt(t *testing.T) {
	d, _ := Parse("x.yaml", []byte(good+"    \nnote: [tränen, \"a\\tb\"]\nstepp:  1s\n"))
	var into thing
	ps, _ := d.Fill(&into)
	want := `x.yaml:5:7: note: a text, got a list
     5 | note: [tränen, "a\tb"]
       |       ^
x.yaml:6:1: stepp: a known key, got stepp (did you mean step?)
     6 | stepp:  1s
       | ^`
	if got := d.Finish(ps).Text(true); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := excerpt(strings.Repeat("é", 300)+"X"+strings.Repeat("y", 300), 12, 301); got != "    12 | "+strings.Repeat("é", 40)+"X"+strings.Repeat("y", 59)+"\n       | "+strings.Repeat(" ", 40)+"^" {
		t.Errorf("a long line:\n%s", got)
	}
}

func TestSet(t *testing.T) {
	file := good + `
queue: 3
shape: {round: {radius: 1rps}}
items:
  - {name: a, round: {radius: 1rps}}
  - {round: {name: v1.2, radius: 2rps}}
  - flat: {width: 1}
words: [x, y]
`
	for _, c := range []struct{ path, value, want string }{
		{"limits.max", "9", "limits: {min: 1, max: 9}"},
		{"step", "5s", "step: 5s"},
		{"table.CPU.delay", "7s", "table: {CPU: {delay: 7s}}"},
		{"queue.shared", "4", "queue: {shared: 4}"},
		{"shape.flat.width", "1", "shape: {flat: {width: 1}}"},
		{"shape", "{flat: {}}", "shape: {flat: {}}"},
		{"items.0.round.radius", "5rps", "- {name: a, round: {radius: 5rps}}"},
		{"items.a.round.radius", "5rps", "- {name: a, round: {radius: 5rps}}"},
		{"items.v1.2.round.radius", "5rps", "- {round: {name: v1.2, radius: 5rps}}"},
		{"items.a.flat.height", "5", "- {name: a, flat: {height: 5}}"},
		{"items.2.flat.height", "5", "- {flat: {height: 5}}"},
		{"items.2.name", "c", "- {flat: {width: 1}, name: c}"},
		{"items.+", "{flat: {}}", "- {flat: {}}"},
		{"words.1", "off", "words: [x]"},
		{"words.+", "z", "words: [x, y, z]"},
		{"hours.+", "1rps", "hours: [1rps]"},
	} {
		d, _ := Parse("x.yaml", []byte(file))
		value, ps := d.ParseValue(c.value, "--set")
		if ps != nil {
			t.Fatal(ps)
		}
		if p := d.Set(reflect.TypeFor[thing](), c.path, value, nil, "--set "+c.path+"="+c.value); p != nil {
			t.Errorf("%s=%s: %s", c.path, c.value, p)
			continue
		}
		if got := flow(d.Root); !strings.Contains(got, strings.TrimPrefix(c.want, "- ")) {
			t.Errorf("%s=%s: no %s in\n%s", c.path, c.value, c.want, got)
		}
	}
	d, _ := Parse("x.yaml", []byte(file))
	off := &yaml.Node{Kind: yaml.ScalarNode, Value: "off"}
	for _, path := range []string{"items.a", "items.0"} {
		if p := d.Set(reflect.TypeFor[thing](), path, off, nil, "--set"); p != nil {
			t.Error(p)
		}
	}
	if got := flow(d.Root); strings.Contains(got, "v1.2") || strings.Contains(got, "name: a") || !strings.Contains(got, "items: [{flat: {width: 1}}]") {
		t.Errorf("two items taken out: %s", got)
	}
}

// flow writes a tree on one line.
func flow(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		var parts []string
		for i := 0; i < len(n.Content); i += 2 {
			parts = append(parts, n.Content[i].Value+": "+flow(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		var parts []string
		for _, c := range n.Content {
			parts = append(parts, flow(c))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return n.Value
}

func TestSetRefuse(t *testing.T) {
	for _, c := range []struct{ path, value, want string }{
		{"max", "1", "max: a known path, got max (did you mean limits.max?)"},
		{"stpe", "1s", "stpe: a known path, got stpe (did you mean step?)"},
		{"not.yaml", "1", "not.yaml: a known path, got not.yaml (known: version, name, note, step, rate, kind, factor, on, seed, queue, shape, items, limits, table, hours, words)"},
		{"n.yaml", "1", "n.yaml: a known path, got n.yaml (known: version, name, note, step, rate, kind, factor, on, seed, queue, shape, items, limits, table, hours, words)"},
		{"limit.max", "1", "limit.max: a known path, got limit.max (did you mean limits.max?)"},
		{"limits.mxa", "1", "limits.mxa: a known path, got limits.mxa (did you mean limits.max?)"},
		{"radius", "1rps", "radius: a known path, got radius (did you mean shape.round.radius or items.0.round.radius?)"},
		{"shape.raduis", "1rps", "shape.raduis: a known path, got shape.raduis (did you mean shape.round.radius or items.0.round.radius?)"},
		{"limits.nothing", "1", "limits.nothing: a known path, got limits.nothing (below limits are min, max)"},
		{"step.x", "1", "step.x: a known path, got step.x (step has no parts)"},
		{"items.dialy.name", "x", "items.dialy.name: a known path, got items.dialy.name (did you mean items.daily.name?)"},
		{"items.long", "x", "items.long: a known path, got items.long (items has the items 0 to 0, by name daily; + adds one)"},
		{"items.1", "x", "items.1: a known path, got items.1 (items has the items 0 to 0, by name daily; + adds one)"},
		{"words.0", "off", "words.0: a known path, got words.0 (words is empty: words.+ adds an item)"},
		{"", "x", `a path of keys and list items, with dots between them (scaling.aws.min), got ""`},
		{"a..b", "x", "a path of keys and list items, with dots between them (scaling.aws.min), got a..b"},
	} {
		d, _ := Parse("x.yaml", []byte(good+"shape: {round: {radius: 1rps}}\nitems: [{name: daily, round: {radius: 1rps}}]\n"))
		value, _ := d.ParseValue(c.value, "--set")
		label := "--set " + c.path + "=" + c.value
		p := d.Set(reflect.TypeFor[thing](), c.path, value, nil, label)
		if p == nil || p.String() != label+": "+c.want {
			t.Errorf("%s:\n got %v\nwant %s: %s", c.path, p, label, c.want)
		}
	}
	for value, want := range map[string]string{
		"": "PATH=VALUE with a value, got none", "a: *b": "a value that is written out, got an alias without an anchor",
		"[": "a value, got something else", "!!int 3": "a value without a tag, got !!int",
		"--- 1\n--- 2": "one value, got two documents",
	} {
		d := &Document{}
		if _, ps := d.ParseValue(value, "--set a=b"); ps.Error() != "--set a=b: "+want {
			t.Errorf("%q: %v", value, ps)
		}
	}
	d, _ := Parse("x.yaml", []byte(good))
	value, _ := d.ParseValue("abc", "")
	d.Set(reflect.TypeFor[thing](), "step", value, nil, "--set step=abc")
	ps, _ := d.Fill(new(thing))
	if got := d.Finish(ps).Text(true); got != "--set step=abc: step: a duration with its unit (90s, 250ms, 5m, 1d12h), got abc" {
		t.Errorf("a bad value: %s", got)
	}
}

// What is written reads to the same settings.
func TestEncode(t *testing.T) {
	for _, more := range []string{"", "queue: {shared: 7}\nshape: {flat: {width: 2}}\nitems: [{round: {name: a, radius: 1rps}}]\nnote: \"12\"\nwords: [\"yes\", \"~\", a b, \"3\"]\ntable: {CPU: {delay: 1s}, A: {}}\nrate: 0.1rps\nfactor: 0.5\n"} {
		first, ps := read(good + more)
		if ps != "" {
			t.Fatal(ps)
		}
		d, _ := Parse("x.yaml", []byte(good+more))
		text, err := d.Encode(first)
		if err != nil {
			t.Fatal(err)
		}
		second, ps := read(string(text))
		if ps != "" {
			t.Errorf("%s in\n%s", ps, text)
		}
		if diff := cmp.Diff(first, second, cmp.AllowUnexported(thing{}, either{})); diff != "" {
			t.Errorf("%s in\n%s", diff, text)
		}
		if !strings.Contains(string(text), "step: 1s\n") {
			t.Errorf("no default is written:\n%s", text)
		}
	}
}

var _ encoding.TextUnmarshaler = (*queue)(nil)

func TestBroken(t *testing.T) {
	var b Broken
	if !b.Clean("") || !b.Clean("a.b") {
		t.Error("nothing is broken yet")
	}
	b.Add("a.b.c")
	b.Add("a.b.d.e")
	b.Add("x")
	for path, want := range map[string]bool{
		"": false, "a": false, "a.b": false, "a.b.c": false, "a.b.c.z": false, "a.b.d": false, "a.b.d.f": true, "a.c": true, "x.y": false, "xy": true, "ab": true,
	} {
		if got := b.Clean(path); got != want {
			t.Errorf("%q: %t", path, got)
		}
	}
}

// What is concluded from a value that could not be read does not count; what is concluded from others does.
func TestBrokenStands(t *testing.T) {
	var b Broken
	b.Add("steps.1.by")
	b.Add("service")
	for _, c := range []struct {
		p    problem.Problem
		want bool
	}{
		{problem.Problem{Path: "min"}, true},
		{problem.Problem{Path: "min", Of: []string{"min", "service"}}, false},
		{problem.Problem{Path: "min", Of: []string{"min", "service.of"}}, false},
		{problem.Problem{Path: "service", Of: []string{"min"}}, false}, // something is said of it already
		{problem.Problem{Path: "steps"}, false},
		{problem.Problem{Path: "steps", Of: []string{"steps.#"}}, true},
		{problem.Problem{Path: "steps.1", Of: []string{"steps.1.from", "steps.1.to"}}, true},
		{problem.Problem{Path: "steps.1.from"}, true},
		{problem.Problem{Path: ""}, false},
		{problem.Problem{Path: "", Of: []string{"min", "max"}}, true},
	} {
		if got := b.Stands(c.p); got != c.want {
			t.Errorf("%+v: %v, want %v", c.p, got, c.want)
		}
	}
}
