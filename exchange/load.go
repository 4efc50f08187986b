package exchange

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"

	"headroom/scenarios"
	"headroom/traffic"
	"headroom/unit"
)

// A piece of traffic from one instant to another, in which the mean rate goes linearly from one value to another.
type stretch struct {
	from, to   time.Duration
	begin, end float64 // requests per second
}

// A load is the mean rate of a scenario's traffic, random events as its first run draws them.
type load struct {
	scenario  string
	zone      string
	start     time.Time
	length    time.Duration
	timeout   time.Duration // of a request; 0: none
	stretches []stretch
	minutes   []float64 // requests of each whole minute
	total     float64
	peak      float64
}

// most is how often the rate may bend or jump within a minute and still be followed; beyond that the minute's mean is taken.
const most = 6

// loadOf samples the traffic of a scenario: linear pieces within minutes, joined where one goes on as the other.
func loadOf(file *scenarios.File) (*load, error) {
	cfg, err := file.Config()
	if err != nil {
		return nil, err
	}
	l := &load{scenario: file.Name, zone: file.Clock.Zone, start: cfg.Start, length: cfg.Length, timeout: file.Service.Timeout.Total}
	profile := cfg.Traffic.Profile(cfg.Source)
	flow := traffic.NewFlow(profile, 0, l.length)
	for at := time.Duration(0); at < l.length; at += time.Minute {
		to := min(at+time.Minute, l.length)
		count := flow.Offered(at, to)
		l.minutes = append(l.minutes, count)
		l.total += count
		inside := bends(profile, at, to)
		if len(inside) > most {
			mean := count / (to - at).Seconds()
			l.add(stretch{at, to, mean, mean})
			continue
		}
		from := at
		for _, next := range append(inside, to) {
			l.add(stretch{from, next, profile.Rate(from), profile.Rate(next - 1)})
			from = next
		}
	}
	return l, nil
}

// bends are the instants inside an interval at which the rate jumps or bends; enough of them to see that there are too many.
func bends(p traffic.Profile, from, to time.Duration) (at []time.Duration) {
	for t := p.Next(from); t < to && len(at) <= most; t = p.Next(t) {
		at = append(at, t)
	}
	return at
}

// add goes on by a stretch; one that continues the last one in a straight line becomes part of it.
func (l *load) add(s stretch) {
	l.peak = max(l.peak, s.begin, s.end)
	if len(l.stretches) > 0 {
		last := &l.stretches[len(l.stretches)-1]
		joint := last.begin + (s.end-last.begin)*float64(last.to-last.from)/float64(s.to-last.from)
		if close := 1e-6 * max(last.end, s.begin, 1e-3); math.Abs(last.end-s.begin) <= close && math.Abs(joint-s.begin) <= close {
			last.to, last.end = s.to, s.end
			return
		}
	}
	l.stretches = append(l.stretches, s)
}

// about is what every load test says of itself, a line each.
func (l *load) about() []string {
	return []string{
		"The traffic of the scenario " + plainLine(l.scenario) + ": its mean rate over time, with the events of run 1.",
		fmt.Sprintf("%s from %s (%s), %s requests, at most %s a second. Written by headroom export.", unit.FormatDuration(l.length),
			l.start.Format("2006-01-02 15:04"), l.zone, strconv.FormatFloat(math.Round(l.total), 'f', -1, 64), strconv.FormatFloat(l.peak, 'g', 4, 64)),
	}
}

// exportLoad writes the traffic of a scenario as a load test.
func exportLoad(file *scenarios.File, as string) (document []byte, files []File, err error) {
	l, err := loadOf(file)
	if err != nil {
		return nil, nil, err
	}
	if l.total < 1 {
		return nil, nil, refused(file.Source, as, []refusal{{"traffic", "a request at least in all the length", "none"}})
	}
	switch as {
	case K6:
		text := l.k6()
		return text, []File{{"load.js", text}}, nil
	case Locust:
		text := l.locust()
		return text, []File{{"locustfile.py", text}}, nil
	}
	text := l.vegeta()
	return text, []File{{"load.sh", text}}, nil
}

// k6 writes a script for k6: its ramping-arrival-rate starts requests at a rate that goes linearly from target to target, whether or
// not earlier ones are answered. Targets are whole numbers, so slow traffic is counted by the hour.
func (l *load) k6() []byte {
	var b bytes.Buffer
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for _, line := range l.about() {
		p("// %s", line)
	}
	p("// Run: k6 run -e URL=https://… load.js")
	p("import http from 'k6/http';\n")
	unit, per := "1m", 60.0
	if l.peak < 10 {
		unit, per = "1h", 3600
	}
	target := func(rate float64) int64 { return int64(math.Round(rate * per)) }
	p("// [seconds, requests per %s at their end]; 0 seconds is a jump", unit)
	p("const stages = [")
	now := target(l.stretches[0].begin)
	for _, s := range l.stretches {
		if jump := target(s.begin); jump != now {
			p("  [0, %d],", jump)
		}
		now = target(s.end)
		p("  [%s, %d],", secondsText(s.to-s.from), now)
	}
	p("];\n")
	p("export const options = {")
	p("  discardResponseBodies: true,")
	p("  scenarios: {")
	p("    traffic: {")
	p("      executor: 'ramping-arrival-rate',")
	p("      timeUnit: '%s',", unit)
	p("      startRate: %d,", target(l.stretches[0].begin))
	p("      preAllocatedVUs: %d,", users(l.peak, time.Second))
	p("      maxVUs: %d, // requests under way at once, if each takes as long as it may", users(l.peak, l.patience()))
	p("      stages: stages.map(([seconds, target]) => ({ duration: `${seconds}s`, target })),")
	p("    },")
	p("  },")
	p("};\n")
	p("export default function () {")
	p("  http.get(__ENV.URL, { timeout: '%ss' });", secondsText(l.patience()))
	p("}")
	return b.Bytes()
}

