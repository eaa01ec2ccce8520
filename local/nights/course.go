// Package nights plays the nights of a registered trial on this machine: a cohort each night, the deployed definition, the watch, and people
// who acknowledge and act. It shows what each recipient would have received.
package nights

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"

	"clinical-risk-pipeline/workflow"
)

// subject is a simulated subject. Nobody in it exists.
type subject struct {
	id, site string
	logit    float64 // of the risk
	declines int     // the night from which the risk rises; 0: never
	leaves   int     // the night on which the subject leaves; 0: never
	reason   string
	silent   int // the night from which the subject has no usable data; 0: never
}

// The course of a trial of which some subjects decline and some leave. The rates are those of a trial with much dropout, so that thirty
// nights show something.
const (
	meanRisk      = 0.05
	spread        = 0.7  // of the logits
	declining     = 0.05 // the share of subjects whose risk rises
	perNight      = 0.12 // by which their logit rises
	leaving       = 0.04 // the share of subjects who leave
	leftInDecline = 14   // the nights after which those who decline leave, at the earliest
	unusable      = 0.01 // the share of subjects whose data become unusable
	noise         = 0.05 // of a night
)

// course makes subjects from a seed.
func course(sites []string, subjects, nights int, seed uint64) []*subject {
	random := rand.New(rand.NewPCG(seed, 2))
	all := make([]*subject, subjects)
	for i := range all {
		s := &subject{id: fmt.Sprintf("SYN-AD-402-%04d", i+1), site: sites[i%len(sites)], logit: logit(meanRisk) + spread*random.NormFloat64()}
		switch p := random.Float64(); {
		case p < declining:
			s.declines = 1 + random.IntN(nights-5)
			if random.IntN(2) == 0 {
				s.leaves, s.reason = s.declines+leftInDecline+random.IntN(10), "discontinued_before_landmark"
			}
		case p < declining+leaving:
			s.leaves, s.reason = 2+random.IntN(nights-2), []string{"completed_before_cut", "died_before_cut"}[random.IntN(2)]
		case p < declining+leaving+unusable:
			s.silent = 3 + random.IntN(nights/2)
		}
		all[i] = s
	}
	return all
}

// risk is the subject's risk on a night.
func (s *subject) risk(night int, random *rand.Rand) float64 {
	x := s.logit + noise*random.NormFloat64()
	if s.declines > 0 && night >= s.declines {
		x += perNight * float64(night-s.declines+1)
	}
	return 1 / (1 + math.Exp(-x))
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// intercept is that of the built-in reference model, which scores the nights.
const intercept = -0.419

// cohort returns the cohort of a night and who is not in it, as an extraction writes both. The features are such that the reference model
// answers with the simulated risk.
func cohort(subjects []*subject, night int, seed uint64) (lines, excluded []byte, err error) {
	random := rand.New(rand.NewPCG(seed, uint64(night)))
	var in, out bytes.Buffer
	for _, s := range subjects {
		if s.leaves > 0 && night >= s.leaves {
			if err := writeLine(&out, map[string]any{workflow.Subject: s.id, workflow.Site: s.site, "reason": s.reason}); err != nil {
				return nil, nil, err
			}
			continue
		}
		share := 1 / (1 + math.Exp(intercept-logit(s.risk(night, random))))
		features := map[string]any{"site_discontinued_share": math.Round(share*1e6) / 1e6, "medical_history_count": 0, "depression_score": nil}
		if s.silent > 0 && night >= s.silent {
			features["site_discontinued_share"] = nil
		}
		if err := writeLine(&in, map[string]any{workflow.Subject: s.id, workflow.Site: s.site, workflow.Features: features}); err != nil {
			return nil, nil, err
		}
	}
	return in.Bytes(), out.Bytes(), nil
}

func writeLine(b *bytes.Buffer, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	b.Write(append(line, '\n'))
	return nil
}
