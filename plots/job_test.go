package plots

import (
	"bytes"
	"context"
	"image/png"
	"strings"
	"testing"
	"time"

	"headroom/chance"
	"headroom/job"
	"headroom/unit"

	"gonum.org/v1/plot/vg/vgimg"
)

// drawnJobs are jobs that stretch the charts: short and long, with far deadlines, with runs that do not finish, in gangs, on demand.
func drawnJobs(t *testing.T) (jobs []Job) {
	t.Helper()
	for name, change := range map[string]func(*job.Settings){
		"plain":         func(*job.Settings) {},
		"far deadline":  func(s *job.Settings) { *s.Deadline = 1000 * time.Hour },
		"near deadline": func(s *job.Settings) { *s.Deadline = 11 * time.Hour },
		"never done":    func(s *job.Settings) { s.MaxRun = new(time.Duration); *s.MaxRun = time.Hour },
		"seldom done": func(s *job.Settings) {
			s.Checkpoint.Every = 9 * time.Hour
			s.MaxRun = new(time.Duration)
			*s.MaxRun = 20 * time.Hour
		},
		"on demand": func(s *job.Settings) { s.On = "on-demand" },
		"seconds": func(s *job.Settings) {
			*s.Work = 20 * time.Second
			s.Checkpoint = job.Checkpoint{Every: time.Second, Cost: 10 * time.Millisecond}
		},
		"a long name that goes on and on": func(s *job.Settings) {
			s.Instances = 300
			*s.Work = 3000 * time.Hour
			*s.Spot.Interruptions.MeanTime = 1000 * time.Hour
		},
	} {
		work, deadline, mean, share := 10*time.Hour, 24*time.Hour, 150*time.Minute, unit.Share(0.7)
		s := &job.Settings{Kind: "custom", Work: &work, Instances: 1, Parallel: 1, Price: &unit.Price{Currency: "USD", Nano: 3_825_000_000}, On: "spot", Deadline: &deadline,
			Spot:       &job.Spot{Discount: &share, Interruptions: job.Interruptions{MeanTime: &mean}, Wait: chance.Fixed(10 * time.Minute)},
			Checkpoint: job.Checkpoint{Every: 15 * time.Minute, Cost: 30 * time.Second}, Billing: job.Billing{From: "running", Granularity: time.Second}, Seed: 1}
		change(s)
		a, err := job.Ask(context.Background(), s, 60, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, Job{name, a})
	}
	return jobs
}

// No text leaves the page, lies on another or on the data of a panel below it; ticks and labels are there.
func TestPlanesAreReadable(t *testing.T) {
	jobs := drawnJobs(t)
	var planes []plane
	for _, j := range jobs {
		planes = append(planes, oneJob(j))
		if j.Searched() {
			planes = append(planes, checkpointPlane(j))
		}
	}
	planes = append(planes, overlaidJobs(jobs))
	if len(planes) < 15 {
		t.Fatalf("only %d planes", len(planes))
	}
	for _, p := range planes {
		s := p.draw(vgimg.NewWith(vgimg.UseWH(pageWidth, slideDown), vgimg.UseDPI(dotsAnInch)))
		what := p.file + " of " + p.subtitle
		for i, a := range s.texts {
			if a.x0 < 0 || a.y0 < 0 || a.x1 > pageWidth || a.y1 > slideDown {
				t.Errorf("%s: %q leaves the page: %v", what, a.text, a.box)
			}
			for _, b := range s.texts[i+1:] {
				if a.grown(-1).meets(b.grown(-1)) {
					t.Errorf("%s: %q lies on %q", what, a.text, b.text)
				}
			}
			for _, d := range s.data {
				if a.grown(-1).meets(d) {
					t.Errorf("%s: %q lies on the data", what, a.text)
				}
			}
		}
		for k, f := range p.panels {
			if len(f.x.ticks) < 2 || len(f.y.ticks) < 2 {
				t.Errorf("%s: panel %d has %d and %d ticks", what, k, len(f.x.ticks), len(f.y.ticks))
			}
		}
	}
}

// Both forms are whole, the same every time, and say in words what they show.
func TestJobFiles(t *testing.T) {
	jobs := drawnJobs(t)
	for _, list := range [][]Job{jobs[:1], jobs} {
		files, err := JobFiles(list...)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := JobFiles(list...)
		for i, f := range files {
			if !bytes.Equal(f.Data, again[i].Data) {
				t.Errorf("%s differs from itself", f.Name)
			}
			if strings.HasSuffix(f.Name, ".svg") {
				if !bytes.Contains(f.Data, []byte("<title>")) || !bytes.Contains(f.Data, []byte("</svg>")) {
					t.Errorf("%s is not whole", f.Name)
				}
				continue
			}
			if img, err := png.Decode(bytes.NewReader(f.Data)); err != nil || img.Bounds().Dx() != 2*pageWidth {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	}
}

func TestLapse(t *testing.T) {
	for s, want := range map[float64]string{0.25: "0.25 s", 90: "90 s", 734.8: "12 min 15 s", 600: "10 min", 1799.6: "30 min", 5400: "1 h 30 min", 7199: "2 h", 36 * 3600: "36 h", 60 * 3600: "2 d 12 h"} {
		if got := strings.ReplaceAll(lapse(s), "\u00a0", " "); got != want {
			t.Errorf("%v s: %q, not %q", s, got, want)
		}
	}
}
