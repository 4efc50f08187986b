package exchange

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"headroom/policy/aws"
	"headroom/scenarios"
)

// An importer gathers the pieces of files.
type importer struct {
	reader
	pieces    []*piece
	roots     []*node // trees whose unread nodes are listed at the end
	queued    bool    // an endpoint's configuration says that it is asynchronous
	elsewhere []Note  // resources that have nothing to do with scaling
}

// Imported is what files say of one scalable target.
type Imported struct {
	Files    []string
	Target   string        // the resource's id; "" if no file names it
	Settings *aws.Settings // as scaling.aws; what the files do not say is filled in
	Group    *aws.Group    // instead, of an EC2 Auto Scaling group: as scaling.ec2-asg
	Notes    []Note        // what was not understood
	Without  []Note        // what is known and changes nothing here: ARNs, times of creation, tags
	Others   []Note        // resources of other kinds
	Gone     []string      // after Into: keys of the scenario's own block that the files have the target without
	Aside    []string      // after Into: variants of the scenario that became comments, with why they do not hold
	fleet    fleet
	managed  aws.Managed // of an endpoint with inference components; what is zero was not read
	plain    bool        // scaling.aws in any case: a patched scenario's variants point into it
	said     said
	origin   map[string]*node  // of the settings' paths: where the value was read, which a comment says
	places   map[string]*node  // and of more of them, for messages alone
	defaults map[string]string // of scaling.aws paths: why the value is what it is, if it is not from the files
}

// said tells which parts of the settings the files speak of.
type said struct{ limits, policies, schedules, suspended, group, pool bool }

// fleet is what files say beside the scaling.
type fleet struct {
	kind     string // instance type
	count    int    // initial instances; 0 if not said
	balancer string
	from     map[string]string // where: type, start, balancer
}

// Import reads files and makes one target's scaling of them: that of the named target, or of the only one. The error is
// scenarios.Problems, every file's.
func Import(sources []Source, target string) (*Imported, error) {
	im := &importer{}
	var bad scenarios.Problems
	for _, s := range sources {
		docs, flaw := parse(s)
		if flaw != nil {
			bad = append(bad, scenarios.Problem{File: s.Name, Line: flaw.line, Col: flaw.col, Must: flaw.must, Got: flaw.got})
			continue
		}
		known := false
		for _, d := range docs {
			im.roots = append(im.roots, d)
			known = im.sort(d) || known
		}
		if !known {
			bad = append(bad, scenarios.Problem{File: s.Name, Must: "an answer or input of the AWS CLI, a CloudFormation template, or terraform show -json",
				Got: kindOf(docs), Hint: hintOf(docs)})
		}
	}
	if len(bad) > 0 {
		return nil, bad
	}
	chosen, err := im.choose(target)
	if err != nil {
		return nil, err
	}
	out := &Imported{Target: chosen.id, origin: map[string]*node{}, places: map[string]*node{}, defaults: map[string]string{}, fleet: fleet{from: map[string]string{}}}
	for _, s := range sources {
		out.Files = append(out.Files, s.Name)
	}
	b := &builder{importer: im, out: out, chosen: chosen}
	b.build()
	for _, root := range im.roots {
		for _, n := range root.unread() {
			im.note(n, "not understood: "+n.shown())
		}
	}
	out.Notes, out.Without, out.Others = im.notes, im.without, im.elsewhere
	if out.Settings == nil && out.Group == nil {
		return nil, scenarios.Problems{{File: strings.Join(out.Files, ", "), Must: "scaling that can be simulated", Got: "none that is understood", Hint: firstNote(out.Notes)}}
	}
	return out, nil
}

func firstNote(notes []Note) string {
	if len(notes) == 0 {
		return ""
	}
	return notes[0].Path + ": " + notes[0].Why
}

// kindOf says what documents are, for a message.
func kindOf(docs []*node) string {
	if len(docs) == 0 {
		return "nothing"
	}
	n := docs[0]
	if n.kind == object && len(n.keys) > 0 {
		keys := n.keys[:min(4, len(n.keys))]
		return plainLine("an object with " + strings.Join(keys, ", "))
	}
	return n.shown()
}

