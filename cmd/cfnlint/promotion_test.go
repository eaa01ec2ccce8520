package main

import (
	"slices"
	"testing"

	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/stages"
)

// The settings describe a valid promotion through any list of environments.
func TestEveryEnvironmentIsPromoted(t *testing.T) {
	shipped := stages.Environments()
	added := stages.Environment{
		Name: "added", EndpointName: "dropout-inference", Extraction: risk.EMRStep{ClusterID: "j-2AXXXXXXGAPLF", Script: "s3://bucket/etl.py"},
	}
	glue := added
	glue.Extraction = risk.GlueJob{JobName: "etl"}
	for _, row := range []struct {
		reason       string
		environments []stages.Environment
	}{
		{"the environments of this project", shipped},
		{"an additional environment", slices.Insert(slices.Clone(shipped), 0, added)},
		{"a single environment with another name", []stages.Environment{added}},
		{"an environment without a cluster", []stages.Environment{glue}},
	} {
		settings := stages.ReadSettings(row.environments, nil, promotionSettings(row.environments))
		if _, err := settings.Environments(); err != nil {
			t.Errorf("%s: %v", row.reason, err)
		}
		promotion := settings.Promotion()
		if promotion == nil {
			t.Errorf("%s: no promotion", row.reason)
			continue
		}
		if err := promotion.Validate(); err != nil {
			t.Errorf("%s: %v", row.reason, err)
		}
	}
}

// A real promotion crosses accounts and regions.
func TestAPromotionCrossesAccountsAndRegions(t *testing.T) {
	promotion := stages.ReadSettings(stages.Environments(), nil, promotionSettings(stages.Environments())).Promotion()
	accounts, regions := map[string]bool{promotion.Account: true}, map[string]bool{promotion.Region: true}
	for _, wave := range promotion.Waves {
		for _, e := range wave.Environments {
			accounts[e.Account], regions[e.Region] = true, true
		}
	}
	if want := 1 + len(stages.Environments()); len(accounts) != want || len(regions) != 2 {
		t.Errorf("got accounts %v in %v, want %d in two regions", accounts, regions, want)
	}
}
