package report

import "strings"

// A Warning is what the settings will do that nobody can have meant, known without a run.
type Warning struct {
	Code string `json:"code"` // a section of docs/lints.md
	Path string `json:"path"` // of the setting
	Text string `json:"text"`
	Fix  string `json:"fix"` // PATH=VALUE, as --set takes it; "" where no single edit ends it
}

// warningLines are what is wrong with the settings, and what would end it.
func warningLines(b *strings.Builder, d Doc, style Style) {
	if len(d.Warnings) == 0 {
		return
	}
	b.WriteString(style.paint(bold, "Warnings about the settings") + "\n")
	for _, w := range d.Warnings {
		b.WriteString(Wrap("  ", w.Code+": "+w.Text))
		if w.Fix != "" {
			b.WriteString(Wrap("    fix: ", w.Fix))
		}
	}
	b.WriteString("\n")
}
