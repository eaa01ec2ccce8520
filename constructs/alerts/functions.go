package alerts

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"clinical-risk-pipeline/constructs/function"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/alert/worklist"
	"clinical-risk-pipeline/workflow/exclusion"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// The functions' main packages. They are below package lambda/alerts, also where the module has another name.
var folder = reflect.TypeFor[alerts.Updater]().PkgPath()

// programs builds the functions, once a process.
var programs = sync.OnceValues(func() ([]string, error) { return function.Build(folder+"/update", folder+"/watch", folder+"/act") })

// The functions' timeouts and memory. A registry of 100,000 subjects takes the update some minutes.
const (
	UpdateTimeout = 14 * time.Minute // less than the 15 minutes that Lambda allows
	watchTimeout  = 14 * time.Minute
	actTimeout    = time.Minute
	batchMemory   = 2048 // MiB
	actMemory     = 1024 // MiB
)

// longestName leaves room for a hyphen and the id of a function in the 64 characters of a name.
const longestName = 64 - len("-"+updateID)

func number(n int) *float64     { return jsii.Number(n) }
func text(s string) *string     { return &s }
func (a *Alerts) trial() string { return a.props.Trial.ID }

func (a *Alerts) addFunctions(programs []string) {
	a.update = a.newFunction(updateID, "Turns what runs say into transitions of alerts, and tells people.", programs[0], UpdateTimeout, batchMemory, nil,
		a.registry("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"), a.transitions(), a.tell(), a.writeWorklists(), a.readRun(), a.exclusions())
	a.watch = a.newFunction(watchID, "Tells people what is overdue, and sends digests.", programs[1], watchTimeout, batchMemory, nil,
		a.registry("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"), a.transitions(), a.tell(), a.writeWorklists())
	people, err := json.Marshal(a.props.People)
	if err != nil {
		panic(err) // texts only
	}
	variables := map[string]string{alerts.EnvPeople: string(people)}
	if a.props.SessionNames != "" {
		variables[alerts.EnvSessionNames] = a.props.SessionNames
	}
	a.act = a.newFunction(actID, "Shows alerts, and records what people do about them.", programs[2], actTimeout, actMemory, variables,
		a.registry("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"), a.transitions(), a.writeWorklists())
}

func (a *Alerts) newFunction(id, description, program string, timeout time.Duration, memory float64, variables map[string]string, statements ...[]policy.Statement) function.Function {
	all := map[string]string{
		alerts.EnvTable:     *a.props.Registry.Table().TableName(),
		alerts.EnvRecords:   *a.props.Records.Bucket().BucketName(),
		alerts.EnvOwner:     a.in.Account,
		alerts.EnvWorklists: *a.worklists.BucketName(),
		alerts.EnvTopic:     *a.topic.TopicArn(),
		alerts.EnvList:      alert.ListCommand(*a.worklists.BucketName()),
	}
	for name, value := range variables {
		all[name] = value
	}
	props := &function.Props{
		Name: a.nameOf(id), Description: description, Program: program, Layers: []awslambda.ILayerVersion{a.trialFile()},
		Timeout: timeout, MemoryMiB: memory, Environment: all,
		Key: a.key, LogRetention: a.props.LogRetention, RemovalPolicy: a.props.RemovalPolicy,
	}
	for _, more := range statements {
		props.Statements = append(props.Statements, more...)
	}
	return function.New(a, id, props)
}

// nameOf returns the name of a function and of its role. The record store and its trail are in another stack and name them.
func (a *Alerts) nameOf(id string) string { return a.name + "-" + id }

// trialFile is a layer with the trial's file: what the functions know of the trial is what the definition was made of.
func (a *Alerts) trialFile() awslambda.ILayerVersion {
	if known := a.Node().TryFindChild(jsii.String(trialLayerID)); known != nil {
		return known.(awslambda.LayerVersion)
	}
	folder, err := a.writeTrial()
	if err != nil {
		panic(err)
	}
	return awslambda.NewLayerVersion(a, jsii.String(trialLayerID), &awslambda.LayerVersionProps{
		Description: jsii.String("The registered trial " + a.trial() + "."), Code: awslambda.Code_FromAsset(&folder, nil),
	})
}

// writeTrial writes the trial's file into a folder of its own, below bin/handlers of the module: its bytes decide the asset.
func (a *Alerts) writeTrial() (string, error) {
	root, err := function.Root()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(root, "bin", "handlers", "trials", a.props.Trial.Digest())
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	return folder, function.WriteFile(filepath.Join(folder, workflow.TrialFile), a.props.Trial.Canonical())
}

