// Command judge asks AWS what it makes of the synthesized definitions and compares its answers with those of this project's engine.
//
//	go run ./cmd/judge --environment dev
//
// It needs credentials that allow states:ValidateStateMachineDefinition and states:TestState, and no role: every task has a mocked result, so AWS
// starts nothing. `make judge` synthesizes first. See `judge --help`.
//
// The exit code is 0 when all answers agree, 1 when answers differ, 2 when the command line, the assembly or the credentials are wrong or
// the service does not answer, and 130 after an interruption. The next call goes on from the answers that were kept.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"golang.org/x/term"

	"clinical-risk-pipeline/internal/judge"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/assembly"
)

// cli is the command line.
type cli struct {
	Assembly    string  `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth writes. Default: ${default}."`
	Environment string  `default:"dev" placeholder:"NAME" help:"The environment whose states are tested. The definitions of all environments are validated. Default: ${default}."`
	Inputs      string  `default:"examples/trial-sample.jsonl" placeholder:"FILE" help:"Synthetic inputs of the scenarios. AWS gets them. Default: ${default}."`
	Cohort      string  `default:"examples/cohort-sample.jsonl" placeholder:"FILE" help:"The synthetic cohort of the scenarios. AWS gets it. Default: ${default}."`
	Alike       int     `default:"2" placeholder:"N" help:"How many visits of a state to ask about that go the same way. Default: ${default}."`
	PerSecond   float64 `default:"1" placeholder:"N" help:"The most questions in a second. Default: ${default}, the quota of TestState."`
	Region      string  `placeholder:"REGION" help:"The region of the service. Default: that of the AWS configuration."`
	Profile     string  `placeholder:"NAME" help:"The profile of the AWS configuration. Default: AWS_PROFILE, or the default profile."`
	EndpointURL string  `name:"endpoint-url" placeholder:"URL" help:"Ask this server of the API instead, such as http://127.0.0.1:8083 of asl serve."`
	Out         string  `default:"out/judge" placeholder:"DIR" help:"The folder for the answers and the report. Default: ${default}."`
	Again       bool    `help:"Forget the answers that were kept, and ask anew."`
	Plan        bool    `help:"Only say how many questions there are, how long they take and what they cost. Needs no credentials."`
	JSON        bool    `help:"Print the report as JSON."`
}

// Help returns the details that --help shows.
func (cli) Help() string {
	return `The questions are requests of ValidateStateMachineDefinition, for each definition, and of TestState, for every state: with the input and the result that it had in a scenario on this machine, and with errors. AWS starts nothing for them, calls no other service, and needs no role. The data is that of --inputs and --cohort: never give it data of subjects.

Permissions: states:ValidateStateMachineDefinition and states:TestState.

Answers are kept in the folder, one by one. An interrupted command goes on from there; --again asks anew.

Exit codes: 0, all answers agree; 1, answers differ; 2, the command line, the assembly or the credentials are wrong, or the service does not answer; 130, interrupted.`
}

func main() { newProgram().Main() }

func newProgram() program.Program {
	return program.Program{
		Name: "judge", Description: "Asks AWS what it makes of the synthesized definitions, and compares its answers with those of this project's engine.", CLI: &cli{},
	}
}

// transition is the price of a state transition of a Standard workflow in us-east-1, in USD: https://aws.amazon.com/step-functions/pricing/.
const transition = 0.000025

// Run executes the command.
func (c *cli) Run(ctx context.Context, s program.Streams) error {
	if c.PerSecond <= 0 || c.Alike < 1 {
		return fmt.Errorf("--per-second must be more than 0 and --alike at least 1, got %v and %d", c.PerSecond, c.Alike)
	}
	var client *sfn.Client
	var service string
	if !c.Plan { // The credentials are checked before the work.
		var err error
		if client, service, err = c.client(ctx); err != nil {
			return err
		}
	}
	plan, err := c.plan(ctx)
	if err != nil {
		return err
	}
	if c.Plan {
		_, err := fmt.Fprintln(s.Out, c.sayPlan(len(plan.Questions)))
		return err
	}
	if err := os.MkdirAll(c.Out, 0o700); err != nil {
		return err
	}
	name := filepath.Join(c.Out, "answers.jsonl")
	if c.Again {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	kept, err := judge.OpenAnswers(name, service)
	if err != nil {
		return err
	}
	defer func() { _ = kept.Close() }() // Each answer was written.
	if !c.JSON {
		fmt.Fprintf(s.Out, "%s: %s\n", service, c.sayPlan(len(plan.Questions)-kept.Known(plan)))
	}
	asked := judge.Ask(ctx, client, plan, kept, judge.Pace{PerSecond: c.PerSecond, Progress: progress(s)})
	report, err := c.write(plan, kept)
	if err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return program.Interrupted(fmt.Sprintf("%d of %d questions are answered; the same command goes on", report.Answered, report.Questions))
	case asked != nil:
		return fmt.Errorf("%w\n%d of %d questions are answered; the same command goes on from there", plainer(asked), report.Answered, report.Questions)
	}
	return c.conclude(s, report)
}

