package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ETL is what Spark does here, on whatever platform: a job that is told to write a cohort, by the argument --output with an
// S3 URI, writes the one that is given. A job that is not told so has nothing to write.
type ETL struct {
	// Cohort writes the cohort, JSON Lines, {"subject": "…", "features": {…}}. Default: there is none; a job that is told to write
	// one aborts the run.
	Cohort func(io.Writer) error
	S3     S3 // where it is written to
}

// outputArgument names the place of the cohort.
const outputArgument = "--output"

// run does what a job with these arguments does.
func (e ETL) run(ctx context.Context, arguments []any) error {
	i := slices.Index(arguments, any(outputArgument))
	if i < 0 || i+1 == len(arguments) {
		return nil
	}
	place, _ := arguments[i+1].(string)
	u, err := url.Parse(place)
	if err != nil || u.Scheme != "s3" || u.Host == "" || len(u.Path) < 2 {
		return fmt.Errorf("the job's argument %s must be an S3 URI, s3://bucket/key", outputArgument)
	}
	if e.Cohort == nil {
		return errors.New("the job is to write a cohort, and there is none")
	}
	object, err := e.S3.Create(ctx, u.Host, strings.TrimPrefix(u.Path, "/"))
	if err != nil {
		return err
	}
	return errors.Join(e.Cohort(object), object.Close())
}

// jobTime is how long a job takes: three to ten virtual minutes.
func jobTime(call *Call) time.Duration {
	return time.Duration(3+call.below("duration", 8)) * time.Minute
}
