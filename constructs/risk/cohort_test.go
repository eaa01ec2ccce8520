package risk

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// anyBucket is a bucket whose methods no test calls.
type anyBucket struct{ awss3.IBucket }

func TestCohortReportsAllFaultsAtOnce(t *testing.T) {
	for reason, row := range map[string]struct {
		cohort Cohort
		want   string
	}{
		"only the bucket is required": {Cohort{Bucket: anyBucket{}}, ""},
		"every field is out of range": {
			Cohort{Prefix: "/cohorts/", BatchSize: 1001, BatchBytes: 256 << 10, Concurrency: -1, ModelTimeout: 90 * time.Second, ModelAttempts: 11},
			`Cohort.Bucket is required: the bucket that the extraction writes the cohort to
Cohort.Prefix must be a key without slashes at its ends, such as "cohorts", got "/cohorts/"
Cohort.BatchSize must be from 1 to 1000, got 1001
Cohort.BatchBytes must be from 1024 to 196608, got 262144
Cohort.Concurrency must be from 1 to 1000, got -1
Cohort.ModelAttempts must be from 1 to 10, got 11
Cohort.ModelTimeout must be whole seconds from 1s to 1m5s, got 1m30s`,
		},
		"the number of batches is limited": {
			Cohort{Bucket: anyBucket{}, BatchSize: 10, MaxSubjects: 50_001},
			"Cohort.MaxSubjects must be from 1 to 50000, got 50001",
		},
		"five attempts of a minute exceed the lifetime of a child": {
			Cohort{Bucket: anyBucket{}, ModelAttempts: 5},
			"Cohort.ModelTimeout and ModelAttempts must let a batch end within 5m0s: " +
				"5 attempts of 1m0s, with their delays and the record, take 6m23s",
		},
		"five attempts of half a minute do not": {
			Cohort{Bucket: anyBucket{}, ModelAttempts: 5, ModelTimeout: 30 * time.Second}, "",
		},
	} {
		t.Run(reason, func(t *testing.T) {
			if got := row.cohort.validate().Under("Cohort").Error(); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

func TestACohortNeedsRecords(t *testing.T) {
	props := validProps()
	props.Cohort = &Cohort{Bucket: anyBucket{}}
	want := "Records is required with a Cohort: the record store that receives its decisions"
	if err := props.Validate(); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// What a batch has left of its five minutes is for an endpoint that wakes up.
func TestAShorterModelTimeoutLeavesMoreAttemptsToWakeTheEndpoint(t *testing.T) {
	for timeout, want := range map[time.Duration]int{60 * time.Second: 3, 20 * time.Second: 9} {
		c := (&Cohort{Bucket: anyBucket{}, ModelTimeout: timeout}).withDefaults()
		got := c.batchWakeRetries()
		if got.Attempts != want {
			t.Errorf("%v: %d attempts, want %d", timeout, got.Attempts, want)
		}
		if longest := c.batchTime() + Longest(wakeTime, got) - wakeTime; longest > 5*time.Minute {
			t.Errorf("%v: a batch may take %v", timeout, longest)
		}
	}
	full := (&Cohort{Bucket: anyBucket{}, ModelTimeout: 30 * time.Second, ModelAttempts: 5}).withDefaults()
	if got := full.batchWakeRetries(); got.Attempts < 0 || full.batchTime()+Longest(wakeTime, got)-wakeTime > 5*time.Minute {
		t.Errorf("got %+v", got)
	}
}
