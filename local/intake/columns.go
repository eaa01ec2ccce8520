package intake

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"clinical-risk-pipeline/workflow"
)

// Table says how to read a cohort that is a table, CSV or Parquet.
type Table struct {
	SubjectColumn string // the column with the ids of the subjects. Default: the first of SubjectColumns that the table has
	Blinded       bool   // the trial is: a column that names the treatment arm is a fault. Default: a note
}

// SubjectColumns are the names of columns that have the ids of subjects, in the order of preference. Case does not matter.
var SubjectColumns = []string{"subject", "USUBJID", "subject_id", "SUBJID"}

// siteColumns are the names of columns that have the sites of subjects, which are no features.
var siteColumns = []string{"site", "SITEID", "site_id"}

// armColumns name the treatment arm in SDTM and ADaM.
var armColumns = []string{"arm", "armcd", "actarm", "actarmcd", "trt01p", "trt01a", "trt01pn", "trt01an", "treatment", "treatment_arm"}

// roles say what the columns of a table are.
type roles struct {
	names         []string
	subject, site int   // the site is -1 without a column
	features      []int // in the order of their names
}

// assign finds the roles of the columns. The error joins all faults of the header.
func (t Table) assign(names []string) (r roles, notes []string, faults []string) {
	r = roles{names: names, subject: -1, site: -1}
	seen := map[string]int{}
	for i, name := range names {
		switch first, twice := seen[name]; {
		case strings.TrimSpace(name) == "":
			faults = append(faults, fmt.Sprintf("column %d has no name: name it, or remove it", i+1))
		case twice:
			faults = append(faults, fmt.Sprintf("columns %d and %d have the same name %q: rename one", first+1, i+1, name))
		case strings.TrimSpace(name) != name || strings.ContainsFunc(name, unicode.IsControl):
			faults = append(faults, fmt.Sprintf("column %d, %q, has space around its name or a control character in it: rename it", i+1, name))
		}
		seen[name] = i
	}
	if t.SubjectColumn != "" {
		if r.subject = slices.Index(names, t.SubjectColumn); r.subject < 0 {
			return r, nil, append(faults, fmt.Sprintf("the header has no column %q: name one of its columns with --subject-column: %s", t.SubjectColumn, shown(names)))
		}
	} else if r.subject = first(names, SubjectColumns); r.subject < 0 {
		return r, nil, append(faults, fmt.Sprintf("no column has the ids of the subjects (%s): name it with --subject-column. The header has %s",
			strings.Join(SubjectColumns, ", "), shown(names)))
	} else if names[r.subject] != SubjectColumns[0] {
		notes = append(notes, fmt.Sprintf("the subjects are in the column %s; --subject-column names another", names[r.subject]))
	}
	r.site = first(names, siteColumns)
	for i, name := range names {
		if i == r.subject || i == r.site {
			continue
		}
		r.features = append(r.features, i)
		if slices.Contains(armColumns, strings.ToLower(name)) {
			if t.Blinded {
				faults = append(faults, fmt.Sprintf("the column %s names the treatment arm, and the trial is blinded: remove it", name))
			}
			notes = append(notes, fmt.Sprintf("the column %s seems to name the treatment arm: remove it if the trial is blinded", name))
		}
	}
	if len(r.features) == 0 {
		faults = append(faults, "the table has no column with a feature")
	}
	slices.SortFunc(r.features, func(a, b int) int { return strings.Compare(names[a], names[b]) })
	return r, notes, faults
}

// first returns the place of the first wanted name, in any case, or -1.
func first(names, wanted []string) int {
	for _, want := range wanted {
		if i := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(name, want) }); i >= 0 {
			return i
		}
	}
	return -1
}

// shown lists names for a message, the first ones of many.
func shown(names []string) string {
	const most = 12
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// checkSubject returns the fault of a subject's id in a table, "" for none.
func checkSubject(id, column string) string {
	switch {
	case id == "":
		return column + " is empty: give the subject's pseudonymous id"
	case !workflow.IsID(id):
		return column + " " + workflow.IDRule
	}
	return ""
}
