package job

import (
	"strings"
	"testing"
	"time"

	"headroom/chance"
)

// at reads a trace in hours.
func at(t *testing.T, instances int, rows string) *Trace {
	t.Helper()
	tr := &Trace{Time: "h", Unit: "h", Available: "n"}
	if ps := tr.Read(strings.NewReader("h,n\n"+rows), instances); ps != nil {
		t.Fatal(ps)
	}
	return tr
}

// Ten hours of capacity: enough for two from 1 to 3, from 5 to 6, and from 8 on, into the first hour of the next round.
func TestTrace(t *testing.T) {
	tr := at(t, 2, "0,2\n1,2\n2,4\n3,1\n4,1\n5,2\n6,0\n7,0\n8,3\n9,3\n")
	for _, c := range []struct{ now, provision, wait, life float64 }{
		{0, 0, 0, 3}, {2.5, 0, 0, 0.5}, {2.5, 0.5, 2.5, 0.5}, {3, 0, 2, 1}, {5.5, 0.6, 2.5, 4.4}, {8, 0, 0, 5}, {9.5, 1, 0, 2.5}, {12, 0.1, 0, 0.9}, {13, 0, 2, 1},
		{103, 0, 2, 1}, {100, 4, 8, 1},
	} {
		hours := func(x float64) time.Duration { return time.Duration(x * float64(hour)) }
		if wait, life := tr.next(hours(c.now), hours(c.provision)); wait != hours(c.wait) || life != hours(c.life) {
			t.Errorf("at %v with %v of provisioning: wait %v, life %v", c.now, c.provision, wait, life)
		}
	}
	if wait, _ := tr.next(0, 6*hour); wait != never {
		t.Errorf("no window is as long as 6 h: wait %v", wait)
	}
	if wait, life := at(t, 1, "0,1\n1,1\n").next(7*hour, hour); wait != 0 || life != never {
		t.Errorf("capacity always: wait %v, life %v", wait, life)
	}
	tr = &Trace{Time: "h", Unit: "h", Available: "n"}
	if ps := tr.Read(strings.NewReader("h,n\n0,1\n1,1\n"), 2); len(ps) != 1 || ps[0].Path != "available" {
		t.Errorf("never enough: %v", ps)
	}
}

// A job on a trace, lived by hand: it begins at hour 2, works 1 h, waits from 3 to 5, works 1 h, and so on.
func TestJobOnATrace(t *testing.T) {
	s := plainJob()
	s.Work, s.Checkpoint = of(3*hour), Checkpoint{Every: hour / 2}
	s.Spot.Interruptions = Interruptions{Trace: at(t, 1, "0,1\n1,1\n2,1\n3,0\n4,0\n5,1\n6,0\n7,0\n8,1\n9,1\n")}
	w := newLaws(s).world(chance.Source{})
	w.begin = 2 * hour
	p := newPlan(s)
	// saved: half an hour of each of two one-hour windows (the checkpoint at the very end is lost), then 8 to 10 and on
	want := Outcome{Finished: true, End: 8 * hour, Waiting: 4 * hour, Running: 4 * hour, Useful: 3 * hour, Redone: hour, Written: 5, Starts: 3, Interruptions: 2, Billed: 4 * hour}
	if got := p.live(w); got != want {
		t.Errorf("%+v, by hand %+v", got, want)
	}
}
