package scenarios

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"

	"headroom/scenarios/internal/strict"
)

//go:embed library/*.yaml
var library embed.FS

// order is the library's: from the question that most people have to the special ones.
var order = []string{
	"promo-week", "night-lull", "morning-rush", "spike-vs-warmup", "cooldown-too-long", "cooldown-too-short",
	"scale-in-too-early", "step-ladder", "gpu-endpoint", "lost-zone", "max-hit", "match-day",
}

// An Entry is a scenario of the library.
type Entry struct {
	Name string
	Ask  string // the question in words
	Job  bool   // about a job, not about a service
}

// Library lists the scenarios that come with the program; any that the order does not know stand at its end.
func Library() []Entry {
	var entries []Entry
	for _, name := range libraryNames() {
		entry := Entry{Name: name}
		if d, ps := strict.Parse(name, libraryText(name)); ps == nil {
			var head struct {
				Ask string     `yaml:"ask"`
				Job strict.Raw `yaml:"job"`
			}
			d.Fill(&head)
			entry.Ask, entry.Job = head.Ask, head.Job.Node != nil
		}
		entries = append(entries, entry)
	}
	return entries
}

// libraryText is the file of a library scenario as it stands; nil if there is none.
func libraryText(name string) []byte {
	text, err := library.ReadFile(path.Join("library", name+".yaml"))
	if err != nil {
		return nil
	}
	return text
}

// libraryNames are the names in their order.
func libraryNames() []string {
	files, err := fs.Glob(library, "library/*.yaml")
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(path.Base(f), ".yaml"))
	}
	rank := func(name string) int {
		if i := slices.Index(order, name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}
