package strict

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"headroom/unit"
)

// A Problem is one thing wrong in a scenario, and where.
type Problem struct {
	File      string // the file, or the flag that was given ("--set fleet.start=x")
	Line, Col int    // from 1, in characters; 0 where there is no line
	Path      string // dotted keys, list items by position; "" is the whole file
	Must      string // what must hold
	Got       string // what was got, as written; "" where it says nothing
	Hint      string // "did you mean peak?"; "" if there is none
	Excerpt   string // the line, and below it a caret; "" where there is no line
}

// String is `file:line:col: path: what must hold, got what (hint)`.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Col)
	}
	b.WriteString(": ")
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Must)
	if p.Got != "" {
		b.WriteString(", got " + p.Got)
	}
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return printable(b.String())
}

// printable writes what would change a terminal as escapes.
func printable(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}

// Problems are all that is wrong, in the order of the file.
type Problems []Problem

// most is how many problems are listed: a file with more is another kind of file.
const most = 200

// Error is a line for each problem.
func (ps Problems) Error() string { return ps.Text(false) }

// Text is a line for each problem, with the excerpts or without.
func (ps Problems) Text(excerpts bool) string {
	var b strings.Builder
	for i, p := range ps {
		if i == most {
			fmt.Fprintf(&b, "\n… and %d more problems", len(ps)-most)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
		if excerpts && p.Excerpt != "" {
			b.WriteString("\n" + p.Excerpt)
		}
	}
	return b.String()
}

// excerpt quotes a line with a caret below the column. Long lines are cut around it; what would move the cursor is shown as
// a blank or a dot.
func excerpt(text string, line, col int) string {
	runes := []rune(text)
	first, last := 0, len(runes)
	if last > 100 {
		first = max(0, min(col-1, last)-40)
		last = min(len(runes), first+100)
	}
	number := fmt.Sprintf("%6d | ", line)
	var b strings.Builder
	b.WriteString(number)
	for _, r := range runes[first:last] {
		switch {
		case r == '\t':
			r = ' '
		case !unicode.IsPrint(r):
			r = '·'
		}
		b.WriteRune(r)
	}
	b.WriteString("\n" + strings.Repeat(" ", len(number)-2) + "| ")
	b.WriteString(strings.Repeat(" ", max(0, col-1-first)) + "^")
	return b.String()
}

// show is a value as one line can show it.
func show(text string) string { return unit.Show(text) }

// near are the known words that a word may have been meant for: the fewest edits away, at most two, and fewer than either has
// letters.
func near(word string, known []string) (found []string) {
	if len(word) > 64 {
		return nil
	}
	for edits := 0; edits <= 2 && found == nil; edits++ {
		for _, k := range known {
			if edits < min(len(k), len(word)) && distance(strings.ToLower(word), strings.ToLower(k)) == edits {
				found = append(found, k)
			}
		}
	}
	return found
}

// meant are the words that are near, else those that begin or end with the word: prom for promo-week, ecs for ecs-service.
func meant(word string, known []string) []string {
	found := near(word, known)
	if len(found) > 0 || len(word) < 3 {
		return found
	}
	word = strings.ToLower(word)
	for _, k := range known {
		if strings.HasPrefix(k, word) || strings.HasSuffix(k, "-"+word) {
			found = append(found, k)
		}
	}
	return found
}

// distance is the optimal string alignment distance: letters left out, put in, changed, or swapped with their neighbour.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > 2 || d < -2 {
		return 3
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// Suggest is a hint for a word that is none of the known ones: those that it may have been meant for, else all of them.
func Suggest(word string, known []string) string {
	if found := meant(word, known); len(found) > 0 {
		return "did you mean " + strings.Join(found[:min(len(found), 3)], " or ") + "?"
	}
	if len(known) == 0 {
		return ""
	}
	if len(known) > 24 {
		return "known: " + strings.Join(known[:24], ", ") + ", …"
	}
	return "known: " + strings.Join(known, ", ")
}
