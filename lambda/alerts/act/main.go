// The Lambda function that people invoke, with a proof of who they are, to see alerts and to act on them.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"clinical-risk-pipeline/lambda/alerts/cloud"
)

func main() {
	function, err := cloud.Actor(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lambda.Start(function.Handle)
}
