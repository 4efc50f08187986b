package plots

import (
	"fmt"
	"math"
)

// compared says of several runs which have least and which most of something: "LEAD … with a and b, … with c". Runs that do
// not have it (NaN) are left out. Where all have 0, none says so, if there is a word for it.
func compared(in []Input, lead, none string, value func(Input) float64, words func(float64) string) string {
	least, most, n := math.Inf(1), math.Inf(-1), 0
	for _, i := range in {
		if v := value(i); !math.IsNaN(v) {
			least, most, n = math.Min(least, v), math.Max(most, v), n+1
		}
	}
	names := func(of float64) string {
		var out []string
		for _, i := range in {
			if value(i) == of {
				out = append(out, i.Name)
			}
		}
		return listed(out)
	}
	switch {
	case n == 0:
		return fmt.Sprintf("%s are laid over one another", plural(len(in), "run"))
	case least == 0 && most == 0 && none != "":
		return fmt.Sprintf("%s with any of the %d", none, n)
	case least == most && n > 1 && n == len(in):
		return fmt.Sprintf("%s %s with each of the %d", lead, words(least), n)
	case least == most:
		return fmt.Sprintf("%s %s with %s", lead, words(least), names(least))
	}
	return fmt.Sprintf("%s %s with %s, %s with %s", lead, words(least), names(least), words(most), names(most))
}

// forMinutes is how long something lasts, as a negative count of minutes.
func forMinutes(v float64) string {
	if v == 0 {
		return "never"
	}
	return "for " + plural(int(-v), "minute")
}
