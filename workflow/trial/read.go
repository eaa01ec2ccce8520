package trial

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"clinical-risk-pipeline/internal/document"
	"clinical-risk-pipeline/workflow"
)

// schemaVersion is the only version of the format.
const schemaVersion = 1

// The longest lists and texts.
const (
	maxText  = 4000
	maxTitle = 300
)

var (
	endpointPattern  = regexp.MustCompile(`^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$`)
	featurePattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)
	namePattern      = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	emailPattern     = regexp.MustCompile(`^[\w.+-]{1,64}@[\w-]+(\.[\w-]+)+$`)
	principalPattern = regexp.MustCompile(`^(arn:aws[a-z-]*:iam::\d{12}:)?(role|user)/([\w+=,.@-]+/)*[\w+=,.@-]+$`)
)

// The rules of texts, for people.
const (
	endpointRule  = "must be the name of an endpoint or variant: 1 to 63 letters, digits and hyphens"
	featureRule   = "must be the name of a feature, such as visits_missed"
	nameRule      = "must have 1 to 32 lower-case letters, digits and hyphens, the first one a letter"
	emailRule     = "must be an e-mail address"
	principalRule = `must be "role/NAME", "user/NAME", or the ARN of a role or user`
)

// hidden reports characters that people do not see.
func hidden(r rune) bool { return !unicode.IsGraphic(r) }

// Load reads a trial's file, ID.yaml. Its error has a line for each fault, with file, line, field, rule and value.
func Load(file string) (*Trial, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	t, err := Parse(file, source)
	if err == nil && t.ID+".yaml" != filepath.Base(file) {
		return nil, fmt.Errorf("%s:1: the file must have the name of its id, %s.yaml", file, t.ID)
	}
	return t, err
}

// LoadCanonical reads a file with what Canonical returned, under any name.
func LoadCanonical(file string) (*Trial, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, source)
}

// LoadAll reads every trial's file of a folder, in the order of the ids. A folder that does not exist has none. It reports the faults of
// all files.
func LoadAll(folder string) ([]*Trial, error) {
	files, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var trials []*Trial
	var faults []error
	for _, file := range files {
		name := filepath.Join(folder, file.Name())
		switch strings.ToLower(filepath.Ext(name)) {
		case ".yaml":
			t, err := Load(name)
			trials, faults = append(trials, t), append(faults, err)
		case ".yml", ".json":
			faults = append(faults, fmt.Errorf("%s: a trial's file has the name of its id, ID.yaml: rename it, or move it out of the folder", name))
		}
	}
	return trials, errors.Join(faults...)
}

// Parse reads a trial from YAML, or from the JSON that [Trial.Canonical] returns. file names it in errors.
func Parse(file string, source []byte) (*Trial, error) {
	f := &faults{file: file}
	root := f.tree(bytes.TrimPrefix(source, []byte("\ufeff")))
	if root.Kind == document.Refused {
		return nil, f.err()
	}
	t := f.trial(f.reader(root, ""))
	if len(f.list) > 0 {
		return nil, f.err()
	}
	return t, nil
}

// trial reads the fields of the file.
func (f *faults) trial(r *reader) *Trial {
	t := &Trial{
		SchemaVersion: r.whole("schemaVersion", schemaVersion, schemaVersion, 0),
		ID:            r.id("id"),
		Title:         r.prose("title", 1, maxTitle),
		Status:        choice(r, "status", "", Planned, Active, Closed),
		ContextOfUse:  r.prose("contextOfUse", 40, maxText),
		LandmarkDays:  r.whole("landmarkDays", 1, 3650, 0),
		Blinding:      choice(r, "blinding", "", Blinded, Open),
		TimeZone:      r.timeZone(),
		Schedule:      r.schedule(),
	}
	if problem := cutMoves(t.Schedule, t.TimeZone); problem != "" {
		r.wrong("schedule", problem)
	}
	if t.ID == workflow.Unknown {
		r.wrong("id", "must name a trial")
	}
	t.Endpoint = r.endpoint()
	threshold := r.object("threshold", true)
	t.Threshold = Threshold{Value: threshold.risk("value"), Justification: threshold.prose("justification", 20, maxText)}
	threshold.done()
	t.Bands = r.bands(t.Threshold.Value)
	t.Sites = r.names("sites", idPattern, workflow.IDRule, true)
	t.AllowedFeatures = r.features(t.Blinding)
	t.Recipients, t.Approvers = r.recipients(t.Sites), r.approvers()
	t.Alerts, t.Outcomes = r.alerts(t), r.outcomes()
	r.done()
	return t
}

