package approval_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/identity"
)

// decideCall is Jane's signed call to approve, which tests change.
func (s *scene) decideCall() approval.Call {
	s.Helper()
	d := s.decision("approve")
	return s.signed(janesKey, approval.Statement{
		Function: function, Nonce: "n-1", Operation: approval.Decide, Request: s.id, Round: 1, Digest: d.Shown, Verdict: "approve", Code: d.Code, Meaning: d.Meaning, Reason: d.Reason,
	})
}

func (s *scene) signed(key aws.Credentials, statement approval.Statement) approval.Call {
	s.Helper()
	digest, err := statement.SHA256()
	if err != nil {
		s.Fatal(err)
	}
	proof, err := identity.Sign(context.Background(), key, region, digest, s.now)
	if err != nil {
		s.Fatal(err)
	}
	return approval.Call{Statement: statement, Proof: proof}
}

func (s *scene) send(call approval.Call) []byte {
	s.Helper()
	payload, err := json.Marshal(call)
	if err != nil {
		s.Fatal(err)
	}
	return s.invoke(payload)
}

// Jane's proof is captured, and used for anything else than what she signed.
//
// Requirements: P11-10g, P11-70, P11-200a1
func TestAProofProvesOneStatementOnly(t *testing.T) {
	for reason, change := range map[string]func(*approval.Call){
		"the other verdict": func(c *approval.Call) { c.Verdict = "reject" },
		"another request":   func(c *approval.Call) { c.Request = approval.ID(execution + "-b") },
		"another round":     func(c *approval.Call) { c.Round = 2 },
		"other records":     func(c *approval.Call) { c.Digest = strings.Repeat("a", 64) },
		"another meaning":   func(c *approval.Call) { c.Meaning = "review" },
		"another reason":    func(c *approval.Call) { c.Reason = "because" },
		"another nonce":     func(c *approval.Call) { c.Nonce = "n-2" },
		"a list":            func(c *approval.Call) { c.Operation = approval.List },
		"a view":            func(c *approval.Call) { c.Operation = approval.Show },
		"somebody else's access key": func(c *approval.Call) {
			c.Proof.Authorization = strings.Replace(c.Proof.Authorization, "JANE", "JOE0", 1)
		},
		"an unknown access key": func(c *approval.Call) {
			c.Proof.Authorization = strings.Replace(c.Proof.Authorization, "JANE", "NONE", 1)
		},
		"another token": func(c *approval.Call) { c.Proof.SecurityToken = "joes-token" },
		"another time":  func(c *approval.Call) { c.Proof.Date = "20260301T030001Z" },
		"a fraction":    func(c *approval.Call) { c.Proof.Date = "20260301T030000.5Z" },
		"another signature": func(c *approval.Call) {
			c.Proof.Authorization = c.Proof.Authorization[:len(c.Proof.Authorization)-1] + "z"
		},
		"a signature in capitals":       func(c *approval.Call) { c.Proof.Authorization = strings.ToUpper(c.Proof.Authorization) },
		"no signature":                  func(c *approval.Call) { c.Proof = approval.Proof{} },
		"a signature of another method": func(c *approval.Call) { c.Proof.Authorization = "AWS4-ECDSA-P256-SHA256" + c.Proof.Authorization[16:] },
		"another service": func(c *approval.Call) {
			c.Proof.Authorization = strings.Replace(c.Proof.Authorization, "/sts/", "/iam/", 1)
		},
		"STS in another region": func(c *approval.Call) {
			c.Proof.Authorization = strings.Replace(c.Proof.Authorization, region, "us-east-1", 1)
		},
		"another day": func(c *approval.Call) {
			c.Proof.Authorization = strings.Replace(c.Proof.Authorization, "20260301", "20260228", 1)
		},
		"the statement is not signed": func(c *approval.Call) {
			c.Proof.Authorization = strings.Replace(c.Proof.Authorization, ";x-clinicalrisk-statement", "", 1)
		},
		"one more header is signed": func(c *approval.Call) {
			c.Proof.Authorization = strings.Replace(c.Proof.Authorization, "SignedHeaders=", "SignedHeaders=accept;", 1)
		},
		"a header in the token": func(c *approval.Call) { c.Proof.SecurityToken += "\r\nHost: sts.attacker.example" },
		"a host in the scope": func(c *approval.Call) {
			c.Proof.Authorization = strings.Replace(c.Proof.Authorization, region, "attacker.example", 1)
		},
		"a path in the access key": func(c *approval.Call) {
			c.Proof.Authorization = strings.Replace(c.Proof.Authorization, "ASIAJANE00000000", "../ASIAJANE00000000", 1)
		},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			call := s.decideCall()
			change(&call)
			s.wantRefused(s.send(call), http.StatusForbidden, "NotProved")
		})
	}
	s := newScene(t)
	if answer := s.send(s.decideCall()); !strings.Contains(string(answer), `"outcome"`) {
		t.Errorf("the proof as it was signed: %s", answer)
	}
}

