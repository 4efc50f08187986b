package plots

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// everyPage calls do with each page of each chart of each synthetic Input.
func everyPage(t *testing.T, do func(t *testing.T, p page)) {
	for name, in := range sets(t) {
		for _, c := range Charts() {
			for _, p := range c.pages(in) {
				t.Run(name+"/"+p.file, func(t *testing.T) {
					do(t, p)
				})
			}
		}
	}
}

// No text leaves the page, none lies on another, no legend lies on data, and data areas do not meet.
func TestNothingCollides(t *testing.T) {
	everyPage(t, func(t *testing.T, p page) {
		s := p.draw(vgsvg.NewWith(vgsvg.UseWH(pageWidth, vg.Length(p.height))))
		sheetBox := box{0, 0, pageWidth, p.height}
		for i, a := range s.texts {
			if !sheetBox.holds(point{a.x0, a.y0}) || !sheetBox.holds(point{a.x1, a.y1}) {
				t.Errorf("%q leaves the page: %+v", a.text, a.box)
			}
			for _, b := range s.texts[i+1:] {
				if a.grown(-0.5).meets(b.box) {
					t.Errorf("%q and %q lie on one another: %+v %+v", a.text, b.text, a.box, b.box)
				}
			}
		}
		for i, d := range s.data {
			for _, l := range s.legends {
				if l.meets(d) {
					t.Errorf("a legend %+v lies on data %+v", l, d)
				}
			}
			for _, o := range s.data[i+1:] {
				if d.meets(o) {
					t.Errorf("data areas meet: %+v %+v", d, o)
				}
			}
			if d.height() < 60 {
				t.Errorf("a data area is only %.0f points high", d.height())
			}
		}
		for _, l := range s.legends {
			for _, a := range s.texts {
				if a.y0 > l.y1+4 || a.y1 < l.y0 || a.x1 < l.x0 {
					continue
				}
				if a.x0 < l.x0 || a.x1 > l.x1+0.5 {
					t.Errorf("%q runs into the legend", a.text)
				}
			}
		}
	})
}

// Titles are sentences that say something: they fit, and hold no placeholder of a number that does not exist.
func TestTitles(t *testing.T) {
	everyPage(t, func(t *testing.T, p page) {
		for _, bad := range []string{"NaN", "Inf", "%!", " -0", " 1 minutes", " 1 breaches"} {
			if strings.Contains(p.title, bad) {
				t.Errorf("the title holds %q: %s", bad, p.title)
			}
		}
		if len(strings.Fields(p.title)) < 4 {
			t.Errorf("the title is no sentence: %q", p.title)
		}
	})
}

// Each SVG is well formed, says in its title what the picture shows, and its text can fall back on other fonts.
func TestSVG(t *testing.T) {
	everyPage(t, func(t *testing.T, p page) {
		data, err := p.svg()
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(data))
		title, inTitle := "", false
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("not well formed: %v", err)
			}
			switch e := token.(type) {
			case xml.StartElement:
				inTitle = e.Name.Local == "title"
				if e.Name.Local == "svg" {
					role := ""
					for _, a := range e.Attr {
						if a.Name.Local == "role" {
							role = a.Value
						}
					}
					if role != "img" {
						t.Errorf("role must be img, got %q", role)
					}
				}
			case xml.CharData:
				if inTitle {
					title += string(e)
				}
			case xml.EndElement:
				inTitle = false
			}
		}
		if title != p.title {
			t.Errorf("title: got %q, want %q", title, p.title)
		}
		s := string(data)
		if strings.Count(s, "font-family:") != strings.Count(s, "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;") {
			t.Error("a text has no font to fall back on")
		}
		if strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Error("a coordinate is no number")
		}
		if len(data) > 1<<20 {
			t.Errorf("the file has %d bytes, a megabyte at most is right for a report", len(data))
		}
	})
}

// A slide is 1920 × 1080 pixels, the page of three panels 1920 × 1440, with the worst hour of a week 1920 × 1760; what is drawn is neither empty nor slow.
func TestPNG(t *testing.T) {
	in := sets(t)["promo-week"]
	for _, c := range Charts() {
		begin := time.Now()
		files, err := c.Files(in)
		if err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begin); d > 3*time.Second { // about 0.2 s on a quiet machine
			t.Errorf("%s took %v", c.Name, d)
		}
		for _, f := range files {
			if !strings.HasSuffix(f.Name, ".png") {
				continue
			}
			picture, err := png.Decode(bytes.NewReader(f.Data))
			if err != nil {
				t.Fatal(err)
			}
			height := 1080
			if c.Name == "timeline" {
				height = 1760
			}
			if b := picture.Bounds(); b.Dx() != 1920 || b.Dy() != height {
				t.Errorf("%s is %d × %d", f.Name, b.Dx(), b.Dy())
			}
		}
	}
}

// Equal Inputs give equal bytes, also when four are drawn at once.
func TestSameBytes(t *testing.T) {
	all := sets(t)
	in := [][]Input{all["stormy"], {all["lost-zone"][0], all["lost-zone"][0]}}
	draw := func() (out []File) {
		for _, i := range in {
			for _, c := range Charts() {
				for _, p := range c.pages(i) {
					data, err := p.svg()
					if err != nil {
						t.Error(err)
					}
					out = append(out, File{p.file, data})
				}
			}
		}
		data, err := costChart().pages(in[1])[0].png()
		if err != nil {
			t.Error(err)
		}
		return append(out, File{"cost", data})
	}
	want := draw()
	got := make([][]File, 4)
	var wait sync.WaitGroup
	for g := range got {
		wait.Go(func() { got[g] = draw() })
	}
	wait.Wait()
	for _, files := range got {
		for i, f := range files {
			if f.Name != want[i].Name || !bytes.Equal(f.Data, want[i].Data) {
				t.Fatalf("%s differs from the first drawing", f.Name)
			}
		}
	}
}
