package traffic

import (
	_ "embed"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"headroom/problem"
	"headroom/unit"
)

// zoneNames are the names of the IANA time zone database, one a line, in byte order.
//
//go:embed zones.txt
var zoneNames string

// LoadZone finds a time zone by its IANA name (America/New_York, UTC). An unknown name is refused with the nearest ones.
func LoadZone(name string) (*time.Location, error) {
	names := strings.Fields(zoneNames)
	bad := &unit.Bad{Must: "an IANA time zone, such as America/New_York or UTC", Got: unit.Show(name)}
	if _, known := slices.BinarySearch(names, name); !known {
		if near := nearest(name, names, 3); len(near) > 0 {
			bad.Hint = "did you mean " + strings.Join(near, " or ") + "?"
		}
		return nil, bad
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, bad
	}
	return zone, nil
}

// nearest are at most n of the names that a misspelt one may have meant, the nearest first: by the number of letters to
// change in the whole name or in its last part (the city), whatever the case.
func nearest(name string, names []string, n int) []string {
	plain := func(s string) string { return strings.ToLower(strings.NewReplacer(" ", "_", "-", "_").Replace(s)) }
	city := func(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
	if len(name) > 60 {
		return nil
	}
	type guess struct {
		name  string
		steps int
	}
	var guesses []guess
	asked := plain(strings.TrimSpace(name))
	for _, known := range names {
		if len(known) > 60 {
			continue
		}
		steps := min(problem.Edits(asked, plain(known)), problem.Edits(city(asked), city(plain(known))))
		if steps <= max(1, len(city(asked))/3) {
			guesses = append(guesses, guess{known, steps})
		}
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return a.steps - b.steps })
	var near []string
	for _, g := range guesses {
		if len(near) < n && g.steps <= guesses[0].steps+1 {
			near = append(near, g.name)
		}
	}
	return near
}
