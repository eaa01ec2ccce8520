package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"clinical-risk-pipeline/local/model"
)

// A site is where a subject takes part.
type site struct {
	id           string
	discontinued float64 // the share of all its subjects
}

// sites has seven academic and university sites and three others, so that the mean of the shares is close to the 30% of the trial.
var sites = []site{
	{"S01", 0.230}, {"S02", 0.230}, {"S03", 0.230}, {"S04", 0.230},
	{"S05", 0.285}, {"S06", 0.285}, {"S07", 0.285},
	{"S08", 0.438}, {"S09", 0.438},
	{"S10", 0.57},
}

// population draws subjects.
type population struct{ random *rand.Rand }

func newPopulation(seed uint64) *population {
	return &population{rand.New(rand.NewPCG(2026, seed))}
}

// person has the data of a subject.
type person struct {
	model.Features
	site string
	rest record // the features that the reference model ignores
}

// person draws a subject.
func (p *population) person() person {
	at := sites[p.random.IntN(len(sites))]
	drift := (p.random.Float64() - 0.5) * 0.08
	return person{
		site: at.id,
		Features: model.Features{
			SiteDiscontinuedShare: round(at.discontinued+drift, 4),
			MedicalHistoryCount:   p.conditions(),
			DepressionScore:       p.depression(),
		},
		rest: p.clinical(),
	}
}

// conditions draws from a geometric distribution with mean 2.3: most subjects have few, and some have many.
func (p *population) conditions() int { return p.few(0.7, 14) }

// few draws a number: it goes on with the probability, up to the most.
func (p *population) few(probability float64, most int) int {
	count := 0
	for count < most && p.random.Float64() < probability {
		count++
	}
	return count
}

// depression draws a score. One of five is six or more.
func (p *population) depression() int {
	if p.random.Float64() < 0.2 {
		return p.between(6, 14)
	}
	return p.between(0, 5)
}

// between draws an integer from low to high, both included.
func (p *population) between(low, high int) int { return low + p.random.IntN(high-low+1) }

// clinical draws the other features of the data dictionary, docs/features.md. As in real data, some are unknown.
func (p *population) clinical() record {
	events := p.few(0.6, 9)
	all := record{
		{"ae_count", events},
		{"ae_related_count", p.between(0, events)},
		{"ae_serious_count", min(events, p.few(0.08, 2))},
		{"ae_severe_count", min(events, p.few(0.15, 3))},
		{"age", p.between(55, 90)},
		{"diastolic_bp_change", p.tenths(-120, 120)},
		{"dose_gap_days", p.few(0.3, 12)},
		{"medication_count", p.between(0, 14)},
		{"pulse_change", p.tenths(-140, 140)},
		{"sex", []string{"F", "M"}[p.random.IntN(2)]},
		{"systolic_bp_change", p.tenths(-220, 220)},
		{"visits_late", p.few(0.2, 3)},
		{"visits_missed", p.few(0.15, 3)},
		{"weight_change_pct", p.tenths(-35, 30)},
	}
	for i := range all {
		if p.between(1, 100) <= 4 {
			all[i].value = nil
		}
	}
	return all
}

// record is the subject's features, sorted by name as the extraction writes them.
func (p person) record() record {
	features := append(slices.Clone(p.rest),
		member{"depression_score", p.DepressionScore},
		member{"medical_history_count", p.MedicalHistoryCount},
		member{"site_discontinued_share", p.SiteDiscontinuedShare},
	)
	slices.SortFunc(features, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return features
}

// tenths draws a number with one decimal. The bounds are in tenths.
func (p *population) tenths(low, high int) float64 { return float64(p.between(low, high)) / 10 }

// round rounds to the decimals, so that every platform writes the same numbers.
func round(x float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(x*scale) / scale
}