// plan records the scenarios and makes the questions.
func (c *cli) plan(ctx context.Context) (plan *judge.Plan, err error) {
	a, err := assembly.Open(c.Assembly)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "judge-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return judge.NewPlan(ctx, a, judge.Request{Environment: c.Environment, Sample: judge.Sample{Inputs: c.Inputs, Cohort: c.Cohort, Dir: dir}, Alike: c.Alike})
}

// sayPlan says what n questions take.
func (c *cli) sayPlan(n int) string {
	took := time.Duration(float64(n) / c.PerSecond * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%d questions to ask, %v a second: %v. AWS's price list names no price for them; if each were a state transition, they would cost $%.4f.",
		n, c.PerSecond, took, float64(n)*transition)
}

// client returns the client that asks, and says which service it asks. It fails without credentials and without a region.
func (c *cli) client(ctx context.Context) (client *sfn.Client, service string, err error) {
	settings, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(c.Profile))
	if err != nil {
		return nil, "", fmt.Errorf("AWS configuration: %w", err)
	}
	if c.Region != "" {
		settings.Region = c.Region
	}
	if settings.Region == "" {
		return nil, "", errors.New("AWS configuration: there is no region: name one with --region or AWS_REGION")
	}
	if _, err := settings.Credentials.Retrieve(ctx); err != nil {
		return nil, "", errors.New("AWS configuration: there are no credentials: sign in, or name a profile with --profile. `judge --plan` needs none")
	}
	service = "Step Functions in " + settings.Region
	return sfn.NewFromConfig(settings, func(o *sfn.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = attempts, 20*time.Second })
		if c.EndpointURL == "" {
			return
		}
		service = c.EndpointURL
		o.BaseEndpoint = aws.String(c.EndpointURL)
		o.APIOptions = append(o.APIOptions, withoutPrefix)
	}), service, nil
}

// attempts is the number of times that a throttled or failed request is sent.
const attempts = 6

// withoutPrefix keeps the SDK from adding "sync-" to the host of TestState: a server on this machine may have no such name.
func withoutPrefix(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("WithoutPrefix",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
		}), middleware.Before)
}

// plainer leaves out of an error of the SDK what is not for people.
func plainer(err error) error {
	text := err.Error()
	if i := strings.Index(text, "https response error StatusCode"); i >= 0 {
		if j := strings.LastIndex(text, "api error "); j > i {
			text = text[:i] + text[j:]
		}
	}
	return errors.New(text)
}

// progress shows how far it is, on a terminal.
func progress(s program.Streams) func(asked, all int) {
	file, isFile := s.Err.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return func(asked, all int) {
		fmt.Fprintf(s.Err, "\rquestion %d of %d", asked, all)
		if asked == all {
			fmt.Fprintln(s.Err)
		}
	}
}

// write writes the report.
func (c *cli) write(plan *judge.Plan, kept *judge.Answers) (*judge.Report, error) {
	report, err := judge.Compare(plan, kept)
	if err != nil {
		return nil, err
	}
	report.Engine, report.Environment = program.Version("judge"), c.Environment
	text, jsonErr := report.JSON()
	page, pageErr := report.Page()
	return report, errors.Join(jsonErr, pageErr, os.WriteFile(filepath.Join(c.Out, "judge.json"), text, 0o600), os.WriteFile(filepath.Join(c.Out, "judge.html"), page, 0o600))
}

// conclude prints what came out.
func (c *cli) conclude(s program.Streams, r *judge.Report) error {
	if c.JSON {
		text, err := r.JSON()
		if err != nil {
			return err
		}
		fmt.Fprint(s.Out, string(text))
	} else {
		for _, d := range r.Differing {
			for _, difference := range d.Differences {
				fmt.Fprintf(s.Out, "%s, %s, %s: %s at %s: here %q, there %q\n", d.Machine, d.State, d.About, difference.Kind, difference.Place, short(difference.Ours), short(difference.Theirs))
			}
		}
		fmt.Fprintf(s.Out, "%d of %d answers agree with the engine. Report: %s\n", r.Agree, r.Answered, filepath.Join(c.Out, "judge.html"))
	}
	if len(r.Differing) > 0 {
		return program.Failed(nil)
	}
	return nil
}

// short cuts a value for a line.
func short(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:79]) + "…"
	}
	return text
}
