package cloud

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"clinical-risk-pipeline/lambda/alerts"
	approvals "clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/lambda/approval/identity"
)

// function is what the three functions have in common.
type function struct {
	alerts.Settings
	store     alerts.Store
	cohorts   Cohorts
	teller    Teller
	worklists Worklists
	log       *slog.Logger
}

// load reads the environment, and makes the clients.
func load(ctx context.Context) (*function, error) {
	settings, err := alerts.ReadSettings(os.Getenv)
	if err != nil {
		return nil, err
	}
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	return connect(loaded, settings), nil
}

func connect(loaded aws.Config, settings alerts.Settings) *function {
	objects := s3.NewFromConfig(loaded, approvals.OwnedBy(settings.Owner))
	return &function{
		Settings: settings,
		store: alerts.Store{
			Registry: Registry{Client: dynamodb.NewFromConfig(loaded), Table: settings.Table, Trial: settings.Rules.Trial.ID},
			Events:   approvals.Objects{Client: objects, Bucket: settings.Records},
			Rules:    settings.Rules,
		},
		cohorts:   Cohorts{s3.NewFromConfig(loaded)}, // the bucket may belong to another account
		teller:    Teller{approvals.Notifier{Client: sns.NewFromConfig(loaded), Topic: settings.Topic}},
		worklists: Worklists{Client: objects, Bucket: settings.Worklists},
		log:       slog.New(slog.NewJSONHandler(os.Stdout, nil)),
	}
}

// Updater returns the function that the state UpdateAlerts invokes, as its environment says.
func Updater(ctx context.Context) (*alerts.Updater, error) {
	f, err := load(ctx)
	if err != nil {
		return nil, err
	}
	return &alerts.Updater{Store: f.store, Cohorts: f.cohorts, Teller: f.teller, Worklists: f.worklists, Now: time.Now, Log: f.log}, nil
}

// Watcher returns the function that a schedule invokes, as its environment says.
func Watcher(ctx context.Context) (*alerts.Watcher, error) {
	f, err := load(ctx)
	if err != nil {
		return nil, err
	}
	return &alerts.Watcher{Store: f.store, Teller: f.teller, Worklists: f.worklists, Now: time.Now, Log: f.log}, nil
}

// Actor returns the function that people invoke, as its environment says.
func Actor(ctx context.Context) (*alerts.Actor, error) {
	f, err := load(ctx)
	if err != nil {
		return nil, err
	}
	return &alerts.Actor{
		Store: f.store, Worklists: f.worklists, Identities: identity.New(nil), People: f.People, SessionNames: f.SessionNames, Now: time.Now, Log: f.log,
	}, nil
}
