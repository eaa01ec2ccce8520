package approval

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// StatementHeader is the header of the signed request that has the digest of the caller's [Statement].
const StatementHeader = "X-Clinicalrisk-Statement"

// Proof is what a caller sends of a signed request to STS's GetCallerIdentity. The function adds everything else to the request by
// itself, and asks STS who signed it. Only the owner of the credentials can make a proof, and it proves one statement.
//
// A proof is a secret for as long as STS accepts its signature: it never goes into logs or errors.
//
// Requirements: P11-10g, P11-200a1
type Proof struct {
	Authorization string `json:"authorization"`           // the header Authorization, with the signature
	Date          string `json:"date"`                    // the header X-Amz-Date, "20260301T030000Z"
	SecurityToken string `json:"securityToken,omitempty"` // the header X-Amz-Security-Token of temporary credentials
}

// maximumAge is how far the time of a signature may be from the function's clock.
const maximumAge = 5 * time.Minute

// dateLayout is the layout of X-Amz-Date.
const dateLayout = "20060102T150405Z"

var (
	authorizationPattern = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=[A-Z0-9]{16,128}/([0-9]{8})/([a-z0-9-]+)/sts/aws4_request, ` +
		`SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}$`)
	tokenPattern = regexp.MustCompile(`^[A-Za-z0-9+/=_-]*$`)
)

// check refuses a proof that is not a signature of exactly the request that the function sends to STS: for this region, at this
// time, and with the statement among the signed headers.
func (p Proof) check(region string, now time.Time) error {
	refuse := func(message string) error { return fault(http.StatusForbidden, "NotProved", "%s", message) }
	parts := authorizationPattern.FindStringSubmatch(p.Authorization)
	at, err := time.Parse(dateLayout, p.Date)
	switch {
	case p == Proof{}:
		return refuse("the call has no proof of who you are: use clinicalrisk approvals, signed in as yourself")
	case parts == nil || err != nil || at.Format(dateLayout) != p.Date || !tokenPattern.MatchString(p.SecurityToken):
		return refuse("the proof must be a signature of STS's GetCallerIdentity with AWS4-HMAC-SHA256")
	case parts[1] != p.Date[:8] || parts[2] != region:
		return refuse("the proof must be signed for STS in " + region + ", on the day of its date")
	case parts[3] != p.signedHeaders():
		return refuse("the proof must sign exactly the headers " + p.signedHeaders())
	case now.Sub(at).Abs() > maximumAge:
		return refuse(fmt.Sprintf("the proof must be at most %v old: check the clock of your machine, and try again", maximumAge))
	}
	return nil
}

func (p Proof) signedHeaders() string {
	names := "content-length;content-type;host;x-amz-date;"
	if p.SecurityToken != "" {
		names += "x-amz-security-token;"
	}
	return names + strings.ToLower(StatementHeader)
}

// Format implements fmt.Formatter. It hides the proof.
func (Proof) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "(a proof)") }

// LogValue implements slog.LogValuer. It hides the proof.
func (Proof) LogValue() slog.Value { return slog.StringValue("(a proof)") }
