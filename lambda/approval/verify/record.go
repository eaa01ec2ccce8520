package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
)

// schema is the schema of approval records.
var schema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(approval.RecordSchema))
	if err != nil {
		return nil, err
	}
	const name = "approval-record.schema.json"
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(name, document); err != nil {
		return nil, err
	}
	return compiler.Compile(name)
})

// namedApproval is the id of an approval in a record that is not valid.
var namedApproval = regexp.MustCompile(`"approvalId"\s*:\s*"(ap-[a-z2-7]{16})"`)

// read reads the record in the oldest version of an object. It returns an error if the object does not say of which approval it is.
func (v *Verifier) read(ctx context.Context, versions []Version) (*recorded, error) {
	r := &recorded{key: versions[0].Key, versions: versions}
	first := slices.IndexFunc(versions, func(version Version) bool { return !version.Deleted })
	if first < 0 {
		return nil, errors.New("only delete markers are left")
	}
	r.version = versions[first]
	var err error
	if r.object, err = v.Store.Read(ctx, r.key, r.version.ID); err != nil {
		return nil, err
	}
	if r.invalid = r.parse(); r.invalid != nil {
		named := namedApproval.FindSubmatch(r.object.Body)
		if named == nil {
			return nil, r.invalid
		}
		r.ApprovalID = string(named[1])
	}
	return r, nil
}

// parse reads the object as a record that meets the schema.
func (r *recorded) parse() error {
	if err := strictjson.UnmarshalKnown(r.object.Body, &r.Record); err != nil {
		return fmt.Errorf("not a record in strict JSON: %w", err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.object.Body))
	if err != nil {
		return err
	}
	compiled, err := schema()
	if err != nil {
		return err
	}
	return compiled.Validate(document)
}

// verify verifies the record of one decision. A record that does not meet the schema is not checked further.
func (v *Verifier) verify(ctx context.Context, r *recorded) *RecordReport {
	report := &RecordReport{Place: approval.Place{Bucket: v.Bucket, Key: r.key}.String(), Version: r.version.ID}
	report.Checks = append(report.Checks, r.checkVersions(), v.checkLocks(ctx, "lock of the record", []Version{r.version}), r.checkBytes(), r.checkSchema())
	if r.invalid != nil {
		return report
	}
	report.Round, report.Decision, report.Signer, report.SignedAt = r.Round, r.Decision, &r.Signer, &r.SignedAt
	report.Checks = append(report.Checks, r.checkKey())
	report.Checks = append(report.Checks, v.checkShown(ctx, r)...)
	report.Checks = append(report.Checks, v.checkReviewed(ctx, r)...)
	report.Checks = append(report.Checks, r.checkSigner(), v.checkApprover(r), v.checkStarters(r), v.checkTrail(ctx, r))
	return report
}

// checkVersions checks that the record was written once and is visible.
func (r *recorded) checkVersions() Check {
	var said findings
	for _, version := range r.versions {
		describe(&said, version, r.version.ID)
	}
	return said.check("versions of the record", fmt.Sprintf("one version, %s, of %s", r.version.ID, stamp(r.version.Modified)))
}

// describe adds a version that is not the one of the record.
func describe(said *findings, version Version, id string) {
	switch {
	case version.Deleted:
		said.wrong("%s: a delete marker of %s", version.Key, stamp(version.Modified))
	case version.ID != id:
		said.wrong("%s: another version, %s, of %s", version.Key, version.ID, stamp(version.Modified))
	}
}

// checkBytes compares the record with the checksum that the function sent with it.
func (r *recorded) checkBytes() Check {
	var said findings
	switch digest := approval.Digest(r.object.Body); {
	case r.object.SHA256 == "":
		said.unknown("the store has no SHA-256 of the record")
	case r.object.SHA256 != digest:
		said.wrong("the SHA-256 is %s, but %s when the function wrote the record", digest, r.object.SHA256)
	}
	return said.check("bytes of the record", fmt.Sprintf("%d bytes with the SHA-256 that the function sent, %s", len(r.object.Body), r.object.SHA256))
}

func (r *recorded) checkSchema() Check {
	var said findings
	if r.invalid != nil {
		said.wrong("%v", r.invalid)
	}
	return said.check("schema of the record", fmt.Sprintf("version %d", r.SchemaVersion))
}

// checkKey checks that the record is at the place of its request, and of an approval of its execution.
func (r *recorded) checkKey() Check {
	var said findings
	if want := r.Key(); r.key != want {
		said.wrong("the record belongs to %s", want)
	}
	if want := approval.ID(r.Execution); r.ApprovalID != want {
		said.wrong("the approval of %s is %s, not %s", r.Execution, want, r.ApprovalID)
	}
	return said.check("place of the record", fmt.Sprintf("that of the request %s of %s", r.RequestID, r.Execution))
}
