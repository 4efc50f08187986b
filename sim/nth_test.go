package sim

import (
	"math/bits"
	"math/rand/v2"
	"testing"
)

func TestNth(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100000 {
		w := r.Uint64()
		switch r.IntN(3) {
		case 0:
			w &= r.Uint64()
			w &= r.Uint64()
		case 1:
			w |= r.Uint64()
			w |= r.Uint64()
		}
		n := bits.OnesCount64(w)
		if n == 0 {
			continue
		}
		k := r.IntN(n)
		x := w
		for range k {
			x &= x - 1
		}
		if g := nth(w, k); g != bits.TrailingZeros64(x) {
			t.Fatalf("%x %d: %d", w, k, g)
		}
	}
	if nth(^uint64(0), 63) != 63 {
		t.Fatal(1)
	}
}
