package exchange

import (
	"strings"

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
	if bad := unwritable(file, as); bad != nil {
		return nil, nil, bad
	}
	if g := file.Scaling.Group; g != nil {
		s := scaledGroup{scenario: file.Name, group: g, start: file.Clock.Calendar().Start, timing: file.Metrics.Timing}
		t, bad := s.build(resource, as != CLI)
		if len(bad) > 0 {
			return nil, nil, refused(file.Source, as, bad)
		}
		return t.written(as)
	}
	settings, at := endpoint(&file.Scaling)
	s := Scaled{Scenario: file.Name, Settings: settings, Start: file.Clock.Calendar().Start, Begin: -file.Clock.Settle, Timing: file.Metrics.Timing}
	if c := file.Scaling.Components; c != nil {
		s.Managed = &c.Instances
	}
	t, bad := s.build(resource)
	if len(bad) > 0 {
		for i := range bad {
			bad[i].path = strings.Replace(bad[i].path, "scaling.aws", at, 1)
			bad[i].must = strings.ReplaceAll(bad[i].must, "scaling.aws", at)
		}
		return nil, nil, refused(file.Source, as, bad)
	}
	return t.written(as)
}

// ways are the ways to scale of which no policy can be written, and why not.
var ways = []struct {
	path  string
	given func(*scenarios.File) bool
	why   string
}{
	{"job", func(f *scenarios.File) bool { return f.Job != nil }, "a job runs once: nothing scales it"},
	{"scaling.fixed", func(f *scenarios.File) bool { return f.Scaling.Fixed != nil }, "a fixed number of instances has no policy: nothing moves it"},
	{"scaling.target", func(f *scenarios.File) bool { return f.Scaling.Target != nil },
		"it decides as no service of AWS does; scaling.aws has the target tracking that runs there"},
	{"scaling.spare", func(f *scenarios.File) bool { return f.Scaling.Spare != nil }, "a cluster autoscaler's way: AWS has no policy that counts free slots"},
	{"scaling.serverless", func(f *scenarios.File) bool { return f.Scaling.Serverless != nil },
		"the platform makes an environment for each request: there is no policy, and its limits are the function's or endpoint's own"},
}

// unwritable refuses ways to scale of which no policy can be written: it names the way and says why.
func unwritable(file *scenarios.File, as string) error {
	const must = "scaling.aws, scaling.async, scaling.inference-components or scaling.ec2-asg, whose policies "
	if settings, _ := endpoint(&file.Scaling); settings != nil || file.Scaling.Group != nil {
		return nil
	}
	path, why := "scaling", "it scales in another way"
	for _, way := range ways {
		if way.given(file) {
			path, why = way.path, way.why
		}
	}
	return scenarios.Problems{{File: file.Source, Path: path, Must: must + as + " can hold", Got: strings.TrimPrefix(path, "scaling."), Hint: why}}
}

// written is the tree in one form.
func (t *tree) written(as string) (document []byte, files []File, err error) {
	switch as {
	case CLI:
		return t.shell(), t.files(), nil
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
