package alert

import "slices"

// Suggestions are the codes of actions that a worklist suggests, with words for people.
var Suggestions = map[string]string{
	"visit-arranged":    "Arrange the missed visit",
	"subject-contacted": "Have the site call the subject",
	"medical-review":    "Have a physician review the events",
	"support-offered":   "Offer support",
	"site-contacted":    "Call the site",
}

// suggestions are what the features of the data dictionary (docs/features.md) suggest to do, if they moved the risk most.
var suggestions = map[string]string{
	"visits_missed": "visit-arranged", "visits_late": "visit-arranged",
	"dose_gap_days": "subject-contacted",
	"ae_count":      "medical-review", "ae_related_count": "medical-review", "ae_serious_count": "medical-review", "ae_severe_count": "medical-review",
	"weight_change_pct": "medical-review", "systolic_bp_change": "medical-review", "diastolic_bp_change": "medical-review", "pulse_change": "medical-review",
	"depression_score":        "support-offered",
	"site_discontinued_share": "site-contacted",
}

// Suggest returns the codes of the actions that features suggest, each once, in the order of the features. What a site cannot change,
// such as the age, suggests to contact the site, if nothing else does.
func Suggest(features []string) []string {
	var codes []string
	for _, feature := range features {
		if code := suggestions[feature]; code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if len(codes) == 0 {
		return []string{"site-contacted"}
	}
	return codes
}
