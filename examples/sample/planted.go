package main

import (
	"clinical-risk-pipeline/local/model"
)

// nearThreshold has the scores of the subjects that are planted around 0.75. The third or fourth decimal decides which of them alert.
var nearThreshold = []float64{0.74, 0.745, 0.749, 0.7499, 0.7501, 0.751, 0.755, 0.76}

// breakages are the ways to break features. Each breaks one subject.
var breakages = []func(record) record{
	func(r record) record { return r.without("medical_history_count") },       // a join that lost a column
	func(r record) record { return r.without("site_discontinued_share") },     // another one
	func(r record) record { return r.with("medical_history_count", "three") }, // free text from a form
	func(r record) record { return r.with("site_discontinued_share", "34%") }, // a number with its unit
	func(r record) record { return r.with("medical_history_count", nil) },     // a domain that was not delivered
	func(r record) record { return r.with("depression_score", "mild") },       // an unmapped code list
	func(r record) record { return r.with("medical_history_count", -1) },      // a code for 'unknown'
	func(r record) record { return r.with("site_discontinued_share", 34) },    // a percentage
	func(r record) record { return r.with("site_discontinued_share", nil) },   // the first subject of a site
	func(record) record { return record{} },                                   // a subject without features
}

// plant returns the features of the planted subjects by their numbers, spread evenly over the file.
func plant(draw *population) map[int]record {
	var all []record
	for _, score := range nearThreshold {
		all = append(all, draw.scoring(score).record())
	}
	for _, broken := range breakages {
		all = append(all, broken(draw.person().record()))
	}
	planted := map[int]record{}
	for i, features := range all {
		planted[(i+1)*subjects/(len(all)+1)] = features
	}
	return planted
}

// scoring draws a subject with many risk factors, and sets the share of the site so that the reference model returns about that score.
func (p *population) scoring(score float64) person {
	who := p.person()
	who.site, who.DepressionScore, who.MedicalHistoryCount = "S10", p.between(7, 14), p.between(6, 9)
	low, high := 0.0, 1.0
	for range 50 {
		who.SiteDiscontinuedShare = (low + high) / 2
		if model.Risk(who.Features) < score {
			low = who.SiteDiscontinuedShare
		} else {
			high = who.SiteDiscontinuedShare
		}
	}
	who.SiteDiscontinuedShare = round(who.SiteDiscontinuedShare, 5)
	return who
}