// hintOf says how to get what can be read, of files that are near to it.
func hintOf(docs []*node) string {
	for _, n := range docs {
		switch {
		case n.has("lineage") && n.has("terraform_version"):
			return "a raw state: terraform show -json prints what is read here"
		case n.has("ScalingActivities", "Activities"):
			return "activities are a log: describe-scaling-policies and describe-scalable-targets say what scales"
		case n.has("version") && n.has("scaling"):
			return "a scenario is the result of import: --into takes one"
		}
	}
	return ""
}

// sortedKeys are a map's keys in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// choose finds the target that is meant: the named one, or the only one that pieces speak of.
func (im *importer) choose(target string) (resource, error) {
	found := im.targets()
	if target == "" && len(found) <= 1 {
		if len(found) == 1 {
			return found[0], nil
		}
		return resource{}, nil
	}
	var ids []string
	var fits []resource
	for _, r := range found {
		name := r.id
		if twice(found, r.id) {
			name += " (" + r.dimension + ")"
		}
		ids = append(ids, name)
		if target == r.id || target == name || target == r.dimension {
			fits = append(fits, r)
		}
	}
	switch {
	case target == "":
		return resource{}, scenarios.Problems{{File: "--target", Must: "one of the targets in the files: " + strings.Join(ids, ", "), Got: "none"}}
	case len(fits) != 1:
		return resource{}, scenarios.Problems{{File: "--target", Must: "one of the targets in the files: " + strings.Join(ids, ", "), Got: target}}
	}
	return fits[0], nil
}

func twice(found []resource, id string) bool {
	n := 0
	for _, r := range found {
		if r.id == id {
			n++
		}
	}
	return n > 1
}

// targets are the resources that targets, policies and actions name, in the order of the files. Owners of policies and actions
// are put in the place of ids that they do not have.
func (im *importer) targets() (found []resource) {
	for _, p := range im.pieces {
		switch p.is {
		case aTarget, aPolicy, anAction, aGroup, aGroupPolicy, aGroupAction, aWarmPool:
		default:
			continue
		}
		r := im.resourceOf(p)
		if r.id == "" && r.dimension == "" {
			continue
		}
		known := false
		for i := range found {
			if found[i].matches(r) {
				known = true
				if found[i].dimension == "" {
					found[i].dimension = r.dimension
				}
				if found[i].id == "" {
					found[i].id = r.id
				}
			}
		}
		if !known {
			found = append(found, r)
		}
	}
	return found
}

// resourceOf is what a piece belongs to: what it names, or what its owner names.
func (im *importer) resourceOf(p *piece) resource {
	switch p.is {
	case aGroup, aGroupPolicy, aGroupAction, aWarmPool:
		return resource{im.groupName(p), aws.ASG}
	}
	r := of(p.node)
	if p.owner == "" {
		return r
	}
	for _, o := range im.pieces {
		if o.is == aTarget && o.called(p.owner) {
			return of(o.node)
		}
	}
	return r
}

// Effectless lists what is known and changes nothing here, a line for each file: the keys.
func (i *Imported) Effectless() (lines []string) {
	for _, file := range i.Files {
		var keys []string
		for _, n := range i.Without {
			key := n.Path[strings.LastIndexByte(n.Path, '.')+1:]
			if n.File == file && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
		if len(keys) > 0 {
			slices.Sort(keys)
			lines = append(lines, file+": "+strings.Join(keys, ", "))
		}
	}
	return lines
}

// Beside says what the files tell beside the scaling, which a patched scenario keeps as it has it.
func (i *Imported) Beside() (lines []string) {
	add := func(key, value string) {
		if from, ok := i.fleet.from[key]; ok {
			lines = append(lines, fmt.Sprintf("not put in, since it is not scaling: %s is %s in %s", key, value, from))
		}
	}
	add("type", i.fleet.kind)
	add("start", strconv.Itoa(i.fleet.count))
	add("balancer", i.fleet.balancer)
	return lines
}

// endpoint takes the variants of an endpoint configuration, and whether it is an asynchronous one.
func (im *importer) endpoint(n *node) {
	im.queued = im.queued || n.has("AsyncInferenceConfig")
	for _, key := range n.keys {
		if key != "ProductionVariants" {
			im.skip(n, key)
		}
	}
	for _, v := range n.list("ProductionVariants") {
		im.add(aVariant, v)
	}
}
