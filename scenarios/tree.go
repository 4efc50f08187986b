package scenarios

import (
	"headroom/scenarios/internal/strict"

	"gopkg.in/yaml.v3"
)

// Tree is a settings struct (one with yaml tags, such as aws.Settings) as the tree of a scenario file that would give it. Who writes
// scenario files adds comments to it.
func Tree(settings any) (*yaml.Node, error) { return strict.Tree(settings) }
