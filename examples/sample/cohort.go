package main

import (
	"bufio"
	"fmt"
	"io"

	"clinical-risk-pipeline/workflow"
)

const (
	cohortTrial    = "SYN-AD-402"
	cohortSubjects = 256
	featureless    = 97 // the number of the subject without features
)

// writeCohort writes the cohort. Each subject has the features of the reference model, and the clinical ones below, which the model
// ignores. As in real data, some features mix numbers and texts, such as the laboratory value "<0.3", and some values are null or
// missing. One subject has no features. The features of six others are broken. These seven cannot be scored, and the execution
// reports them.
func writeCohort(w io.Writer) error {
	out := bufio.NewWriter(w)
	draw := newPopulation(402)
	for number := 1; number <= cohortSubjects; number++ {
		line := record{
			{workflow.Subject, fmt.Sprintf("%s-%04d", cohortTrial, number)},
			{workflow.Features, append(draw.cohortMember(number), draw.clinical()...)},
		}
		if number == featureless {
			line = line[:1]
		}
		if err := line.write(out); err != nil {
			return err
		}
	}
	return out.Flush()
}

// cohortMember draws the features of the reference model. Some subjects are close to the threshold, and some are broken.
func (p *population) cohortMember(number int) record {
	switch {
	case number%32 == 0:
		return p.scoring(nearThreshold[number/32%len(nearThreshold)])
	case number%40 == 20:
		return breakages[number/40](p.subject())
	}
	return p.subject()
}

// clinical draws the features that the reference model ignores.
func (p *population) clinical() record {
	all := record{
		{"country", p.oneOf("DE", "ES", "FR", "IT", "PL", "US")},
		{"smoking_status", p.oneOf("never", "former", "current")},
		{"employment", p.oneOf("retired", "employed", "not working")},
		{"caregiver", p.oneOf("spouse", "child", "other", "none")},
		{"apoe_genotype", p.oneOf("e2/e3", "e3/e3", "e3/e4", "e4/e4")},
		{"bmi", p.tenths(180, 380)},
		{"systolic_bp", p.between(98, 178)},
		{"diastolic_bp", p.between(55, 102)},
		{"heart_rate", p.between(48, 104)},
		{"mmse", p.between(18, 30)},
		{"cdr_sum_of_boxes", float64(p.between(1, 12)) / 2},
		{"adas_cog", p.tenths(40, 380)},
		{"hba1c_percent", p.tenths(48, 92)},
		{"hemoglobin_g_dl", p.tenths(105, 172)},
		{"platelets_10e9_l", p.between(130, 420)},
		{"creatinine_mg_dl", float64(p.between(55, 175)) / 100},
		{"egfr", p.orText(0.1, ">90", p.between(38, 90))},
		{"alt_u_l", p.between(8, 72)},
		{"ast_u_l", p.between(9, 64)},
		{"crp_mg_l", p.orText(0.3, "<0.3", p.tenths(3, 140))},
		{"ldl_mg_dl", p.between(62, 196)},
		{"alcohol_units_week", p.orText(0.15, "unknown", p.between(0, 21))},
		{"concomitant_medications", p.between(0, 14)},
		{"adverse_events", p.between(0, 9)},
		{"missed_visits", p.between(0, 4)},
		{"distance_to_site_km", p.between(1, 140)},
		{"last_visit", fmt.Sprintf("2026-%02d-%02d", p.between(1, 9), p.between(1, 28))},
	}
	var kept record
	for _, m := range all {
		switch lot := p.between(1, 100); {
		case lot <= 3: // the value is missing
		case lot <= 6: // the value is null
			kept = append(kept, member{m.name, nil})
		default:
			kept = append(kept, m)
		}
	}
	return kept
}

func (p *population) oneOf(texts ...string) string { return texts[p.random.IntN(len(texts))] }

// tenths draws a number with one decimal. The bounds are in tenths.
func (p *population) tenths(low, high int) float64 { return float64(p.between(low, high)) / 10 }

// orText returns the text with the probability, and the number otherwise.
func (p *population) orText(probability float64, text string, number any) any {
	if p.random.Float64() < probability {
		return text
	}
	return number
}
