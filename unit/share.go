package unit

import "strconv"

// Share is a part of a whole, 0…1; written 60% (0.6 is not a share: a unit is needed).
type Share float64

// ParseShare reads a share.
func ParseShare(text string) (Share, error) {
	bad := &Bad{Must: "a share from 0% to 100%", Got: Show(text)}
	num, rest, ok := number(text)
	if !ok {
		return 0, bad
	}
	value, err := strconv.ParseFloat(num, 64)
	switch {
	case err != nil || value > 100:
		return 0, bad
	case rest == "" && value <= 1:
		bad.Hint = "did you mean " + shortest(value*100, func(s string) bool {
			back, err := ParseShare(s + "%")
			return err == nil && float64(back) == value
		}) + "%?"
		return 0, bad
	case rest == "":
		bad.Hint = "did you mean " + num + "%?"
		return 0, bad
	case rest != "%" && rest != " %":
		return 0, bad
	}
	return Share(value / 100), nil
}

// UnmarshalText reads a share.
func (s *Share) UnmarshalText(text []byte) (err error) {
	*s, err = ParseShare(string(text))
	return err
}

// String is the share in percent.
func (s Share) String() string {
	return shortest(float64(s)*100, func(text string) bool {
		back, err := ParseShare(text + "%")
		return err == nil && back == s
	}) + "%"
}

// MarshalText writes what UnmarshalText reads to the same share.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Pattern is the text of a share as a regular expression.
func (Share) Pattern() string { return `^(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)? ?%$` }
