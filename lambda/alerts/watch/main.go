// The Lambda function that a schedule invokes once a day. It tells people what is overdue, and sends digests.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"clinical-risk-pipeline/lambda/alerts/cloud"
)

func main() {
	function, err := cloud.Watcher(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lambda.Start(function.Handle)
}
