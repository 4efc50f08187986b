package unit

import (
	"strconv"
	"strings"
)

// Size is a number of bytes; written 2048 MB, 1.5 GB, 64 KB or 100 B, with 1 KB = 1024 B, 1 MB = 1024 KB, 1 GB = 1024 MB.
type Size int64

// The sizes of a kilobyte, a megabyte and a gigabyte.
const (
	KB Size = 1 << 10
	MB Size = 1 << 20
	GB Size = 1 << 30
)

// sizes are the units of a size, the largest first.
var sizes = []struct {
	name string
	unit Size
}{{"GB", GB}, {"MB", MB}, {"KB", KB}, {"B", 1}}

// ParseSize reads a size of whole bytes, at most 1000000 GB.
func ParseSize(text string) (Size, error) {
	bad := &Bad{Must: "a size with its unit (2048 MB, 1.5 GB, 64 KB)", Got: Show(text)}
	num, rest, ok := number(text)
	if !ok || strings.ContainsAny(num, "eE") {
		return 0, bad
	}
	rest = strings.TrimPrefix(rest, " ")
	for _, s := range sizes {
		if rest == s.name {
			value, err := strconv.ParseFloat(num, 64)
			bytes := value * float64(s.unit)
			switch {
			case err != nil || bytes > 1e6*float64(GB):
				bad.Must = "at most 1000000 GB"
				return 0, bad
			case bytes != float64(Size(bytes)):
				bad.Must = "a whole number of bytes"
				return 0, bad
			}
			return Size(bytes), nil
		}
	}
	if rest == "" {
		bad.Hint = "did you mean " + num + " MB?"
	}
	for _, s := range sizes {
		if strings.EqualFold(rest, s.name) || len(s.name) == 2 && (strings.EqualFold(rest, s.name[:1]) || strings.EqualFold(rest, s.name[:1]+"iB")) {
			bad.Hint = "did you mean " + num + " " + s.name + "?"
		}
	}
	return 0, bad
}

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSize(string(text))
	return err
}

// String is the size in the largest unit of which it is a whole number.
func (s Size) String() string {
	for _, u := range sizes {
		if s%u.unit == 0 && (s > 0 || u.unit == 1) {
			return strconv.FormatInt(int64(s/u.unit), 10) + " " + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10) + " B"
}

// MarshalText writes what UnmarshalText reads to the same size.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Pattern is the text of a size as a regular expression.
func (Size) Pattern() string { return `^(0|[1-9][0-9]*)(\.[0-9]+)? ?(GB|MB|KB|B)$` }
