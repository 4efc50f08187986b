package aws

import (
	"testing"

	"headroom/policy"
)

// out and in are bids of target tracking; credit and cooled are those of step policies.
func outBid(actor, wish int) bid { return bid{actor: actor, wish: wish, reach: wish} }
func inBid(actor, wish int) bid  { return bid{actor: actor, wish: wish, reach: wish, tied: true} }
func stepIn(actor, wish int) bid { return bid{actor: actor, wish: wish, reach: wish} }
func cooled(b bid, reach int) bid {
	b.cools, b.reach = true, reach
	return b
}

func TestCombine(t *testing.T) {
	at := func(current, low, high int) frame {
		return frame{current: current, min: low, max: high, unready: -1, inWish: -1}
	}
	with := func(f frame, change func(*frame)) frame { change(&f); return f }
	for _, c := range []struct {
		id     string
		f      frame
		bids   []bid
		to     int
		chosen int
		short  policy.Hold
		refuse int
		hold   policy.Hold
	}{
		{"CB1", at(2, 0, 3), []bid{outBid(0, 5)}, 3, 0, policy.HeldByMax, -1, ""},
		{"CB2", at(3, 2, 9), []bid{stepIn(0, 1)}, 2, 0, policy.HeldByMin, -1, ""},
		{"CB5", at(10, 0, 99), []bid{outBid(0, adjusted(10, "change", 3, 0)), outBid(1, adjusted(10, "percent", 200, 0))}, 30, 1, "", -1, ""},
		{"CB6", at(10, 0, 99), []bid{outBid(0, 11), outBid(1, 12)}, 12, 1, "", -1, ""},
		{"CB8", with(at(5, 1, 9), func(f *frame) { f.unready, f.inWish = 1, 2 }), []bid{inBid(0, 2)}, 5, -1, "", 0, policy.HeldByNotAllReady},
		{"CB9", with(at(5, 1, 9), func(f *frame) { f.inWish = 2 }), []bid{inBid(0, 2)}, 2, 0, "", -1, ""},
		{"largest in wins", with(at(9, 1, 9), func(f *frame) { f.inWish = 4 }), []bid{inBid(0, 2), inBid(1, 4)}, 4, 1, "", -1, ""},
		{"one agrees but can spare none", with(at(9, 1, 9), func(f *frame) { f.inWish = 9 }), []bid{inBid(0, 2)}, 9, -1, "", -1, ""},
		{"out beats in", with(at(5, 1, 9), func(f *frame) { f.inWish = 2 }), []bid{inBid(0, 2), outBid(1, 6)}, 6, 1, "", -1, ""},
		{"step in needs no agreement", with(at(5, 1, 9), func(f *frame) { f.unready = 0 }), []bid{stepIn(1, 4)}, 4, 0, "", -1, ""},
		{"step in and tracking in", with(at(9, 1, 9), func(f *frame) { f.inWish = 3 }), []bid{inBid(0, 3), stepIn(1, 8)}, 8, 1, "", -1, ""},
		{"at max", at(4, 1, 4), []bid{outBid(0, 14)}, 4, -1, "", 0, policy.HeldByMax},
		{"at min", with(at(1, 1, 4), func(f *frame) { f.inWish = 0 }), []bid{inBid(0, 0)}, 1, -1, "", 0, policy.HeldByMin},
		{"updating", with(at(4, 1, 9), func(f *frame) { f.updating = true }), []bid{outBid(0, 6)}, 4, -1, "", 0, policy.HeldByUpdating},
		{"updating, clamped first", with(at(4, 1, 5), func(f *frame) { f.updating = true }), []bid{outBid(0, 6)}, 4, -1, "", 0, policy.HeldByMax},
		{"updating in", with(at(4, 1, 9), func(f *frame) { f.updating, f.inWish = true, 3 }), []bid{inBid(0, 3)}, 4, -1, "", 0, policy.HeldByUpdating},
		{"updating before cooldown", with(at(4, 1, 9), func(f *frame) { f.updating = true }), []bid{cooled(outBid(0, 6), 4)}, 4, -1, "", 0, policy.HeldByUpdating},
		{"cooldown", at(12, 1, 99), []bid{cooled(outBid(0, 14), 12)}, 12, -1, "", 0, policy.HeldByCooldown},
		{"cooldown of one, other runs", at(12, 1, 99), []bid{cooled(outBid(0, 14), 12), outBid(1, 13)}, 13, 1, "", 0, policy.HeldByCooldown},
		{"cooldown of one, other is larger", at(12, 1, 99), []bid{cooled(outBid(0, 14), 12), outBid(1, 15)}, 15, 1, "", -1, ""},
		{"cooldown in", with(at(5, 1, 9), func(f *frame) { f.unready, f.inWish = 0, 3 }), []bid{cooled(inBid(0, 3), 3)}, 5, -1, "", 0, policy.HeldByCooldown},
		{"a held out blocks in", with(at(12, 1, 99), func(f *frame) { f.inWish = 5 }), []bid{cooled(outBid(0, 14), 12), inBid(1, 5)}, 12, -1, "", 0, policy.HeldByCooldown},
		{"two at max: the larger wish speaks", at(2, 1, 4), []bid{outBid(0, 14), outBid(1, 20)}, 4, 1, policy.HeldByMax, -1, ""},
		{"two at min: the larger wish speaks", at(5, 4, 9), []bid{stepIn(0, 1), stepIn(1, 2)}, 4, 1, policy.HeldByMin, -1, ""},
		{"one does not wait", with(at(4, 1, 9), func(f *frame) { f.updating = true }), []bid{outBid(0, 8), {actor: 1, wish: 6, reach: 6, eager: true}}, 6, 1, "", 0, policy.HeldByUpdating},
		{"nobody", at(2, 1, 4), nil, 2, -1, "", -1, ""},
	} {
		t.Run(c.id, func(t *testing.T) {
			got := combine(c.f, c.bids)
			want := finding{c.to, c.chosen, c.short, c.refuse, c.hold}
			if got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}
