package strict

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// yamlError is what yaml.v3 says: a line that is often not the one, a message, never a column.
var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// phrases say what must hold where yaml.v3 says what it did not find.
var phrases = []struct{ yaml, must, got string }{
	{"mapping values are not allowed", "a line that YAML can read", `a second ": " in one value, or a line that is indented too far`},
	{"cannot start any token", "a value that YAML can read", "a character that cannot begin one (put the value in quotes)"},
	{"could not find expected ':'", `"key: value" lines`, "a line without a colon"},
	{"did not find expected key", "keys of one mapping, indented alike", "something else"},
	{"did not find expected '-' indicator", `list items, each with "- ", indented alike`, "something else"},
	{"did not find expected ',' or ']'", "a list in [ ], its items separated by commas", "something else, or no ]"},
	{"did not find expected ',' or '}'", "a mapping in { }, its keys separated by commas", "something else, or no }"},
	{"did not find expected node content", "a value", "something else"},
	{"found unexpected end of stream", "a text in quotes that ends", "the end of the file"},
	{"found unexpected document indicator", "a text in quotes that ends", "the end of the document"},
	{"block sequence entries are not allowed", "a list below its key", `"- " on the key's line`},
	{"found unknown escape character", `a known escape after \ in double quotes`, "another (single quotes know none)"},
	{"did not find expected <document start>", "one mapping from the first line on", "something before or after it"},
	{"unknown anchor", "a value that is written out", "an alias without an anchor"},
}

// syntax is the problem behind an error of yaml.v3, at the line where reading really stops.
func (d *Document) syntax(text []byte, err error) Problem {
	if err == errDeep {
		line, col := d.deepest(text)
		return d.at(line, col, "", "at most 40 levels deep", "more", "")
	}
	if line, col := d.tab(); line > 0 && !strings.Contains(err.Error(), "unexpected end of stream") {
		return d.at(line, col, "", "blanks for indentation", "a tab", "")
	}
	m := yamlError.FindStringSubmatch(err.Error())
	if m == nil {
		return d.at(1, 1, "", "YAML that can be read", show(err.Error()), "")
	}
	line := d.stop(text, m[2])
	if line == 0 {
		line, _ = strconv.Atoi(m[1])
	}
	line = min(max(line, 1), len(d.lines))
	line, col := d.place(line, m[2])
	for _, p := range phrases {
		if strings.Contains(m[2], p.yaml) {
			return d.at(line, col, "", p.must, p.got, "")
		}
	}
	return d.at(line, col, "", "YAML that can be read", show(m[2]), "")
}

// stop is the first line with which the text so far fails in the same words; 0 if that is nowhere. yaml.v3 itself names the
// line before, or the one where the block began.
func (d *Document) stop(text []byte, message string) int {
	fails := func(lines int) bool { return failsWith(strings.Join(d.lines[:lines], "\n")+"\n", message) }
	low, high := 1, len(d.lines) // the text fails with all lines
	if !fails(high) {
		return 0
	}
	for low < high {
		if mid := (low + high) / 2; fails(mid) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// failsWith tells whether a text fails with a message of yaml.v3, whatever the line.
func failsWith(text, message string) bool {
	_, _, err := decode([]byte(text))
	return err != nil && strings.HasSuffix(err.Error(), message)
}

// columns are the messages whose column can be found: what was opened and does not end, and what cannot stand there.
var columns = regexp.MustCompile(`expected ',' or '(.)'|unexpected end of stream|cannot start any token|expected node content|mapping values are not allowed`)

// place is where, in a line at whose end the text fails in these words, it begins to: of brackets that do not end, that is the
// innermost one. Where that cannot be said, it is where the line begins.
func (d *Document) place(line int, message string) (int, int) {
	const most = 30_000_000 // bytes to read again
	raw := d.lines[line-1]
	begin := utf8.RuneCountInString(raw[:len(raw)-len(strings.TrimLeft(raw, " "))]) + 1
	before := strings.Join(append(slices.Clone(d.lines[:line-1]), ""), "\n")
	m := columns.FindStringSubmatch(message)
	if m == nil || (len(before)+len(raw))*len(raw) > most {
		return line, begin
	}
	runes := []rune(raw)
	col := len(runes)
	for col > 0 && failsWith(before+string(runes[:col]), message) {
		col--
	}
	col = min(col+1, len(runes))
	switch text := before + string(runes[:col]); {
	case m[1] != "":
		if at := lastOpen(text, m[1][0]); at >= 0 {
			return strings.Count(text[:at], "\n") + 1, utf8.RuneCountInString(text[strings.LastIndexByte(text[:at], '\n')+1:at]) + 1
		}
	case strings.HasPrefix(m[0], "mapping") && !strings.Contains(string(runes[:col]), ": "):
		return line, begin // it is indented too far
	}
	return line, max(col, begin)
}

// lastOpen is the last bracket of a text that its closing one does not follow; −1 if there is none.
func lastOpen(text string, closing byte) int {
	opening := map[byte]byte{']': '[', '}': '{'}[closing]
	closed := 0
	for i := len(text) - 1; i >= 0; i-- {
		switch {
		case text[i] == closing:
			closed++
		case text[i] == opening && closed == 0:
			return i
		case text[i] == opening:
			closed--
		}
	}
	return -1
}

// tab is the place of the first tab in the indentation of a line that is not blank.
func (d *Document) tab() (line, col int) {
	for i, text := range d.lines {
		blank := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		if at := strings.IndexByte(blank, '\t'); at >= 0 && strings.TrimSpace(text) != "" && !strings.HasPrefix(text[len(blank):], "#") {
			return i + 1, at + 1
		}
	}
	return 0, 0
}

// deepest is the place of the bracket that opens one level too many.
func (d *Document) deepest(text []byte) (line, col int) {
	line, open := 1, 0
	for _, c := range text {
		col++
		switch c {
		case '\n':
			line, col = line+1, 0
		case '[', '{':
			if open++; open > maxDepth {
				return line, col
			}
		case ']', '}':
			open = max(0, open-1)
		}
	}
	return 1, 1
}
