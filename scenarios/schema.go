package scenarios

import "headroom/scenarios/internal/strict"

//go:generate go test -run TestSchemaIsCurrent -update .

// Schema is the JSON Schema (draft 2020-12) of the scenario file, from the types and tags that files are read by. It is
// committed as scenario.schema.json, for editors. What several values must be together, and whether times, zones and files
// exist, only Load knows.
func Schema() []byte {
	text, err := strict.Schema(Scenario{}, "scenario.schema.json", "Headroom scenario",
		"One question about a service that scales: its traffic, its instances, its scaling policies, and what must hold.")
	if err != nil {
		panic(err) // plain maps and texts can be written
	}
	return text
}
