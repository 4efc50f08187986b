package expect

import "fmt"

// erring says whether most that failed in a minute did so on instances in service whose models still loaded.
func (f *facts) erring(i int) bool {
	m := &f.r.Minutes[i]
	return m.Erred > 0 && 2*m.Erred >= m.Failed
}

// early says how many instances counted as in service while their models loaded, in the minutes of a cause that begins in minute i,
// and what became of what was sent to them.
func (f *facts) early(c Code, i int, minutes []int) string {
	most := 0
	var erred, all int64
	for _, k := range minutes {
		if m := &f.r.Minutes[k]; f.phases[k] == c {
			most = max(most, m.LoadingSeen)
			erred += m.Erred
			all += m.Attempts
		}
	}
	whose := "their models"
	if most == 1 {
		whose = "its model"
	}
	text := fmt.Sprintf("from %s on %s counted as in service while %s loaded", f.clock(f.r.Minutes[i].At), instances(most), whose)
	if c == Loading {
		return text + fmt.Sprintf("; services on them took %g times as long", f.r.Config.Fleet.StartUp.Ready.Slow)
	}
	return text + fmt.Sprintf("; %d of %d attempts ended there in an error", erred, all)
}
