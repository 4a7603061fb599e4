// Command keydesk is a web console with which helpdesk staff and admins work on
// the people of an Okta organisation.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones on machines that have none

	"github.com/alecthomas/kong"

	"keydesk/internal/app"
	"keydesk/internal/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "keydesk:", err)
		os.Exit(1) //nolint:gocritic // stop only restores signal handling
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if err := config.CheckEnviron(os.Environ()); err != nil {
		return err
	}
	var cli config.CLI
	parser, err := kong.New(&cli, kong.Name("keydesk"), kong.Description("The desk where keys are handed out."), kong.Writers(out, out))
	if err != nil {
		return err
	}
	cmd, err := parser.Parse(args)
	if err != nil {
		return fmt.Errorf("%w (keydesk --help says what there is)", err)
	}
	switch cmd.Command() {
	case "demo":
		return demo(ctx, cli.Demo, out)
	case "serve":
		return serve(ctx, cli.Serve, out)
	case "routes":
		return app.Routes(out)
	case "policy check <file>":
		return app.CheckPolicy(cli.Policy.Check, out)
	case "policy print":
		return app.PrintPolicy(out)
	case "policy explain":
		return app.ExplainPolicy(ctx, cli.Policy.Explain, out)
	case "audit verify", "audit verify <file>":
		return app.Verify(ctx, cli.Audit.Verify, out)
	case "audit export":
		return app.Export(ctx, cli.Audit.Export, out)
	case "audit key":
		return app.Key(cli.Audit.Key, out)
	case "audit rotate":
		return app.Rotate(cli.Audit.Rotate, out)
	case "review verify <file>":
		return app.VerifyReview(cli.Review.Verify, out)
	case "healthcheck":
		return app.Healthcheck(ctx, cli.Healthcheck)
	}
	_, err = fmt.Fprintln(out, "keydesk", app.Version())
	return err
}

func demo(ctx context.Context, d config.Demo, out io.Writer) error {
	if err := config.RefuseReal(os.Environ()); err != nil {
		return err
	}
	if d.People < 50 || d.People > 100_000 {
		return fmt.Errorf("--people %d: between 50 and 100,000 work there", d.People)
	}
	if d.Faults && d.OktaListen == "" {
		return fmt.Errorf("--faults opens a port beside the organisation's API: give --okta-listen too")
	}
	if d.OktaListen != "" && !config.Loopback(d.OktaListen) {
		return fmt.Errorf("--okta-listen %s: the organisation's API is served on loopback alone, such as 127.0.0.1:0", d.OktaListen)
	}
	return app.Demo(ctx, d, out)
}

func serve(ctx context.Context, s config.Serve, out io.Writer) error {
	if err := s.Check(); err != nil {
		return err
	}
	if err := s.LoadKey(); err != nil {
		return err
	}
	return app.Serve(ctx, s, out)
}