// registry lets a function use the trial's part of the registry.
func (a *Alerts) registry(actions ...string) []policy.Statement {
	return []policy.Statement{a.props.Registry.In("Registry", a.trial(), actions...), a.props.Registry.Encryption(a.in, "RegistryEncryption")}
}

// transitions lets a function find, read and create the events of the trial's alerts.
func (a *Alerts) transitions() []policy.Statement {
	bucket, events := *a.props.Records.Bucket().BucketArn(), alert.Folder+a.trial()+"/"
	return []policy.Statement{
		policy.Allow("FindTransitions", []string{bucket}, "s3:ListBucket").If("StringLike", "s3:prefix", []string{events + "*"}),
		policy.Allow("RecordTransitions", []string{bucket + "/" + events + "*"}, "s3:GetObject", "s3:PutObject"),
		a.in.Through("s3", policy.Allow("RecordsEncryption", []string{*a.props.Records.Key().KeyArn()}, "kms:Decrypt", "kms:GenerateDataKey")),
	}
}

// exclusions lets the update find, read and create the records of whom runs of the trial left out. Their encryption is that of the
// transitions.
func (a *Alerts) exclusions() []policy.Statement {
	bucket, records := *a.props.Records.Bucket().BucketArn(), exclusion.Folder+a.trial()+"/"
	return []policy.Statement{
		policy.Allow("FindExclusions", []string{bucket}, "s3:ListBucket").If("StringLike", "s3:prefix", []string{records + "*"}),
		policy.Allow("RecordExclusions", []string{bucket + "/" + records + "*"}, "s3:GetObject", "s3:PutObject"),
	}
}

// readRun lets the update read what a run of the trial decided, and who was in its cohort.
func (a *Alerts) readRun() []policy.Statement {
	bucket, decisions := *a.props.Records.Bucket().BucketArn(), workflow.RecordFolder+"/"+a.trial()+"/"
	cohorts := a.props.CohortBucket
	statements := []policy.Statement{
		policy.Allow("FindDecisions", []string{bucket}, "s3:ListBucket").If("StringLike", "s3:prefix", []string{decisions + "*"}),
		policy.Allow("ReadDecisions", []string{bucket + "/" + decisions + "*"}, "s3:GetObject"),
		policy.Allow("ReadCohorts", []string{*cohorts.ArnForObjects(jsii.String(a.props.CohortPrefix + "/*"))}, "s3:GetObject", "s3:GetObjectVersion"),
		// S3 says that an object is missing only to whoever may list its bucket: a script need not write excluded.jsonl.
		policy.Allow("FindCohorts", []string{*cohorts.BucketArn()}, "s3:ListBucket").If("StringLike", "s3:prefix", []string{a.props.CohortPrefix + "/*"}),
	}
	if key := cohorts.EncryptionKey(); key != nil {
		statements = append(statements, a.in.Through("s3", policy.Allow("CohortsEncryption", []string{*key.KeyArn()}, "kms:Decrypt")))
	}
	return statements
}

// tell lets a function publish messages.
func (a *Alerts) tell() []policy.Statement {
	return []policy.Statement{
		policy.Allow("Tell", []string{*a.topic.TopicArn()}, "sns:Publish"),
		a.in.Through("sns", policy.Allow("TellEncryption", []string{*a.key.KeyArn()}, "kms:Decrypt", "kms:GenerateDataKey")),
	}
}

// writeWorklists lets a function replace worklists.
func (a *Alerts) writeWorklists() []policy.Statement {
	return []policy.Statement{
		policy.Allow("WriteWorklists", []string{
			*a.worklists.ArnForObjects(jsii.String(worklist.All + "/*")), *a.worklists.ArnForObjects(jsii.String(worklist.Sites + "/*")),
		}, "s3:PutObject"),
		a.in.Through("s3", policy.Allow("WorklistsEncryption", []string{*a.key.KeyArn()}, "kms:GenerateDataKey")),
	}
}

// keepTransitions lets only these functions write the events of alerts, and only the update the exclusions of runs.
func (a *Alerts) keepTransitions() {
	for _, f := range []function.Function{a.update, a.watch, a.act} {
		a.props.Records.WrittenBy(alert.Folder, f.RoleARN)
	}
	a.props.Records.WrittenBy(exclusion.Folder, a.update.RoleARN)
}
