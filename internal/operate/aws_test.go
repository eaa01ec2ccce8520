package operate_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"clinical-risk-pipeline/internal/operate"
)

const nobody = "arn:aws:states:us-east-1:123456789012:execution:risk:nobody"

// throttle makes the server throttle the next calls.
func (s *scene) throttle(times int) {
	s.fault = func(_ string, w http.ResponseWriter) bool {
		if times == 0 {
			return false
		}
		times--
		refuse(w, "ThrottlingException")
		return true
	}
}

// The client backs off while it is throttled, each time for longer, and comes back to its rate afterwards.
func TestThrottling(t *testing.T) {
	s := newScene(t, succeed)
	arn := s.run(s.deploy(pipeline, "d"), "run-1", `{}`)
	s.clock.slept = nil
	s.throttle(4)
	if _, err := s.aws.Describe(t.Context(), arn, false); err != nil {
		t.Fatal(err)
	}
	var waits []time.Duration
	for _, d := range s.clock.slept {
		if d >= time.Second {
			waits = append(waits, d)
		}
	}
	if len(waits) < 4 || waits[0] != time.Second || waits[1] != 2*time.Second || waits[2] != 4*time.Second || waits[3] != 8*time.Second {
		t.Errorf("waited %v", waits)
	}
	between := func() time.Duration {
		from := s.clock.now
		for range 2 {
			if _, err := s.aws.Describe(t.Context(), arn, false); err != nil {
				t.Fatal(err)
			}
		}
		return s.clock.now.Sub(from)
	}
	if slow := between(); slow < 500*time.Millisecond {
		t.Errorf("two calls after throttling take %v", slow)
	}
	for range 50 {
		between()
	}
	if fast := between(); fast > 200*time.Millisecond {
		t.Errorf("two calls long after throttling take %v", fast)
	}
}

// A service that throttles for ever does not hold a command for ever.
func TestThrottlingWithoutEnd(t *testing.T) {
	s := newScene(t, succeed)
	s.throttle(-1)
	_, err := s.aws.Describe(t.Context(), nobody, true)
	if err == nil || !strings.Contains(err.Error(), "DescribeExecution was refused with ThrottlingException: AWS throttles the account") || len(s.calls) > 20 {
		t.Errorf("%d calls, got %v", len(s.calls), err)
	}
}

// Every refusal is one line that says what to do, and never what the service quotes.
func TestRefusals(t *testing.T) {
	for code, want := range map[string]string{
		"ExpiredTokenException":       "the AWS credentials have expired: sign in again",
		"UnrecognizedClientException": "AWS does not know these credentials",
		"AccessDeniedException":       "your credentials do not allow it: docs/operate.md lists",
		"KmsAccessDeniedException":    "you may not use the key of the state machine: ask for kms:Decrypt",
		"ExecutionDoesNotExist":       "no such execution in this account and region",
		"SomethingNew":                "see the error code",
	} {
		s := newScene(t, succeed)
		s.fault = func(_ string, w http.ResponseWriter) bool { refuse(w, code); return true }
		_, err := (&operate.Follower{AWS: s.aws}).Follow(t.Context(), nobody)
		if err == nil || !strings.HasPrefix(err.Error(), "DescribeExecution was refused with "+code+": "+want) || strings.ContainsAny(err.Error(), "\n") || !operate.Is(err, code) {
			t.Errorf("%s: got %v", code, err)
		}
		if strings.Contains(err.Error(), secret) || len(s.calls) != 1 {
			t.Errorf("%s: %d calls, got %v", code, len(s.calls), err)
		}
	}
}

func TestAnUnknownExecution(t *testing.T) {
	s := newScene(t, succeed)
	if _, err := (&operate.Follower{AWS: s.aws}).Follow(t.Context(), nobody); !operate.Is(err, "ExecutionDoesNotExist") {
		t.Errorf("got %v", err)
	}
}

// Credentials that expire while somebody watches end the watch at once.
func TestCredentialsExpireInTheMiddle(t *testing.T) {
	sent := make(chan string, 1)
	s := newScene(t, tokens(sent))
	arn := s.start(s.deploy(waiting, "d"), "run-1", `{}`)
	<-sent
	s.clock.asleep = func(time.Duration) error {
		s.fault = func(_ string, w http.ResponseWriter) bool { refuse(w, "ExpiredTokenException"); return true }
		return nil
	}
	if _, err := (&operate.Follower{AWS: s.aws}).Follow(t.Context(), arn); !operate.Is(err, "ExpiredTokenException") {
		t.Errorf("got %v", err)
	}
}

// Without an answer from the beginning, a command gives up.
func TestNobodyListens(t *testing.T) {
	s := newScene(t, succeed)
	s.fault = func(_ string, w http.ResponseWriter) bool { hangUp(w); return true }
	_, err := s.aws.Describe(t.Context(), nobody, false)
	if err == nil || !strings.Contains(err.Error(), "DescribeExecution: no answer: check the network") || s.made() != 4 {
		t.Errorf("%d calls, got %v", s.made(), err)
	}
}

// A call without credentials or a region says so, and is not repeated.
func TestNothingToSignWith(t *testing.T) {
	for name, value := range map[string]string{"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": ""} {
		t.Setenv(name, value)
	}
	settings, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("eu-central-1"))
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{now: time.Now()}
	_, err = operate.New(settings, operate.Options{Clock: c}).Describe(t.Context(), nobody, true)
	if err == nil || !strings.Contains(err.Error(), "no usable AWS credentials: sign in first") || len(c.slept) > 0 {
		t.Errorf("slept %v, got %v", c.slept, err)
	}
	_, err = operate.New(aws.Config{Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}, operate.Options{Clock: c}).Describe(t.Context(), nobody, true)
	if err == nil || !strings.Contains(err.Error(), "the AWS region is unknown") || len(c.slept) > 0 {
		t.Errorf("slept %v, got %v", c.slept, err)
	}
}

func TestACancelledCall(t *testing.T) {
	s := newScene(t, succeed)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.aws.Describe(ctx, nobody, true); !errors.Is(err, context.Canceled) || len(s.calls) > 0 {
		t.Errorf("calls %v, got %v", s.calls, err)
	}
}
