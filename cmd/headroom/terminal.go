package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"headroom/report"
)

// isTerminal says whether a person looks at a stream.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// style is what standard output can show.
func (p *program) style() report.Style {
	tty := isTerminal(p.stdout)
	return report.Style{Color: tty && os.Getenv("NO_COLOR") == "", Chart: tty}
}

// A progress tells on standard error how many of all runs are done: on a terminal as a bar that is drawn over itself and
// taken away at the end, else as a plain line every ten seconds.
type progress struct {
	w        io.Writer
	all      int
	what     string
	terminal bool
	lock     sync.Mutex
	done     int
	shown    bool
	stop     chan struct{}
	stopped  sync.WaitGroup
}

// newProgress begins to tell; what is the noun of one.
func (p *program) newProgress(all int, what string) *progress {
	b := &progress{w: p.stderr, all: all, what: what, terminal: isTerminal(p.stderr), stop: make(chan struct{})}
	every := 10 * time.Second
	if b.terminal {
		every = 200 * time.Millisecond
	}
	began := time.Now()
	b.stopped.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-b.stop:
				return
			case <-tick.C:
				b.show(time.Since(began))
			}
		}
	})
	return b
}

// to sets how many are done.
func (b *progress) to(done int) {
	b.lock.Lock()
	b.done = done
	b.lock.Unlock()
}

func (b *progress) show(since time.Duration) {
	b.lock.Lock()
	defer b.lock.Unlock()
	text := fmt.Sprintf("%d of %d %ss, %s", b.done, b.all, b.what, since.Round(time.Second))
	if b.all == 1 {
		text = "simulating, " + since.Round(time.Second).String()
	}
	if !b.terminal {
		fmt.Fprintln(b.w, "headroom: "+text)
		return
	}
	const wide = 30
	if full := wide * b.done / max(b.all, 1); b.all > 1 {
		text = strings.Repeat("█", full) + strings.Repeat("░", wide-full) + " " + text
	}
	fmt.Fprint(b.w, "\r"+text)
	b.shown = true
}

// end stops telling and takes the bar away.
func (b *progress) end() {
	close(b.stop)
	b.stopped.Wait()
	if b.shown {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
}
