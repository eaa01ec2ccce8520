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

// writeCohort writes the cohort. Each subject has a site and the features of the data dictionary, some of which are unknown. One subject has
// no features. The features of six others are broken. These seven cannot be scored, and the execution reports them.
func writeCohort(w io.Writer) error {
	out := bufio.NewWriter(w)
	draw := newPopulation(402)
	for number := 1; number <= cohortSubjects; number++ {
		who, features := draw.cohortMember(number)
		line := record{
			{workflow.Subject, fmt.Sprintf("%s-%04d", cohortTrial, number)},
			{workflow.Site, who.site},
			{workflow.Features, features},
		}
		if number == featureless {
			line = line[:2]
		}
		if err := line.write(out); err != nil {
			return err
		}
	}
	return out.Flush()
}

// cohortMember draws a subject and its features. Some subjects are close to the threshold, and some features are broken.
func (p *population) cohortMember(number int) (person, record) {
	if number%32 == 0 {
		who := p.scoring(nearThreshold[number/32%len(nearThreshold)])
		return who, who.record()
	}
	who := p.person()
	if number%40 == 20 {
		return who, breakages[number/40](who.record())
	}
	return who, who.record()
}