func (r *reader) endpoint() Endpoint {
	e := r.object("endpoint", true)
	defer e.done()
	return Endpoint{e.matching("name", endpointPattern, endpointRule, true), e.matching("variant", endpointPattern, endpointRule, false)}
}

// bands reads the bands. A threshold that is not a number has a fault already.
func (r *reader) bands(threshold float64) []Band {
	var bands []Band
	r.each("bands", "must have at least one band, from the threshold on", true, func(i int, item *document.Node, at string) {
		b := r.reader(item, at)
		band := Band{b.matching("name", namePattern, nameRule, true), b.risk("from")}
		switch {
		case i == 0 && band.From != threshold && band.From == band.From && threshold == threshold:
			b.wrong("from", fmt.Sprintf("must be the threshold's value, %v, for the first band", threshold))
		case i > 0 && band.From <= bands[i-1].From:
			b.wrong("from", fmt.Sprintf("must be above that of the band before, %v", bands[i-1].From))
		}
		if slices.ContainsFunc(bands, func(other Band) bool { return other.Name == band.Name && band.Name != "" }) {
			b.wrong("name", "must differ from those of other bands")
		}
		b.done()
		bands = append(bands, band)
	})
	return bands
}

// names reads a list of different texts, and sorts them.
func (r *reader) names(field string, pattern *regexp.Regexp, rule string, required bool) []string {
	var names []string
	r.each(field, "must be a list of texts", required, func(_ int, item *document.Node, at string) {
		switch {
		case item.Kind == document.Refused:
		case item.Kind == document.Number:
			r.add(item.Line, at, fmt.Sprintf("must be a text, got the number %s: write it in quotes", item.Text))
		case item.Kind != document.Text || !pattern.MatchString(item.Text):
			r.add(item.Line, at, rule+", got "+item.Got())
		case slices.Contains(names, item.Text):
			r.add(item.Line, at, fmt.Sprintf("must occur once, got %q twice", item.Text))
		default:
			names = append(names, item.Text)
		}
	})
	slices.Sort(names)
	return names
}

// armNames are words that SDTM and its users have in the names of what tells the arm.
var armNames = []string{"arm", "armcd", "actarm", "actarmcd", "trt", "treatment", "exdose", "extrt", "dose_level", "randomization", "randomisation",
	"trtp", "trta", "trtpn", "trtan", "trt01p", "trt01a", "trt01pn", "trt01an"}

// features reads the allowed features. In a blinded trial, none may have a name that tells the arm.
func (r *reader) features(blinding Blinding) []string {
	features := r.names("allowedFeatures", featurePattern, featureRule, true)
	if n := r.node.Fields["allowedFeatures"]; n != nil && blinding == Blinded {
		for i, item := range n.Items {
			if tellsArm(item.Text) {
				r.add(item.Line, fmt.Sprintf("allowedFeatures[%d]", i), fmt.Sprintf("must not name the arm in a blinded trial, got %q: remove it", item.Text))
			}
		}
	}
	return features
}

// tellsArm reports whether the name of a feature is one of armNames, or begins or ends with it.
func tellsArm(feature string) bool {
	feature = strings.ToLower(feature)
	return slices.ContainsFunc(armNames, func(arm string) bool {
		return feature == arm || strings.HasPrefix(feature, arm+"_") || strings.HasSuffix(feature, "_"+arm)
	})
}
