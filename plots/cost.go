package plots

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"headroom/sim"
)

// costChart draws what was paid and for what: busy and idle slots, starting and draining instances.
func costChart() Chart {
	return Chart{
		Name: "cost",
		Doc:  "cost so far and per hour by what it paid for: busy and idle slots in service, starting, draining, a warm pool, use",
		pages: func(in []Input) []page {
			p := newPage(in, "cost", costTitle(in))
			p.events = nil // money follows the fleet, not the traffic's events
			p.breaches = nil
			if len(in) == 1 {
				p.panels = singleCost(in[0])
				if note := roundingNote(in[0]); note != "" {
					p.notes = append(p.notes, note)
				}
			} else {
				p.panels = overlaidCost(in)
			}
			return []page{p}
		},
	}
}

// A purpose is what money was paid for.
type purpose int

const (
	busy purpose = iota
	idle
	starting
	draining
	pool
	use
	kept
	purposes
)

var (
	purposeNames  = [purposes]string{"in service, busy", "in service, idle", "starting", "draining", "warm pool", "use", "provisioned"}
	purposeColors = [purposes]color.NRGBA{blue, blueFill, amber, drainFill, poolFill, green, blueFill}
)

// split divides the cost of a minute: the warm pool's, that of use, and the rest by instance time in each state, and of service by how busy the
// slots were.
func (in Input) split(m sim.Minute) (out [purposes]float64) {
	start := m.StartingMean
	if in.StartingFree {
		start = 0
	}
	out[pool], out[use] = m.PoolCost, m.UseCost
	if in.OnDemand {
		out[kept] = m.Cost - m.UseCost
		return out
	}
	total := m.ServingMean + start + m.DrainingMean
	if total <= 0 { // machines without a copy on them
		out[idle] = m.Cost - m.PoolCost - m.UseCost
		return out
	}
	per := (m.Cost - m.PoolCost - m.UseCost) / total
	used := m.Utilization
	if math.IsNaN(used) {
		used = 0
	}
	out[busy] = per * m.ServingMean * used
	out[idle] = per * m.ServingMean * (1 - used)
	out[starting] = per * start
	out[draining] = per * m.DrainingMean
	return out
}

func singleCost(in Input) []panel {
	sofar := panel{title: strings.TrimSpace("Cost so far, " + in.Currency), weight: 1.5, empty: noMinutes([]Input{in})}
	rate := panel{title: strings.TrimSpace("Cost per hour, " + in.Currency + "/h"), weight: 1}
	var sum [purposes]float64
	total, hourly := make([]sample, 0, len(in.Minutes)), make([]sample, 0, len(in.Minutes))
	stack, now := [purposes][]slab{}, [purposes][]slab{}
	for _, m := range in.Minutes {
		below, belowNow := 0.0, 0.0
		to := min(m.At+60e9, in.Length)
		for p, v := range in.split(m) {
			sum[p] += v
			stack[p] = append(stack[p], slab{m.At, to, below, below + sum[p]})
			now[p] = append(now[p], slab{m.At, to, belowNow, belowNow + v*60})
			below += sum[p]
			belowNow += v * 60
		}
		total = append(total, sample{m.At, to, below})
		hourly = append(hourly, sample{m.At, to, belowNow})
	}
	all := 0.0
	for _, v := range sum {
		all += v
	}
	for p := range purposes {
		if sum[p] <= 0.0005*all {
			continue // not to be seen
		}
		sofar.areas = append(sofar.areas, area{color: purposeColors[p], data: stack[p], ramp: true})
		rate.areas = append(rate.areas, area{color: purposeColors[p], data: now[p]})
		sofar.key(fillKey(purposeNames[p], purposeColors[p]))
	}
	sofar.add(line{pen: pen{color: ready, width: 1.8}, data: total, ramp: true})
	rate.add(line{pen: pen{color: ready, width: 1}, data: hourly})
	sofar.key(lineKey("total", pen{color: ready, width: 1.8}))
	sofar.scale, rate.scale = upTo(false, sofar.lines...), upTo(false, rate.lines...)
	return []panel{sofar, rate}
}

func overlaidCost(in []Input) []panel {
	sofar := panel{title: strings.TrimSpace("Cost so far, " + in[0].Currency), weight: 1.5, empty: noMinutes(in)}
	rate := panel{title: strings.TrimSpace("Cost per hour, " + in[0].Currency + "/h"), weight: 1}
	for n, i := range in {
		sum := 0.0
		sofar.add(line{pen: runPen(n), ramp: true, data: i.samples(func(m sim.Minute) float64 { sum += m.Cost; return sum })})
		rate.add(line{pen: runPen(n), data: i.samples(func(m sim.Minute) float64 { return m.Cost * 60 })})
		sofar.key(lineKey(i.Name, runPen(n)))
	}
	sofar.scale, rate.scale = upTo(false, sofar.lines...), upTo(false, rate.lines...)
	return []panel{sofar, rate}
}

// paid is the total after the billing rules, or the sum of the minutes where it is not known.
func (in Input) paid() float64 {
	if !math.IsNaN(in.Cost) {
		return in.Cost
	}
	return in.metered()
}

// metered is the sum of the minutes, before granularity and minimum.
func (in Input) metered() float64 {
	sum := 0.0
	for _, m := range in.Minutes {
		sum += m.Cost
	}
	return sum
}

func roundingNote(in Input) string {
	more := in.paid() - in.metered()
	if more < 0.0005*in.paid() || more <= 0 {
		return ""
	}
	return fmt.Sprintf("billing granularity and minimum add %s, not drawn", money(more, in.Currency))
}

func costTitle(in []Input) string {
	if len(in) > 1 {
		return compared(in, "The cost is", "", Input.paid, func(v float64) string { return money(v, in[0].Currency) })
	}
	i := in[0]
	var sum [purposes]float64
	all := 0.0
	for _, m := range i.Minutes {
		for p, v := range i.split(m) {
			sum[p] += v
			all += v
		}
	}
	title := money(i.paid(), i.Currency)
	if all == 0 {
		return title + " in " + durationWords(i.Length)
	}
	for p, words := range [...]string{busy: "busy", idle: "idle"} {
		if sum[p]/all > 0.995 {
			return title + ", nearly all of it for " + words + " slots"
		}
	}
	if sum[use]/all > 0.995 {
		return title + ", nearly all of it for use"
	}
	words := [purposes]string{"busy slots", "idle ones", "starting", "draining", "the warm pool", "use", "provisioned environments"}
	parts := []string{percent(sum[busy]/all) + " pays for busy slots", percent(sum[idle]/all) + " for idle ones"}
	if i.OnDemand {
		return title + ": " + percent(sum[use]/all) + " pays for use and " + percent(sum[kept]/all) + " for provisioned environments"
	}
	for p := starting; p < purposes; p++ {
		if sum[p]/all >= 0.005 {
			part := percent(sum[p] / all)
			if sum[p]/all < 0.01 {
				part = "under 1\u00a0%"
			}
			parts = append(parts, part+" for "+words[p])
		}
	}
	return title + ": " + listed(parts)
}
