package report

import (
	"encoding/csv"
	"io"
	"strconv"

	"headroom/job"
)

// JobRuns writes a table of the runs of a job, a row each: when it was done or stopped, where its time went, what it cost, beside
// the same run on demand.
func JobRuns(w io.Writer, a *job.Answer) error {
	out := csv.NewWriter(w)
	out.Write([]string{"run", "finished", "stopped_by", "end_s", "waiting_s", "provisioning_s", "running_s", "loading_s", "work_s", "checkpoints_s", "redone_s",
		"starts", "interruptions", "checkpoints", "billed_s", "cost", "on_demand_s", "on_demand_cost"})
	plain := a.Settings.OnDemand()
	for k, o := range a.Runs {
		other := a.OnDemand[k]
		out.Write([]string{strconv.Itoa(k), strconv.FormatBool(o.Finished), string(o.Stopped), seconds(o.End), seconds(o.Waiting), seconds(o.Provisioning), seconds(o.Running),
			seconds(o.Loading), seconds(o.Useful), seconds(o.Checkpoints), seconds(o.Redone), strconv.Itoa(o.Starts), strconv.Itoa(o.Interruptions),
			strconv.Itoa(o.Written), seconds(o.Billed), float(a.Settings.Cost(o)), seconds(other.End), float(plain.Cost(other))})
	}
	out.Flush()
	return out.Error()
}