// patience is how long a request is waited for.
func (l *load) patience() time.Duration {
	if l.timeout > 0 {
		return l.timeout
	}
	return time.Minute
}

// users is how many requests are under way at a rate, if each takes so long.
func users(rate float64, long time.Duration) int {
	return max(10, int(math.Ceil(min(rate*long.Seconds(), 1e6))))
}

// secondsText is a duration in seconds.
func secondsText(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// locust writes a locustfile. Locust has users, not rates: each sends one request in PACE seconds, and their number follows the rate.
func (l *load) locust() []byte {
	var b bytes.Buffer
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for _, line := range l.about() {
		p("# %s", line)
	}
	pace := 10
	if l.peak > 500 {
		pace = 1
	}
	p("# Run: locust -f locustfile.py --headless --host https://…")
	p("import random")
	p("import time\n")
	p("from locust import HttpUser, LoadTestShape, constant_throughput, task\n")
	p("# Seconds in which a user sends one request. Answers that take longer slow the traffic down:")
	p("# then raise it (more users), or take k6 or vegeta, whose requests do not wait for one another.")
	p("PACE = %d\n", pace)
	p("# (from, to, rate, rate): seconds, and requests a second at the begin and at the end")
	p("STRETCHES = [")
	for _, s := range l.stretches {
		p("    (%s, %s, %s, %s),", secondsText(s.from), secondsText(s.to), rateText(s.begin), rateText(s.end))
	}
	p("]\n\n")
	p("class Client(HttpUser):")
	p("    wait_time = constant_throughput(1 / PACE)\n")
	p("    def on_start(self):")
	p("        time.sleep(random.uniform(0, PACE))  # or all would send at the same moments\n")
	p("    @task")
	p("    def request(self):")
	p("        self.client.get(\"/\", timeout=%s)\n\n", secondsText(l.patience()))
	p("class Traffic(LoadTestShape):")
	p("    at = 0\n")
	p("    def tick(self):")
	p("        now = self.get_run_time()")
	p("        while self.at < len(STRETCHES) and now >= STRETCHES[self.at][1]:")
	p("            self.at += 1")
	p("        if self.at == len(STRETCHES):")
	p("            return None")
	p("        begin, end, low, high = STRETCHES[self.at]")
	p("        users = round(PACE * (low + (high - low) * (now - begin) / (end - begin)))")
	p("        return users, max(users, 1)")
	return b.Bytes()
}

// rateText is a rate to nine digits.
func rateText(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 9, 64), 64)
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// vegeta writes a script. Vegeta attacks at one rate, so each minute is an attack with that minute's requests, begun on time whether or
// not the one before has all its answers; equal minutes are one attack.
func (l *load) vegeta() []byte {
	var b bytes.Buffer
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("#!/bin/sh")
	for _, line := range l.about() {
		p("# %s", line)
	}
	p("# Run: URL=https://… sh load.sh, or TARGETS=FILE sh load.sh with targets as vegeta reads them")
	p("set -eu\n")
	p("results=\"${RESULTS:-results}\"")
	p("mkdir -p \"$results\"")
	p("targets=\"${TARGETS:-$results/targets}\"")
	p("[ -n \"${TARGETS:-}\" ] || echo \"GET ${URL:?where the requests go}\" > \"$targets\"")
	p("begin=$(date +%%s)\n")
	p("while read -r at requests seconds; do")
	p("  late=$(($(date +%%s) - begin))")
	p("  [ \"$late\" -ge \"$at\" ] || sleep $((at - late))")
	p("  vegeta attack -targets \"$targets\" -rate \"$requests/${seconds}s\" -duration \"${seconds}s\" -timeout %ss \\", secondsText(l.patience()))
	p("    -output \"$results/$at.bin\" &")
	p("done <<'ATTACKS'")
	for _, a := range l.attacks() {
		p("%d %d %d", a.at, a.requests, a.seconds)
	}
	p("ATTACKS")
	p("wait")
	p("vegeta report \"$results\"/*.bin")
	return b.Bytes()
}

// An attack sends requests evenly over seconds, from a second on.
type attack struct{ at, requests, seconds int64 }

// attacks are the minutes in which requests come, equal ones in one. What rounding leaves over goes to the next minute.
func (l *load) attacks() (out []attack) {
	left := 0.0
	var rates []float64 // of each attack, before rounding
	for i, count := range l.minutes {
		seconds := int64(min(time.Minute, l.length-time.Duration(i)*time.Minute) / time.Second)
		left += count
		requests := int64(math.Round(left))
		if requests == 0 || seconds == 0 {
			continue
		}
		left -= float64(requests)
		at := int64(i) * 60
		if n := len(out) - 1; n >= 0 && out[n].at+out[n].seconds == at && math.Abs(rates[n]-count) <= 1e-9*count && seconds == 60 {
			out[n].seconds += seconds
			out[n].requests += requests
			continue
		}
		out, rates = append(out, attack{at, requests, seconds}), append(rates, count)
	}
	return out
}
