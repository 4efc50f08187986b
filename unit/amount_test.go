package unit

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestAmounts(t *testing.T) {
	for text, want := range map[string]*big.Rat{
		"0.0000166667 USD": big.NewRat(166667, 1e10), "0 USD": new(big.Rat), "2EUR": big.NewRat(2, 1), "1000000 JPY": big.NewRat(1e6, 1),
		"0.000000000001 USD": big.NewRat(1, 1e12),
	} {
		a, err := ParseAmount(text)
		if err != nil || a.Rat().Cmp(want) != 0 {
			t.Errorf("%s is %v, %v; want %v", text, a.Rat(), err, want)
		}
	}
	for text, hint := range map[string]string{
		"0.00002": "did you mean 0.00002 USD?", "1 usd": "did you mean 1 USD?", "1 USD/h": "", "-1 USD": "", "1e-3 USD": "", "0.0000000000001 USD": "",
		"1000001 USD": "", "USD": "", "": "", "1  USD": "",
	} {
		_, err := ParseAmount(text)
		if bad, ok := err.(*Bad); !ok || bad.Hint != hint {
			t.Errorf("%q: %v, want the hint %q", text, err, hint)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := Amount{"USD", rapid.Int64Range(0, 1e18).Draw(t, "pico")}
		if b, err := ParseAmount(a.String()); err != nil || b != a {
			t.Fatalf("%v is written %s and read %v, %v", a, a.String(), b, err)
		}
	})
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{"2048 MB": 2 * GB, "1.5GB": 1536 * MB, "64 KB": 64 * KB, "100 B": 100, "0 B": 0, "1000000 GB": 1e6 * GB} {
		if s, err := ParseSize(text); err != nil || s != want {
			t.Errorf("%s is %d, %v; want %d", text, s, err, want)
		}
	}
	for text, hint := range map[string]string{
		"2048": "did you mean 2048 MB?", "5 kb": "did you mean 5 KB?", "2 GiB": "did you mean 2 GB?", "2G": "did you mean 2 GB?", "1000001 GB": "", "0.3 B": "",
		"MB": "", "": "", "-1 MB": "", "1e3 MB": "",
	} {
		_, err := ParseSize(text)
		if bad, ok := err.(*Bad); !ok || bad.Hint != hint {
			t.Errorf("%q: %v, want the hint %q", text, err, hint)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := Size(rapid.Int64Range(0, int64(1e6*GB)).Draw(t, "bytes"))
		if b, err := ParseSize(s.String()); err != nil || b != s {
			t.Fatalf("%d is written %s and read %d, %v", s, s, b, err)
		}
	})
}
