package exchange

import (
	"strings"

	"headroom/policy/aws"
	"headroom/scenarios"
)

// Forms of an export.
const (
	CLI            = "aws-cli"
	CloudFormation = "cloudformation"
	Terraform      = "terraform"
	K6             = "k6"
	Locust         = "locust"
	Vegeta         = "vegeta"
)

// Forms are all forms of an export: three of the scaling, three of the traffic.
func Forms() []string { return []string{CLI, CloudFormation, Terraform, K6, Locust, Vegeta} }

// Export writes a scenario in one form: the document, and the same as files. resource is the id of what scales, such as
// endpoint/E/variant/V; without it the id is a parameter of the document. The error is scenarios.Problems: what of the scenario has no
// counterpart in that form, all at once.
func Export(file *scenarios.File, as, resource string) (document []byte, files []File, err error) {
	switch as {
	case CLI, CloudFormation, Terraform:
		return exportScaling(file, as, resource)
	}
	return exportLoad(file, as)
}

// exportScaling writes the scaling of a scenario.
func exportScaling(file *scenarios.File, as, resource string) (document []byte, files []File, err error) {
	settings, at := file.Scaling.AWS, "scaling.aws"
	if a := file.Scaling.Async; a != nil {
		settings, at = &aws.Settings{Service: aws.AsyncEndpoint, Min: a.Min, Max: a.Max, Policies: a.Policies, Schedules: a.Schedules,
			Suspended: a.Suspended, Suspensions: a.Suspensions, Assume: a.Assume}, "scaling.async"
	}
	if g := file.Scaling.Group; g != nil {
		s := scaledGroup{scenario: file.Name, group: g, start: file.Clock.Calendar().Start, timing: file.Metrics.Timing}
		t, bad := s.build(resource, as != CLI)
		if len(bad) > 0 {
			return nil, nil, refused(file.Source, as, bad)
		}
		return t.written(as)
	}
	if settings == nil {
		return nil, nil, refused(file.Source, as, []refusal{{"scaling", "scaling.aws, scaling.async or scaling.ec2-asg, which are what runs there", "another way to scale"}})
	}
	s := Scaled{Scenario: file.Name, Settings: settings, Start: file.Clock.Calendar().Start, Begin: -file.Clock.Settle, Timing: file.Metrics.Timing}
	t, bad := s.build(resource)
	if len(bad) > 0 {
		for i := range bad {
			bad[i].path = strings.Replace(bad[i].path, "scaling.aws", at, 1)
		}
		return nil, nil, refused(file.Source, as, bad)
	}
	return t.written(as)
}

// written is the tree in one form.
func (t *tree) written(as string) (document []byte, files []File, err error) {
	switch as {
	case CLI:
		files := t.files()
		if len(t.parameters) > 0 {
			files = []File{{"apply.sh", t.shell()}}
		}
		return t.shell(), files, nil
	case CloudFormation:
		text, err := t.cloudFormation()
		return text, []File{{"template.yaml", text}}, err
	}
	text := t.hcl()
	return text, []File{{"scaling.tf", text}}, nil
}

// refused is what cannot be written, as problems.
func refused(source, as string, bad []refusal) error {
	var out scenarios.Problems
	for _, r := range bad {
		p := scenarios.Problem{File: source, Path: r.path, Must: r.must, Got: r.got}
		if strings.HasPrefix(r.path, "--") {
			p.File, p.Path = r.path, ""
		} else {
			p.Hint = as + " cannot say it otherwise"
		}
		out = append(out, p)
	}
	return out
}
