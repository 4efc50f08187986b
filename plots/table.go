package plots

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// A table is a CSV file with a header, all of it in memory: a row a minute. It keeps the first bad cell as its error.
type table struct {
	header  []string
	columns map[string]int
	rows    [][]string
	err     error
}

// readTable reads a table that must have the needed columns; others may be there or not.
func readTable(from io.Reader, needed ...string) (*table, error) {
	all, err := csv.NewReader(from).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("must have a header, got an empty file")
	}
	t := &table{header: all[0], columns: map[string]int{}, rows: all[1:]}
	for i, c := range t.header {
		t.columns[c] = i
	}
	for _, n := range needed {
		if _, ok := t.columns[n]; !ok {
			return nil, fmt.Errorf("must have the column %s, got %s", n, strings.Join(t.header, ","))
		}
	}
	return t, nil
}

// text of a cell; empty if there is no such column.
func (t *table) text(row int, column string) string {
	if i, ok := t.columns[column]; ok {
		return t.rows[row][i]
	}
	return ""
}

// number of a cell; NaN if it is empty.
func (t *table) number(row int, column string) float64 {
	text := t.text(row, column)
	if text == "" {
		return nan
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		if t.err == nil {
			t.err = fmt.Errorf("line %d: %s: must be a number, got %q", row+2, column, text)
		}
		return nan
	}
	return v
}

// count of a cell, a whole number; 0 if it is empty.
func (t *table) count(row int, column string) int64 {
	v := t.number(row, column)
	if math.IsNaN(v) {
		return 0
	}
	return int64(math.Round(v))
}
