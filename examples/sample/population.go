package main

import (
	"math"
	"math/rand/v2"

	"clinical-risk-pipeline/local/model"
)

// A site is where a subject takes part.
type site struct {
	id          string
	dropoutRate float64 // of all its subjects
}

// sites has seven academic and university sites and three others, so that the mean of the rates is close to the 30% of the trial.
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
	age  int
	arm  string
}

// person draws a subject.
func (p *population) person() person {
	at := sites[p.random.IntN(len(sites))]
	drift := (p.random.Float64() - 0.5) * 0.08
	return person{
		site: at.id,
		age:  p.between(55, 90),
		arm:  []string{"donepezil", "placebo", "vitamin E"}[p.random.IntN(3)],
		Features: model.Features{
			SiteDropoutRate:  round(at.dropoutRate+drift, 3),
			ComorbidityCount: p.comorbidities(),
			CollegeEducation: p.random.Float64() < 0.55,
			DepressionScore:  p.depression(),
			Sex:              []string{"female", "male"}[p.random.IntN(2)],
			Married:          p.random.Float64() < 0.75,
		},
	}
}

// comorbidities draws from a geometric distribution with mean 2.3: most subjects have few, and some have many.
func (p *population) comorbidities() int {
	count := 0
	for count < 14 && p.random.Float64() < 0.7 {
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

// subject draws a subject's features.
func (p *population) subject() record { return p.person().record() }

func (p person) record() record {
	return record{
		{"site", p.site},
		{"site_dropout_rate", p.SiteDropoutRate},
		{"age", p.age},
		{"sex", p.Sex},
		{"married", p.Married},
		{"college_education", p.CollegeEducation},
		{"comorbidity_count", p.ComorbidityCount},
		{"depression_score", p.DepressionScore},
		{"arm", p.arm},
	}
}

// round rounds to the decimals, so that every platform writes the same numbers.
func round(x float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(x*scale) / scale
}
