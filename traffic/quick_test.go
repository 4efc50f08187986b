package traffic

import (
	"testing"
	"time"
	"fmt"
	"os"
	"headroom/chance"
)

func TestQuick(t *testing.T) {
	zone, err := LoadZone("America/New_York")
	fmt.Println(err)
	start, err := ParseStart("2026-11-23T00:00:00", zone)
	fmt.Println(start, err)
	_, err = LoadZone("America/NewYork"); fmt.Println(err)
	_, err = LoadZone("new york"); fmt.Println(err)
	_, err = ParseStart("2026-03-08T02:30:00", zone); fmt.Println(err)
	mul := Factor{2, 2}
	n := 2
	s := Settings{Curves: []Curve{{BusinessHours: &BusinessHours{Days: Days{{1, 5}}, Open: Clock(8*time.Hour), Close: Clock(18*time.Hour), Ramp: 30*time.Minute, Busy: 50, Quiet: 2}}},
	Events: []Event{{Promotion: &Promotion{PerWeek: &n, Multiply: &mul, Length: Length{45*time.Minute,45*time.Minute}, Rise: 2*time.Minute, Within: &Window{Days: Days{{1, 5}}, From: Clock(8*time.Hour), To: Clock(18*time.Hour)}}}}}
	d, ps := s.Build(Calendar{start}, 0, 7*day)
	fmt.Println(ps)
	src := chance.Source{Seed: 1}
	fmt.Println(d.Marks(src))
	for _, kind := range []string{"smooth", "poisson"} {
	s.Arrivals = Pattern{Kind: kind}
	d, _ = s.Build(Calendar{start}, 0, 7*day)
	v := d.Volume(src, 0, 7*day)
	t0 := time.Now()
	sum := 0.0
	for u := time.Duration(0); u < 7*day; u += time.Second {
		sum += v.Offered(u, u+time.Second)
	}
	fmt.Println(kind, sum, time.Since(t0))
	a := d.Arrivals(src, 0, 7*day)
	t0 = time.Now()
	k := 0
	for a.Next() != Forever { k++ }
	fmt.Println(k, time.Since(t0)/time.Duration(k))
	}
	f, err := os.Open("../../shared/traces/worldcup98/worldcup98_per_minute.csv.gz")
	if err == nil {
		t0 := time.Now()
		tr := &Trace{Time: "minute_utc", Count: "requests"}
		fmt.Println(tr.Read(f, time.UTC), tr.Data.Bins(), tr.Data.Total(), time.Since(t0))
		end := tr.Data.End().Sub(tr.Data.Begin())
		s := Settings{Arrivals: Pattern{Kind: "smooth"}, Curves: []Curve{{Trace: tr}}}
		d, ps := s.Build(Calendar{tr.Data.Begin()}, 0, end)
		fmt.Println(ps)
		t0 = time.Now()
		v := d.Volume(src, 0, end)
		sum := 0.0
		for u := time.Duration(0); u < end; u += time.Second {
			sum += v.Offered(u, u+time.Second)
		}
		fmt.Printf("%f %v\n", sum, time.Since(t0))
		t0 = time.Now()
		k := 0
		a := d.Arrivals(src, 0, end)
		for a.Next() != Forever { k++ }
		fmt.Println(k, time.Since(t0))
	}
}
