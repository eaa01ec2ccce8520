package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/lambda/alerts/client"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert/worklist"
)

// do asks the function, or the registry of local runs.
func (c *alertsCommand) do(ctx context.Context, statement alerts.Statement) (*alerts.Reply, error) {
	if c.Registry != "" {
		return c.doHere(ctx, statement)
	}
	settings, err := configuration(ctx)
	if err != nil {
		return nil, err
	}
	arn := c.Function
	if arn == "" {
		if arn, err = c.output(ctx, settings, workflow.ActFunction); err != nil {
			return nil, err
		}
	}
	function, region, err := parseFunction(arn)
	if err != nil {
		return nil, err
	}
	prove, invoke := calling(settings, function, region)
	return client.Client{Function: function, Prove: prove, Invoke: invoke}.Do(ctx, statement)
}

// output reads an output of the trial's stack.
func (c *alertsCommand) output(ctx context.Context, settings aws.Config, name string) (string, error) {
	stack := workflow.StackName(c.Environment, c.Trial)
	value, err := outputOf(ctx, settings, stack, name)
	if err == nil && value == "" {
		err = fmt.Errorf("stack %s has no output %s: it is not the stack of a registered trial", stack, name)
	}
	return value, err
}

// open opens the registry of local runs.
func (c *alertsCommand) open() (*registry.Folder, error) {
	dir, err := filepath.Abs(c.Registry)
	if err != nil {
		return nil, err
	}
	return registry.Open(dir, nil)
}

// doHere does what the user of this machine asks for, under the name of that user.
func (c *alertsCommand) doHere(ctx context.Context, statement alerts.Statement) (reply *alerts.Reply, err error) {
	folder, err := c.open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	roles := []string{c.Role}
	if c.Role == "" {
		roles = nil
		for _, recipient := range folder.Trial().Recipients {
			roles = append(roles, recipient.Role)
		}
	} else if folder.Trial().Recipient(c.Role) == nil {
		return nil, fmt.Errorf("--role must be the role of a recipient of the trial %s, got %q", folder.Trial().ID, c.Role)
	}
	actor := folder.Actor(now)
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = cmp.Or(u.Username, name)
	}
	person, err := actor.As("local:user/"+name, name+"@localhost", roles...)
	if err != nil {
		return nil, err
	}
	statement.Nonce = now().UTC().Format(time.RFC3339Nano)
	digest, err := statement.SHA256()
	if err != nil {
		return nil, err
	}
	return actor.Do(ctx, person, statement, digest)
}

// watch brings the registry of local runs up to a day, today for "".
func (c *alertsCommand) watch(ctx context.Context, day string) (watched *alerts.Watched, err error) {
	folder, err := c.open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	return folder.Watch(ctx, day)
}

// link returns a link to a worklist's page.
func (c *alertsCommand) link(ctx context.Context, site, bucket string, valid time.Duration) (string, error) {
	if c.Registry != "" {
		folder, err := c.open()
		if err != nil {
			return "", err
		}
		page := folder.Page(worklist.Folder(site), worklist.PageFile)
		if _, err := os.Stat(page); err != nil {
			return "", errors.Join(&approval.Fault{Status: http.StatusNotFound, Message: "the trial has no such worklist yet"}, folder.Close())
		}
		return page, folder.Close()
	}
	settings, err := configuration(ctx)
	if err != nil {
		return "", err
	}
	if bucket == "" && c.Trial == "" {
		return "", errors.New("open requires --trial ID, whose stack names the bucket, or --bucket NAME")
	}
	if bucket == "" {
		if bucket, err = c.output(ctx, settings, "WorklistBucket"); err != nil {
			return "", err
		}
	}
	key := worklist.Folder(site) + "/" + worklist.PageFile
	signed, err := s3.NewPresignClient(s3.NewFromConfig(settings)).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key}, s3.WithPresignExpires(valid))
	if err != nil {
		return "", fmt.Errorf("no usable AWS credentials, sign in first: %w", err)
	}
	return signed.URL, nil
}
