package scenarios

import (
	"strconv"

	"headroom/job"
	"headroom/problem"

	"gopkg.in/yaml.v3"
)

// job holds a job against the price table, its files and what is expected of it.
func (c *checker) job() {
	j := c.Job
	c.jobPrice()
	j.Fill()
	c.empirical("job.start-up.provision", j.StartUp.Provision.Empirical)
	c.empirical("job.start-up.load", j.StartUp.Load.Empirical)
	if j.Spot != nil {
		c.spotFiles(j.Spot)
	}
	currency := ""
	if j.Price != nil && c.clean("job.price") {
		currency = j.Price.Currency
	}
	for i, ask := range c.Expect {
		path := "expect." + strconv.Itoa(i)
		if !c.clean(path, "job.deadline") {
			continue
		}
		if err := ask.ForJob(currency, j.Deadline != nil); err != nil {
			c.report(from(path, err, ask.Text))
		}
	}
}

// jobPrice looks the type up in the price table; what the file says itself holds.
func (c *checker) jobPrice() {
	j := c.Job
	if j.Price == nil && j.Type != "" && c.clean("job.type", "job.price") {
		if t, known := LookupType(j.Type); known {
			j.Price = &t.Price
		} else {
			c.unknownType("job.type", j.Type)
		}
	}
	if j.Spot == nil || j.Spot.Price == nil || j.Price == nil || !c.clean("job.price", "job.type", "job.spot.price") {
		return
	}
	if got := j.Spot.Price; got.Currency != j.Price.Currency {
		c.add("job.spot.price", "a price in the currency of the job, "+j.Price.Currency, got.String(), "")
	}
}

// spotFiles reads the samples and the trace of Spot.
func (c *checker) spotFiles(s *job.Spot) {
	c.empirical("job.spot.wait", s.Wait.Empirical)
	c.empirical("job.spot.first-wait", s.FirstWait.Empirical)
	i := &s.Interruptions
	if i.Life != nil {
		c.empirical("job.spot.interruptions.life", i.Life.Empirical)
		if c.clean("job.spot.interruptions.life") && i.Life.Law().Mean() <= 0 {
			c.add("job.spot.interruptions.life", "a life whose mean is above 0s", i.Life.String(), "")
		}
	}
	const path = "job.spot.interruptions.trace"
	if i.Trace == nil || !c.clean(path, "job.instances") {
		return
	}
	name := c.find(i.Trace.File)
	r, err := c.data.open(name)
	if err != nil {
		c.report(problem.Problem{Path: path + ".file", Must: "a file that can be read", Got: show(name + ": " + plainError(err).Error())})
		return
	}
	defer r.Close()
	c.inFile(name, path, i.Trace.Read(r, c.Job.Instances))
}

// flagPath is where a flag's value goes: --seed of a job is job.seed, and a job has no engine.
func (f *File) flagPath(e Edit) (path string, refused *Problem) {
	if e.kind != flagEdit || mapped(f.doc.Root, "job") == nil {
		return e.path, nil
	}
	if e.path == "clock.seed" {
		return "job.seed", nil
	}
	return "", &Problem{File: e.label, Must: "a question about a service: a job has no engine", Got: "a job"}
}

// mapped is the value of a key of a mapping; nil if there is none.
func mapped(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
