// Command headroom asks what an autoscaler would have done: it simulates a scenario, says whether what was expected holds,
// why not where it does not, and what it costs. Results go to standard output, progress and talk to standard error.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// Exit statuses.
const (
	exitRan         = 0
	exitCannot      = 1 // bad file, bad data: nothing half-written
	exitMisuse      = 2 // of the command line
	exitMissed      = 3 // with --gate: an expectation was missed
	exitInterrupted = 130
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that has left is an error of the write, handled in exitOf
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(start(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// patience is how long a command may take to notice that it was interrupted.
const patience = 700 * time.Millisecond

// start runs a command and gives its exit status. A command that does not stop soon after an interrupt is left behind, and
// what it was writing is removed.
func start(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{stdin: stdin, stdout: stdout, stderr: stderr}
	done := make(chan error, 1)
	go func() {
		root := newRoot(p)
		root.SetArgs(args)
		done <- root.ExecuteContext(ctx)
	}()
	select {
	case err := <-done:
		return p.exitOf(err)
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return p.exitOf(err)
	case <-time.After(patience):
		p.unfinished.remove()
		return p.exitOf(context.Canceled)
	}
}

// A program is what all commands share.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	unfinished     unfinished // what is being written now
}

// misuse is a mistake on the command line.
type misuse struct{ error }

// errMissed: with --gate, an expectation was missed. The verdict has been printed.
var errMissed = errors.New("an expectation was missed")

// exitOf says what went wrong and gives the exit status.
func (p *program) exitOf(err error) int {
	var wrong misuse
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return exitRan
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(p.stderr, "headroom: interrupted, nothing was written")
		return exitInterrupted
	case errors.Is(err, errBad), errors.Is(err, errOff):
		return exitCannot
	case errors.Is(err, errMissed):
		return exitMissed
	case errors.As(err, &wrong):
		fmt.Fprintln(p.stderr, "headroom: "+wrong.Error())
		return exitMisuse
	}
	fmt.Fprintln(p.stderr, p.complaint(err))
	return exitCannot
}

// complaint is an error as it is printed: the problems of a file as they are, anything else in one line.
func (p *program) complaint(err error) string {
	if text, ok := problems(err, isTerminal(p.stderr)); ok {
		return text
	}
	return "headroom: " + strings.ReplaceAll(err.Error(), "\n", " ")
}

// plainError takes the operation off a file error: "PATH: no space left on device".
func plainError(path string, err error) error {
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &at):
		err = at.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
