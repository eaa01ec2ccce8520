package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
)

// configuration loads the AWS configuration of the machine. Its clients follow no redirect: the SDK follows one of a request without a
// body, and sends the signature or the session token along.
func configuration(ctx context.Context, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	settings, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return settings, fmt.Errorf("AWS configuration: %w", err)
	}
	if client, ok := settings.HTTPClient.(*awshttp.BuildableClient); ok { // it has the machine's certificates
		settings.HTTPClient = &http.Client{
			Transport: client.GetTransport(), Timeout: client.GetTimeout(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return settings, nil
}
