// The Lambda function that the state UpdateAlerts invokes. It turns what a run says into transitions of alerts.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"clinical-risk-pipeline/lambda/alerts/cloud"
)

func main() {
	function, err := cloud.Updater(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lambda.Start(function.Handle)
}