// STS accepts a signature without the statement, or with the statement as a header that is not signed, as every program with Jane's
// credentials makes it. The function must not.
//
// Requirements: P11-10g, P11-70
func TestASignatureWithoutTheStatementIsNoProof(t *testing.T) {
	s := newScene(t)
	call := s.decideCall()
	const body = "Action=GetCallerIdentity&Version=2011-06-15"
	request, err := http.NewRequest(http.MethodPost, "https://sts."+region+".amazonaws.com/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if err := v4.NewSigner().SignHTTP(context.Background(), janesKey, request, approval.Digest([]byte(body)), "sts", region, s.now); err != nil {
		t.Fatal(err)
	}
	call.Proof.Authorization, call.Proof.Date = request.Header.Get("Authorization"), request.Header.Get("X-Amz-Date")
	digest, err := call.SHA256()
	if err != nil {
		t.Fatal(err)
	}
	if caller, err := s.api.Identities.Identify(context.Background(), region, digest, call.Proof); err != nil || caller.ARN != janeARN {
		t.Fatalf("STS takes the signature for %+v, %v: the test proves nothing", caller, err)
	}
	s.wantRefused(s.send(call), http.StatusForbidden, "NotProved")
}

// A proof that was captured from a view decides nothing.
func TestAProofOfShowDecidesNothing(t *testing.T) {
	s := newScene(t)
	shown := s.signed(janesKey, approval.Statement{Function: function, Nonce: "n-1", Operation: approval.Show, Request: s.id})
	if answer := s.send(shown); !strings.Contains(string(answer), `"approval"`) {
		t.Fatalf("not shown: %s", answer)
	}
	call := s.decideCall()
	call.Proof = shown.Proof
	s.wantRefused(s.send(call), http.StatusForbidden, "NotProved")
}

// Staging must not be able to use a proof in production, or the other way round.
func TestAProofForAnotherFunctionIsRefused(t *testing.T) {
	for reason, other := range map[string]string{
		"another name":    "arn:aws:lambda:eu-central-1:123456789012:function:DecideProd",
		"another account": "arn:aws:lambda:eu-central-1:210987654321:function:Decide",
		"another region":  "arn:aws:lambda:eu-west-1:123456789012:function:Decide",
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			call := s.decideCall()
			payload, err := json.Marshal(call)
			if err != nil {
				t.Fatal(err)
			}
			s.wantRefused(s.invokeAs(other, payload), http.StatusForbidden, "NotProved")
			call.Function = other // the function does not take the caller's word for its name
			if payload, err = json.Marshal(call); err != nil {
				t.Fatal(err)
			}
			s.wantRefused(s.invokeAs(other, payload), http.StatusForbidden, "NotProved")
			s.wantRefused(s.invoke(payload), http.StatusForbidden, "NotProved")
		})
	}
	s := newScene(t)
	payload, err := json.Marshal(s.decideCall())
	if err != nil {
		t.Fatal(err)
	}
	if answer := s.invokeAs(function+":$LATEST", payload); !strings.Contains(string(answer), `"outcome"`) {
		t.Errorf("the same function by its version: %s", answer)
	}
}

func TestAProofIsValidForFiveMinutes(t *testing.T) {
	for age, valid := range map[time.Duration]bool{
		5 * time.Minute: true, -5 * time.Minute: true, 5*time.Minute + time.Second: false, -5*time.Minute - time.Second: false, 24 * time.Hour: false,
	} {
		s := newScene(t)
		call := s.decideCall()
		s.now = s.now.Add(age)
		if answer := s.send(call); strings.Contains(string(answer), `"outcome"`) != valid {
			t.Errorf("%v old: %s", age, answer)
		}
	}
}

// The created-once record is the protection: a repeated proof decides nothing new.
//
// Requirements: P11-10e
func TestARepeatedProofGetsTheSameAnswer(t *testing.T) {
	s := newScene(t)
	call := s.decideCall()
	first := string(s.send(call))
	if again := string(s.send(call)); again != first || !strings.Contains(first, `"outcome"`) {
		t.Errorf("got %s, then %s", first, again)
	}
	if len(s.records()) != 1 || len(s.tasks.Outputs["token-1"]) != 1 {
		t.Errorf("recorded %v, told %v", s.records(), s.tasks.Outputs)
	}
	s.tasks.Waiting["token-2"] = true
	s.ask(asked("taskToken", "token-2"))
	s.now = s.now.Add(time.Second)
	var answer approval.Answer
	if err := json.Unmarshal(s.send(call), &answer); err != nil || answer.Error == nil || answer.Error.Code != "AskedAgain" {
		t.Errorf("in the next round: %+v, %v", answer.Error, err)
	}
	if len(s.records()) != 1 {
		t.Errorf("recorded %v", s.records())
	}
}

// Other programs can compute the digest of a statement: https://www.rfc-editor.org/rfc/rfc8785
func TestTheDigestOfAStatementIsCanonical(t *testing.T) {
	got, err := approval.Statement{
		Code: "other", Digest: "d", Except: []approval.Exception{{Code: "data-error", Subject: "S-1"}}, Function: "f", Meaning: "a<b>&\"c\"", Nonce: "n", Operation: approval.Decide, Reason: "山\n", Request: "ap", Round: 2, Verdict: "approve",
	}.SHA256()
	want := approval.Digest([]byte(`{"code":"other","digest":"d","except":[{"code":"data-error","subject":"S-1"}],"function":"f","meaning":"a<b>&\"c\"","nonce":"n","operation":"decide","reason":"山\n","request":"ap","round":2,"verdict":"approve"}`))
	if err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestAProofIsNeverPrinted(t *testing.T) {
	s := newScene(t)
	call := s.decideCall()
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("a proof", "proof", call.Proof)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		fmt.Fprintf(&log, format, call.Proof)
		fmt.Fprintf(&log, format, &call)
	}
	if text := log.String(); strings.Contains(text, "Signature=") || strings.Contains(text, janesKey.SessionToken) {
		t.Error(text)
	}
}
