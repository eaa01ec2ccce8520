package risk

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// Cohort makes an execution score all subjects of a cohort instead of one. The extraction writes them to one object in Bucket,
// Prefix/<execution's name>/attempt-<redrives>-<retries>/cohort.jsonl, so that every attempt has its own. With [NoExtraction] the
// object is Prefix/<execution's name>/cohort.jsonl. It has one line for each subject:
//
//	{"subject": "…", "features": {…}}
//
// The endpoint scores a batch at a time. Other forms than the following are a [Container]'s. It takes {"instances": [{"id": "17", "features": {…}}, …]} and answers
// {"predictions": [{"id": "17", "risk_score": 0.81}, …]}, with every id once, in any order. The id is the index of the subject's line,
// never the subject's own id. A subject without a usable score counts as not scored. The whole batch counts as not scored if the answer
// lacks an id or repeats one, has a backslash, has "predictions", "id" or "risk_score" in another place, or has another field whose
// name says "error".
type Cohort struct {
	// Bucket receives the cohort's object from the extraction. It must keep versions: an execution reads the version that it found
	// and records, and fails with CohortNotVersioned without one. It must belong to the account that the CDK knows for it: for a
	// bucket of another account, import it by its attributes, with Account. Import a bucket that a customer-managed key encrypts with
	// that key. Required.
	Bucket awss3.IBucket

	// Prefix is the folder of the cohorts in Bucket, without slashes at its ends. Default: "cohorts".
	Prefix string

	// Compression is how the extraction compresses the object, whose key then ends in ".gz" or ".zst": Gzip or Zstandard. Default:
	// Uncompressed.
	Compression Compression

	// BatchSize is the largest number of subjects in one request to the endpoint, 1 to 1,000. The answer must stay below the 262,144 bytes
	// of a state's data: with reasons, that is about 500 subjects. Default: 100.
	BatchSize int

	// BatchBytes is the largest size of a batch, from 1,024 to 196,608: a batch and its batch input must stay below the
	// 262,144 bytes of a state's data. Default: 131,072.
	BatchBytes int

	// Concurrency is how many batches are scored at the same time, 1 to 1,000. Default: 10.
	Concurrency int

	// MaxSubjects is the size of the largest cohort. From a larger one an execution scores MaxSubjects subjects, alerts, and
	// then fails with IncompleteScoring. At most 5,000 batches of BatchSize: their counts must fit into the execution's own
	// state. Default: 100,000, or as many as fit.
	MaxSubjects int

	// ModelTimeout bounds one request to the endpoint, in whole seconds from 1 to 65. Default: 60 seconds.
	ModelTimeout time.Duration

	// ModelAttempts is how many requests for a batch may fail before its subjects count as not scored, 1 to 10. All attempts,
	// each running into ModelTimeout, must fit into the five minutes that an Express execution lives. What is left of them is for
	// attempts to reach an endpoint that wakes up: three with the defaults, and more with a shorter ModelTimeout. Default: 3.
	ModelAttempts int
}

const (
	maxBatchBytes = 192 << 10
	// maxBatches keeps the counts of all batches, about 45 bytes each, within a state's data.
	maxBatches = 5000
)

var prefixPattern = regexp.MustCompile(`^[A-Za-z0-9!_.'()-]+(/[A-Za-z0-9!_.'()-]+)*$`)

func (c *Cohort) validate() fault.List {
	var faults fault.List
	between := func(field string, value, least, most int) {
		if value != 0 && (value < least || value > most) {
			faults.Add(field, fmt.Sprintf("must be from %d to %d", least, most), value)
		}
	}
	if c.Bucket == nil {
		faults.Add("Bucket", "is required: the bucket that the extraction writes the cohort to")
	}
	if c.Prefix != "" && !prefixPattern.MatchString(c.Prefix) {
		faults.Add("Prefix", `must be a key without slashes at its ends, such as "cohorts"`, c.Prefix)
	}
	if !slices.Contains([]Compression{Uncompressed, Gzip, Zstandard}, c.Compression) {
		faults.Add("Compression", "must be Uncompressed, Gzip or Zstandard", c.Compression)
	}
	between("BatchSize", c.BatchSize, 1, 1000)
	between("BatchBytes", c.BatchBytes, 1024, maxBatchBytes)
	between("Concurrency", c.Concurrency, 1, 1000)
	d := c.withDefaults()
	between("MaxSubjects", c.MaxSubjects, 1, maxBatches*max(d.BatchSize, 1))
	between("ModelAttempts", c.ModelAttempts, 1, 10)
	if c.ModelTimeout != 0 && (c.ModelTimeout < time.Second || c.ModelTimeout > invokeModelTimeout || c.ModelTimeout%time.Second != 0) {
		faults.Add("ModelTimeout", fmt.Sprintf("must be whole seconds from 1s to %v", invokeModelTimeout), c.ModelTimeout)
	}
	if longest := d.batchTime(); len(faults) == 0 && longest > services.MaxExpressTime {
		faults.Add("ModelTimeout", fmt.Sprintf("and ModelAttempts must let a batch end within %v: %d attempts of %v, with their delays and the record, take %v",
			services.MaxExpressTime, d.ModelAttempts, d.ModelTimeout, longest))
	}
	return faults
}

func (c *Cohort) withDefaults() Cohort {
	d := *c
	d.Prefix = cmp.Or(d.Prefix, "cohorts")
	d.BatchSize = cmp.Or(d.BatchSize, 100)
	d.BatchBytes = cmp.Or(d.BatchBytes, 128<<10)
	d.Concurrency = cmp.Or(d.Concurrency, 10)
	d.MaxSubjects = cmp.Or(d.MaxSubjects, min(100_000, maxBatches*d.BatchSize))
	d.ModelTimeout = cmp.Or(d.ModelTimeout, 60*time.Second)
	d.ModelAttempts = cmp.Or(d.ModelAttempts, 3)
	return d
}

// Compression is how the object of a cohort is compressed.
type Compression string

// The compressions that an item reader of Step Functions reads, by the end of the key:
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
const (
	Uncompressed Compression = ""
	Gzip         Compression = ".gz"
	Zstandard    Compression = ".zst"
)

// file is the name of the cohort's object.
func (c *Cohort) file() string { return workflow.CohortFile + string(c.Compression) }

// batchTime is the longest that a child may take: every attempt of its tasks and every delay between them.
func (c *Cohort) batchTime() time.Duration {
	return Longest(c.ModelTimeout, c.batchModelRetries()) + Longest(recordTimeout, batchRecordRetries) + Longest(recordTimeout, batchReadRetries...)
}
