package sim

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const sec = clock(time.Second)

func slowedBy(at, rise, hold time.Duration, fall *time.Duration, multiply float64) ServiceEvent {
	return ServiceEvent{Slowdown: &Slowdown{Begin: at, Rise: rise, Hold: hold, Fall: fall, Multiply: multiply}}
}

func outOf(at, length time.Duration) ServiceEvent {
	return ServiceEvent{Outage: &Outage{Begin: at, Length: length}}
}

func TestFactorRisesHoldsAndFalls(t *testing.T) {
	fall := 20 * time.Second
	s := newSlow([]ServiceEvent{
		slowedBy(10*time.Second, 10*time.Second, 30*time.Second, &fall, 5),
		slowedBy(40*time.Second, 0, 20*time.Second, nil, 2),
	})
	for _, c := range []struct {
		at   clock
		want float64
	}{
		{-1, 1}, {10*sec - 1, 1}, {10 * sec, 1}, {15 * sec, 3}, {20 * sec, 5}, {40*sec - 1, 5},
		{40 * sec, 10}, {50 * sec, 10}, {55 * sec, 8}, {60*sec - sec/2, 2 * (1 + 4*10.5/20)}, {60 * sec, 3}, {65 * sec, 2}, {70 * sec, 1},
	} {
		if got := s.factor(c.at); got < c.want-1e-7 || got > c.want+1e-7 {
			t.Errorf("factor(%v) = %v, want %v", nanos(c.at), got, c.want)
		}
	}
}

func TestFactorWithoutRiseIsFullAtOnceAndHalfOpen(t *testing.T) {
	s := newSlow([]ServiceEvent{slowedBy(0, 0, time.Second, nil, 0.5)})
	if a, b, c := s.factor(-1), s.factor(0), s.factor(sec); a != 1 || b != 0.5 || c != 1 {
		t.Errorf("factors %v %v %v, want 1 0.5 1", a, b, c)
	}
}

func TestCompletionStandsStillInOutages(t *testing.T) {
	s := newSlow([]ServiceEvent{ // overlapping and touching ones are one: 10…30, 40…50
		outOf(10*time.Second, 10*time.Second), outOf(15*time.Second, 10*time.Second), outOf(25*time.Second, 5*time.Second),
		outOf(40*time.Second, 10*time.Second), outOf(42*time.Second, time.Second),
	})
	for _, c := range []struct{ start, work, want clock }{
		{0, 5 * sec, 5 * sec},
		{0, 10 * sec, 10 * sec}, // done just as it begins
		{0, 10*sec + 1, 30*sec + 1},
		{8 * sec, 4 * sec, 32 * sec},
		{10 * sec, sec, 31 * sec},
		{29 * sec, 10 * sec, 40 * sec},
		{29 * sec, 11 * sec, 51 * sec},
		{0, 21 * sec, 51 * sec},
		{30 * sec, sec, 31 * sec}, // the end is outside
		{49 * sec, 0, 49 * sec},
		{60 * sec, sec, 61 * sec},
		{60 * sec, never, never},
	} {
		if got := s.completion(c.start, c.work); got != c.want {
			t.Errorf("completion(%v, %v) = %v, want %v", nanos(c.start), nanos(c.work), nanos(got), nanos(c.want))
		}
	}
	for _, c := range []struct {
		at   clock
		want bool
	}{{10*sec - 1, false}, {10 * sec, true}, {20 * sec, true}, {30*sec - 1, true}, {30 * sec, false}, {45 * sec, true}, {50 * sec, false}} {
		if s.standing(c.at) != c.want {
			t.Errorf("standing(%v) = %v", nanos(c.at), !c.want)
		}
	}
}

func TestTouchesAndNext(t *testing.T) {
	s := newSlow([]ServiceEvent{slowedBy(10*time.Second, 2*time.Second, 3*time.Second, nil, 3), outOf(60*time.Second, 60*time.Second)})
	for _, c := range []struct {
		from, to clock
		want     bool
	}{{0, 10 * sec, false}, {0, 10*sec + 1, true}, {16 * sec, 17 * sec, true}, {17 * sec, 60 * sec, false}, {59 * sec, 61 * sec, true}, {119 * sec, 130 * sec, true}, {120 * sec, 130 * sec, false}} {
		if got := s.touches(c.from, c.to); got != c.want {
			t.Errorf("touches(%v, %v) = %v", nanos(c.from), nanos(c.to), got)
		}
	}
	at, want := -sec, []clock{10 * sec, 12 * sec, 15 * sec, 17 * sec, 60 * sec, 120 * sec, never}
	for _, w := range want {
		if at = s.next(at); at != w {
			t.Fatalf("next = %v, want %v", nanos(at), nanos(w))
		}
	}
	if none := newSlow(nil); none.next(0) != never || none.touches(-never, never) || none.factor(5) != 1 || none.standing(0) || none.completion(3, 4) != 7 {
		t.Error("without events something happens")
	}
}

// The work done between start and completion is what was asked: its length less the outages within it.
func TestCompletionDoesTheWork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []ServiceEvent
		for range rapid.IntRange(0, 6).Draw(t, "outages") {
			events = append(events, outOf(time.Duration(rapid.IntRange(-50, 100).Draw(t, "at")), time.Duration(rapid.IntRange(1, 30).Draw(t, "length"))))
		}
		s := newSlow(events)
		start, work := rapid.Int64Range(-60, 120).Draw(t, "start"), rapid.Int64Range(0, 80).Draw(t, "work")
		at := start
		for left := work; left > 0; at++ {
			still := false
			for _, e := range events {
				still = still || at >= int64(e.Outage.Begin) && at < int64(e.Outage.Begin+e.Outage.Length)
			}
			if !still {
				left--
			}
		}
		if got := s.completion(start, work); got != at {
			t.Fatalf("completion(%d, %d) = %d, nanosecond by nanosecond %d", start, work, got, at)
		}
	})
}
