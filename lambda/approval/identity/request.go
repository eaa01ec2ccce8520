// Package identity proves who calls the deciding function. [Sign] makes a proof on the caller's machine, and [STS] asks AWS who made
// it, on the function's. Both build the same request to STS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html.
// The caller needs no permission for it.
package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"clinical-risk-pipeline/lambda/approval"
)

// body is the whole request in the query protocol.
const body = "Action=GetCallerIdentity&Version=2011-06-15"

// The headers of the proof.
const (
	authorizationHeader = "Authorization"
	dateHeader          = "X-Amz-Date"
	tokenHeader         = "X-Amz-Security-Token"
)

// newRequest returns the request to the regional endpoint of STS, without a signature. Each partition has another domain.
func newRequest(ctx context.Context, region, digest string) (*http.Request, error) {
	endpoint, err := sts.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, sts.EndpointParameters{Region: &region, UseGlobalEndpoint: aws.Bool(false)})
	if err != nil {
		return nil, fmt.Errorf("the endpoint of STS in %q is not known: %w", region, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint.URI.String()+"/", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	request.Header.Set(approval.StatementHeader, digest)
	return request, nil
}

// Sign proves that the owner of the credentials makes the statement with this digest.
func Sign(ctx context.Context, credentials aws.Credentials, region, digest string, at time.Time) (approval.Proof, error) {
	request, err := newRequest(ctx, region, digest)
	if err != nil {
		return approval.Proof{}, err
	}
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), "sts", region, at); err != nil {
		return approval.Proof{}, err
	}
	return approval.Proof{
		Authorization: request.Header.Get(authorizationHeader),
		Date:          request.Header.Get(dateHeader),
		SecurityToken: request.Header.Get(tokenHeader),
	}, nil
}
