package stages

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// validPromotion promotes the example environments.
func validPromotion() Promotion { return *promotionOf(exampleEnvironments()) }

func promotionOf(environments []Environment) *Promotion {
	return ReadSettings(environments, nil, promotionVariables(environments)).Promotion()
}

func TestAPromotionIsValid(t *testing.T) {
	for whose, environments := range map[string][]Environment{"example environments": exampleEnvironments(), "environments of the application": Environments()} {
		if err := promotionOf(environments).Validate(); err != nil {
			t.Errorf("%s: %v", whose, err)
		}
	}
}

func TestValidatePromotionNamesEveryFaultAtOnce(t *testing.T) {
	p := validPromotion()
	p.Connection = ""
	p.Waves = []Wave{p.Waves[1], p.Waves[2], p.Waves[0]}
	staging, prod, dev := &p.Waves[0].Environments[0], &p.Waves[1].Environments[0], &p.Waves[2].Environments[0]
	prod.LogRetention = ""
	dev.Account, dev.Region = "12345678901", "eu-middle-1"
	staging.Name = "dev"
	got := p.Validate()
	if got == nil {
		t.Fatal("no fault")
	}
	want := []string{
		"promotion: Connection is required, the ARN of a CodeConnections connection",
		`environment "prod": LogRetention is required in production`,
		`environment "dev": Region must be an AWS region such as "eu-central-1", got "eu-middle-1"`,
		`environment "dev": Account must be 12 digits, got "12345678901"`,
		`environment "dev": Name must be unique`,
		`environment "dev": must come before "prod": production is last`,
	}
	for _, fault := range want {
		if strings.Count(got.Error(), fault) != 1 {
			t.Errorf("want once: %s", fault)
		}
	}
	if lines := strings.Count(got.Error(), "\n") + 1; lines != len(want) {
		t.Errorf("%d faults, want %d:\n%v", lines, len(want), got)
	}
}

func TestValidatePromotionReadsEachField(t *testing.T) {
	rows := map[string]struct {
		change func(*Promotion)
		fault  string // a part of the only fault, empty for none
	}{
		"connections from before 2024 have the old name": {func(p *Promotion) {
			p.Connection = strings.Replace(p.Connection, "codeconnections", "codestar-connections", 1)
		}, ""},
		"a repository in a group of GitLab has three parts": {func(p *Promotion) { p.Repository = "a/b/c" }, ""},
		"a URL is not a repository":                         {func(p *Promotion) { p.Repository = "https://github.com/a/b" }, "Repository must"},
		"the tooling account has 12 digits":                 {func(p *Promotion) { p.Account = "1" }, "promotion: Account must"},
		"a bucket is not a connection":                      {func(p *Promotion) { p.Connection = "arn:aws:s3:::bucket" }, "promotion: Connection must"},
		"the tooling region is a region, too":               {func(p *Promotion) { p.Region = "eu-central-1a" }, "promotion: Region must"},
		"a branch may have slashes":                         {func(p *Promotion) { p.Branch = "release/2" }, ""},
		"a branch is not a shell command":                   {func(p *Promotion) { p.Branch = "main; true" }, "Branch must"},
		"the smoke input is not a shell command":            {func(p *Promotion) { p.SmokeInput = "a.json; true" }, "SmokeInput must"},
		"an address has an at sign":                         {func(p *Promotion) { p.ApproverEmails = []string{"release"} }, "ApproverEmails[0] must"},
		"a variable has a name of the shell":                {func(p *Promotion) { p.Variables = map[string]string{"a b": ""} }, "Variables must"},
		"there is nothing to promote":                       {func(p *Promotion) { p.Waves = nil }, "Waves must name"},
		"a wave has no environments":                        {func(p *Promotion) { p.Waves[0].Environments = nil }, "Waves[0] must have"},
		"two waves have one name":                           {func(p *Promotion) { p.Waves[1].Name = "dev" }, "Waves[1].Name must be unique"},
		"a wave mixes production and others": {func(p *Promotion) {
			p.Waves[2].Environments = append(p.Waves[1].Environments, p.Waves[2].Environments...)
			p.Waves = slices.Delete(p.Waves, 1, 2)
		}, "Waves[1] must have only production environments, or none"},
		"production may have two waves": {func(p *Promotion) {
			overseas := p.Waves[2].Environments[0]
			overseas.Name = "produs"
			p.Waves = append(p.Waves, Wave{Name: "produs", Environments: []Environment{overseas}})
		}, ""},
		"the pipeline cannot guess an account": {func(p *Promotion) { p.Waves[0].Environments[0].Account = "" }, "Account is required"},
		"the pipeline cannot guess a region":   {func(p *Promotion) { p.Waves[0].Environments[0].Region = "" }, "Region is required"},
	}
	for _, reason := range slices.Sorted(maps.Keys(rows)) {
		row := rows[reason]
		t.Run(reason, func(t *testing.T) {
			p := validPromotion()
			row.change(&p)
			err := p.Validate()
			switch {
			case row.fault == "" && err != nil:
				t.Errorf("got %v, want no fault", err)
			case row.fault != "" && (err == nil || !strings.Contains(err.Error(), row.fault) || strings.Contains(err.Error(), "\n")):
				t.Errorf("got %v, want one fault with %q", err, row.fault)
			}
		})
	}
}

func TestEnvironmentsOfOneWaveAreDeployedAtTheSameTime(t *testing.T) {
	environments := exampleEnvironments()
	for name, wave := range map[string]string{"produs": "prod", "stagingus": ""} {
		another := prodEnvironment()
		another.Name, another.Wave = name, wave
		environments = append(environments, another)
	}
	got := map[string][]string{}
	for _, wave := range WavesOf(environments) {
		for _, e := range wave.Environments {
			got[wave.Name] = append(got[wave.Name], e.Name)
		}
	}
	want := map[string][]string{"dev": {"dev"}, "staging": {"staging"}, "prod": {"prod", "produs"}, "stagingus": {"stagingus"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadTools(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := readTools(folder); err == nil || !strings.Contains(err.Error(), "no go.mod and package.json") {
		t.Errorf("without the files: got %v", err)
	}
	write("go.mod", "module example\n\ngo 1.27.1\n")
	write("package.json", `{"engines": {"node": ">=24.1"}}`)
	if _, err := readTools(folder); err == nil || !strings.Contains(err.Error(), "dependencies.aws-cdk") {
		t.Errorf("without the command line: got %v", err)
	}
	write("package.json", `{"engines": {"node": ">=24.1"}, "dependencies": {"aws-cdk": "2.1.0"}}`)
	got, err := readTools(folder)
	if want := (tools{golang: "1.27.1", node: "24", cdk: "2.1.0"}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	write("package.json", `{"engines": {"node": ">=20"}, "dependencies": {"aws-cdk": "2.1.0"}}`)
	if got, err := readTools(folder); err != nil || got.node != "22" {
		t.Errorf("a Node that the image lacks: got %+v, %v, want 22", got, err)
	}
}
